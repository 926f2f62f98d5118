"""Entries are written ahead of those who read them: after an upgrade, an import or a change few are missing for long.

One entry is kept of a date for each writer, as it is for everybody. Whoever was asked again and is shown another one
has it written each time: were theirs kept, it and that of the others would take turns for ever. Two versions of the
program that run beside each other keep theirs beside each other, too.
"""

from __future__ import annotations

from datetime import datetime

from domain import database
from domain.feeds.contents import window
from domain.feeds.kept import Shown, Writer, digest_of, entries, shown
from domain.verbs import routine

PART = 1_000
"""The most that are written in one transaction: a fiftieth of a second."""

# Found in two indexes alone, and no row is read where nothing is missing: hence by when dates begin. One of several
# days that began before the window is written by whoever reads it. All are found before the soonest are chosen, else
# each date would be looked up by itself.
MISSING = f"""
    WITH missing AS MATERIALIZED (
        SELECT id, starts_at FROM appointment date WHERE starts_at >= $1 AND starts_at < $2
            AND NOT EXISTS (SELECT FROM kept_entry kept WHERE kept.appointment_id = date.id AND kept.writer = $3)),
    soonest AS (SELECT id FROM missing ORDER BY starts_at < $4, starts_at, id LIMIT $5)
    SELECT date.id, date.xmin, {", ".join(shown())} FROM soonest JOIN appointment date ON date.id = soonest.id
    ORDER BY date.starts_at < $4, date.starts_at, date.id"""  # noqa: S608 our own words
# What somebody is changing, or has changed since it was read (PostgreSQL's xmin is the transaction that made the row
# what it is), is left out: nobody waits for the other, and it would be thrown away with the change, or has been. What
# is kept is locked until it stands, so that whoever changes it meanwhile finds what to throw away.
KEEP = f"""
    INSERT INTO kept_entry (appointment_id, prefecture_id, writer, written_of, entry)
    SELECT date.id, date.prefecture_id, $1, {digest_of(shown())}, new.entry
    FROM unnest($2::uuid[], $3::xid[], $4::bytea[]) AS new (id, state, entry)
    JOIN appointment date ON date.id = new.id AND date.xmin = new.state
    ORDER BY date.id FOR SHARE OF date SKIP LOCKED
    ON CONFLICT (appointment_id, writer) DO NOTHING"""  # noqa: S608 our own words
LET_GO = """
    DELETE FROM kept_entry WHERE id IN (
        SELECT kept.id FROM kept_entry kept JOIN appointment date ON date.id = kept.appointment_id
        WHERE kept.writer <> $1 OR date.ends_at < $2 FOR UPDATE OF kept SKIP LOCKED)"""


@routine
async def keep_entries(now: datetime, writer: Writer, most: int = PART) -> bool:
    """Write and keep, soonest first, what this writer has not yet written of the dates that stand in feeds; whether
    there may be more. Where two processes are at it, either may write what the other does, and one is kept."""
    missing = await database.records(MISSING, *window(now), writer.name, now, most)
    if missing:
        new = await entries({id: Shown(*columns) for id, _, *columns in missing}, writer)
        ids, states = [row[0] for row in missing], [row[1] for row in missing]
        await database.execute(KEEP, writer.name, ids, states, [new[id] for id in ids])
    return len(missing) == most


@routine
async def let_entries_go(now: datetime, writer: Writer) -> None:
    """Throw away what other writers wrote, and what stands in no feed any more. Were another version of the program
    still running, its entries would be written again once a day."""
    await database.execute(LET_GO, writer.name, window(now)[0])
