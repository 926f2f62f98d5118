"""What anybody might say next: an input for any mutation of the live schema, about rows that are there.

Most of it is what a form could send; whether it is granted depends on what was done before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from graphql import GraphQLInputObjectType, is_list_type, is_non_null_type
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from api.reading.declarations import entity_of
from api.referring import READ_AT
from api.schema import schema
from domain import database
from domain.actor import TOKYO
from tests.api.inputs import USUAL, fields_of, kinds_of

T = TypeVar("T")
Draw = Callable[[SearchStrategy[Any]], Any]
ROWS = "SELECT '{kind}' AS kind, array_agg(id ORDER BY id) AS ids FROM {table}"
LEFT_OUT = object()


def _tables() -> dict[str, str]:
    entities = {kind: entity_of(schema._schema.type_map[kind]) for kind in READ_AT}
    return {kind: str(entity.model._meta.db_table) for kind, entity in entities.items() if entity}


async def present() -> dict[str, list[UUID]]:
    """The rows of each kind that an id may mean."""
    each = [ROWS.format(kind=kind, table=table) for kind, table in _tables().items()]
    return {row["kind"]: row["ids"] or [] for row in await database.rows(" UNION ALL ".join(each))}


@dataclass(frozen=True)
class Form:
    """Somebody at a form, at an instant and with these rows before them; `draw` decides."""

    draw: Draw
    now: datetime
    rows: dict[str, list[UUID]]

    def filled(self, mutation: str) -> dict[str, Any]:
        return self._fields({name: one.type for name, one in fields_of(mutation).items() if name != "version"})

    def _fields(self, types: dict[str, Any]) -> dict[str, Any]:
        said = {name: self._value(name, gtype) for name, gtype in types.items() if name != "idempotencyKey"}
        said = {name: value for name, value in said.items() if value is not LEFT_OUT}
        if {"startsAt", "endsAt"} <= set(said):
            said["endsAt"] = (datetime.fromisoformat(said["startsAt"]) + self._hours(1, 3)).isoformat()
        return said

    def _value(self, name: str, gtype: Any) -> Any:
        if is_non_null_type(gtype):
            return self._of(name, gtype.of_type)
        return self._of(name, gtype) if self.one_of((True, True, False)) else LEFT_OUT

    def _of(self, name: str, gtype: Any) -> Any:
        if is_list_type(gtype):
            several = [self._value(name, gtype.of_type) for _ in range(self.one_of((1, 1, 2)))]
            return [value for value in several if value is not LEFT_OUT]
        if isinstance(gtype, GraphQLInputObjectType):
            return self._fields({key: inner.type for key, inner in gtype.fields.items()})
        if hasattr(gtype, "values"):
            return self.one_of([*gtype.values])
        if name in USUAL and gtype.name == "String":
            return USUAL[name]
        plain: dict[str, Callable[[], Any]] = {
            "ID": lambda: self._id(name),
            "String": lambda: self.one_of(("例", "見本", "架空")),
            "Int": lambda: self.one_of((1, 2, 0, 60)),
            "Boolean": lambda: self.one_of((True, False)),
            "Decimal": lambda: self.one_of(("38.268895", "140.8721")),
            "Date": lambda: self._instant().date().isoformat(),
            "DateTime": lambda: self._instant().isoformat(),
        }
        return plain[gtype.name]()

    def _id(self, name: str) -> str:
        known = [(kind, id) for kind in kinds_of(name) for id in self.rows.get(kind, [])]
        kind, id = self.one_of(known) if known else (kinds_of(name)[0], UUID(int=0))
        return f"{kind}:{id}"

    def _instant(self) -> datetime:
        days = timedelta(days=self.one_of((20, 7, 1, 0, -1, -20, 60, 300)))
        return self.now.astimezone(TOKYO).replace(minute=0) + days + self._hours(0, 9)

    def _hours(self, least: int, most: int) -> timedelta:
        return timedelta(hours=self.draw(st.integers(least, most)))

    def one_of(self, values: Sequence[T]) -> T:
        value: T = self.draw(st.sampled_from(values))
        return value
