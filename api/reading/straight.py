"""What is found good goes past Strawberry's rounds of extensions, which have nothing to add to it. A question that does
nothing but read is answered past graphql-core's executor, too, which would ask resolvers that only say "read this":
together they take as long as a small page.

What is said, refused and answered is the same (GraphQL §6.2.1, §6.4.4), and the same oracle judges it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from copy import copy
from dataclasses import field, replace
from functools import lru_cache
from typing import Any, NamedTuple

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
    SelectionNode,
    SelectionSetNode,
    execute,
    is_non_null_type,
    located_error,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet, collect_fields
from graphql.execution.values import VariableValues, get_variable_values
from graphql.pyutils import Path
from strawberry import Schema
from strawberry.types import ExecutionResult

from api.budget import parse_within_budget, verdict
from api.reading.declarations import AnyNode, Pages, RootOne, how_of
from api.reading.executor import Reader, ReadingContext
from api.reading.permits import Permit
from api.reading.plans import Memory
from domain.errors import TooLarge
from domain.values import dataclass

MOST_READY = 64
MOST_FAULTS = 50
"""As many are told of the variables as graphql-core tells (`Executor.build`)."""

READ = (Pages, RootOne, AnyNode)
"""How the fields at the root are declared that nobody but the reader answers."""


@dataclass(frozen=True)
class Prepared:
    """An operation without its variables, before anybody asks it, and the fields at its root."""

    reader: Reader
    fields: GroupedFieldSet

    def with_variables(self, variables: VariableValues) -> Reader:
        """One of their own: graphql-core, too, makes what executes a part of an operation by a shallow copy."""
        own = copy(self.reader)
        own.variable_values = variables
        # What is asked for may depend on the variables; with these, all who ask find it out together.
        own._relevant_sub_fields, own._said, own._asked, own._told = {}, {}, {}, {}
        return own


class Ready(NamedTuple):
    """What was found out of these very variables for this kind of asker: that they are right, and what it costs.

    They are held here, so no others can come to be taken for them.
    """

    variables: dict[str, Any] | None
    reader: Reader
    permit: Permit

    def reader_for(self, context: ReadingContext) -> Reader:
        own = object.__new__(type(self.reader))  # as `copy` does, which asks first what it is that is copied
        vars(own).update(vars(self.reader), context_value=context)
        return own


@dataclass(frozen=True)
class Straight:
    """An operation that only reads, found good, and its document; from the first time on it is `kept` prepared."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    name: str | None
    kept: dict[type[Reader], Prepared] = field(default_factory=dict, compare=False, repr=False)
    ready: Memory[Ready] = field(default_factory=lambda: Memory(MOST_READY), compare=False, repr=False)

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
        prepared = self._prepared(reader)
        try:
            ready = self._ready(prepared, context, variables)
            own = ready.reader_for(context)
            own.pay(ready.permit, prepared.fields)
        except Unreadable as wrong:
            return ExecutionResult(None, wrong.errors)
        except GraphQLError as refusal:
            return ExecutionResult(None, [refusal])
        return await Reading(own, self.root).all_of(prepared.fields)

    def _ready(self, prepared: Prepared, context: ReadingContext, variables: dict[str, Any] | None) -> Ready:
        """Raises Unreadable for variables that are wrong, a GraphQLError where it may not be asked."""

        def find_out() -> Ready:
            definitions = self.operation.variable_definitions or ()
            given = get_variable_values(self.schema, definitions, variables or {}, MOST_FAULTS)
            if isinstance(given, list):
                raise Unreadable(given)
            own = prepared.with_variables(given)
            own.context_value = context
            ready = Ready(variables, own, own.permitted(self.root, prepared.fields))
            del own.context_value
            return ready

        key = id(variables), type(prepared.reader), context.actor.role, context.may_introspect
        return self.ready.find(key, find_out, lambda known: known.variables is variables)

    @property
    def root(self) -> GraphQLObjectType:
        assert self.schema.query_type is not None
        return self.schema.query_type

    def _prepared(self, reader: type[Reader]) -> Prepared:
        """Built without definitions of variables, for without values it would else be refused."""
        if reader not in self.kept:
            operation = replace(self.operation, variable_definitions=())
            definitions = (operation if one is self.operation else one for one in self.document.definitions)
            built = reader.build(self.schema, DocumentNode(definitions=(*definitions,)), operation_name=self.name)
            assert isinstance(built, Reader)
            collected = collect_fields(self.schema, built.fragments, built.variable_values, self.root, operation)
            self.kept[reader] = Prepared(built, collected.grouped_field_set)
        return self.kept[reader]


class Unreadable(Exception):
    """Variables that are not what the operation says of them."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


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


def that_reads(schema: Schema, query: str, name: str | None) -> Straight | None:
    """The operation, if it does nothing but read, the same fields at its root each time."""
    found = straight(schema._schema, query, name)
    return found if isinstance(found, Straight) else None


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
    """Where a directive chooses the fields at the root, it is executed."""
    root = schema.query_type
    if operation.operation is not OperationType.QUERY or operation.directives or root is None:
        return False
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    nodes = list(_at_the_root(operation.selection_set, fragments))
    names = {node.name.value for node in nodes if isinstance(node, FieldNode)}
    is_same_each_time = not any(node.directives for node in nodes)
    return is_same_each_time and all(
        name in root.fields and isinstance(how_of(root, root.fields[name]), READ) for name in names
    )


def _at_the_root(chosen: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> Iterator[SelectionNode]:
    """What is selected on the first level; a valid document has no cycles."""
    for node in chosen.selections:
        yield node
        match node:
            case InlineFragmentNode():
                yield from _at_the_root(node.selection_set, fragments)
            case FragmentSpreadNode():
                yield from _at_the_root(fragments[node.name.value].selection_set, fragments)
