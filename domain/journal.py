"""The journal: who did what, when, to which row, with the values before and after. Rows are only ever added.

Who is named by id, never by name; the values are those of the row, so the journal is kept and erased with the
care its rows need.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from secrets import token_hex
from typing import Any
from uuid import UUID

import orjson
from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model
from uuid_utils.compat import uuid7

from domain import database, running
from domain.actor import Author, Role
from domain.table import Table


class Entry(Table):
    """One change. `person_id` and `role` are empty where the clock acted by itself. `at` is UTC; the prefecture is the
    row's, the unit that of whoever acted. `number`, `digest` and `seal` come later (`sealing`); `salt` keeps a digest
    from telling what was erased.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    at = fields.DatetimeField()
    person_id = fields.UUIDField(null=True)
    role = fields.CharEnumField(Role, max_length=20, null=True)
    unit_id = fields.UUIDField(null=True)
    prefecture_id = fields.UUIDField(null=True)
    request_id = fields.CharField(max_length=running.LONGEST, default=running.number)
    fact = fields.CharField(max_length=60)
    kind = fields.CharField(max_length=40)
    row_id = fields.UUIDField()
    before: dict[str, Any] = fields.JSONField()
    after: dict[str, Any] = fields.JSONField()
    salt = fields.CharField(max_length=32)
    number = fields.BigIntField(null=True, unique=True)
    digest = fields.CharField(max_length=64, null=True)
    seal = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "journal"
        indexes = [Index(fields=("row_id", "at"), name="journal_row")]


ADD = "INSERT INTO journal SELECT * FROM jsonb_populate_recordset(null::journal, $1::jsonb)"
"""`$1` are `entries`. A statement of its own, or part of the one that makes the change."""


async def write(actor: Author, fact: str, row: Table, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Add one entry, in the caller's transaction."""
    await database.execute(ADD, entries(actor, fact, [(row, before, after)]))


Change = tuple[Table, dict[str, Any], dict[str, Any]]
"""A row, and what changed of it, before and after."""


def entries(actor: Author, fact: str, changes: Iterable[Change]) -> str:
    """What is added for these, as PostgreSQL takes it."""
    common = {
        "at": plain(actor.now),
        "person_id": plain(actor.person_id),
        "role": actor.role,
        "unit_id": plain(actor.unit_id),
        "request_id": running.number(),
        "fact": fact,
    }
    return written([common | _told(*change) for change in changes])


def _told(row: Table, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "prefecture_id": plain(getattr(row, "prefecture_id", None)),
        "kind": type(row).__name__,
        "row_id": str(row.pk),
        "salt": token_hex(16),
        "before": _values(row, before),
        "after": _values(row, after),
    }


def _values(row: Table, values: dict[str, Any]) -> dict[str, Any]:
    return {name: len(value) if name in row.UNTOLD else value for name, value in values.items()}


def written(rows: Iterable[dict[str, Any]]) -> str:
    """Rows as PostgreSQL takes them in one statement (`jsonb_populate_recordset`)."""
    return orjson.dumps(rows, default=plain, option=orjson.OPT_NON_STR_KEYS).decode()


def plain(value: Any) -> Any:
    """A value as JSON can say it; instants and dates in ISO 8601, exact numbers as texts."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case Enum():
            return value.value
        case Model():
            return str(value.pk)
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value
