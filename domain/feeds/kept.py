"""What a date is in calendars, as bytes, kept for every process: the clock writes it ahead of those who read it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tortoise import fields

from domain.table import Table


class KeptEntry(Table):
    """The entry of a date by one `writer`, and the digest of the row that it was written of (`written_of`): it is taken
    only where that is still so. It is kept only while the date's row is the one that was read, and the database throws
    it away with each change of the date (`stirred_by_date`), so nothing outlives what it was written of."""

    id = fields.BigIntField(primary_key=True)
    appointment_id = fields.UUIDField()
    prefecture_id = fields.UUIDField()
    writer = fields.CharField(max_length=32)
    written_of = fields.BinaryField()
    entry = fields.BinaryField()

    class Meta:
        table = "kept_entry"
        unique_together = (("appointment_id", "writer"),)


class Shown(NamedTuple):
    """A date as the owner of a feed sees it, in the words of a calendar; `sequence` is that of the last letter to them
    (`sequence_for`). Nothing of it describes more than title, times and place."""

    starts_at: datetime
    ends_at: datetime
    uid: str
    sequence: int
    created: datetime
    changed: datetime
    summary: str
    location: str
    url: str
    status: str
    description: str = ""


def shown(sequence: str = "date.sequence", changed_at: str = "date.changed_at") -> tuple[str, ...]:
    """What is selected of `appointment date`, in the order of `Shown`: as it is for everybody, if nothing is said."""
    times, texts = ("date.starts_at", "date.ends_at"), ("date.title", "date.place", "date.online_url", "date.status")
    return (*times, "date.uid", sequence, "date.created_at", changed_at, *texts)


def digest_of(columns: Iterable[str]) -> str:
    """By what is known of what an entry was written. Of the row's binary form: it is faster to make than its text."""
    return f"sha256(record_send(ROW ({', '.join(columns)})))"


class Writer(NamedTuple):
    """Who writes entries; one that would write anything otherwise has another name."""

    name: str
    write: Callable[[Shown], bytes]


class Found(NamedTuple):
    """A date of a feed: its entry where one was kept, else what there is to be written (`others`, with the times)."""

    id: UUID
    cancelled_at: datetime | None
    entry: bytes | None
    starts_at: datetime
    ends_at: datetime
    others: Sequence[object]

    @property
    def shown(self) -> Shown:
        return Shown(self.starts_at, self.ends_at, *self.others)  # type: ignore[arg-type]  # as it was selected


class Dated(NamedTuple):
    """A date of a feed with its entry."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    entry: bytes


async def written(found: Iterable[Found], writer: Writer) -> list[Dated]:
    """The dates with their entries. Whoever reads keeps nothing: that is the clock's work (`keep_entries`)."""
    found = list(found)
    new = await entries({one.id: one.shown for one in found if one.entry is None}, writer)
    return [Dated(one.id, one.starts_at, one.ends_at, one.entry or new[one.id]) for one in found]


async def entries(dates: Mapping[UUID, Shown], writer: Writer) -> dict[UUID, bytes]:
    """Written in a thread: ten thousand take a tenth of a second, in which others are waiting for their answers."""
    return await asyncio.to_thread(_entries, dates, writer) if dates else {}


def _entries(dates: Mapping[UUID, Shown], writer: Writer) -> dict[UUID, bytes]:
    return {id: writer.write(shown) for id, shown in dates.items()}
