"""出席と委任: who came for which member, with the post of that day, who stood in for whom, and whether that is enough.

会員 make the quorum (定足数): whoever came and whoever gave a proxy (委任状) to one who came; advisers, the
secretariat and observers do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import calendar, councils, people, records
from domain.actor import LIAISONS, Actor, Author
from domain.councils import VOTING, CouncilMembership
from domain.criteria import any_of, nothing
from domain.errors import Incomplete, Invalid, WrongState
from domain.meetings.meeting import LABELS, CouncilMeeting, MeetingStatus, move, visible_to
from domain.meetings.resolving import must_still_fit
from domain.organizations import Contact, contacts_visible_to
from domain.people import Person
from domain.records import Owned
from domain.states import must_be_in, said
from domain.units import Unit
from domain.values import dataclass
from domain.verbs import verb

MOST = 500
Row = dict[str, Any]
Members = Mapping[UUID, CouncilMembership]
EMPTY: Row = {"proxy_holder_id": None, "person_id": None, "job_title": "", "department": ""}


class CouncilAttendance(Owned):
    """For one member at one meeting: somebody who came, with the post of that day, which never changes; without a
    person a post whose holder we do not know by name. With `proxy_holder_id` nobody came, and that member stood in."""

    meeting: fields.ForeignKeyRelation[CouncilMeeting] = fields.ForeignKeyField(
        "renkei.CouncilMeeting", on_delete=fields.CASCADE, related_name=False
    )
    meeting_id: UUID
    membership: fields.ForeignKeyRelation[CouncilMembership] = fields.ForeignKeyField(
        "renkei.CouncilMembership", on_delete=fields.RESTRICT, related_name=False
    )
    membership_id: UUID
    proxy_holder: fields.ForeignKeyNullableRelation[CouncilMembership] = fields.ForeignKeyField(
        "renkei.CouncilMembership", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    proxy_holder_id: UUID | None
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    person_id: UUID | None
    job_title = fields.CharField(max_length=100, default="")
    department = fields.CharField(max_length=100, default="")
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "council_attendance"
        indexes = [
            Index(fields=("meeting_id", "created_at", "id"), name="council_attendance_meeting"),
            Index(fields=("membership_id",), name="council_attendance_membership"),
            Index(fields=("person_id",), name="council_attendance_person"),
        ]


def attendances_visible_to(actor: Actor) -> QuerySet[CouncilAttendance]:
    """As their meetings, for the desk alone; what was entered by mistake never was."""
    if actor.role not in LIAISONS:
        return nothing(CouncilAttendance)
    return CouncilAttendance.filter(any_of(CouncilAttendance, "unit_id", actor.units), removed_at=None)


@dataclass(frozen=True)
class MeetingPresence:
    """Who came for a member: its contact or officer, or somebody who is neither, by their post alone. `job_title` and
    `department` are needed only where the post of that day is not on file."""

    membership_id: UUID
    contact_id: UUID | None = None
    officer_id: UUID | None = None
    job_title: str = ""
    department: str = ""


@dataclass(frozen=True)
class MeetingProxy:
    """委任状: a member that did not come, and the one that stood in for it."""

    membership_id: UUID
    holder_id: UUID


@verb(*LIAISONS)
async def hold(
    actor: Actor,
    meeting_id: UUID,
    *,
    attended: Sequence[MeetingPresence],
    proxies: Sequence[MeetingProxy] = (),
    version: int | None = None,
) -> CouncilMeeting:
    """開催済: who came and who stood in for whom; from that follows whether there were enough.

    Raises WrongState before it has begun, Incomplete where nobody came, Invalid for whoever is no member on that day.
    """
    meeting = await records.find(visible_to(actor), meeting_id, version)
    if meeting.starts_at > actor.now:
        raise WrongState("まだ始まっていない会議は開催済にできません。")
    counts = await _enter(actor, meeting, attended, proxies)
    await move(actor, meeting, MeetingStatus.HELD, "meeting-held", **counts)
    await _note_who_came(actor, meeting)
    return meeting


@verb(*LIAISONS)
async def correct_attendance(
    actor: Actor,
    meeting_id: UUID,
    *,
    attended: Sequence[MeetingPresence],
    proxies: Sequence[MeetingProxy] = (),
    reason: str,
    version: int | None = None,
) -> CouncilMeeting:
    """Enter anew who came, until the minutes are written. Raises Conflict where a resolution would have more votes than
    that leaves, or would be none."""
    meeting = await records.find(visible_to(actor), meeting_id, version)
    must_be_in(LABELS, meeting.status, MeetingStatus.HELD)
    why = said(reason)
    gone = await _entered(meeting).order_by("id").select_for_update()
    removed = {"removed_at": actor.now}
    await records.change_many(actor, "meeting-attendance-removed", [(one, removed) for one in gone])
    counts = await _enter(actor, meeting, attended, proxies)
    await records.correct(actor, meeting, "meeting-attendance-corrected", why, **counts)
    await must_still_fit(meeting)
    await _note_who_came(actor, meeting)
    return meeting


def _entered(meeting: CouncilMeeting) -> QuerySet[CouncilAttendance]:
    return CouncilAttendance.filter(meeting_id=meeting.id, removed_at=None)


async def _enter(
    actor: Actor, meeting: CouncilMeeting, attended: Sequence[MeetingPresence], proxies: Sequence[MeetingProxy]
) -> dict[str, Any]:
    """The rows, and the columns of the meeting that follow from them."""
    came = await find_who_came(actor, meeting, attended, proxies)
    await write_down(actor, [(meeting, came.rows)])
    return came.counts


@dataclass(frozen=True)
class Came:
    """Who came and who was stood in for, as rows without their meeting, and the columns of that which follow."""

    rows: Sequence[Row]
    counts: Row


async def find_who_came(
    actor: Actor,
    meeting: CouncilMeeting,
    attended: Sequence[MeetingPresence],
    proxies: Sequence[MeetingProxy],
    *,
    is_bygone: bool = False,
) -> Came:
    """What is told of a meeting. Of one that `is_bygone` the post of whoever came need not be known any more."""
    if not attended:
        raise Incomplete("出席した人を1人以上入力してください。", field="attended")
    if len(attended) > MOST:
        raise Invalid(f"出席者は{MOST}人までにしてください。", field="attended")
    members = {one.id: one for one in await councils.members_on([meeting.council_id], meeting.day)}
    present = [await _present(actor, meeting, members, one, is_bygone) for one in attended]
    _must_be_once(present)
    return reckoned(meeting, members, present, proxies)


def reckoned(
    meeting: CouncilMeeting, members: Members, present: Sequence[Row], proxies: Sequence[MeetingProxy]
) -> Came:
    """The same of those who are known to have come; `members` are those of that day."""
    came = {row["membership_id"] for row in present}
    represented = [_represented(members, came, one) for one in proxies]
    if len({one["membership_id"] for one in represented}) < len(represented):
        raise Invalid("委任状は一会員に一通にしてください。", field="proxies")
    voting = {id for id, one in members.items() if one.role in VOTING}
    return Came([*present, *represented], _counted(meeting, len(voting), len(came & voting), len(represented)))


async def write_down(author: Author, kept: Sequence[tuple[CouncilMeeting, Sequence[Row]]]) -> None:
    """Keep who came to meetings that are there."""
    came = [{"unit_id": meeting.unit_id, "meeting_id": meeting.id} | row for meeting, rows in kept for row in rows]
    await records.create_many(author, CouncilAttendance, "meeting-attended", came)


def _counted(meeting: CouncilMeeting, members: int, present: int, represented: int) -> dict[str, Any]:
    needed = meeting.quorum if meeting.quorum is not None else members // 2 + 1
    return {
        "quorum": needed,
        "member_count": members,
        "present_count": present,
        "proxy_count": represented,
        "is_quorate": present + represented >= needed,
    }


def _must_be_once(rows: Sequence[Row]) -> None:
    named = [row["person_id"] for row in rows if row["person_id"]]
    if len(set(named)) < len(named):
        raise Invalid("同じ人が二度入っています。一人に一つにしてください。", field="attended")


async def _present(
    actor: Actor, meeting: CouncilMeeting, members: Members, one: MeetingPresence, is_bygone: bool
) -> Row:
    contact = one.contact_id and await records.see(contacts_visible_to(actor), one.contact_id, field="attended")
    officer = one.officer_id and await records.see(people.officers_visible_to(actor), one.officer_id, field="attended")
    member = members.get(one.membership_id)
    if member is None:
        raise Invalid("会議の日に会員ではない団体が入っています。会員の任期を確かめてください。", field="attended")
    if contact and officer:
        raise Invalid("担当者と職員の、どちらか一つを指定してください。", field="attended")
    told = {"job_title": one.job_title, "department": one.department}
    if contact:
        known = _as_contact(meeting, member, contact)
    elif officer:
        known = await _as_officer(meeting, member, officer)
    else:
        if not is_bygone:
            records.must_say(one.job_title, "担当者として登録していない人の職名", "attended")
        known = {}
    return EMPTY | {"membership_id": member.id} | known | {name: text for name, text in told.items() if text}


def _as_contact(meeting: CouncilMeeting, member: CouncilMembership, contact: Contact) -> Row:
    if contact.organization_id != member.organization_id:
        raise Invalid("担当者が、その会員の団体の人ではありません。", field="attended")
    if contact.until is not None and contact.until <= meeting.day:
        raise Invalid("会議の日には、すでに担当を離れていた人です。", field="attended")
    post = {"job_title": contact.job_title, "department": contact.department} if contact.since <= meeting.day else {}
    return {"person_id": contact.person_id, **post}


async def _as_officer(meeting: CouncilMeeting, member: CouncilMembership, officer: Person) -> Row:
    if member.police_unit_id is None:
        raise Invalid("職員は、警察の所属の会員としてだけ入力できます。", field="attended")
    post = await people.post_on(officer, meeting.day)
    unit = await Unit.get(id=post.unit_id) if post else None
    return {
        "person_id": officer.id,
        "job_title": post.job_title if post else "",
        "department": unit.name if unit else "",
    }


def _represented(members: Members, came: set[UUID], one: MeetingProxy) -> Row:
    giver, holder = members.get(one.membership_id), members.get(one.holder_id)
    if giver is None or holder is None or giver.role not in VOTING or holder.role not in VOTING:
        raise Invalid("委任は、会議の日の会員（会長・副会長・会員）の間だけでできます。", field="proxies")
    if giver.id in came:
        raise Invalid(f"「{giver.name}」は出席しているため、委任はできません。", field="proxies")
    if holder.id not in came:
        raise Invalid(f"委任を受けた「{holder.name}」が出席者に入っていません。", field="proxies")
    return EMPTY | {"membership_id": giver.id, "proxy_holder_id": holder.id}


async def _note_who_came(author: Author, meeting: CouncilMeeting) -> None:
    """Of everybody who was asked whether they came, as the calendar knows it."""
    people_there = {one.person_id for one in await _entered(meeting)}
    asked = await calendar.coming(meeting.appointment_id).select_for_update()
    await calendar.record_attendances(author, [(one, one.person_id in people_there) for one in asked])
