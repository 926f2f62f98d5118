"""決定と延期: the date is made firm, or moved; everybody who is concerned is told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain import calendar, changes, records
from domain.actor import LIAISONS, Actor
from domain.calendar import Appointment, AppointmentStatus
from domain.errors import Incomplete, Invalid
from domain.japanese import from_to
from domain.lectures.assigning import ask_anew, day_of, has_lecturer, must_be_fit, standing
from domain.lectures.lecture import LABELS, Lecture, LectureStatus, move, visible_to
from domain.lectures.telling import has_contact, invite_school, knows_of_a_date, tell_lecturers, tell_school
from domain.people import Person
from domain.states import must_be_in, said
from domain.verbs import verb


@verb(*LIAISONS)
async def confirm(actor: Actor, lecture_id: UUID, *, version: int | None = None) -> Lecture:
    """決定: the date is firm; the school and the lecturers are told.

    Raises Incomplete without a lecturer, or without a contact at the school who could be told, and as `assign` does
    where somebody may not come after all.
    """
    lecture = await records.find(visible_to(actor), lecture_id, version)
    await move(actor, lecture, LectureStatus.CONFIRMED, "lecture-confirmed")
    if not await has_lecturer(lecture):
        raise Incomplete("講師が決まっていません。先に講師を割り当ててください。")
    if not await has_contact(lecture, actor.today):
        raise Incomplete(
            "学校の担当者が登録から外れています。先に「訂正」で新しい担当者を指定してください。", field="contact_id"
        )
    appointment = await Appointment.get(id=lecture.appointment_id)
    for offer in await standing(lecture):
        await must_be_fit(actor, await Person.get(id=offer.person_id), day_of(appointment), field="lecture_id")
    await calendar.confirm(actor, appointment)
    await invite_school(actor, lecture, appointment)
    await tell_lecturers(actor, appointment, "lecturer-confirmed")
    return lecture


@verb(*LIAISONS)
async def postpone(
    actor: Actor,
    lecture_id: UUID,
    *,
    reason: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    version: int | None = None,
) -> Lecture:
    """延期: with a new date at once, or until one is found (then the calendars take the old date out).

    Raises Invalid for one end of the new date without the other. Whoever is asked is asked anew for it.
    """
    lecture = await records.find(visible_to(actor), lecture_id, version)
    await move(actor, lecture, LectureStatus.POSTPONED, "lecture-postponed", reason=said(reason))
    appointment = await Appointment.get(id=lecture.appointment_id)
    if new := calendar.must_be_whole(starts_at, ends_at):
        return await _reschedule(actor, lecture, appointment, *new, reason)
    await calendar.cancel(actor, appointment)
    await tell_school(actor, lecture, appointment, "lecture-postponed", reason=reason)
    await tell_lecturers(actor, appointment, "lecturer-postponed", reason=reason)
    return lecture


@verb(*LIAISONS)
async def reschedule(
    actor: Actor,
    lecture_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str | None = None,
    version: int | None = None,
) -> Lecture:
    """A new date for a postponed lecture, or for one that is still being arranged; same UID, SEQUENCE raised.

    Whoever knows of the old date is told, with the reason for this change where one is given.
    """
    lecture = await records.find(visible_to(actor), lecture_id, version)
    appointment = await Appointment.get(id=lecture.appointment_id)
    must_be_in(
        LABELS,
        lecture.status,
        LectureStatus.RECEIVED,
        LectureStatus.ACCEPTED,
        LectureStatus.COORDINATING,
        LectureStatus.POSTPONED,
    )
    why = said(reason) if reason is not None else ""
    return await _reschedule(actor, lecture, appointment, starts_at, ends_at, why)


async def _reschedule(
    actor: Actor,
    lecture: Lecture,
    appointment: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
) -> Lecture:
    calendar.must_be_ahead(actor, starts_at)
    is_same = (starts_at, ends_at) == (appointment.starts_at, appointment.ends_at)
    if is_same and appointment.status is not AppointmentStatus.CANCELLED:
        raise Invalid("いまと同じ日時です。新しい日時を指定してください。", field="starts_at")
    was, now = from_to(appointment.starts_at, appointment.ends_at), from_to(starts_at, ends_at)
    values = {"starts_at": starts_at, "ends_at": ends_at, "status": AppointmentStatus.TENTATIVE}
    await calendar.change(actor, appointment, "appointment-rescheduled", **values)
    await ask_anew(actor, lecture, appointment)
    await records.correct(actor, lecture, "lecture-rescheduled", reason, starts_at=starts_at)
    if lecture.status is LectureStatus.POSTPONED:
        await move(actor, lecture, LectureStatus.COORDINATING, "lecture-coordinating")
    if await knows_of_a_date(lecture, appointment):
        changed = changes.compared({"when": was}, {"when": now})  # for whoever has no calendar entry to compare with
        await tell_school(actor, lecture, appointment, "lecture-rescheduled", reason=reason, changed=changed)
    await tell_lecturers(actor, appointment, "lecture-assigned", reason=reason, reply_by="")
    return lecture
