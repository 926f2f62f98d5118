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
from domain.calendar import STAYING_AWAY, Appointment, Attendee, AttendeeRole
from domain.criteria import any_of, nothing
from domain.errors import Invalid, WrongState
from domain.japanese import day_with_weekday
from domain.lectures.lecture import ARRANGING, LABELS, Lecture, LectureStatus, move, visible_to
from domain.people import Person
from domain.records import Owned
from domain.states import Moves, must_be_in
from domain.verbs import verb
from domain.volunteers import ConsentScope


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
    OfferStatus.ACCEPTED: (OfferStatus.OFFERED, OfferStatus.DECLINED, OfferStatus.WITHDRAWN),
    OfferStatus.DECLINED: (OfferStatus.OFFERED, OfferStatus.ACCEPTED, OfferStatus.WITHDRAWN),
    OfferStatus.LAPSED: (OfferStatus.OFFERED,),
    OfferStatus.WITHDRAWN: (OfferStatus.OFFERED,),
}
STANDING = (OfferStatus.OFFERED, OfferStatus.ACCEPTED)
LECTURING = (AttendeeRole.LECTURER, AttendeeRole.CO_LECTURER)


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
    elsewhere at that time, Invalid for one who will have left by then, Incomplete for a volunteer who does not serve or
    whose guardian has not consented.
    """
    lecture = await records.find(visible_to(actor), lecture_id, version)
    before = lecture.version
    if role not in LECTURING:
        raise Invalid("講師か補助講師を選んでください。", field="role")
    if lecture.status is LectureStatus.ACCEPTED:
        await move(actor, lecture, LectureStatus.COORDINATING, "lecture-coordinating")
    must_be_in(LABELS, lecture.status, *ARRANGING)
    person = await records.see(people.visible_to(actor), person_id, field="person_id")
    appointment = await Appointment.get(id=lecture.appointment_id)
    calendar.must_leave_time(actor, reply_by, appointment.starts_at)
    await must_be_fit(actor, person, day_of(appointment), field="person_id")
    attendee = await calendar.ask(actor, appointment, person, role, holding=True)
    await offer(actor, lecture, attendee, reply_by)
    last_day = day_with_weekday(reply_by) if reply_by else ""
    await invitations.tell(actor, appointment, attendee, "lecture-assigned", reply_by=last_day)
    return await records.touch_since(actor, lecture, before)


async def must_be_fit(author: Author, person: Person, day: date, *, field: str) -> None:
    """Raises Invalid for somebody who is no longer there on that day, Incomplete for a volunteer who does not serve
    or whose guardian has not consented."""
    if person.retired_on is not None and person.retired_on <= day:
        raise Invalid(f"{person.name}さんは、その日には登録から外れています。別の人を選んでください。", field=field)
    await volunteers.must_be_fit(author, person.id, day, ConsentScope.EDUCATION, field=field)


def day_of(appointment: Appointment) -> date:
    """The day of a lecture in Japan."""
    return appointment.starts_at.astimezone(TOKYO).date()


async def offer(actor: Author, lecture: Lecture, attendee: Attendee, reply_by: date | None = None) -> Assignment:
    """An offer to somebody who was just asked; to whom it was made before, the same one again."""
    known = await Assignment.filter(attendee_id=attendee.id).first()
    asked = {"role": attendee.role, "asked_by_id": actor.person_id, "reply_by": reply_by}
    if known:
        return await records.change(actor, known, "lecturer-asked-again", status=OfferStatus.OFFERED, **asked)
    return await records.create(
        actor,
        Assignment,
        "lecturer-asked",
        unit_id=lecture.unit_id,
        prefecture_id=lecture.prefecture_id,
        lecture_id=lecture.id,
        attendee_id=attendee.id,
        person_id=attendee.person_id,
        **asked,
    )


@verb(*LIAISONS)
async def release(actor: Actor, assignment_id: UUID, *, version: int | None = None) -> Assignment:
    """Take the request to a lecturer back; they are free again and their calendar is told."""
    seen = await records.see(assignments_visible_to(actor), assignment_id)
    lecture, _, _ = await locked(seen)
    assignment = await records.find(assignments_visible_to(actor), assignment_id, version)
    await let_go(actor, assignment)
    await records.touch(actor, lecture)
    return assignment


async def locked(seen: Assignment) -> tuple[Lecture, Attendee, Assignment]:
    """A lecture, somebody who is asked to it and the offer, locked in the order in which verbs and answers do so."""
    lecture = await Lecture.filter(id=seen.lecture_id).select_for_update().get()
    attendee = await Attendee.filter(id=seen.attendee_id).select_for_update().get()
    return lecture, attendee, await Assignment.filter(id=seen.id).select_for_update().get()


async def let_go(author: Author, assignment: Assignment, **more: Any) -> None:
    """Take an offer back, and tell the calendar of whoever had it."""
    status = must_move_offer(assignment, OfferStatus.WITHDRAWN)
    await records.change(author, assignment, "lecturer-released", status=status)
    await free(author, assignment, **more)


async def free(author: Author, assignment: Assignment, **more: Any) -> None:
    """Let somebody go who is not asked any more, and tell their calendar."""
    attendee = await Attendee.get(id=assignment.attendee_id)
    appointment = await Appointment.select_for_update().get(id=attendee.appointment_id)
    await calendar.uninvite(author, appointment, attendee)
    await invitations.tell(author, appointment, attendee, "lecturer-released", **more)


def must_move_offer(assignment: Assignment, to: OfferStatus) -> OfferStatus:
    """The step of an offer, where the table allows it. Raises WrongState."""
    if to not in OFFER_MOVES[assignment.status]:
        raise WrongState("この割当はもう変えられません。最新の内容を読み直してください。")
    return to


async def withdraw_all(author: Author, lecture: Lecture) -> None:
    """Nobody is asked any more to give a lecture that will not be given. Answers lock who answers before the offer."""
    await calendar.coming(lecture.appointment_id).select_for_update()
    for assignment in await Assignment.filter(lecture_id=lecture.id, status__in=STANDING).select_for_update():
        await records.change(author, assignment, "lecturer-offer-withdrawn", status=OfferStatus.WITHDRAWN)


async def ask_anew(author: Author, lecture: Lecture, appointment: Appointment) -> None:
    """An answer was for the old date: ask everybody again who has not declined, and hold them to the new one.

    The last day for an answer was the old date's, too. Raises Conflict where somebody is held elsewhere, and as
    `assign` does where somebody may not come that day.
    """
    asked = await calendar.coming(appointment.id).select_for_update()
    stays = [one for one in asked if one.role is AttendeeRole.HOST or one.partstat not in STAYING_AWAY]
    await calendar.ask_anew(author, stays)
    for assignment in await standing(lecture).select_for_update():
        attendee = await Attendee.get(id=assignment.attendee_id)
        person = await Person.get(id=assignment.person_id)
        await must_be_fit(author, person, day_of(appointment), field="starts_at")
        anew = {"status": OfferStatus.OFFERED, "reply_by": None}
        await records.change(author, assignment, "lecturer-asked-for-another-day", **anew)
        times = {"busy_from": appointment.starts_at, "busy_to": appointment.ends_at}
        await records.change(author, attendee, "attendee-held", **times)


def standing(lecture: Lecture) -> QuerySet[Assignment]:
    """The offers of a lecture with which somebody is counted on."""
    return Assignment.filter(lecture_id=lecture.id, status__in=STANDING).order_by("id")


async def has_lecturer(lecture: Lecture) -> bool:
    """Whether somebody is counted on to give the lecture; helpers (補助講師) alone do not."""
    return await standing(lecture).filter(role=AttendeeRole.LECTURER).exists()
