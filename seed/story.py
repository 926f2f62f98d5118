"""The year of 青浜県 around today, told to an empty database: everything by verbs, each at its own instant.

First the prefecture is founded and its volunteers are appointed, renewed and recommended. Then three strands are told
beside each other, each on a connection of its own and in one transaction: the lectures and activities of either half
of the stations, and the agreements and drills. They share nobody's day and no row that they change, so their order
makes no difference. What the clock does by itself is told on the days on which it finds something to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.transactions import in_transaction

from domain import agreements as pacts
from domain import installation, invitations, outbox, statistics
from domain import volunteers as commissions
from domain.actor import TOKYO
from seed import activities, agreements, drills, lectures, scenes, volunteers
from seed.activities import Outing
from seed.days import Year, at, midnight
from seed.drills import Exercise
from seed.lecture_plans import Diary, Helpers, Plan, quarter
from seed.roster import Generation
from seed.telling import Thread, tell
from seed.town import Town, settle
from seed.volunteers import Roster

Told = Callable[[str], None]


@dataclass(frozen=True)
class Calendar:
    """What the year will bring, known before anything of it is told."""

    year: Year
    roster: Roster
    lectures: list[Plan]
    outings: list[Outing]
    exercises: list[Exercise]


async def sow(now: datetime, say: Told = lambda _: None) -> None:
    """Tell the year up to the beginning of today in Japan; letters that were due before today count as gone.

    `say` hears what is being told. Raises Conflict where the database is not empty.
    """
    year, end = Year.around(now.astimezone(TOKYO).date()), midnight(now)
    say("名簿を取り込んでいます")
    async with in_transaction():
        town = await settle(at(year.founded, "09:00"))
        await installation.found_national(town.admin.now)
        roster = await volunteers.begun(town, year)
        await tell(_roster_years(town, year, roster), end)
    planned = _planned(year, roster)
    say("一年の出来事を語っています")
    async with asyncio.TaskGroup() as strands:
        for threads in (_half(town, planned, 0), _half(town, planned, 1), _headquarters(town, planned)):
            strands.create_task(_strand(threads, end))
    say("四半期を集計しています")
    async with in_transaction():
        await _quarters_closed(year)
        await outbox.settle_before(now, end)


async def _strand(threads: list[Thread], end: datetime) -> None:
    async with in_transaction():
        await tell(threads, end)


def _planned(year: Year, roster: Roster) -> Calendar:
    diary = Diary()
    helpers = Helpers([one.number for one in roster.of(Generation.STAYING)], at(volunteers.ceremony(year), "12:00"))
    own = scenes.lectures(year, diary, helpers)
    campaign = scenes.outing(year, diary)
    ordinary = [plan for period in year.quarters for plan in quarter(period, diary, helpers)]
    outings = [campaign, *activities.outings(year, roster.members, diary)]
    return Calendar(year, roster, [*own, *ordinary], outings, drills.exercises(year))


def _roster_years(town: Town, year: Year, roster: Roster) -> list[Thread]:
    return [_daily("00:10", {year.april}, commissions.expire), *volunteers.rolled_over(town, year, roster)]


def _half(town: Town, planned: Calendar, half: int) -> list[Thread]:
    """Lectures and activities of every other station."""
    found = planned.roster.found
    plans = [plan for plan in planned.lectures if int(plan.station) % 2 == half]
    outings = [outing for outing in planned.outings if int(outing.station) % 2 == half]
    dates = [plan.starts_at for plan in plans] + [outing.starts_at for outing in outings]
    return [
        *(lectures.told(town, plan, found) for plan in plans),
        *(activities.told(town, outing, found) for outing in outings),
        _daily("09:00", _eves(dates), invitations.owe_reminders),
    ]


def _headquarters(town: Town, planned: Calendar) -> list[Thread]:
    """Agreements and drills, and what the clock does about them."""
    year = planned.year
    ends = agreements.due_days(year)
    return [
        _daily("00:05", ends, pacts.expire),
        _daily("08:30", ends, pacts.owe_notices),
        _daily("09:00", _eves(at(one.day, "13:30") for one in planned.exercises), invitations.owe_reminders),
        *agreements.all_told(town, year),
        *(drills.told(town, exercise) for exercise in planned.exercises),
    ]


async def _daily(clock: str, days: Iterable[date], routine: Callable[[datetime], Awaitable[object]]) -> Thread:
    """What the clock does by itself, on the days on which it finds something."""
    for day in sorted(days):
        instant = at(day, clock)
        yield instant
        await routine(instant)


def _eves(dates: Iterable[datetime]) -> set[date]:
    return {instant.astimezone(TOKYO).date() - timedelta(days=1) for instant in dates}


async def _quarters_closed(year: Year) -> None:
    """The figures of each quarter, as they were counted when it had ended."""
    for period in year.quarters[1:4]:
        await statistics.compute_quarter(at(period.starts_on, "06:00"))
