"""活動 of the volunteers of 青浜県: four a month, of the three national kinds, most of them entered afterwards.

A year brings about 12,000 leaflets and 1,200 reports of which 700 led to a removal (宮城: 884 and 753 in a campaign).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from domain import activities, calendar, replies
from domain.activities import (
    Activity,
    ActivityKind,
    ActivityParticipation,
    ActivityResults,
    ParticipationStatus,
    Presence,
)
from domain.actor import Actor
from domain.calendar import PartStat
from domain.values import dataclass
from domain.volunteers import Volunteer
from seed.days import Year, at, next_month, open_day
from seed.lecture_plans import Diary
from seed.roster import GROUPS, Generation, Group, Member
from seed.telling import Thread, then
from seed.town import Town, dice

PUBLICITY, EDUCATION, PATROL = ActivityKind.PUBLICITY, ActivityKind.EDUCATION, ActivityKind.PURIFICATION
TITLES: Mapping[ActivityKind, Sequence[str]] = {
    PUBLICITY: ("駅前サイバー防犯キャンペーン", "商業施設での啓発チラシ配布", "地域まつりサイバー防犯コーナー"),
    EDUCATION: ("スマホ安全教室", "親子ネットルールづくり教室", "高齢者スマートフォン相談会"),
    PATROL: ("サイバーパトロール",),
}
HOURS = {PUBLICITY: ("10:00", 120), EDUCATION: ("14:00", 90), PATROL: ("18:00", 90)}
MONTHLY = (PUBLICITY, PATROL, EDUCATION, PATROL)


@dataclass(frozen=True)
class Outing:
    """One activity of a group. Those invited ahead are asked a month before, others are entered the day after."""

    title: str
    kind: ActivityKind
    group: Group
    members: tuple[str, ...]
    starts_at: datetime
    minutes: int
    is_invited: bool
    results: ActivityResults

    @property
    def station(self) -> str:
        return self.group.home.station.code

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


def outings(year: Year, roster: Sequence[Member], diary: Diary) -> list[Outing]:
    """The activities from the beginning of the year to six weeks from today."""
    found, month = [], year.begins
    while month <= year.today + timedelta(days=45):
        rolled = dice(f"activities {month}")
        found += [_outing(rolled, year, month, number, roster, diary) for number in range(len(MONTHLY))]
        month = next_month(month)
    return found


def _outing(rolled: Random, year: Year, month: date, number: int, roster: Sequence[Member], diary: Diary) -> Outing:
    kind = MONTHLY[number]
    day = _day(rolled, month, kind)
    group = rolled.choice([one for one in GROUPS if kind is not PATROL or one.adults > 5])
    fit = [one for one in roster if one.group == group and one.generation is Generation.STAYING]
    numbers = [one.number for one in fit if not (one.is_minor and kind is PATROL)]
    going = [diary.free(rolled, numbers, day) for _ in range(rolled.randint(3, 6))]
    clock, minutes = HOURS[kind]
    is_ahead = number == 0 or day >= year.today
    return Outing(
        title=rolled.choice(TITLES[kind]),
        kind=kind,
        group=group,
        members=tuple(dict.fromkeys(one for one in going if one)),
        starts_at=at(day, clock),
        minutes=minutes,
        is_invited=is_ahead,
        results=_results(rolled, kind),
    )


def _day(rolled: Random, month: date, kind: ActivityKind) -> date:
    """A Saturday or Sunday, and for the patrol any day of the month."""
    days = [month + timedelta(days=at) for at in range(28)]
    return rolled.choice([day for day in days if kind is PATROL or day.weekday() >= 5])


def _results(rolled: Random, kind: ActivityKind) -> ActivityResults:
    if kind is PATROL:
        reported = rolled.randint(36, 64)
        removed = round(reported * rolled.uniform(0.5, 0.66))
        return ActivityResults(reported_count=reported, forwarded_count=reported // 5, removed_count=removed)
    if kind is PUBLICITY:
        return ActivityResults(audience_count=rolled.randint(200, 600), copies_count=rolled.randrange(700, 1301, 50))
    return ActivityResults(audience_count=rolled.randint(15, 60))


async def told(town: Town, outing: Outing, found: Mapping[str, Volunteer]) -> Thread:
    """One activity, reported by one officer of the station and approved by another."""
    reporter, approver = town.stations[outing.station]
    entering = at(open_day(outing.starts_at.date(), 1), "09:30")
    asking = at(open_day(outing.starts_at.date(), -32), "16:00")
    begins = asking if outing.is_invited else entering
    yield begins
    going = [found[number] for number in outing.members]
    activity = await _planned(then(reporter, begins), outing, going[0].group_id)
    ids = [volunteer.id for volunteer in going]
    if outing.is_invited:
        async for instant in _invited(reporter, activity, outing, ids):
            yield instant
        yield entering
    else:
        await activities.register(then(reporter, entering), activity.id, volunteer_ids=ids)
        await activities.confirm(then(reporter, entering), activity.id)
    await _held(then(reporter, entering), activity, outing)
    approving = at(open_day(entering.date(), 3), "16:30")
    yield approving
    await activities.approve_minutes(then(approver, approving), activity.id)


async def _planned(officer: Actor, outing: Outing, group_id: UUID | None) -> Activity:
    return await activities.plan(
        officer,
        kind=outing.kind,
        title=outing.title,
        starts_at=outing.starts_at,
        ends_at=outing.ends_at,
        place="オンライン" if outing.kind is PATROL else f"{outing.group.home.station.municipality.name}内",
        group_id=group_id,
    )


async def _invited(officer: Actor, activity: Activity, outing: Outing, ids: list[UUID]) -> Thread:
    asking = at(open_day(outing.starts_at.date(), -30), "10:00")
    yield asking
    await activities.invite(then(officer, asking), activity.id, volunteer_ids=ids)
    answering = asking + timedelta(days=3, hours=9)
    yield answering
    for turn, attendee in enumerate(await calendar.coming(activity.appointment_id)):
        answer = PartStat.DECLINED if turn == 4 else PartStat.ACCEPTED
        await replies.answer_by_link(answering, attendee.id, partstat=answer)
    firm = at(open_day(outing.starts_at.date(), -10), "10:00")
    yield firm
    await activities.confirm(then(officer, firm), activity.id)


async def _held(officer: Actor, activity: Activity, outing: Outing) -> None:
    going = activities.participations_visible_to(officer).filter(activity_id=activity.id)
    came: Sequence[ActivityParticipation] = await going.filter(status=ParticipationStatus.CONFIRMED).order_by("id")
    attended = [Presence(one.id, outing.minutes) for one in came]
    await activities.hold(officer, activity.id, attended=attended, results=outing.results)
