"""協議会の会議 from a list, as minutes were kept until now: taken in as held, with who came and what was resolved.

Identity is the council, the title and the day: a line that does not know the time means the meeting of that day, and
one that knows another is refused. What is there already is never changed by a list, and nobody is told of anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain import calendar, councils, meetings, organizations, units
from domain.actor import LIAISONS, TOKYO, Actor
from domain.calendar import AppointmentKind, AppointmentStatus
from domain.councils import Council, CouncilMembership, CouncilRole
from domain.criteria import any_of
from domain.encounters import EARLIEST
from domain.errors import Invalid
from domain.japanese import search_key
from domain.meetings import EMPTY, CouncilMeeting, MeetingProxy, MeetingResolution, MeetingStatus, ResolutionOutcome
from domain.organizations import Organization
from domain.rosters.convened import Convened, Members
from domain.rosters.days import Days
from domain.rosters.lines import Line, Plan, Said, Taken, each
from domain.rosters.places import Places, find_places
from domain.values import dataclass
from domain.verbs import verb

DIFFERS = "同じ協議会・会議・日時のものが、別の内容で登録されています。登録済みのほうを訂正してください。"
A_WHILE, A_DAY = timedelta(hours=2), timedelta(days=1)
"""How long a meeting took of which no end is told: with a time of day, and without."""
POST = re.compile(r"(.+?)[（(]([^（()）]+)[）)]")
TO = re.compile(r"\s*(?:→|⇒|->)\s*")


@dataclass(frozen=True)
class Vote:
    """What was put to the vote; `votes` are for, against and abstained, none where all who had one said the same."""

    wording: str
    result: ResolutionOutcome
    votes: tuple[int, int, int] | None = None
    is_decided_by_chair: bool = False


@verb(*LIAISONS)
async def take_in_meetings(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take meetings in that were held. Facts: council, unit (its secretariat, where several councils are called so),
    title, on (date), clock and ends (times of day; all day where they are not known), place, agenda, attended (names
    or numbers of members, each with a post in brackets where that is known), proxies (who gave one → to whom; to the
    chair where nobody is named), quorum, resolutions (`Vote`), minutes_text."""
    kept = await councils.kept_by(actor).order_by("id")
    ids = [one.id for one in kept]
    terms = await CouncilMembership.filter(any_of(CouncilMembership, "council_id", ids), removed_at=None).order_by("id")
    bodies = {one.organization_id for one in terms if one.organization_id}
    seen = await organizations.visible_to(actor).filter(any_of(Organization, "id", bodies))
    police = {unit.id: unit for unit in await units.visible_to(actor)}
    members = Members(terms, {body.id: body for body in seen}, police)
    present = CouncilMeeting.filter(any_of(CouncilMeeting, "council_id", ids))
    known = await present.exclude(status=MeetingStatus.CANCELLED).order_by("id")
    roster = _Roster(actor, await find_places(actor), kept, members, known)
    plan = Plan(known=roster.known, called=roster.places.called)
    plan.read(lines, roster.read)
    taken = plan.settled()
    if not dry_run:
        new = plan.new.values()
        dates = await calendar.propose_all(
            actor, actor.prefecture_id, AppointmentKind.MEETING, [*map(roster.date, new)]
        )
        for said, held in zip(new, dates, strict=True):
            said.values["appointment_id"] = held.id
        made = await plan.write(actor, CouncilMeeting, "meeting")
        kept_beside = [(row, roster.beside[_identity(row)]) for row in made]
        await meetings.write_down_all(actor, [(row, one.attendance, one.resolutions) for row, one in kept_beside])
    return taken


@dataclass(frozen=True)
class _Beside:
    """What belongs to a meeting besides its own columns."""

    ends_at: datetime
    place: str
    attendance: Sequence[dict[str, Any]]
    resolutions: Sequence[dict[str, Any]]


