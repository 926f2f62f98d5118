"""What a date is in calendars, as bytes, kept for every process: written once, and again when the date is another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tortoise import fields

from domain import database
from domain.table import Table


class KeptEntry(Table):
    """The entry of a date, and by which digest what it was written of is known (`written_of`, of the writer too): it is
    taken only where that is still so. It is kept only while the date's row is the one that was read, and the database
    throws it away with each change of the date (`stirred_by_date`), so nothing outlives what it was written of."""

    appointment_id = fields.UUIDField(primary_key=True)
    prefecture_id = fields.UUIDField()
    written_of = fields.BinaryField()
    entry = fields.BinaryField()

    class Meta:
        table = "kept_entry"


class Shown(NamedTuple):
    """A date as the owner of a feed sees it, in the words of a calendar; `sequence` is that of the last letter to them
    (`sequence_for`). Nothing of it describes more than title, times and place."""

    uid: str
    sequence: int
    created: datetime
    changed: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    url: str
    status: str
    description: str = ""


@dataclass(frozen=True)
class Writer:
    """Who writes entries; one that would write anything otherwise has another name."""

    name: str
    write: Callable[[Shown], bytes]


class Found(NamedTuple):
    """A date of a feed: its entry where one was kept, else what there is to be written, known by its digest. `state` is
    the transaction that made the row what was read (PostgreSQL's xmin)."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None
    entry: bytes | None
    written_of: bytes | None
    state: int
    shown: Sequence[object]


class Dated(NamedTuple):
    """A date of a feed with its entry."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    entry: bytes


async def written(found: Iterable[Found], writer: Writer) -> list[Dated]:
    """The dates with their entries; those that had none are kept from now on."""
    found = list(found)
    missing = [one for one in found if one.entry is None]
    # In a thread: ten thousand entries take a fifth of a second, in which others are waiting for their answers.
    new = await asyncio.to_thread(_written, missing, writer) if missing else {}
    for first in range(0, len(missing), PART):
        await _keep(missing[first : first + PART], new)
    return [Dated(one.id, one.starts_at, one.ends_at, one.entry or new[one.id]) for one in found]


def _written(missing: Iterable[Found], writer: Writer) -> dict[UUID, bytes]:
    return {one.id: writer.write(Shown(*one.shown)) for one in missing}  # type: ignore[arg-type]  # as it was selected


PART = 1_000
# What somebody is changing, or has changed since it was read, is left out: nobody waits for the other, and it would be
# thrown away with the change, or has been. What is kept is locked until it stands, so that whoever changes it meanwhile
# finds what to throw away.
KEEP = """
    INSERT INTO kept_entry (appointment_id, prefecture_id, written_of, entry)
    SELECT date.id, date.prefecture_id, new.written_of, new.entry
    FROM unnest($1::uuid[], $2::xid[], $3::bytea[], $4::bytea[]) AS new (id, state, written_of, entry)
    JOIN appointment date ON date.id = new.id AND date.xmin = new.state
    ORDER BY date.id FOR SHARE OF date SKIP LOCKED
    ON CONFLICT (appointment_id) DO UPDATE SET written_of = excluded.written_of, entry = excluded.entry"""


async def _keep(part: Sequence[Found], new: dict[UUID, bytes]) -> None:
    ids, states = [one.id for one in part], [one.state for one in part]
    await database.execute(KEEP, ids, states, [one.written_of for one in part], [new[id] for id in ids])
