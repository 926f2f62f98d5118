"""What is found good goes past Strawberry's rounds of extensions, which have nothing to add to it. A question that does
nothing but read is answered past graphql-core's executor, too, which would ask resolvers that only say "read this":
together they take as long as a small page.

What is said, refused and answered is the same (GraphQL §6.2.1, §6.4.4), and the same oracle judges it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from copy import copy
from dataclasses import field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute,
    is_non_null_type,
    located_error,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet, collect_fields
from graphql.pyutils import Path
from strawberry import Schema
from strawberry.types import ExecutionResult

from api.budget import parse_within_budget, verdict
from api.reading.declarations import AnyNode, Pages, RootOne, how_of
from api.reading.executor import Reader, ReadingContext
from domain.errors import TooLarge
from domain.values import dataclass

READ = (Pages, RootOne, AnyNode)
"""How the fields at the root are declared that nobody but the reader answers."""


@dataclass(frozen=True)
class Prepared:
    """An operation with its variables, before anybody asks it, and the fields at its root."""

    reader: Reader
    fields: GroupedFieldSet

    def reader_for(self, context: ReadingContext) -> Reader:
        """One of their own: graphql-core, too, makes what executes a part of an operation by a shallow copy."""
        own = copy(self.reader)
        own.context_value = context
        return own


@dataclass(frozen=True)
class Straight:
    """An operation that only reads, found good, and its document. Where no variables are given it is the same each
    time: then it is `kept` prepared."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    name: str | None
    kept: dict[type[Reader], Prepared | list[GraphQLError]] = field(default_factory=dict, compare=False, repr=False)

    async def answer(
        self, context: ReadingContext, variables: dict[str, Any] | None, reader: type[Reader]
    ) -> ExecutionResult:
        """What graphql-core would have answered."""
        result = await self._answer(context, variables, reader)
        result.extensions = {"cost": context.cost}
        return result

    async def _answer(
        self, context: ReadingContext, variables: dict[str, Any] | None, reader: type[Reader]
    ) -> ExecutionResult:
        prepared = self._prepared(variables, reader)
        if isinstance(prepared, list):
            return ExecutionResult(None, prepared)
        own = prepared.reader_for(context)
        try:
            own.admit(self.root, prepared.fields)
        except GraphQLError as refusal:
            return ExecutionResult(None, [refusal])
        return await Reading(own, self.root).all_of(prepared.fields)

    @property
    def root(self) -> GraphQLObjectType:
        assert self.schema.query_type is not None
        return self.schema.query_type

    def _prepared(self, variables: dict[str, Any] | None, reader: type[Reader]) -> Prepared | list[GraphQLError]:
        if variables and self.operation.variable_definitions:
            return self._prepare(variables, reader)
        if reader not in self.kept:
            self.kept[reader] = self._prepare(None, reader)
        return self.kept[reader]

    def _prepare(self, variables: dict[str, Any] | None, reader: type[Reader]) -> Prepared | list[GraphQLError]:
        """What is wrong with the variables, if anything is."""
        built = reader.build(self.schema, self.document, None, None, variables, self.name)
        if isinstance(built, list):
            return built
        assert isinstance(built, Reader)
        collected = collect_fields(self.schema, built.fragments, built.variable_values, self.root, built.operation)
        return Prepared(built, collected.grouped_field_set)


@dataclass(frozen=True)
class Executed:
    """Any other operation, found good, and its document: graphql-core executes it."""

    schema: GraphQLSchema
    document: DocumentNode
    name: str | None

    async def answer(
        self, context: ReadingContext, variables: dict[str, Any] | None, reader: type[Reader]
    ) -> ExecutionResult:
        done = execute(
            self.schema,
            self.document,
            context_value=context,
            variable_values=variables,
            operation_name=self.name,
            executor_class=reader,
        )
        result = await done if isinstance(done, Awaitable) else done
        return ExecutionResult(result.data, result.errors, {"cost": context.cost})


class Reading:
    """The fields at the root of one question, each with a statement of its own."""

    def __init__(self, reader: Reader, root: GraphQLObjectType) -> None:
        self.reader = reader
        self.root = root
        self.errors: list[GraphQLError] = []
        self.is_lost = False

    async def all_of(self, fields: dict[str, FieldDetailsList]) -> ExecutionResult:
        """All at once; a field that may not be null and could not be read takes the others with it."""
        asked = [self.one(key, group) for key, group in fields.items()]
        read = await asyncio.gather(*asked) if len(asked) > 1 else [await one for one in asked]
        data = None if self.is_lost else dict(zip(fields, read, strict=True))
        return ExecutionResult(data, self.errors or None)

    async def one(self, key: str, group: FieldDetailsList) -> Any:
        definition = self.root.fields[group[0].node.name.value]
        path = Path(None, key, self.root.name)
        try:
            return await self.reader.read_root(self.root, definition, group, path)
        except Exception as error:
            self.errors.append(located_error(error, [details.node for details in group], [key]))
            self.is_lost |= is_non_null_type(definition.type)
            return None


def only_reads(schema: Schema, query: str, name: str | None) -> bool:
    """Whether the operation does nothing but read."""
    return isinstance(straight(schema._schema, query, name), Straight)


@lru_cache(maxsize=128)
def straight(schema: GraphQLSchema, query: str, name: str | None) -> Straight | Executed | None:
    """The operation of this name, if it can be answered like this; whatever is wrong with it, graphql-core says."""
    try:
        document = parse_within_budget(query)
    except (GraphQLError, TooLarge):
        return None
    operation = _operation(document, name)
    if operation is None or operation.operation is OperationType.SUBSCRIPTION or verdict(schema, query):
        return None
    if _only_reads(schema, document, operation):
        return Straight(schema, document, operation, name)
    return Executed(schema, document, name)


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The one that is meant, where that is clear."""
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    found = [one for one in operations if name is None or (one.name and one.name.value == name)]
    return found[0] if len(found) == 1 else None


def _only_reads(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> bool:
    root = schema.query_type
    if operation.operation is not OperationType.QUERY or operation.directives or root is None:
        return False
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    names = {node.name.value for node in _at_the_root(operation.selection_set, fragments)}
    return all(name in root.fields and isinstance(how_of(root, root.fields[name]), READ) for name in names)


def _at_the_root(chosen: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    """The fields of the first level; a valid document has no cycles."""
    for node in chosen.selections:
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode():
                yield from _at_the_root(node.selection_set, fragments)
            case FragmentSpreadNode():
                yield from _at_the_root(fragments[node.name.value].selection_set, fragments)
