"""広報啓発 of 青浜県: each station goes to the public three times a year and every other one has something coming, with
a partner of its own where it has one; headquarters holds seminars with non-life insurers.

About 75 a year. Some of what is over waits for its result, its report or another's eyes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from domain import outreach
from domain.actor import Actor
from domain.outreach import (
    CoHosting,
    HandedOut,
    OutreachAudience,
    OutreachHostRole,
    OutreachKind,
    OutreachResults,
    OutreachStatus,
    OutreachTheme,
)
from domain.values import dataclass
from seed.bodies import PARTNERS, Body
from seed.days import Year, at, open_day
from seed.places import STATIONS, Station
from seed.telling import Thread, then
from seed.town import BY_BODY, Town, dice

SEMINAR, CAMPAIGN, STAND = OutreachKind.SEMINAR, OutreachKind.CAMPAIGN, OutreachKind.EXHIBITION


@dataclass(frozen=True)
class Program:
    """What is held in the same way in many places; `days` is how long it goes on, 0 for what is over on its day."""

    kind: OutreachKind
    title: str
    theme: OutreachTheme
    audience: OutreachAudience
    place: str
    material: str
    days: int = 0


PROGRAMS = (
    Program(
        SEMINAR, "中小企業のためのサイバーセミナー", OutreachTheme.SME_SUPPORT, OutreachAudience.SME, "会館", "手引き"
    ),
    Program(
        CAMPAIGN,
        "不正送金被害防止キャンペーン",
        OutreachTheme.FINANCIAL_FRAUD,
        OutreachAudience.PUBLIC,
        "駅前",
        "うちわ",
        days=9,
    ),
    Program(STAND, "親子ネット安全ひろば", OutreachTheme.FILTERING, OutreachAudience.GUARDIAN, "市民会館", "下敷き"),
    Program(
        OutreachKind.MATERIALS,
        "IoT機器の設定見直しのちらし配布",
        OutreachTheme.IOT,
        OutreachAudience.SENIOR,
        "交番管内",
        "ちらし",
    ),
    Program(
        OutreachKind.ACTIVITY_EXAMPLES,
        "ボランティアの活動紹介展",
        OutreachTheme.VOLUNTEERS,
        OutreachAudience.PUBLIC,
        "商業施設",
        "活動紹介",
        days=2,
    ),
)
WITH_INSURERS = Program(
    SEMINAR,
    "サイバー保険と備えのセミナー",
    OutreachTheme.SME_SUPPORT,
    OutreachAudience.SME,
    "青浜県警察本部 大会議室",
    "備えの手引き",
)
APART, TIMES, AHEAD = 112, 3, 24
"""Days between two events of a station, how many of them are told, and how far off the next one is."""


@dataclass(frozen=True)
class Event:
    """One event of a station, or without one of headquarters; `status` is how far its officers have got once it is
    over, `number` of which turn it is."""

    program: Program
    station: Station | None
    on: date
    hosts: tuple[Body, ...]
    status: OutreachStatus
    number: int
    people: int

    @property
    def starts_at(self) -> datetime:
        return at(self.on, "13:30")

    @property
    def over(self) -> datetime:
        return at(self.on + timedelta(days=self.program.days), "17:00")

    @property
    def half(self) -> int:
        """Which strand of the story tells it: that of every other station, or headquarters' own."""
        return int(self.station.code) % 2 if self.station else -1

    @property
    def where(self) -> str:
        return f"{self.station.place}{self.program.place}" if self.station else self.program.place


def events(year: Year) -> list[Event]:
    """Those of the year, and what is planned for the weeks to come."""
    return [event for number, station in enumerate(STATIONS) for event in _of(year, number, station)]


