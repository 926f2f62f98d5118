"""Looks at personal data: one line for each time that somebody was shown any, who, why, which rows and which fields.

Lines are written in the transaction of the reading and only ever added; they hold ids, never names. Source of the duty:
個人情報の保護に関する法律 (安全管理措置, 漏えい等の報告), which asks whom a leak has touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from uuid_utils.compat import uuid7

from domain.actor import Actor, Role
from domain.journal import Entry
from domain.register import persons_behind
from domain.table import Table, models

MANY = 100
"""More persons than this, and a leak is to be reported to 個人情報保護委員会 (個人情報の保護に関する法律 68条)."""


class Door(StrEnum):
    """Where it was shown: GRAPHQL, a download (EXPORT), the command line (CONSOLE)."""

    GRAPHQL = "GRAPHQL"
    EXPORT = "EXPORT"
    CONSOLE = "CONSOLE"


class Look(Table):
    """One look. `rows` are `Model:id`, `columns` are `Type.field`; `purpose` is what the asker has said of it, `key_id`
    the token or session through which they saw it."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    at = fields.DatetimeField()
    door = fields.CharEnumField(Door, max_length=20)
    person_id = fields.UUIDField()
    key_id = fields.UUIDField(null=True)
    role = fields.CharEnumField(Role, max_length=20)
    unit_id = fields.UUIDField()
    prefecture_id = fields.UUIDField()
    purpose = fields.CharField(max_length=200, default="")
    columns: list[str] = fields.JSONField()
    rows: list[str] = fields.JSONField()

    class Meta:
        table = "look"
        indexes = [Index(fields=("person_id", "at"), name="look_person"), Index(fields=("at",), name="look_at")]


ADD = """
    INSERT INTO look (id, at, door, person_id, key_id, role, unit_id, prefecture_id, purpose, columns, rows)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_jsonb($10::text[]), to_jsonb($11::text[]))"""


def line(actor: Actor, door: Door, purpose: str, columns: Iterable[str], rows: Iterable[str]) -> tuple[object, ...]:
    """The values for `ADD`."""
    who = (actor.person_id, actor.key_id, actor.role.value, actor.unit_id, actor.prefecture_id)
    return uuid7(), actor.now, door.value, *who, purpose[:200], sorted(columns), sorted(rows)


@dataclass(frozen=True)
class Affected:
    """Whose data was shown: persons, each with how often and when last; `looks` is how many lines tell it."""

    persons: Mapping[UUID, tuple[int, datetime]]
    looks: int

    @property
    def is_reportable(self) -> bool:
        return len(self.persons) > MANY


async def affected(
    since: datetime, before: datetime, *, by: UUID | None = None, key: UUID | None = None, door: Door | None = None
) -> Affected:
    """Whose data was shown between two instants: to anybody, or to one person, through one token or session, by one
    door."""
    wanted = {"person_id": by, "key_id": key, "door": door}
    narrowed = {name: value for name, value in wanted.items() if value is not None}
    found = await Look.filter(at__gte=since, at__lt=before, **narrowed).order_by("at")
    known = await _persons_behind({row for one in found for row in one.rows})
    persons: dict[UUID, tuple[int, datetime]] = {}
    for one in found:
        for person in {known[row] for row in one.rows if row in known}:
            persons[person] = (persons.get(person, (0, one.at))[0] + 1, one.at)
    return Affected(persons, len(found))


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
