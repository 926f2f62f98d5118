"""Slots: each turn of a scheduled job has one effect, however many schedulers run and whenever they were down.

The slot's row is written in the transaction of the effect: a job that fails leaves no row and is tried again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from tortoise import fields

from domain.database import rows, was_first
from domain.table import Table
from domain.verbs import routine


class Slot(Table):
    """One turn of one job. `slot_at` is the instant for which it was due, `done_at` when it ran (both UTC)."""

    id = fields.BigIntField(primary_key=True)
    job = fields.CharField(max_length=60)
    slot_at = fields.DatetimeField()
    done_at = fields.DatetimeField()

    class Meta:
        table = "slot"
        unique_together = (("job", "slot_at"),)


@routine
async def once(now: datetime, job: str, slot_at: datetime, work: Callable[[datetime], Awaitable[object]]) -> bool:
    """Do the work of this turn unless it has been done; say whether it was us. A twin waits for our transaction."""
    insert = "INSERT INTO slot (job, slot_at, done_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id"
    if not await was_first(insert, job, slot_at, now):
        return False
    await work(now)
    return True


async def done(turns: Mapping[str, datetime]) -> set[str]:
    """The jobs of which this turn has been done, asked for all at once."""
    found = await rows(
        "SELECT job FROM slot JOIN unnest($1::text[], $2::timestamptz[]) AS turn (job, slot_at) USING (job, slot_at)",
        list(turns),
        list(turns.values()),
    )
    return {one["job"] for one in found}


async def last(job: str) -> datetime | None:
    """The newest turn of this job that has been done."""
    row = await Slot.filter(job=job).order_by("-slot_at").first()
    return row.slot_at if row else None