def _of(year: Year, number: int, station: Station) -> Iterator[Event]:
    rolled, own = dice(f"outreach {station.code}"), _partners(station)
    first = year.begins + timedelta(days=rolled.randrange(APART))
    days = [open_day(first, turn * APART) for turn in range(TIMES)]
    for turn, on in enumerate([day for day in days if day < year.today - timedelta(days=21)]):
        program = PROGRAMS[(number + turn) % len(PROGRAMS)]
        status = OutreachStatus.CHECKED if rolled.random() < 0.8 else OutreachStatus.REPORTED
        yield Event(program, station, on, own, status, turn, rolled.randrange(18, 95))
    if number % 7 == 0:
        lately = (OutreachStatus.PLANNED, OutreachStatus.HELD, OutreachStatus.REPORTED)[number // 7 % 3]
        yield Event(PROGRAMS[0], station, open_day(year.today, -6), own, lately, TIMES, rolled.randrange(18, 60))
    if number % 2 == 0:
        coming = PROGRAMS[(number + TIMES) % len(PROGRAMS)]
        yield Event(coming, station, open_day(year.today, AHEAD), own, OutreachStatus.PLANNED, TIMES + 1, 0)


def _partners(station: Station) -> tuple[Body, ...]:
    """Those of its bodies that are played in the demonstration, or else the first, where the station has any."""
    own = [body for bodies in PARTNERS.values() for body in bodies if body.station.code == station.code]
    return tuple(body for body in own if body.name in BY_BODY) or tuple(own[:1])


def seminars(year: Year) -> list[Event]:
    """Headquarters' own with an insurer each: one in each quarter that is over, and one to come."""
    insurers, days = (
        tuple(PARTNERS["insurance"]),
        [period.starts_on + timedelta(days=40) for period in year.quarters[:3]],
    )
    over = [
        Event(WITH_INSURERS, None, open_day(day, 0), insurers[turn : turn + 1], OutreachStatus.CHECKED, turn, 36)
        for turn, day in enumerate(days)
        if day < year.today - timedelta(days=21)
    ]
    ahead = Event(WITH_INSURERS, None, open_day(year.today, 31), insurers[3:4], OutreachStatus.PLANNED, 9, 0)
    return [*over, ahead]


async def told(town: Town, event: Event) -> Thread:
    """Planned five weeks before, with whoever is asked to it; held, reported two days later and checked by another."""
    officer, colleague = town.stations[event.station.code][:2] if event.station else town.desk[1:3]
    planning = event.starts_at - timedelta(days=35)
    yield planning
    planned = await _planned(town, then(officer, planning), event)
    if event.status is OutreachStatus.PLANNED:
        return
    yield event.over
    await outreach.hold(then(officer, event.over), planned.id)
    if event.status is OutreachStatus.HELD:
        return
    reporting = event.over + timedelta(days=2)
    yield reporting
    await _reported(then(officer, reporting), event, planned)
    if event.status is OutreachStatus.CHECKED:
        yield reporting + timedelta(days=3)
        await outreach.check(then(colleague, reporting + timedelta(days=3)), planned.id)


async def _reported(officer: Actor, event: Event, planned: outreach.OutreachEvent) -> None:
    """A seminar counts who listened, anything else who came by; of each something was taken home."""
    people = event.people
    heard = OutreachResults(body_count=people * 2 // 3, people_count=people, officer_count=2)
    came_by = None if event.program.kind is OutreachKind.MATERIALS else people * 6
    seen = OutreachResults(visitor_count=came_by, officer_count=4, media_count=int(people > 70))
    copies = people + 10 if event.program.kind is SEMINAR else people * 5
    await outreach.report(
        officer,
        planned.id,
        summary="手口と備えを説明し、相談と通報の窓口を案内した。",
        results=heard if event.program.kind is SEMINAR else seen,
        materials=[HandedOut(event.program.material, copies)],
    )


async def _planned(town: Town, officer: Actor, event: Event) -> outreach.OutreachEvent:
    program = event.program
    role = OutreachHostRole.CO_HOST if program.kind is SEMINAR else OutreachHostRole.COOPERATOR
    planned = await outreach.plan(
        officer,
        kind=program.kind,
        theme=program.theme,
        audience=program.audience,
        title=program.title,
        starts_at=event.starts_at,
        ends_at=at(event.on, "16:00"),
        place=event.where,
        hosts=[CoHosting(town.bodies[body.name].id, role) for body in event.hosts],
        lasts_until=event.on + timedelta(days=program.days) if program.days else None,
        urges_reporting=program.theme is not OutreachTheme.VOLUNTEERS,
    )
    if event.station is None:
        whom = [town.contacts[body.name].id for body in event.hosts]
        await outreach.invite(officer, planned.id, contact_ids=whom, officer_ids=[officer.person_id])
    return planned
