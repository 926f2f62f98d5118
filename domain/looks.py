"""Looks at personal data: one line for each time that somebody was shown any, who, why, which rows and which fields.

Lines are written in the transaction of the reading and only ever added; they hold ids, never names. Source of the duty:
個人情報の保護に関する法律 (安全管理措置, 漏えい等の報告), which asks whom a leak has touched.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from uuid_utils.compat import uuid7

from domain import database, running
from domain.actor import Actor, Role
from domain.errors import Incomplete, Invalid
from domain.japanese import storable
from domain.journal import Entry
from domain.register import HOLDINGS, persons_behind
from domain.table import Table, models
from domain.values import dataclass
from domain.verbs import routine

MANY = 100
"""More persons than this, and a leak is to be reported to 個人情報保護委員会 (個人情報の保護に関する法律 68条)."""


SHORTEST_PURPOSE, LONGEST_PURPOSE = 2, 200
"""Letters and digits of any script (照会 has two); characters."""

SENSITIVE = "要配慮の情報（保護者・保存の指示の理由など）を読むとき"
AT_ONCE = f"{MANY}人を超える個人情報を一度に読むとき"
"""What nobody is shown without saying why."""


NONE: Mapping[str, int] = {}


class Door(StrEnum):
    """Where it was shown: GRAPHQL, a page of their own (PAGE), a download (EXPORT), the command line (CONSOLE)."""

    GRAPHQL = "GRAPHQL"
    PAGE = "PAGE"
    EXPORT = "EXPORT"
    CONSOLE = "CONSOLE"


class Look(Table):
    """One look. `rows` are `Model:id`, `columns` the `Type.field` that were shown of them, `asked` those by which rows
    were chosen or put in order, which tells of them too. `listed` says of rows that are no single person's how many
    stood there (`Holding.each`). `purpose` is why, where the asker has said so, `operation` what they asked for,
    `key_id` the token or session through which they saw it."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    at = fields.DatetimeField()
    door = fields.CharEnumField(Door, max_length=20)
    person_id = fields.UUIDField()
    key_id = fields.UUIDField(null=True)
    role = fields.CharEnumField(Role, max_length=20)
    unit_id = fields.UUIDField()
    prefecture_id = fields.UUIDField()
    request_id = fields.CharField(max_length=running.LONGEST, default=running.number)
    operation = fields.CharField(max_length=200, default="")
    purpose = fields.CharField(max_length=LONGEST_PURPOSE, default="")
    asked: list[str] = fields.JSONField(default=list)
    columns: list[str] = fields.JSONField()
    rows: list[str] = fields.JSONField()
    listed: dict[str, int] = fields.JSONField(default=dict)

    class Meta:
        table = "look"
        indexes = [Index(fields=("person_id", "at"), name="look_person"), Index(fields=("at",), name="look_at")]


ADD = """
    INSERT INTO look (id, at, door, request_id, person_id, key_id, role, unit_id, prefecture_id, operation, purpose,
        asked, columns, rows, listed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, to_jsonb($12::text[]), to_jsonb($13::text[]),
        to_jsonb($14::text[]), $15::jsonb)"""


def line(
    actor: Actor,
    door: Door,
    operation: str,
    columns: Iterable[str],
    rows: Iterable[str] | Mapping[str, int],
    *,
    purpose: str = "",
    asked: Iterable[str] = (),
) -> tuple[object, ...]:
    """The values for `ADD`; `rows` may say how many persons each shows. Texts that are too long are cut: they are what
    somebody else has said of it."""
    listed = {row: persons for row, persons in rows.items() if persons != 1} if isinstance(rows, Mapping) else {}
    whose = (actor.person_id, actor.key_id, actor.role.value, actor.unit_id, actor.prefecture_id)
    why = (operation[:200], purpose[:200])
    return (
        *(uuid7(), actor.now, door.value, running.number(), *whose, *why),
        *(sorted(asked), sorted(columns), sorted(rows), json.dumps(listed)),
    )


@routine
async def tell(now: datetime, actor: Actor, operation: str, shown: Collection[tuple[str, str]]) -> None:
    """Write down that whoever sits at the machine is shown these fields (`Model.column`) of these rows (`Model:id`),
    before they are. Where the register knows nobody behind them, there is no line."""
    await note(Door.CONSOLE, replace(actor, now=now), operation, shown)


async def note(
    door: Door,
    actor: Actor,
    operation: str,
    shown: Iterable[tuple[str, str]],
    listed: Mapping[str, int] = NONE,
    purpose: str = "",
) -> None:
    """Write down, before they are shown, what is personal of these fields (`Model.column`) of these rows (`Model:id`),
    of which some list so many persons; in the running transaction, where there is one."""
    personal = {(column, row) for column, row in shown if _is_personal(column)}
    if personal:
        columns, rows = ({one[at] for one in personal} for at in (0, 1))
        counted = {row: listed.get(row, 1) for row in rows}
        await database.execute(ADD, *line(actor, door, operation, columns, counted, purpose=purpose))


async def note_file(door: Door, actor: Actor, operation: str, row: str) -> None:
    """Write down that the file of this row (`Model:id`) is handed out: nobody knows who is named in it."""
    model = row.partition(":")[0]
    await database.execute(ADD, *line(actor, door, operation, [f"{model}.content"], [row]))