class _Roster:
    """The councils, members and meetings that are known, and what a line says of a meeting."""

    def __init__(
        self,
        actor: Actor,
        places: Places,
        kept: Sequence[Council],
        members: Members,
        present: Sequence[CouncilMeeting],
    ) -> None:
        self.actor, self.places, self.members = actor, places, members
        self.councils = Convened(places, kept)
        self.known = {str(row.id): row for row in present}
        self.days = Days((_what(row.council_id, row.title), row.starts_at, row) for row in present)
        self.beside: dict[str, _Beside] = {}

    def read(self, line: Line) -> Said:
        council, (starts_at, ends_at) = each(lambda: self.councils.of(line), lambda: self._held(line))
        known = self._there(line, council)
        starts_at = known.starts_at if known else starts_at
        told = {"title": line.facts["title"], "quorum": line.facts.get("quorum")}
        told |= {"agenda": list(line.facts.get("agenda") or ()), "minutes_text": line.facts.get("minutes_text") or ""}
        meeting = meetings.bygone(self.actor, council, starts_at, told)
        members = self.members.on(council, meeting.day)
        present, proxies = each(lambda: self._came(line, members), lambda: self._proxies(line, members))
        came = meetings.reckoned(meeting, members, present, proxies)
        meeting.update_from_dict(came.counts)
        resolutions = meetings.settled(meeting, came.counts, [_vote(one, meeting) for one in _votes(line)])
        values = meetings.columns_of(meeting)
        if known:
            if any(getattr(known, name) != values[name] for name in ("agenda", "present_count", "proxy_count")):
                raise Invalid(DIFFERS)
            return Said(str(known.id), {})
        identity = _identity(meeting)
        self.beside[identity] = _Beside(ends_at, line.facts.get("place") or "", came.rows, resolutions)
        return Said(identity, values)

    def date(self, said: Said) -> dict[str, Any]:
        """When and where it was, of which nobody is told any more."""
        beside = self.beside[said.identity]
        when = {**{name: said.values[name] for name in ("unit_id", "title", "starts_at")}, "ends_at": beside.ends_at}
        return {**when, "place": beside.place, "status": AppointmentStatus.CONFIRMED}

    def _there(self, line: Line, council: Council) -> CouncilMeeting | None:
        what = _what(council.id, line.facts["title"])
        return self.days.meant(what, line.facts["on"], line.facts.get("clock"), is_once=True)

    def _held(self, line: Line) -> tuple[datetime, datetime]:
        on, clock, ends = line.facts["on"], line.facts.get("clock"), line.facts.get("ends")
        starts_at = datetime.combine(on, clock or time(), TOKYO)
        ends_at = datetime.combine(on, ends, TOKYO) if ends else starts_at + (A_WHILE if clock else A_DAY)
        if ends_at <= starts_at:
            raise Invalid("終わりの時刻は始まりより後にしてください。", field="ends")
        if ends_at > self.actor.now:
            raise Invalid("まだ終わっていません。予定は planCouncilMeeting で入力してください。", field="on")
        if starts_at < EARLIEST:
            raise Invalid("日付の年を確かめてください。", field="on")
        return starts_at, ends_at

    def _came(self, line: Line, members: Mapping[UUID, CouncilMembership]) -> list[dict[str, Any]]:
        """A row for each member that came; a name that has brackets of its own is no post."""
        if not line.facts["attended"]:
            raise Invalid("出席した会員を1つ以上入力してください。", field="attended")
        rows = []
        for said in line.facts["attended"]:
            told = POST.fullmatch(said)
            try:
                member, post = self.members.named(members, said, "attended"), ""
            except Invalid:
                if told is None:
                    raise
                member, post = self.members.named(members, told[1], "attended"), told[2]
            rows.append({**EMPTY, "membership_id": member.id, "job_title": post})
        if len({row["membership_id"] for row in rows}) < len(rows):
            raise Invalid("同じ会員が二度入っています。一会員に一つにしてください。", field="attended")
        return rows

    def _proxies(self, line: Line, members: Mapping[UUID, CouncilMembership]) -> list[MeetingProxy]:
        chair = next((one for one in members.values() if one.role is CouncilRole.CHAIR), None)
        proxies = []
        for said in line.facts.get("proxies") or ():
            giver, *holder = TO.split(said, maxsplit=1)
            to = self.members.named(members, holder[0], "proxies") if holder else chair
            if to is None:
                message = f"「{said}」がだれに委任したかを「→」に続けて入力してください（例: 甲社→乙社）。"
                raise Invalid(message, field="proxies")
            proxies.append(MeetingProxy(self.members.named(members, giver, "proxies").id, to.id))
        return proxies


def _votes(line: Line) -> Sequence[Vote]:
    return line.facts.get("resolutions") or ()


def _vote(one: Vote, meeting: CouncilMeeting) -> MeetingResolution:
    """With all who had a vote on the side of the outcome, where no votes are told."""
    everybody = meetings.may_vote(meeting)
    against = one.result is ResolutionOutcome.REJECTED
    votes = one.votes or ((0, everybody, 0) if against else (everybody, 0, 0))
    return MeetingResolution(one.wording, one.result, *votes, is_decided_by_chair=one.is_decided_by_chair)


def _what(council_id: UUID, title: str) -> str:
    return f"{council_id}:{search_key(title)}"


def _identity(row: CouncilMeeting) -> str:
    return f"{_what(row.council_id, row.title)}:{row.day}"
