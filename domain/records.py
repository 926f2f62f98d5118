"""What every row has in common, and the only three ways to touch one: find it, create it, change it.

`find` goes through the caller's `visible_to`, locks the row and compares the version that the caller read;
`create` and `change` refuse what a column cannot hold and write the journal in the same breath, so a change without
its entry cannot be written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache, partial
from typing import Any, TypeVar, cast
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from domain import database, journal, walls
from domain.actor import Actor, Author
from domain.criteria import any_of
from domain.errors import Conflict, Invalid, NotFound, WrongState
from domain.japanese import search_key, storable
from domain.table import Table, made


class Record(Table):
    """A row with a time-ordered id, a version that rises with each change, and its instants (UTC)."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        abstract = True


class Owned(Record):
    """A row that belongs to a unit of one prefecture: `unit_id` says whose it is, `prefecture_id` whose at most."""

    unit: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "renkei.Unit", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: UUID
    prefecture_id = fields.UUIDField()

    class Meta:
        abstract = True


R = TypeVar("R", bound=Record)

BATCH = 1_000
LONGEST_TEXT = 20_000
MISSING = "対象が見つかりません。番号を確かめてください。"
STALE = "ほかの人が先に変更しました。最新の内容を読み直してから、もう一度操作してください。"


async def find(rows: QuerySet[R], id: UUID, version: int | None = None) -> R:
    """The visible row, locked until the transaction ends.

    Raises NotFound where it is missing or hidden, Conflict where `version` is not the present one.
    """
    # Behind a guest's wall nothing can be locked: there the row is only looked for.
    if walls.is_for_guest():
        await see(rows, id)
    row = await rows.filter(id=id).select_for_update().first()
    if row is None:
        raise NotFound(MISSING)
    if version is not None and row.version != version:
        raise Conflict(STALE, field="version")
    return row


async def see(rows: QuerySet[R], id: UUID, field: str | None = None) -> R:
    """The visible row, only read: for what a change refers to. Raises NotFound."""
    async with walls.as_asked():
        row = await rows.filter(id=id).first()
    if row is None:
        raise NotFound(MISSING, field=field)
    return row


async def see_all(rows: QuerySet[R], ids: Iterable[UUID], field: str | None = None) -> list[R]:
    """The visible rows of these ids, each once and in their order, by one statement. Raises NotFound."""
    wanted = list(dict.fromkeys(ids))
    async with walls.as_asked():
        found = {row.id: row for row in await rows.filter(any_of(rows.model, "id", wanted))} if wanted else {}
    if len(found) < len(wanted):
        raise NotFound(MISSING, field=field)
    return [found[id] for id in wanted]


async def create(actor: Author, model: type[R], fact: str, **values: Any) -> R:
    """A new row and its journal entry; `fact` says in the past tense what happened. Raises Invalid, with the field."""
    must_fit(model, values)
    if issubclass(model, Owned) and isinstance(actor, Actor):
        values = {"prefecture_id": actor.prefecture_id, **values}
    row = model(created_at=actor.now, updated_at=actor.now, **values)
    await _add(row, journal.entries(actor, fact, [(row, {}, values)]))
    return row


async def create_many(actor: Author, model: type[R], fact: str, rows: Sequence[dict[str, Any]]) -> list[R]:
    """New rows and their journal entries, in one statement for every thousand."""
    common: dict[str, Any] = {"created_at": actor.now, "updated_at": actor.now}
    if issubclass(model, Owned) and isinstance(actor, Actor):
        common["prefecture_id"] = actor.prefecture_id
    for values in rows:
        must_fit(model, values)
    added = [made(model, **common | values) for values in rows]
    for at in range(0, len(added), BATCH):
        some = slice(at, at + BATCH)
        told: list[journal.Change] = [(row, {}, values) for row, values in zip(added[some], rows[some], strict=True)]
        await _add_all(model, added[some], journal.entries(actor, fact, told))
    return added


async def change(actor: Author, row: R, fact: str, **values: Any) -> R:
    """Set the values that differ, raise the version and write the journal; without a difference nothing happens.

    Raises Invalid, with the field, for what its column cannot hold.
    """
    before, after = _difference(row, values)
    if not after:
        return row
    await _save(row, actor.now, after, journal.entries(actor, fact, [(row, before, after)]))
    return row


