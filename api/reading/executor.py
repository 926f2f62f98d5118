"""The hook into graphql-core: a resolver's `Read` is completed by the database, not by objects.

graphql-core keeps doing fragments, directives, variables, introspection and error paths. The two methods
overridden here, and what a copy of it forgets (`straight`), are marked private by it: its version is pinned, and
contract tests watch them.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import orjson
from graphql import GraphQLError, GraphQLField, GraphQLObjectType, OperationType, is_non_null_type, is_object_type
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.reading.compiler import Compiler
from api.reading.declarations import Pages, Read, asked_of, how_of
from api.reading.permits import Inspection, Permit
from api.reading.places import Arguments, Place, arguments, place
from api.reading.plans import Bound, Memory, Plan, shape
from api.reading.scope import Scopes
from api.reading.seen import Look
from domain.actor import Actor
from domain.errors import Refused


class ReadingContext(Protocol):
    """What the reader needs of the request's context."""

    actor: Actor
    cost: int
    scopes: Scopes

    @property
    def may_introspect(self) -> bool: ...

    def spend(self, cost: int) -> None:
        """Told before anything is read; raises RateLimited."""
        ...

    def must_say_why(self, what: str) -> None:
        """Raises Incomplete where the asker has not said for what they want to be shown this."""
        ...

    async def fetch(
        self, sql: str, values: Sequence[Any], look: Look | None = None, *, is_change: bool = False
    ) -> str | None:
        """The one text that the statement answers with; with a `look`, that personal data was shown is written down.
        Whether the operation `is_change`, which is purpose enough for what it shows, and shows what it has changed."""
        ...


UNKNOWN = object()
PLANS: Memory[Plan] = Memory()
PERMITS: Memory[Permit] = Memory()


class Told(NamedTuple):
    """What PostgreSQL is told for somebody with these scopes, and what of it is to be written down."""

    scopes: Scopes
    sql: str
    values: Sequence[Any]
    look: Look | None


