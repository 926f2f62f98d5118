"""One place in a document: a field of a type with its merged nodes and its arguments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.execution.values import get_argument_values

from api.reading.declarations import How, how_of
from domain.values import dataclass

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Place:
    parent: GraphQLObjectType
    definition: GraphQLField
    group: FieldDetailsList
    arguments: Arguments

    @property
    def name(self) -> str:
        return self.group[0].node.name.value

    @property
    def key(self) -> str:
        node = self.group[0].node
        return (node.alias or node.name).value

    @property
    def type(self) -> GraphQLNamedType:
        named: GraphQLNamedType = get_named_type(self.definition.type)
        return named

    @property
    def how(self) -> How | None:
        return how_of(self.parent, self.definition)

    @cached_property
    def varies(self) -> bool:
        """Whether variables stand among the arguments."""
        return any(has_variables(argument.value) for argument in self.group[0].node.arguments or ())


def has_variables(value: ValueNode) -> bool:
    match value:
        case VariableNode():
            return True
        case ListValueNode():
            return any(has_variables(inner) for inner in value.values)
        case ObjectValueNode():
            return any(has_variables(field.value) for field in value.fields)
        case _:
            return False


def place(executor: Executor[Any], parent: GraphQLObjectType, group: FieldDetailsList) -> Place:
    definition = executor.schema.get_field(parent, group[0].node.name.value)
    if definition is None:
        raise LookupError(f"{parent.name} has no such field: validation has been left out.")
    return Place(parent, definition, group, arguments(executor, definition, group))


def arguments(executor: Executor[Any], definition: GraphQLField, group: FieldDetailsList) -> Arguments:
    if not definition.args:
        return {}
    details = group[0]
    return get_argument_values(definition, details.node, executor.variable_values, details.fragment_variable_values)


def selected(executor: Executor[Any], gtype: GraphQLObjectType, group: FieldDetailsList) -> Iterator[Place]:
    """The fields of this type that the merged nodes select, after fragments and directives."""
    return places(executor, gtype, executor.collect_subfields(gtype, group).grouped_field_set)


def places(executor: Executor[Any], gtype: GraphQLObjectType, fields: GroupedFieldSet) -> Iterator[Place]:
    for group in fields.values():
        yield place(executor, gtype, group)
