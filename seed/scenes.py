"""What the story tells more of: dates of the first station, with which somebody who looks around will want to go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.activities import ActivityResults
from domain.actor import TOKYO
from seed.activities import PUBLICITY, Outing
from seed.days import Year, at, open_day
from seed.lecture_plans import Diary, Helpers, Plan, plan, school_host
from seed.roster import GROUPS
from seed.schools import SCHOOLS
from seed.town import BY_BODY, FIRST_STATION, dice

PLAYED, MINOR = "V001", "V153"
"""The volunteer who is played, and one from 高専 whose guardian has consented."""


def lectures(year: Year, diary: Diary, helpers: Helpers) -> list[Plan]:
    """Five lectures around today, at five steps of their lives."""
    hosts = [school_host(school) for school in SCHOOLS if school.station.code == FIRST_STATION]
    own = next(host for host in hosts if host.name in BY_BODY)
    days = [open_day(year.today, days) for days in (12, 20, 48, 30, -14)]
    rolled = dice("scenes")
    nobody = replace(helpers, numbers=())
    made = [
        replace(
            plan(rolled, host, day, diary, nobody), starts_at=at(day, host.starts), postponed_at=None, by_school=True
        )
        for host, day in zip((own, *hosts[1:5]), days, strict=True)
    ]
    plans = [replace(one, first_at=one.starts_at) for one in made]
    return [
        _double_booked(year, plans[0], diary),
        _moved_by_a_storm(year, plans[1], diary),
        _come_in_yesterday(year, plans[2]),
        _almost_arranged(year, plans[3]),
        replace(plans[4], reported_at=_on(year, -2)),
    ]


def _on(year: Year, days: int, clock: str = "10:00") -> datetime:
    return at(year.today + timedelta(days=days), clock)


def _double_booked(year: Year, plan: Plan, diary: Diary) -> Plan:
    """The first lecturer is needed elsewhere; a colleague goes, with a student and a minor whose guardian consents."""
    diary.taken |= {(number, _day_of(plan)) for number in (PLAYED, MINOR)}
    colleagues = (f"{FIRST_STATION}1", f"{FIRST_STATION}2")
    return replace(
        plan,
        declined_by=next(number for number in colleagues if number != plan.lecturer),
        helpers=(PLAYED, MINOR),
        is_answered=True,
        requested_at=_on(year, -40),
        accepted_at=_on(year, -36),
        assigned_at=_on(year, -32),
        answered_at=_on(year, -30),
        confirmed_at=_on(year, -28),
    )


def _moved_by_a_storm(year: Year, plan: Plan, diary: Diary) -> Plan:
    """Confirmed for next week, and yesterday put off to a later day."""
    first = open_day(year.today, 6)
    diary.taken.add((plan.lecturer, first))
    return replace(
        plan,
        first_at=plan.starts_at - (_day_of(plan) - first),
        requested_at=_on(year, -45),
        accepted_at=_on(year, -41),
        assigned_at=_on(year, -37),
        answered_at=_on(year, -36),
        confirmed_at=_on(year, -33),
        postponed_at=_on(year, -1, "15:00"),
    )


def _come_in_yesterday(year: Year, plan: Plan) -> Plan:
    """Nobody has looked at it yet."""
    return replace(
        plan,
        requested_at=_on(year, -1, "16:20"),
        accepted_at=_on(year, 2),
        assigned_at=_on(year, 6),
        answered_at=_on(year, 7),
        confirmed_at=_on(year, 9),
    )


def _day_of(plan: Plan) -> date:
    return plan.starts_at.astimezone(TOKYO).date()


def _almost_arranged(year: Year, plan: Plan) -> Plan:
    """The lecturer has said yes; the date has to be confirmed."""
    return replace(
        plan,
        is_answered=True,
        requested_at=_on(year, -20),
        accepted_at=_on(year, -15),
        assigned_at=_on(year, -6),
        answered_at=_on(year, -5),
        confirmed_at=_on(year, 2),
    )


def outing(year: Year, diary: Diary) -> Outing:
    """The campaign to which the played volunteer has been asked, on a Saturday soon."""
    day = _saturday(year.today + timedelta(days=9))
    members = (PLAYED, *(f"V{number:03}" for number in range(2, 7)))
    diary.taken |= {(number, day) for number in members}
    return Outing(
        title="年末サイバー防犯キャンペーン" if day.month == 12 else "サイバー防犯キャンペーン",
        kind=PUBLICITY,
        group=GROUPS[0],
        members=members,
        starts_at=at(day, "10:00"),
        minutes=120,
        is_invited=True,
        results=ActivityResults(audience_count=400, copies_count=1000),
    )


def _saturday(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)
