"""What stands in a feed at an instant, read behind its owner's wall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain import database, units, walls
from domain.actor import TOKYO
from domain.calendar import STAYING_AWAY
from domain.feeds.subscription import Whose, called

BACK, AHEAD, CANCELLED_STAYS = timedelta(days=90), timedelta(days=365), timedelta(days=30)


class Shown(NamedTuple):
    """A date as the owner of a feed sees it, in the words of a calendar; `sequence` is that of the last letter to them
    (`sequence_for`). Nothing of it describes more than title, times and place."""

    id: UUID
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
    cancelled_at: datetime | None
    description: str = ""


@dataclass(frozen=True)
class Contents:
    """All that a feed's bytes follow from: its name, and the dates in a fixed order. Before `fresh_until` time changes
    nothing of them."""

    name: str
    dates: list[Shown]
    fresh_until: datetime


_COLUMNS = """
    date.id, date.uid, date.sequence + {raised}, date.created_at, {changed_at}, date.starts_at, date.ends_at,
    date.title, date.place, date.online_url, date.status, date.cancelled_at"""
_WINDOW = """
    date.ends_at >= $2 AND date.starts_at < $3 AND (date.cancelled_at IS NULL OR date.cancelled_at > $4 OR $5)
    ORDER BY date.id"""
# What raises one person's own SEQUENCE brings the date back into their feed by asking them again: a change for them.
OWN_CHANGE = "CASE WHEN own.raised > 0 THEN greatest(date.changed_at, own.invited_at) ELSE date.changed_at END"
AWAY = ", ".join(f"'{answer}'" for answer in STAYING_AWAY)
# Whoever stays away is not told any more what becomes of the date.
OF_PERSON = f"""
    SELECT {_COLUMNS.format(raised="own.raised", changed_at=OWN_CHANGE)}
    FROM attendee own JOIN appointment date ON date.id = own.appointment_id
    WHERE own.person_id = $1 AND own.removed_at IS NULL AND own.invited_at IS NOT NULL
    AND own.partstat NOT IN ({AWAY}) AND {_WINDOW}"""  # noqa: S608 our own words
OF_UNITS = f"""
    SELECT {_COLUMNS.format(raised="0", changed_at="date.changed_at")}
    FROM appointment date WHERE date.unit_id = ANY ($1) AND {_WINDOW}"""  # noqa: S608 our own words


async def contents(feed: Whose, now: datetime) -> Contents:
    """What stands in the feed at this instant, behind its owner's wall."""
    async with walls.alone_behind(walls.for_link(feed.prefecture_id, feed.person_id)):
        name, dates = await called(feed), await dates_in(feed, now)
    return Contents(name, dates, _fresh_until([] if feed.keeps_cancelled else dates, now))


async def dates_in(feed: Whose, now: datetime) -> list[Shown]:
    """The dates alone, behind whichever wall stands."""
    whose = feed.person_id or list(await units.below(feed.prefecture_id, feed.unit_id))
    select = OF_PERSON if feed.person_id else OF_UNITS
    stays = (now - CANCELLED_STAYS, feed.keeps_cancelled)
    return [Shown(*row) for row in await database.records(select, whose, *_window(now), *stays)]


def _window(now: datetime) -> tuple[datetime, datetime]:
    today = _midnight(now)
    return today - BACK, today + AHEAD


def _midnight(now: datetime) -> datetime:
    return now.astimezone(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)


def _fresh_until(dates: Iterable[Shown], now: datetime) -> datetime:
    """The window moves at midnight in Japan, whether or not a date comes or goes with it; a cancelled date goes by the
    clock."""
    goes = [one.cancelled_at + CANCELLED_STAYS for one in dates if one.cancelled_at]
    return min([_midnight(now) + timedelta(days=1), *goes])
