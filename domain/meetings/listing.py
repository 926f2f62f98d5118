"""会議一覧, 出席一覧: the meetings of a while in numbers, and apart from them who came to each; only the second names
persons."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import councils, people, units
from domain.actor import LIAISONS, Actor
from domain.calendar import Appointment
from domain.councils import CouncilMembership
from domain.criteria import any_of
from domain.meetings.attending import CouncilAttendance, attendances_visible_to
from domain.meetings.meeting import CouncilMeeting, MeetingStatus, visible_to
from domain.meetings.resolving import CouncilResolution, ResolutionOutcome, resolutions_visible_to
from domain.people import Person
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class ListedMeeting:
    """One meeting with the names of its secretariat and council, its place, and how many resolutions there were of each
    outcome; the council's name is empty where it has come under a secretariat that the actor does not see."""

    meeting: CouncilMeeting
    unit: str
    council: str
    place: str
    resolutions: Counter[ResolutionOutcome]


@dataclass(frozen=True)
class ListedAttendance:
    """Somebody who came for a member, with the post of that day, or a member for which another stood in; `person` and
    the members are empty where the actor sees them no more."""

    meeting: CouncilMeeting
    council: str
    attendance: CouncilAttendance
    member: CouncilMembership | None
    holder: str
    person: Person | None


@verb(*LIAISONS, only_reads=True)
async def listed(actor: Actor, first: datetime, before: datetime) -> list[ListedMeeting]:
    """What was or will be from one instant until before another, in that order; nothing that was called off."""
    rows = await _from(actor, first, before)
    dates = Appointment.filter(any_of(Appointment, "id", [one.appointment_id for one in rows]))
    places = {date.id: date.place for date in await dates}
    names = {unit.id: unit.name for unit in await units.visible_to(actor)}
    called, outcomes = await _councils(actor), defaultdict[UUID, Counter[ResolutionOutcome]](Counter)
    of_these = any_of(CouncilResolution, "meeting_id", [one.id for one in rows])
    for resolution in await resolutions_visible_to(actor).filter(of_these):
        outcomes[resolution.meeting_id][resolution.result] += 1
    return [
        ListedMeeting(
            one, names[one.unit_id], called.get(one.council_id, ""), places[one.appointment_id], outcomes[one.id]
        )
        for one in rows
    ]


@verb(*LIAISONS, only_reads=True)
async def listed_attendance(actor: Actor, first: datetime, before: datetime) -> list[ListedAttendance]:
    """Who came to the same meetings, and who was stood in for, meeting by meeting."""
    held = {one.id: one for one in await _from(actor, first, before)}
    came = attendances_visible_to(actor).filter(any_of(CouncilAttendance, "meeting_id", held))
    rows = await came.order_by("created_at", "id")
    terms = {id for row in rows for id in (row.membership_id, row.proxy_holder_id) if id}
    seen = councils.memberships_visible_to(actor).filter(any_of(CouncilMembership, "id", terms))
    members = {one.id: one for one in await seen}
    ids = {row.person_id for row in rows if row.person_id}
    persons = {one.id: one for one in await people.visible_to(actor).filter(any_of(Person, "id", ids))}
    called, of_each = await _councils(actor), defaultdict[UUID, list[CouncilAttendance]](list)
    for row in rows:
        of_each[row.meeting_id].append(row)

    def line(meeting: CouncilMeeting, row: CouncilAttendance) -> ListedAttendance:
        member, holder = members.get(row.membership_id), members.get(row.proxy_holder_id or row.membership_id)
        standing_in = holder.name if holder and row.proxy_holder_id else ""
        person = persons.get(row.person_id) if row.person_id else None
        return ListedAttendance(meeting, called.get(meeting.council_id, ""), row, member, standing_in, person)

    return [line(meeting, row) for meeting in held.values() for row in of_each[meeting.id]]


def shown_of(listed: Sequence[ListedAttendance]) -> list[tuple[str, str]]:
    """The fields (`Model.column`) and rows (`Model:id`) that such a list shows of persons."""
    persons = [f"Person:{one.person.id}" for one in listed if one.person]
    names = [(f"Person.{name}", row) for row in persons for name in ("family_name", "given_name")]
    posts = [f"CouncilAttendance:{one.attendance.id}" for one in listed if not one.attendance.proxy_holder_id]
    return names + [(f"CouncilAttendance.{name}", row) for row in posts for name in ("job_title", "department")]


async def _from(actor: Actor, first: datetime, before: datetime) -> list[CouncilMeeting]:
    found = visible_to(actor).filter(starts_at__gte=first, starts_at__lt=before)
    return await found.exclude(status=MeetingStatus.CANCELLED).order_by("starts_at", "id")


async def _councils(actor: Actor) -> dict[UUID, str]:
    return {one.id: one.name for one in await councils.visible_to(actor)}