async def change_many(actor: Author, fact: str, changes: Iterable[tuple[R, dict[str, Any]]]) -> None:
    """The same for each of these rows of one table, which are locked already, with values of their own: those of which
    the same columns differ in one statement for every thousand. Raises as `change`."""
    alike: dict[tuple[str, ...], list[journal.Change]] = {}
    for row, values in changes:
        before, after = _difference(row, values)
        if after:
            alike.setdefault(tuple(after), []).append((row, before, after))
    for differing in alike.values():
        for at in range(0, len(differing), BATCH):
            await _save_all(actor.now, differing[at : at + BATCH], actor, fact)


async def correct(actor: Author, row: R, fact: str, reason: str, **values: Any) -> R:
    """What is put right afterwards: the journal keeps the old values with the reason, which the row itself does not;
    where nobody had to give one, it may be empty.

    The version rises even where no value of the row differs, for those of a row that hangs on it may.
    """
    must_fit(type(row), {"reason": reason})
    before, after = _difference(row, values)
    told = after | ({"reason": reason} if reason else {})
    await _save(row, actor.now, after, journal.entries(actor, fact, [(row, before, told)]))
    return row


def _difference(row: Record, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values that differ, before and after. Raises Invalid, with the field, for what its column cannot hold."""
    must_fit(type(row), values)
    after = {name: value for name, value in values.items() if value != getattr(row, name)}
    return {name: getattr(row, name) for name in after}, after


async def note(actor: Author, row: R, fact: str, **told: Any) -> R:
    """Write down of a row what none of its columns holds, such as what was taken from it; its version rises."""
    await _save(row, actor.now, {}, journal.entries(actor, fact, [(row, {}, told)]))
    return row


def must_say(text: str, what: str, field: str) -> None:
    """Raises Invalid where nothing but blanks was written."""
    if not text.strip():
        raise Invalid(f"{what}を入力してください。", field=field)


def must_last(ended: date | None) -> None:
    """Raises WrongState for what has an end already, were it in the future."""
    if ended is not None:
        raise WrongState(f"{ended:%Y年%-m月%-d日}付けですでに登録から外れています。")


def must_have_ended(ended: date | None) -> None:
    """Raises WrongState for what is registered and has no end."""
    if ended is None:
        raise WrongState("登録から外れていません。いまのまま使えます。")


async def touch(actor: Author, row: R) -> R:
    """Raise the version of a row whose facts stand in another one that was just changed, and journaled, with it:
    whoever has read both before, and tells the version, overwrites nothing."""
    await _save(row, actor.now, {}, "[]")
    return row


async def touch_since(actor: Author, row: R, version: int) -> R:
    """As `touch`, unless the row itself has changed since that version."""
    return row if row.version > version else await touch(actor, row)


def must_fit(model: type[Model], values: dict[str, Any]) -> None:
    """Raises Invalid, with the field, for what its column cannot hold. `create` and `change` ask it; before a value is
    looked for, which the database refuses as well, it has to be asked."""
    checks = _checks(model)
    for name, value in values.items():
        if value is not None and (check := checks.get(name)):
            check(name, value)


@cache
def _checks(model: type[Model]) -> dict[str, Callable[[str, Any], None]]:
    """For each column that cannot hold everything of its type, who refuses what it cannot."""
    found: dict[str, Callable[[str, Any], None]] = {}
    for name, field in model._meta.fields_map.items():
        match field:
            case fields.CharField(max_length=most):
                found[name] = partial(_must_be_storable, most)
            case fields.TextField():
                found[name] = partial(_must_be_storable, LONGEST_TEXT)
            case fields.IntField():
                found[name] = _must_be_counted
    return found


def _must_be_counted(name: str, number: int) -> None:
    if not -(2**31) <= number < 2**31:
        raise Invalid("数が大きすぎるか小さすぎます。入力し直してください。", field=name)


def _must_be_storable(most: int, name: str, text: str) -> None:
    storable(text, multiline=True, field=name)
    if len(text) > most:
        raise Invalid(f"{most:,}字以内で入力してください（いまは{len(text):,}字です）。", field=name)


# A change and its entry are one statement: one way to the server, and neither is ever there without the other.


async def _add(row: Record, entries: str) -> None:
    _keyed(row, row.WORDS)
    columns = tuple(row._meta.fields_db_projection)
    await database.execute(_adding(type(row), columns), entries, *_values(row, columns))
    row._saved_in_db = True


async def _add_all(model: type[Record], rows: Sequence[Record], entries: str) -> None:
    for row in rows:
        _keyed(row, row.WORDS)
    columns = [[encode(getattr(row, name), row) for row in rows] for name, encode in _encoders(model)]
    await database.execute(_adding_all(model), entries, *columns)


@cache
def _encoders(model: type[Record]) -> list[tuple[str, Callable[[Any, Record], Any]]]:
    """How the driver is given each column's values: most as they are."""
    kinds = [(name, model._meta.fields_map[name]) for name in model._meta.fields_db_projection]
    return [(name, _as_it_is if _is_plain(field) else field.to_db_value) for name, field in kinds]


def _is_plain(field: fields.Field[Any]) -> bool:
    return type(field).to_db_value in (fields.Field.to_db_value, fields.UUIDField.to_db_value)


def _as_it_is(value: Any, _: Record) -> Any:
    return value


async def _save(row: Record, now: datetime, values: dict[str, Any], entries: str) -> None:
    row.update_from_dict({**values, "version": row.version + 1, "updated_at": now})
    columns = (*values, *_keyed(row, values), "version", "updated_at")
    await database.execute(_changing(type(row), columns), entries, *_values(row, columns), row.id)


async def _save_all(now: datetime, changes: Sequence[journal.Change], actor: Author, fact: str) -> None:
    """Of all of these the same columns differ."""
    entries, rows = journal.entries(actor, fact, changes), [cast(Record, row) for row, _, _ in changes]
    for row, _, after in changes:
        row.update_from_dict({**after, "version": row.version + 1, "updated_at": now})  # type: ignore[attr-defined]
    written = tuple(changes[0][2])
    keyed = [_keyed(row, written) for row in rows]
    columns = ("id", *written, *keyed[0], "version", "updated_at")
    encoders, model = dict(_encoders(type(rows[0]))), type(rows[0])
    values = [[encoders[name](getattr(row, name), row) for row in rows] for name in columns]
    await database.execute(_changing_all(model, columns), entries, *values)


def _keyed(row: Record, written: Iterable[str]) -> tuple[str, ...]:
    """Make the search key anew where one of the row's words is written: the column that changes with them. The journal
    has the words themselves. Each word ends a line, so that nothing is found across two of them."""
    if not set(row.WORDS).intersection(written):
        return ()
    said = [getattr(row, name) for name in row.WORDS]
    texts = [text for one in said for text in ([one] if isinstance(one, str) else one)]
    row.update_from_dict({"search": "\n".join(filter(None, map(search_key, texts)))})
    return ("search",)


def _values(row: Record, columns: Sequence[str]) -> list[Any]:
    return [row._meta.fields_map[name].to_db_value(getattr(row, name), row) for name in columns]


@cache
def _adding(model: type[Record], columns: tuple[str, ...]) -> str:
    named, given = ", ".join(columns), ", ".join(f"${number}" for number, _ in enumerate(columns, 2))
    return f"WITH entry AS ({journal.ADD}) INSERT INTO {model._meta.db_table} ({named}) VALUES ({given})"  # noqa: S608


@cache
def _adding_all(model: type[Record]) -> str:
    """Rows as columns: an array for each."""
    columns = model._meta.fields_db_projection
    arrays = (f"${number}::{_type(model, name)}[]" for number, name in enumerate(columns, 2))
    rows = f"SELECT * FROM unnest({', '.join(arrays)})"  # noqa: S608
    return f"WITH entry AS ({journal.ADD}) INSERT INTO {model._meta.db_table} ({', '.join(columns)}) {rows}"


def _type(model: type[Record], column: str) -> str:
    """PostgreSQL's; of a text without its length, for a cast would cut what is longer."""
    kind: str = model._meta.fields_map[column].get_for_dialect("postgres", "SQL_TYPE")
    return "text" if kind.startswith("VARCHAR") else kind


@cache
def _changing(model: type[Record], columns: tuple[str, ...]) -> str:
    given = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, 2))
    return f"WITH entry AS ({journal.ADD}) UPDATE {model._meta.db_table} SET {given} WHERE id = ${len(columns) + 2}"  # noqa: S608


@cache
def _changing_all(model: type[Record], columns: tuple[str, ...]) -> str:
    """Rows as columns, of which the first is the id: an array for each."""
    arrays = ", ".join(f"${number}::{_type(model, name)}[]" for number, name in enumerate(columns, 2))
    given = ", ".join(f"{name} = given.{name}" for name in columns[1:])
    rows = f"unnest({arrays}) AS given ({', '.join(columns)})"
    return f"WITH entry AS ({journal.ADD}) UPDATE {model._meta.db_table} own SET {given} FROM {rows} WHERE own.id = given.id"  # noqa: S608, E501
