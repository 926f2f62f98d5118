"""The year of 青浜県 around today, told to an empty database: everything by verbs, each at its own instant.

Strands are told beside each other, each on a connection of its own and in one transaction: agreements and drills, the
roster of volunteers, and after it the lectures and activities of either half of the stations. They share nobody's day
and no row that they change, so their order makes no difference; waiting for the database is what would cost the time.
What the clock does by itself is told on the days on which it finds something to do. Whether contacts are still reached
is asked when all else has been told, for that changes rows of every strand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, time, timedelta

from tortoise.transactions import in_transaction

from domain import agreements as pacts
from domain import installation, outbox, people, reminders, statistics, walls
from domain import lectures as dispatches
from domain import notices as bulletins
from domain import volunteers as commissions
from domain.actor import TOKYO
from domain.values import dataclass
from seed import (
    activities,
    agreements,
    campaigns,
    councils,
    drills,
    encounters,
    lectures,
    notices,
    outreach,
    scenes,
    volunteers,
    wifi,
)
from seed.activities import Outing
from seed.days import Year, at, midnight, open_day
from seed.lecture_plans import Diary, Helpers, Plan, quarter
from seed.places import STATIONS
from seed.roster import Generation
from seed.telling import Thread, tell, then
from seed.town import MOVER, Town, settle
from seed.volunteers import Roster

Told = Callable[[str], None]
Routine = Callable[[datetime], Awaitable[object]]
Clock = Mapping[Routine, time]
"""At what time of day each routine runs by itself."""

LATELY = timedelta(days=21)


@dataclass(frozen=True)
class Engagements:
    """What lecturers and volunteers are needed for, known before anything of it is told."""

    lectures: list[Plan]
    outings: list[Outing]


async def sow(now: datetime, clock: Clock, say: Told = lambda _: None) -> None:
    """Tell the year up to the beginning of today in Japan; letters that were due before today count as gone.

    `clock` is the schedule's, by which happens what nobody does; `say` hears what is being told. Raises Conflict where
    the database is not empty.
    """
    year, end = Year.around(now.astimezone(TOKYO).date()), midnight(now)
    say("名簿を取り込んでいます")
    async with in_transaction("default"):
        town = await settle(at(year.founded, "09:00"))
        await installation.found_national(town.admin.now)
    say("一年の出来事を語っています")
    async with asyncio.TaskGroup() as strands:
        strands.create_task(_strand(town, _headquarters(town, year, clock), end))
        roster = await _appointed(town, year, clock, end)
        engaged = _engagements(year, roster)
        for half in (0, 1):
            strands.create_task(_strand(town, _half(town, year, clock, engaged, roster, half), end))
    say("連絡先を確かめています")
    await _strand(town, [campaigns.spring(town, year), campaigns.lately(town, year)], end)
    say("四半期を集計しています")
    async with in_transaction("default"):
        await _quarters_closed(year, clock)
        await outbox.settle_before(now, end)
        await bulletins.follow_up(end)


async def _appointed(town: Town, year: Year, clock: Clock, end: datetime) -> Roster:
    async with _at_the_desk(town):
        roster = await volunteers.begun(town, year)
        expiring = _daily(clock, commissions.expire, {year.april})
        later = [expiring, *volunteers.rolled_over(town, year, roster)]
        await tell(later, end)
    return roster


async def _strand(town: Town, threads: list[Thread], end: datetime) -> None:
    async with _at_the_desk(town):
        await tell(threads, end)


def _at_the_desk(town: Town) -> AbstractAsyncContextManager[None]:
    """One transaction behind the wall of the prefecture's desk: so it is not put up for each verb, and taken down. It
    takes all the time that is needed: nobody waits for an answer, and a machine may be slow or busy."""
    return walls.alone_behind(walls.for_acting(town.admin)._replace(patience=0))


def _engagements(year: Year, roster: Roster) -> Engagements:
    diary = Diary()
    helpers = Helpers([one.number for one in roster.of(Generation.STAYING)], at(volunteers.ceremony(year), "12:00"))
    own, campaign = scenes.lectures(year, diary, helpers), scenes.outing(year, diary)
    ordinary = [plan for period in year.quarters for plan in quarter(period, diary, helpers)]
    return Engagements([*own, *ordinary], [campaign, *activities.outings(year, roster.members, diary)])


def _half(town: Town, year: Year, clock: Clock, engaged: Engagements, roster: Roster, half: int) -> list[Thread]:
    """Lectures, activities, encounters and outreach of every other station."""
    plans = [plan for plan in engaged.lectures if int(plan.station) % 2 == half]
    outings = [outing for outing in engaged.outings if int(outing.station) % 2 == half]
    dates = [plan.starts_at for plan in plans] + [outing.starts_at for outing in outings]
    return [
        *(lectures.told(town, plan, roster.found) for plan in plans),
        *(activities.told(town, outing, roster.found) for outing in outings),
        *(encounters.told(town, met) for met in encounters.meetings(year) if int(met.body.station.code) % 2 == half),
        *(outreach.told(town, event) for event in outreach.events(year) if event.half == half),
        _daily(clock, reminders.owe_before, _eves(year, dates)),
        _daily(clock, dispatches.lapse, _mornings_after(plan for plan in plans if not plan.is_answered)),
    ]


def _headquarters(town: Town, year: Year, clock: Clock) -> list[Thread]:
    """Agreements, drills, networks, seminars and a transfer, and what the clock does about them."""
    ends, planned = agreements.due_days(year), drills.exercises(year)
    days = [at(one.day, "13:30") for one in planned]
    return [
        _announced(town, year),
        _daily(clock, people.arrive, {year.april}),
        _daily(clock, pacts.expire, ends),
        _daily(clock, pacts.owe_notices, ends),
        _daily(clock, reminders.owe_before, _eves(year, [*days, *councils.dates(year)])),
        *agreements.all_told(town, year),
        *(drills.told(town, exercise) for exercise in planned),
        *notices.told(town, year),
        wifi.taken_in(town, year),
        councils.taken_in(town, year),
        councils.informed(town, year),
        *(councils.met(town, year, session) for session in councils.sessions()),
        *(wifi.surveyed(town, year, station) for station in STATIONS),
        *(outreach.told(town, event) for event in outreach.seminars(year)),
    ]


async def _announced(town: Town, year: Year) -> Thread:
    """With the new fiscal year an officer goes to another desk, as is known in March."""
    instant = at(open_day(year.april, -10), "16:00")
    yield instant
    mover, desk = town.officers[MOVER], town.desk[0]
    await people.transfer(
        then(desk, instant), mover.id, version=mover.version, unit_id=desk.unit_id, job_title="主任", on=year.april
    )


async def _daily(clock: Clock, routine: Routine, days: Iterable[date]) -> Thread:
    """What the clock does by itself, on the days on which it finds something."""
    for day in sorted(days):
        instant = at(day, clock[routine])
        yield instant
        await routine(instant)


def _mornings_after(plans: Iterable[Plan]) -> set[date]:
    return {plan.starts_at.astimezone(TOKYO).date() + timedelta(days=1) for plan in plans}


def _eves(year: Year, dates: Iterable[datetime]) -> set[date]:
    """The days before, of the last weeks: nobody looks at older reminders."""
    eves = {instant.astimezone(TOKYO).date() - timedelta(days=1) for instant in dates}
    return {day for day in eves if day >= year.today - LATELY}


async def _quarters_closed(year: Year, clock: Clock) -> None:
    """The figures of each quarter, as they were counted when it had ended."""
    for period in year.quarters[1:4]:
        await statistics.compute_quarter(at(period.starts_on, clock[statistics.compute_quarter]))
