"""講師割当: who is asked to give a lecture or to help, held to its time, and what they answer."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import calendar, invitations, people, records, volunteers
from domain.actor import LIAISONS, TOKYO, Actor, Author, Role
from domain.calendar import Appointment, AppointmentKind, Attendee, AttendeeRole, PartStat
from domain.errors import Invalid, WrongState
from domain.japanese import day_with_weekday
from domain.lectures.lecture import LABELS, Lecture, LectureStatus, move, visible_to
from domain.outbox import Method
from domain.people import Person
from domain.records import Owned, any_of, nothing
from domain.replies import listens
from domain.states import Moves, must_be_in
from domain.verbs import verb
from domain.volunteers import ConsentScope, Volunteer


class OfferStatus(StrEnum):
    """打診, 承諾, 辞退, 期限切れ, 取消."""

    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    WITHDRAWN = "WITHDRAWN"


OFFER_MOVES: Moves[OfferStatus] = {
    OfferStatus.OFFERED: (
        OfferStatus.ACCEPTED,
        OfferStatus.DECLINED,
        OfferStatus.LAPSED,
        OfferStatus.WITHDRAWN,
    ),
    OfferStatus.ACCEPTED: (OfferStatus.DECLINED, OfferStatus.WITHDRAWN),
    OfferStatus.DECLINED: (OfferStatus.ACCEPTED, OfferStatus.WITHDRAWN),
    OfferStatus.LAPSED: (OfferStatus.OFFERED,),
    OfferStatus.WITHDRAWN: (OfferStatus.OFFERED,),
}
STANDING = (OfferStatus.OFFERED, OfferStatus.ACCEPTED)


class Assignment(Owned):
    """講師割当: one person asked to give, or help to give, one lecture; `reply_by` is the last day for an answer."""

    lecture: fields.ForeignKeyRelation[Lecture] = fields.ForeignKeyField("renkei.Lecture", related_name="assignments")
    lecture_id: UUID
    attendee: fields.OneToOneRelation[Attendee] = fields.OneToOneField("renkei.Attendee", related_name=False)
    attendee_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", on_delete=fields.RESTRICT, related_name=False
    )
    person_id: UUID
    role = fields.CharEnumField(AttendeeRole, max_length=20)
    status = fields.CharEnumField(OfferStatus, max_length=20, default=OfferStatus.OFFERED)
    asked_by_id = fields.UUIDField()
    reply_by = fields.DateField(null=True)

    class Meta:
        table = "lecture_assignment"
        indexes = [Index(fields=("lecture_id", "id"), name="lecture_assignment_lecture")]


def assignments_visible_to(actor: Actor) -> QuerySet[Assignment]:
    """Liaison officers see who is asked; a volunteer only themselves."""
    if actor.role in LIAISONS:
        return Assignment.filter(any_of(Assignment, "unit_id", actor.units))
    if actor.role is Role.VOLUNTEER:
        return Assignment.filter(person_id=actor.person_id)
    return nothing(Assignment)


@verb(*LIAISONS)
async def assign(
    actor: Actor,
    lecture_id: UUID,
    *,
    person_id: UUID,
    role: AttendeeRole = AttendeeRole.LECTURER,
    reply_by: date | None = None,
    version: int | None = None,
) -> Lecture:
    """Ask a lecturer (講師) or a helper (補助講師), hold them to the time, and send them the invitation.

    Without an answer by `reply_by`, or by the lecture's day, the offer lapses. Raises Conflict where the person is held
    elsewhere at that time, Incomplete for a volunteer who does not serve or whose guardian has not consented.
    """
    lecture = await records.find(visible_to(actor), lecture_id, version)
    if role not in (AttendeeRole.LECTURER, AttendeeRole.CO_LECTURER):
        raise Invalid("講師か補助講師を選んでください。", field="role")
    if lecture.status is LectureStatus.ACCEPTED:
        await move(actor, lecture, LectureStatus.COORDINATING, "lecture-coordinating")
    must_be_in(LABELS, lecture.status, LectureStatus.COORDINATING, LectureStatus.CONFIRMED)
    person = await records.see(people.visible_to(actor), person_id, field="person_id")
    appointment = await Appointment.get(id=lecture.appointment_id)
    calendar.must_leave_time(actor, reply_by, appointment.starts_at)
    await _must_be_fit(person.id, appointment, field="person_id")
    attendee = await calendar.ask(actor, appointment, person, role, holding=True)
    await _offer(actor, lecture, attendee, reply_by)
    told = {"reply_by": day_with_weekday(reply_by)} if reply_by else {}
    await invitations.tell(actor, appointment, attendee, "lecture-assigned", Method.REQUEST, **told)
    return lecture


async def _must_be_fit(person_id: UUID, appointment: Appointment, *, field: str) -> None:
    day = appointment.starts_at.astimezone(TOKYO).date()
    await volunteers.must_be_fit(person_id, day, ConsentScope.EDUCATION, field=field)


async def _offer(actor: Actor, lecture: Lecture, attendee: Attendee, reply_by: date | None) -> None:
    known = await Assignment.filter(attendee_id=attendee.id).first()
    asked = {"role": attendee.role, "asked_by_id": actor.person_id, "reply_by": reply_by}
    if known:
        await records.change(actor, known, "lecturer-asked-again", status=OfferStatus.OFFERED, **asked)
        return
    await records.create(
        actor,
        Assignment,
        "lecturer-asked",
        unit_id=lecture.unit_id,
        lecture_id=lecture.id,
        attendee_id=attendee.id,
        person_id=attendee.person_id,
        **asked,
    )


@verb(*LIAISONS)
async def release(actor: Actor, assignment_id: UUID, *, version: int | None = None) -> Assignment:
    """Take the request to a lecturer back; they are free again and their calendar is told."""
    assignment = await records.find(assignments_visible_to(actor), assignment_id, version)
    await _let_go(actor, assignment)
    return assignment


async def _let_go(author: Author, assignment: Assignment, **more: Any) -> None:
    await records.change(author, assignment, "lecturer-released", status=_offer_may(assignment, OfferStatus.WITHDRAWN))
    await free(author, assignment, **more)


async def free(author: Author, assignment: Assignment, **more: Any) -> None:
    """Let somebody go who is not asked any more, and tell their calendar."""
    attendee = await Attendee.get(id=assignment.attendee_id)
    appointment = await Appointment.select_for_update().get(id=attendee.appointment_id)
    await calendar.uninvite(author, appointment, attendee)
    await invitations.tell(author, appointment, attendee, "lecturer-released", Method.CANCEL, **more)


@volunteers.when_stepping_back
async def excuse(author: Author, volunteer: Volunteer, reason: str) -> None:
    """A volunteer who no longer serves is released from the lectures that are still ahead."""
    if await volunteers.has_active(volunteer.person_id):
        return
    for assignment in await Assignment.filter(person_id=volunteer.person_id, status__in=STANDING).select_for_update():
        if (await Lecture.get(id=assignment.lecture_id)).starts_at > author.now:
            await _let_go(author, assignment, reason=reason)


def _offer_may(assignment: Assignment, to: OfferStatus) -> OfferStatus:
    if to not in OFFER_MOVES[assignment.status]:
        raise WrongState("この割当はもう変えられません。最新の内容を読み直してください。")
    return to


@listens(AppointmentKind.LECTURE)
async def hear(author: Author, appointment: Appointment, attendee: Attendee) -> None:
    """An answer of a lecturer is the answer to the offer; whoever declines is free at that time."""
    assignment = await Assignment.filter(attendee_id=attendee.id).select_for_update().first()
    if assignment is None or attendee.partstat is PartStat.TENTATIVE:
        return
    answer = OfferStatus(attendee.partstat.value)
    if answer not in (assignment.status, *OFFER_MOVES[assignment.status]):  # the offer lapsed before the answer came
        return
    await records.change(author, assignment, "lecturer-answered", status=answer)
    busy = (None, None) if answer is OfferStatus.DECLINED else (appointment.starts_at, appointment.ends_at)
    await records.change(author, attendee, "attendee-held", busy_from=busy[0], busy_to=busy[1])


async def withdraw_all(author: Author, lecture: Lecture) -> None:
    """Nobody is asked any more to give a lecture that will not be given."""
    for assignment in await Assignment.filter(lecture_id=lecture.id, status__in=STANDING).select_for_update():
        await records.change(author, assignment, "lecturer-offer-withdrawn", status=OfferStatus.WITHDRAWN)


async def hold_again(author: Author, lecture: Lecture, appointment: Appointment) -> None:
    """Hold everybody whose offer stands to the lecture's new time; the last day for an answer was the old one's.

    Raises Conflict where somebody is held elsewhere, Incomplete as `assign` does where somebody may not come that day.
    """
    for assignment in await Assignment.filter(lecture_id=lecture.id, status__in=STANDING):
        await _must_be_fit(assignment.person_id, appointment, field="starts_at")
        await records.change(author, assignment, "lecturer-asked-for-another-day", reply_by=None)
        attendee = await Attendee.get(id=assignment.attendee_id)
        times = {"busy_from": appointment.starts_at, "busy_to": appointment.ends_at}
        await records.change(author, attendee, "attendee-held", **times)
