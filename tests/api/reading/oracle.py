"""The slow way to read: the same declarations as ordinary resolvers over rows that the ORM has loaded.

A schema without the reader and with this extension answers as the reader must. Both share the scopes, which are
therefore tested by ids written out by hand.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from graphql import get_named_type
from strawberry.extensions import SchemaExtension
from tortoise import Tortoise

from api.context import Context
from api.reading.choices import METADATA, SEEN_ROWS, Order
from api.reading.declarations import (
    AnyNode,
    Column,
    Computed,
    Entity,
    Expression,
    Key,
    One,
    Pages,
    RootOne,
    Told,
    column_of,
    entity_of,
    how_of,
)
from api.reading.pages import node_type, order_cast
from domain.rights import may_read
from domain.units import Unit

END = datetime.max.replace(tzinfo=UTC)
PARSE: dict[str, Callable[[str], Any]] = {
    "timestamptz": lambda text: END if text == "infinity" else datetime.fromisoformat(text),
    "date": lambda text: date.max if text == "infinity" else date.fromisoformat(text),
    "numeric": Decimal,
    "bigint": int,
    "boolean": lambda text: text == "true",
    "uuid": UUID,
    "text": str,
}


@dataclass
class SlowContext(Context):
    """A request that is answered by the oracle."""

    seen: dict[Entity, dict[UUID, Any]] = field(default_factory=dict)

    async def rows(self, entity: Entity) -> dict[UUID, Any]:
        if entity not in self.seen:
            self.seen[entity] = {row.id: row for row in await entity.visible_to(self.actor)}
        return self.seen[entity]


class Oracle(SchemaExtension):
    async def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        definition = info.parent_type.fields.get(info.field_name)
        how = how_of(info.parent_type, definition) if definition else None
        if how is None:
            return _next(root, info, *args, **kwargs)
        return await Slow(info, definition, root, kwargs).answer(how)


class Slow:
    """One field of one row, resolved."""

    def __init__(self, info: Any, definition: Any, root: Any, arguments: dict[str, Any]) -> None:
        self.info = info
        self.definition = definition
        self.row = getattr(root, "row", None)
        self.arguments = arguments
        self.target: Any = get_named_type(definition.type)

    async def answer(self, how: Any) -> Any:
        match how:
            case Key() | Column() | Computed() | Told():
                return self.of_row(how)
            case Expression():
                return (await values(entity_of(self.info.parent_type), how.template))[self.row.id]
            case One():
                return await self.one(getattr(self.row, how.column), how.back)
            case Pages():
                return await self.page(how)
            case RootOne() | AnyNode():
                return await self.named(self.arguments["id"], how)

    def of_row(self, how: Any) -> Any:
        match how:
            case Key():
                return f"{self.info.parent_type.name}:{self.row.id}"
            case Column():
                return getattr(self.row, column_of(how, self.definition))
            case Computed():
                return list(how.table.get(str(getattr(self.row, how.column).value), ()))
            case Told():
                return labels(self.info, how, self.row) if how.called else told_of(self.info, how, self.row)

    async def one(self, key: Any, back: str) -> Any:
        rows = (await self.info.context.rows(entity_of(self.target))).values()
        return next((dressed(self.target, row) for row in rows if getattr(row, back) == key), None)

    async def named(self, global_id: str, how: Any) -> Any:
        name, _, key = global_id.partition(":")
        gtype = self.info.schema.get_type(name)
        if entity_of(gtype) is None or (isinstance(how, RootOne) and gtype is not self.target):
            return None
        row = (await self.info.context.rows(entity_of(gtype))).get(parsed_key(key))
        return dressed(gtype, row)

    # -------- lists

    async def page(self, how: Pages) -> Any:
        gtype = node_type(self.target)
        order = self.arguments["orderBy"].value if self.arguments.get("orderBy") else how.order
        sorted_rows = await self.sorted(await self.found(how, gtype), order, entity_of(gtype))
        within = self.within(sorted_rows, order, entity_of(gtype))
        shown, more = cut(within, self.arguments.get("first"), self.arguments.get("last"))
        edges = [SimpleNamespace(cursor=cursor(order, value, row.id), node=dressed(gtype, row)) for value, row in shown]
        return SimpleNamespace(total_count=len(sorted_rows), edges=edges, page_info=self.page_info(edges, more))

    async def found(self, how: Pages, gtype: Any) -> list[Any]:
        rows = list((await self.info.context.rows(entity_of(gtype))).values())
        if how.back:
            rows = [row for row in rows if getattr(row, how.back) == getattr(self.row, how.column)]
        if how.besides:
            rows = [row for row in rows if how.besides.holds(row, self.row)]
        given = {name: value for name, value in (self.arguments.get("filter") or {}).items() if value is not None}
        for name, value in given.items():
            rows = await self.filtered(rows, name, value, entity_of(gtype))
        return rows

    async def filtered(self, rows: list[Any], name: str, value: Any, entity: Any) -> list[Any]:
        known = get_named_type(self.definition.args["filter"].type).fields
        declared = known[name].extensions["strawberry-definition"].metadata[METADATA]
        if declared.descends:
            covered = await covered_by(declared.prepare(value))
            return [row for row in rows if getattr(row, declared.column) in covered]
        if declared.holds:
            return [row for row in rows if declared.holds(getattr(row, declared.column), value)]
        kept = await ids(entity, await self.entered(declared.saying(value)), declared.prepare(value))
        return [row for row in rows if row.id in kept]

    async def entered(self, template: str) -> str:
        """With the rows in it that the actor sees, one by one."""
        for name in SEEN_ROWS.findall(template):
            entity = entity_of(self.info.schema.type_map[name])
            seen = ", ".join(f"'{id}'::uuid" for id in await self.info.context.rows(entity))
            rows = f"(select * from {entity.table} where id = any(array[{seen}]::uuid[]))"  # noqa: S608 - ids alone
            template = template.replace(f"{{seen:{name}}}", rows)
        return template

    async def sorted(self, rows: list[Any], order: Order, entity: Any) -> list[tuple[Any, Any]]:
        found = await values(entity, order.sql) if order.sql else {row.id: getattr(row, order.name) for row in rows}
        parse = PARSE[order_cast(order, entity.model)]

        def value(row: Any) -> Any:
            own = found[row.id]
            return parse(order.missing) if own is None and order.missing is not None else own

        return sorted(((value(row), row) for row in rows), key=place, reverse=order.descending)

    def within(self, rows: list[tuple[Any, Any]], order: Order, entity: Any) -> list[tuple[Any, Any]]:
        cast = order_cast(order, entity.model)
        if after := self.arguments.get("after"):
            low = opened(after, cast)
            rows = [pair for pair in rows if place(pair) != low and (place(pair) < low) == order.descending]
        if before := self.arguments.get("before"):
            high = opened(before, cast)
            rows = [pair for pair in rows if place(pair) != high and (place(pair) > high) == order.descending]
        return rows

    def page_info(self, edges: list[Any], more: bool) -> Any:
        backward = self.arguments.get("last") is not None
        return SimpleNamespace(
            has_next_page=self.arguments.get("before") is not None if backward else more,
            has_previous_page=more if backward else self.arguments.get("after") is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )


def place(pair: tuple[Any, Any]) -> tuple[Any, UUID]:
    value, row = pair
    return value, row.id


def cut(rows: list[Any], first: int | None, last: int | None) -> tuple[list[Any], bool]:
    """The rows shown, and whether there were more at that end."""
    if last is not None:
        return rows[len(rows) - min(last, len(rows)) :], len(rows) > last
    size = 20 if first is None else first
    return rows[:size], len(rows) > size


def dressed(gtype: Any, row: Any) -> Any:
    """An object that Strawberry takes for one of this type; the row is inside."""
    if row is None:
        return None
    thing = object.__new__(gtype.extensions["strawberry-definition"].origin)
    thing.row = row
    return thing


def labels(info: Any, how: Told, row: Any) -> dict[str, str]:
    kind, columns = getattr(row, how.kind), {column for said in how.columns for column in getattr(row, said)}
    named = told(info, kind, {column: column for column in columns})
    return {name: how.called(kind, column.rpartition(":")[2]) for name, column in named.items()}


def told_of(info: Any, how: Told, row: Any) -> dict[str, Any]:
    (column,) = how.columns
    return told(info, getattr(row, how.kind), getattr(row, column))


def told(info: Any, kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values that the role may read of a row in every type that shows such rows, by their names there."""
    named: dict[str, list[tuple[str, Any]]] = {}
    for gtype in info.schema.type_map.values():
        entity = entity_of(gtype)
        for name, shown_as in gtype.fields.items() if entity and entity.model.__name__ == kind else ():
            how = how_of(gtype, shown_as)
            if isinstance(how, Column):
                named.setdefault(column_of(how, shown_as), []).append((name, how))
            elif isinstance(how, One) and how.column != "id":
                named.setdefault(how.column, []).append((name, (how, get_named_type(shown_as.type).name)))
    role, shown = info.context.actor.role, {}
    for column, value in values.items():
        hows = [how[0] if isinstance(how, tuple) else how for _, how in named.get(column, [])]
        if hows and all(may_read(role, how.data) for how in hows):
            name, how = named[column][0]
            is_id = isinstance(how, tuple) and value is not None
            shown[name] = f"{how[1]}:{value}" if is_id else value
    return shown