def _is_personal(column: str) -> bool:
    model, _, name = column.partition(".")
    return name in HOLDINGS[models()[model]._meta.db_table].of_persons


def purpose(text: str) -> str:
    """Why somebody wants to see personal data, in their own words and one line. Raises Invalid."""
    said = storable(text.strip(), field="purpose")
    if len(said) > LONGEST_PURPOSE:
        raise Invalid(f"目的は{LONGEST_PURPOSE}字以内で書いてください（いまは{len(said):,}字です）。", field="purpose")
    return said


def must_say_why(said: str, what: str) -> str:
    """Raises Incomplete where no purpose was said for what nobody is shown without one; a sign alone says nothing."""
    if sum(map(str.isalnum, said)) < SHORTEST_PURPOSE:
        raise Incomplete(
            f"{what}には、目的が要ります。目的（例: 令和8年度の委嘱の更新）を書き添えてください。", field="purpose"
        )
    return said


def must_say_why_for(rows: Mapping[str, int], said: str) -> None:
    """Raises Incomplete where so many persons are shown at once, by each of these rows so many, that a purpose is
    wanted. Who is shown by two kinds of rows, as a volunteer and as a person, is one."""
    kinds = Counter[str]()
    for row, persons in rows.items():
        kinds[row.partition(":")[0]] += persons
    if is_many(kinds):
        must_say_why(said, AT_ONCE)


def is_many(kinds: Mapping[str, int]) -> bool:
    """Whether that many by rows of each kind are more persons than are shown to nobody who does not say why."""
    return max(kinds.values(), default=0) > MANY


@dataclass(frozen=True)
class Affected:
    """Whose data was shown: persons, each with how often and when last; `looks` is how many lines tell it. `named` is
    how many besides stood in the lists that were shown, as nobody whom we know. `kinds` says of each person how many of
    their rows that were, by what the register calls these."""

    persons: Mapping[UUID, tuple[int, datetime]]
    looks: int
    named: int = 0
    kinds: Mapping[UUID, Mapping[str, int]] = field(default_factory=dict)

    @property
    def is_reportable(self) -> bool:
        return len(self.persons) + self.named > MANY


async def affected(
    since: datetime,
    before: datetime,
    *,
    by: UUID | None = None,
    key: UUID | None = None,
    door: Door | None = None,
    request: str | None = None,
) -> Affected:
    """Whose data was shown between two instants: to anybody, or to one person, through one token or session, by one
    door, in one request."""
    wanted = {"person_id": by, "key_id": key, "door": door, "request_id": request}
    narrowed = {name: value for name, value in wanted.items() if value is not None}
    found = await Look.filter(at__gte=since, at__lt=before, **narrowed).order_by("at")
    known = await _persons_behind({row for one in found for row in one.rows})
    persons: dict[UUID, tuple[int, datetime]] = {}
    for one in found:
        for person in {known[row] for row in one.rows if row in known}:
            persons[person] = (persons.get(person, (0, one.at))[0] + 1, one.at)
    return Affected(persons, len(found), await _named(found), _kinds(known))


def _kinds(known: Mapping[str, UUID]) -> dict[UUID, Counter[str]]:
    kinds: dict[UUID, Counter[str]] = {}
    for row, person in known.items():
        table = models()[row.partition(":")[0]]._meta.db_table
        kinds.setdefault(person, Counter())[HOLDINGS[table].name] += 1
    return kinds


async def _named(found: Sequence[Look]) -> int:
    """How many stood in the lists (`Holding.each`) when they were shown, as the journal tells, which outlasts them. Who
    stood in two versions of one list may be two."""
    lists = {name: each for name, model in models().items() if (each := HOLDINGS[model._meta.db_table].each)}
    shown = {(row, one.at) for one in found for row in one.rows if row.partition(":")[0] in lists}
    ids = {row.partition(":")[2] for row, _ in shown}
    versions: dict[str, list[Entry]] = {}
    for entry in await Entry.filter(kind__in=lists, row_id__in=ids).order_by("at", "id"):
        if lists[entry.kind] in entry.after:
            versions.setdefault(f"{entry.kind}:{entry.row_id}", []).append(entry)
    seen = {one.id: one for row, at in shown for one in [_last(versions.get(row, []), at)] if one}
    return sum(one.after[lists[one.kind]] for one in seen.values())


def _last(entries: Sequence[Entry], at: datetime) -> Entry | None:
    return next((one for one in reversed(entries) if one.at <= at), None)


async def _persons_behind(rows: Collection[str]) -> dict[str, UUID]:
    """Whose data each row is by the register; an entry of the journal is of whoever the row is that it tells of."""
    by_model: dict[str, list[UUID]] = {}
    for row in rows:
        model, _, id = row.partition(":")
        by_model.setdefault(model, []).append(UUID(id))
    entries = await Entry.filter(id__in=by_model.pop(Entry.__name__, [])).values_list("id", "kind", "row_id")
    told = {f"{Entry.__name__}:{id}": f"{kind}:{row_id}" for id, kind, row_id in entries}
    found: dict[str, UUID] = {}
    for name, ids in by_model.items():
        theirs = await persons_behind(models()[name]._meta.db_table, ids)
        found |= {f"{name}:{id}": person for id, person in theirs.items()}
    behind = await _persons_behind(set(told.values())) if told else {}
    return found | {entry: behind[row] for entry, row in told.items() if row in behind}
