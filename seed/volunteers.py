"""委嘱 of volunteers in 青浜県: recommended by stations, screened and appointed by headquarters, renewed in April."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from domain import rosters, volunteers
from domain.actor import Actor
from domain.rosters import Line
from domain.values import dataclass
from domain.volunteers import Volunteer
from seed.days import Year, at, open_day
from seed.roster import GROUPS, Generation, Member, members
from seed.telling import Thread, then
from seed.town import Town

AUTHORITY = "生活安全部長"
CEREMONY = 32
"""Days from the founding to the appointment of the first volunteers."""


@dataclass(frozen=True)
class Roster:
    """Everybody who is or will be a volunteer; `groups` are the groups' ids by name, `found` the rows by number."""

    members: list[Member]
    groups: Mapping[str, UUID]
    found: dict[str, Volunteer]

    def of(self, *generations: Generation) -> list[Member]:
        return [member for member in self.members if member.generation in generations]


def ceremony(year: Year) -> date:
    """The day on which the first volunteers are appointed."""
    return open_day(year.founded, CEREMONY)


async def begun(town: Town, year: Year) -> Roster:
    """The groups, and everybody who serves from the beginning: taken in from a roster, screened, and appointed."""
    roster = Roster(members(town), await _established(town, at(open_day(year.founded, 1), "09:00")), {})
    taking_in = then(town.desk[5], at(open_day(year.founded, 2), "10:00"))
    first = roster.of(Generation.STAYING, Generation.LEAVING)
    lines = [Line(number, _facts(member, taking_in.today)) for number, member in enumerate(first, 1)]
    await rosters.take_in_volunteers(taking_in, lines)
    for volunteer in await volunteers.visible_to(taking_in).order_by("number"):
        roster.found[str(volunteer.number)] = volunteer
    screening = then(town.desk[4], at(open_day(year.founded, 20), "10:00"))
    appointing = then(town.desk[0], at(ceremony(year), "09:00"))
    for volunteer in roster.found.values():
        await volunteers.screen(screening, volunteer.id)
    for volunteer in roster.found.values():
        await volunteers.appoint(appointing, volunteer.id, authority=AUTHORITY)
    return roster


def _facts(member: Member, today: date) -> dict[str, object]:
    """The line of the roster."""
    guardian = {"guardian_name": _guardian(member), "guardian_relationship": "父", "consented_on": today}
    return {
        **member.name.facts(),
        "number": member.number,
        "kind": member.group.kind,
        "age_band": member.band,
        "group": member.group.name,
        "unit": member.group.home.station.code,
        "affiliation": member.group.body,
        "mail_address": _mail(member),
        **(guardian if member.is_minor else {}),
    }


def _guardian(member: Member) -> str:
    return f"{member.name.family} 守"


def _mail(member: Member) -> str:
    return f"{member.number.lower()}@volunteer.example"


def rolled_over(town: Town, year: Year, roster: Roster) -> list[Thread]:
    """Everything about the roster after its first appointments: the renewal, who is new, and who waits."""
    return [
        _renewed(town, year, roster),
        *(_appointed(town, one, roster, year.april) for one in roster.of(Generation.NEW)),
        *(
            _waiting(town, year, one, roster, is_screened=at < 3)
            for at, one in enumerate(roster.of(Generation.WAITING))
        ),
    ]


async def _established(town: Town, now: datetime) -> Mapping[str, UUID]:
    """The nine groups, by their names; each belongs to the station of its university, school or firm."""
    found = {}
    for age, group in enumerate(GROUPS, 3):
        officer = then(_officer(town, group.home.station.code), now)
        made = await volunteers.establish_group(
            officer,
            name=group.name,
            name_kana=group.kana,
            base=group.base,
            founded_on=date(officer.today.year - age, 6, 1),
            organization_id=town.bodies[group.body].id,
        )
        found[group.name] = made.id
    return found


def _officer(town: Town, station: str) -> Actor:
    return town.stations[station][0]


async def _appointed(town: Town, member: Member, roster: Roster, on: date) -> Thread:
    """From the recommendation to the appointment on that day."""
    officer = _officer(town, member.group.home.station.code)
    recommending, screening, appointing = (
        at(open_day(on, -30), "10:00"),
        at(open_day(on, -12), "10:00"),
        at(on, "09:00"),
    )
    yield recommending
    volunteer = await _recommended(town, then(officer, recommending), member, roster)
    if member.is_minor:
        await _consented(then(officer, recommending), member, volunteer)
    yield screening
    await volunteers.screen(then(town.desk[4], screening), volunteer.id)
    yield appointing
    await volunteers.appoint(then(town.desk[0], appointing), volunteer.id, authority=AUTHORITY)


async def _recommended(town: Town, officer: Actor, member: Member, roster: Roster) -> Volunteer:
    is_student = member.group.kind is volunteers.CommissionKind.UNIVERSITY_STUDENT
    volunteer = roster.found[member.number] = await volunteers.recommend(
        officer,
        kind=member.group.kind,
        age_band=member.band,
        number=member.number,
        group_id=roster.groups[member.group.name],
        university_id=town.bodies[member.group.body].id if is_student else None,
        affiliation=member.group.body,
        mail_address=_mail(member),
        family_name=member.name.family,
        given_name=member.name.given,
        family_name_kana=member.name.family_kana,
        given_name_kana=member.name.given_kana,
    )
    return volunteer


async def _consented(officer: Actor, member: Member, volunteer: Volunteer) -> None:
    named = _guardian(member)
    await volunteers.record_consent(
        officer, volunteer.id, guardian_name=named, relationship="父", given_on=officer.today
    )


async def _waiting(town: Town, year: Year, member: Member, roster: Roster, *, is_screened: bool) -> Thread:
    """Recommended lately; not appointed yet. A minor's guardian has still to be asked."""
    officer = _officer(town, member.group.home.station.code)
    recommending, screening = at(open_day(year.today, -24), "10:00"), at(open_day(year.today, -15), "10:00")
    yield recommending
    volunteer = await _recommended(town, then(officer, recommending), member, roster)
    if is_screened:
        yield screening
        await volunteers.screen(then(town.desk[4], screening), volunteer.id)


async def _renewed(town: Town, year: Year, roster: Roster) -> Thread:
    """再委嘱 of the whole roster before its terms end, but for those who leave, in one act."""
    instant = at(open_day(year.april, -14), "15:00")
    yield instant
    leaving = [roster.found[member.number].id for member in roster.of(Generation.LEAVING)]
    ends = year.april - timedelta(days=1)
    await volunteers.reappoint_roster(then(town.desk[0], instant), ending_on=ends, leaving_out=leaving)
