"""What stands in a feed at an instant, read behind its owner's wall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from domain import database, units, walls
from domain.actor import TOKYO
from domain.calendar import STAYING_AWAY
from domain.feeds.kept import Dated, Found, Writer, digest_of, shown, written
from domain.feeds.subscription import Whose, called
from domain.values import dataclass

BACK, AHEAD, CANCELLED_STAYS = timedelta(days=90), timedelta(days=365), timedelta(days=30)


@dataclass(frozen=True)
class Contents:
    """All that a feed's bytes follow from: its name, and the dates in a fixed order. Before `fresh_until` time changes
    nothing of them."""

    name: str
    dates: list[Dated]
    fresh_until: datetime


_WINDOW = """
    date.ends_at >= $2 AND date.starts_at < $3 AND (date.cancelled_at IS NULL OR date.cancelled_at > $4 OR $5)"""
# What raises one person's own SEQUENCE brings the date back into their feed by asking them again: a change for them.
OWN_CHANGE = "CASE WHEN own.raised > 0 THEN greatest(date.changed_at, own.invited_at) ELSE date.changed_at END"
OWN = shown("date.sequence + own.raised", OWN_CHANGE)
AWAY = ", ".join(f"'{answer}'" for answer in STAYING_AWAY)


def _found(dates: str, columns: Sequence[str], whose: str) -> str:
    """In the order of `Found`: the times, and of what else there is to be written only what was not kept."""
    times, others = columns[:2], (f"CASE WHEN kept.entry IS NULL THEN {one} END" for one in columns[2:])
    return f"""
        SELECT date.id, date.cancelled_at, kept.entry, {", ".join((*times, *others))}
        FROM {dates} LEFT JOIN kept_entry kept
            ON kept.appointment_id = date.id AND kept.writer = $6 AND kept.written_of = {digest_of(columns)}
        WHERE {whose} AND {_WINDOW} ORDER BY date.id"""  # noqa: S608 our own words


# Whoever stays away is not told any more what becomes of the date.
OF_PERSON = _found(
    "attendee own JOIN appointment date ON date.id = own.appointment_id",
    OWN,
    f"own.person_id = $1 AND own.removed_at IS NULL AND own.invited_at IS NOT NULL AND own.partstat NOT IN ({AWAY})",
)
OF_UNITS = _found("appointment date", shown(), "date.unit_id = ANY ($1)")


async def contents(feed: Whose, writer: Writer, now: datetime) -> Contents:
    """What stands in the feed at this instant, behind its owner's wall."""
    async with walls.alone_behind(walls.for_link(feed.prefecture_id, feed.person_id)):
        name, found = await called(feed), await dates_in(feed, writer.name, now)
    fresh_until = _fresh_until([] if feed.keeps_cancelled else found, now)
    return Contents(name, await written(found, writer), fresh_until)


async def dates_in(feed: Whose, writer: str, now: datetime) -> list[Found]:
    """The dates alone, behind whichever wall stands, with the entries that this writer has written."""
    whose = feed.person_id or list(await units.below(feed.prefecture_id, feed.unit_id))
    select = OF_PERSON if feed.person_id else OF_UNITS
    stays = (now - CANCELLED_STAYS, feed.keeps_cancelled)
    rows = await database.records(select, whose, *window(now), *stays, writer)
    return [
        Found(id, cancelled_at, entry, starts_at, ends_at, others)
        for id, cancelled_at, entry, starts_at, ends_at, *others in rows
    ]


def window(now: datetime) -> tuple[datetime, datetime]:
    """From when to when dates stand in feeds."""
    today = _midnight(now)
    return today - BACK, today + AHEAD


def _midnight(now: datetime) -> datetime:
    return now.astimezone(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)


def _fresh_until(dates: Iterable[Found], now: datetime) -> datetime:
    """The window moves at midnight in Japan, whether or not a date comes or goes with it; a cancelled date goes by the
    clock."""
    goes = [one.cancelled_at + CANCELLED_STAYS for one in dates if one.cancelled_at]
    return min([_midnight(now) + timedelta(days=1), *goes])