def cursor(order: Order, value: Any, key: UUID) -> str:
    text = "infinity" if value in (END, date.max) else value
    if isinstance(value, bool):
        text = str(value).lower()
    return base64.b64encode(json.dumps([order.name, str(text), str(key)]).encode()).decode()


def opened(text: str, cast: str) -> tuple[Any, UUID]:
    _, value, key = json.loads(base64.b64decode(text))
    return PARSE[cast](value), UUID(key)


def parsed_key(text: str) -> UUID | None:
    try:
        key = UUID(text)
    except ValueError:
        return None
    return key if str(key) == text else None


async def covered_by(unit_id: UUID | None) -> set[UUID]:
    """The unit and all whose way up leads through it."""
    units = {unit.id: unit for unit in await Unit.all()}

    def leads_through(at: UUID | None) -> bool:
        return at is not None and (at == unit_id or leads_through(units[at].parent_id))

    return {id for id in units if leads_through(id)}


async def values(entity: Any, template: str) -> dict[UUID, Any]:
    """What an expression is for every row of a table."""
    sql = f"select t.id, {template.replace('{t}', 't')} as v from {entity.table} t"  # noqa: S608 - declared SQL
    return {row["id"]: row["v"] for row in await Tortoise.get_connection("default").execute_query_dict(sql)}


async def ids(entity: Any, template: str, value: Any) -> set[UUID]:
    """The rows of a table for which a filter in SQL holds."""
    condition = template.replace("{t}", "t").replace("{v}", "$1")
    sql = f"select t.id from {entity.table} t where {condition}"  # noqa: S608 - declared SQL
    given = [value] if "{v}" in template else []
    return {row["id"] for row in await Tortoise.get_connection("default").execute_query_dict(sql, given)}