class Reader(StrawberryGraphQLCoreExecutionContext):
    context_value: ReadingContext

    def execute_collected_root_fields(
        self, root_type: GraphQLObjectType, root_value: Any, fields: GroupedFieldSet, *rest: Any
    ) -> Any:
        self.admit(root_type, fields)
        return super().execute_collected_root_fields(root_type, root_value, fields, *rest)

    def complete_value(
        self, return_type: Any, group: FieldDetailsList, info: Any, path: Path, result: Any, *rest: Any
    ) -> Any:
        if isinstance(result, Read):
            return self._read(return_type, group, info.parent_type, path, result)
        return super().complete_value(return_type, group, info, path, result, *rest)

    def admit(self, root_type: GraphQLObjectType, fields: GroupedFieldSet) -> None:
        """That the operation may be asked, and has been paid for. Raises a GraphQLError with the refusal behind it."""
        self.pay(self.permitted(root_type, fields), fields)

    def pay(self, permit: Permit, fields: GroupedFieldSet) -> None:
        """Raises a GraphQLError with the refusal behind it."""
        try:
            if permit.wants_purpose:
                self.context_value.must_say_why(permit.wants_purpose)
            self.context_value.spend(permit.cost)
        except Refused as refusal:  # of the whole: the error points to all of it
            nodes = [details.node for group in fields.values() for details in group]
            raise GraphQLError(refusal.message, nodes, original_error=refusal) from refusal

    async def read_root(
        self, parent: GraphQLObjectType, definition: GraphQLField, group: FieldDetailsList, path: Path
    ) -> Any:
        """What a field at the root reads, where it is declared to do nothing else."""
        asked = self._asked.get(path.key, UNKNOWN)
        if asked is UNKNOWN:
            how = how_of(parent, definition)
            said = {} if isinstance(how, Pages) else self.said(definition, group)
            asked = self._asked[path.key] = asked_of(how, definition.type, self.schema, said)
        return asked and await self._read(definition.type, group, parent, path, asked)

    def said(self, definition: GraphQLField, group: FieldDetailsList) -> Arguments:
        """The arguments at a place in the document, found out when first asked: they are looked at, and then used."""
        kept = self._said.get(id(group[0].node))
        if kept is None:
            kept = self._said[id(group[0].node)] = group, arguments(self, definition, group)
        return kept[1]

    @cached_property
    def _told(self) -> dict[str | int, Told]:
        """What was said for the fields at the root, by their keys, to whoever asked last."""
        return {}

    @cached_property
    def _asked(self) -> dict[str | int, Any]:
        """What the fields at the root ask to be read, by their keys."""
        return {}

    @cached_property
    def _said(self) -> dict[int, tuple[FieldDetailsList, Arguments]]:
        """By their nodes, which stay what they are as long as they are kept."""
        return {}

    def _given(self, place: Place) -> Arguments:
        """Its arguments in this request, where variables stand among them; else what was found the first time."""
        return self.said(place.definition, place.group) if place.varies else place.arguments

    def permitted(self, root_type: GraphQLObjectType, fields: GroupedFieldSet) -> Permit:
        """That the operation may be asked. Raises a GraphQLError with the refusal behind it."""
        role, may_introspect = self.context_value.actor.role, self.context_value.may_introspect
        inspection = Inspection(self, role, may_introspect)
        permit = PERMITS.find((*self._identity, may_introspect), lambda: inspection.permit(root_type, fields))
        permit.check_values(self.said)
        return permit

    async def _read(
        self, return_type: Any, group: FieldDetailsList, parent: GraphQLObjectType, path: Path, asked: Read
    ) -> Any:
        scopes = self.context_value.scopes
        told = self._told.get(path.key) if path.prev is None else None
        if told is None or told.scopes is not scopes:
            told = self._tell(group, parent, path, asked)
            if path.prev is None:
                self._told[path.key] = told
        is_change = self.operation.operation is OperationType.MUTATION
        text = await self.context_value.fetch(told.sql, told.values, told.look, is_change=is_change)
        if text is None and is_non_null_type(return_type):
            raise TypeError(f"{parent.name}.{group[0].node.name.value} is declared never to be null, and is.")
        return text and orjson.Fragment(text)

    def _tell(self, group: FieldDetailsList, parent: GraphQLObjectType, path: Path, asked: Read) -> Told:
        plan, scopes = self._plan(group, parent, path, asked), self.context_value.scopes
        bound = Bound(lambda number: self._given(plan.places[number]), scopes, asked.key)
        return Told(scopes, plan.sql, plan.values(bound), self._look(plan, str(path.as_list()[0])))

    def _look(self, plan: Plan, asked_for: str) -> Look | None:
        """What is asked is what the asker calls it: the operation, or without a name of it the field at its root."""
        if not plan.personal and not plan.asked:
            return None
        name = self.operation.name.value if self.operation.name else asked_for
        return Look(plan.personal, name, plan.asked, plan.sensitive)

    def _plan(self, group: FieldDetailsList, parent: GraphQLObjectType, path: Path, asked: Read) -> Plan:
        identity = (*self._identity, tuple(path.as_list()), asked.name)
        return PLANS.find(
            identity, lambda: self._compiled(group, parent, asked), lambda plan: plan.fits(self.context_value.scopes)
        )

    @cached_property
    def _identity(self) -> tuple[Hashable, ...]:
        operation = self.operation
        body = operation.loc.source.body if operation.loc else id(operation)
        name = operation.name.value if operation.name else None
        return self.schema, body, name, shape(self.variable_values.coerced), self.context_value.actor.role

    def _compiled(self, group: FieldDetailsList, parent: GraphQLObjectType, asked: Read) -> Plan:
        compiler = Compiler(self, self.context_value.scopes, self.context_value.actor.role)
        if asked.name is None:
            return compiler.root(place(self, parent, group))
        gtype = self.schema.get_type(asked.name)
        if not is_object_type(gtype):
            raise LookupError(f"{asked.name} is no type that can be read.")
        return compiler.single(gtype, group)
