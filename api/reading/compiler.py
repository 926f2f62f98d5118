"""From a selection to one statement in which PostgreSQL builds the JSON."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from graphql import GraphQLEnumType, GraphQLObjectType
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList

from api.reading import pages
from api.reading.declarations import (
    NOBODY,
    Column,
    Computed,
    Entity,
    Expression,
    How,
    Key,
    One,
    Pages,
    Told,
    column_of,
    entity_of,
)
from api.reading.places import Place, selected
from api.reading.plans import MARK, Plan, Slot, numbered
from api.reading.readable import as_told, readable
from api.reading.scope import Scopes
from api.reading.seen import SEEN
from api.reading.sql import beside, literal, named, of_row, row_of, select
from domain.actor import Role
from domain.rights import DataClass

NUMERALS = ("Decimal",)  # exact numbers travel as text


class Compiler:
    """Writes one statement. Values are marks in its text until `plan` numbers them."""

    def __init__(self, executor: Executor[Any], scopes: Scopes, role: Role) -> None:
        self.executor = executor
        self.scopes = scopes
        self.role = role
        self.slots: list[Slot] = []
        self.places: list[Place] = []
        self.entered: dict[Entity, str] = {}
        self.personal: set[str] = set()
        self.asked: set[str] = set()
        self.sensitive = False
        self._joins: list[list[str]] = []
        self._aliases = (f"t{n}" for n in itertools.count())

    def plan(self, sql: str) -> Plan:
        text, slots = numbered(sql, self.slots)
        entered = {entity: self.scopes[entity].text for entity in self.entered}
        told = frozenset(self.personal), frozenset(self.asked), self.sensitive
        return Plan(text, slots, tuple(self.places), entered, *told)

    def root(self, place: Place) -> Plan:
        """A root field that is a list."""
        return self.plan(select(f"{self.cell(place, '')}::text"))

    def single(self, gtype: GraphQLObjectType, group: FieldDetailsList) -> Plan:
        """One row by its key."""
        inner, row = self.alias(), self.alias()
        key = self.value(lambda bound: bound.key, "uuid")
        rows = f"({select('*', f'{self.source(gtype)} {inner} where {inner}.id = {key}')}) {row}"
        return self.plan(select(f"{row_of(self.select(gtype, group, row, rows))}::text"))

    def alias(self) -> str:
        return next(self._aliases)

    def mark(self, slot: Slot) -> str:
        self.slots.append(slot)
        return MARK.format(len(self.slots) - 1)

    def value(self, slot: Slot, cast: str) -> str:
        return f"{self.mark(slot)}::{cast}"

    def register(self, place: Place) -> int:
        """Remember a place whose arguments the statement needs, by their number in `Bound.arguments`."""
        self.places.append(place)
        return len(self.places) - 1

    def source(self, gtype: Any, implied: frozenset[Role] = NOBODY) -> str:
        """What to select from: the scope, or the bare table where seeing the parent implies seeing it."""
        entity = entity_of(gtype)
        if entity is None:
            raise LookupError(f"{gtype.name} is not declared as an entity.")
        if self.role in implied:
            return entity.table
        return self.entered.get(entity) or self._enter(entity)

    def source_of(self, name: str) -> str:
        """The same for a type that a declaration names."""
        return self.source(self.executor.schema.type_map[name])

    def _enter(self, entity: Entity) -> str:
        text, values = self.scopes[entity]
        for index in reversed(range(len(values))):
            text = text.replace(f"${index + 1}", self.mark(scoped(entity, index)))
        self.entered[entity] = f"({text})"
        return self.entered[entity]

    @contextmanager
    def joined(self) -> Iterator[list[str]]:
        """Where what is found while writing the cells, to-one relations above all, puts its joins."""
        self._joins.append([])
        yield self._joins[-1]
        self._joins.pop()

    def select(self, gtype: GraphQLObjectType, group: FieldDetailsList, alias: str, rows: str) -> str:
        with self.joined() as joins:
            cells = self.cells(gtype, group, alias)
        return select(cells, rows + "".join(joins))

    def record(self, gtype: GraphQLObjectType, group: FieldDetailsList, alias: str) -> str:
        """What is shown of a row, as JSON; its cells are joined to whatever is being selected from."""
        join, record = beside(self.cells(gtype, group, alias), self.alias())
        self._joins[-1].append(join)
        return record

    def cells(self, gtype: GraphQLObjectType, group: FieldDetailsList, alias: str) -> str:
        places = list(selected(self.executor, gtype, group))
        cells = [named(self.cell(place, alias), place.key) for place in places]
        return ", ".join([*cells, *self.seen(gtype, places, alias)])

    def seen(self, gtype: GraphQLObjectType, places: list[Place], alias: str) -> list[str]:
        """Which row it is, where something personal of it is shown: for the line that tells of the look; and how many
        people stand in it, where that is not one."""
        entity = entity_of(gtype)
        personal, is_sensitive = personal_in(entity, places)
        if not personal or entity is None:
            return []
        self.personal |= {f"{gtype.name}.{place.name}" for place in personal}
        self.sensitive |= is_sensitive
        row, (each, _) = of_row(entity.model.__name__, alias), pages.listed_in(entity.model)
        return [named(f"{row} || ' ' || jsonb_array_length({alias}.{each})" if each else row, SEEN)]

    def cell(self, place: Place, alias: str) -> str:
        if place.name == "__typename":
            return literal(place.parent.name)
        if place.how is None:
            raise LookupError(f"{place.parent.name}.{place.name} is not declared.")
        return self._declared(place.how, place, alias)

    def _declared(self, how: How, place: Place, alias: str) -> str:
        match how:
            case Key():
                return f"{literal(place.parent.name + ':')} || {alias}.id"
            case Column():
                return as_shown(f'{alias}."{column_of(how, place.definition)}"', place)
            case Expression():
                return how.template.replace("{t}", alias)
            case Computed():
                return looked_up(how, alias)
            case Told():
                return as_told(how, alias, readable(self.executor.schema, self.role))
            case One():
                return self._one(how, place, alias)
            case Pages():
                return pages.connection(self, how, place, alias)
            case _:
                raise LookupError(f"{place.parent.name}.{place.name} can only be asked at the root.")

    def _one(self, how: One, place: Place, alias: str) -> str:
        """A left join: a correlated subselect per row costs a third more."""
        row, gtype = self.alias(), place.type
        if not isinstance(gtype, GraphQLObjectType):
            raise LookupError(f"{place.parent.name}.{place.name} must be of one object type.")
        source = self.source(gtype, how.implied)
        self._joins[-1].append(f" left join {source} {row} on {row}.{how.back} = {alias}.{how.column}")
        return f"case when {row}.id is not null then {self.record(gtype, place.group, row)} end"


def personal_in(entity: Entity | None, places: Sequence[Place]) -> tuple[list[Place], bool]:
    """The fields of one row that show personal data, and whether some of it is somebody's sensitive one."""
    personal = [place for place in places if place.how and is_personal(place.how)]
    is_sensitive = any(place.how and place.how.data >= DataClass.SENSITIVE for place in personal)
    return personal, is_sensitive and entity is not None and pages.is_of_somebody(entity.model)


def is_personal(how: How) -> bool:
    """Whether the field itself shows personal data; of a relation, the fields of the other row say so. What a journal
    tells may be anything that its row holds."""
    if isinstance(how, Told):
        return how.called is None
    return isinstance(how, Column | Expression | Computed) and how.data >= DataClass.PERSONAL


def as_shown(column: str, place: Place) -> str:
    """Exact numbers as text, and an enum's value under its GraphQL name where the two differ."""
    gtype = place.type
    if isinstance(gtype, GraphQLEnumType):
        differ = {str(value.value): name for name, value in gtype.values.items() if value.value != name}
        cases = "".join(f" when {literal(value)} then {literal(name)}" for value, name in differ.items())
        return f"(case {column}{cases} else {column} end)" if differ else column
    return f"{column}::text" if gtype.name in NUMERALS else column


def looked_up(how: Computed, alias: str) -> str:
    cases = "".join(f" when {literal(state)} then {literal(json.dumps(items))}" for state, items in how.table.items())
    return f"(case {alias}.{how.column}{cases} else '[]' end)::json"


def scoped(entity: Entity, index: int) -> Slot:
    return lambda bound: bound.scopes[entity].values[index]
