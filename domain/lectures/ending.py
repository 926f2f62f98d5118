"""不受理・取下げ・中止: a lecture that will not be given; whoever was told of it is told so, and why."""

from __future__ import annotations

from uuid import UUID

from domain import calendar, records
from domain.actor import LIAISONS, Actor, Role
from domain.calendar import Appointment
from domain.lectures.assigning import withdraw_all
from domain.lectures.lecture import Lecture, LectureStatus, move, visible_to
from domain.lectures.telling import tell_lecturers, tell_school
from domain.states import said
from domain.verbs import verb


@verb(*LIAISONS)
async def refuse(actor: Actor, lecture_id: UUID, *, reason: str, version: int | None = None) -> Lecture:
    """不受理, with the reason that the school is told."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    await move(actor, lecture, LectureStatus.REFUSED, "lecture-refused", reason=said(reason))
    await _end(actor, lecture, reason, "lecture-refused")
    return lecture


@verb(*LIAISONS)
async def cancel(actor: Actor, lecture_id: UUID, *, reason: str, version: int | None = None) -> Lecture:
    """中止, with the reason that everybody is told."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    await move(actor, lecture, LectureStatus.CANCELLED, "lecture-cancelled", reason=said(reason))
    await _end(actor, lecture, reason, "lecture-cancelled")
    return lecture


@verb(*LIAISONS, Role.SCHOOL)
async def withdraw(actor: Actor, lecture_id: UUID, *, reason: str, version: int | None = None) -> Lecture:
    """取下げ: the school does not ask any more."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    await move(actor, lecture, LectureStatus.WITHDRAWN, "lecture-withdrawn", reason=said(reason))
    await _end(actor, lecture, reason, "lecture-withdrawn")
    return lecture


async def _end(actor: Actor, lecture: Lecture, reason: str, letter: str) -> None:
    await withdraw_all(actor, lecture)
    appointment = await calendar.cancel(actor, await Appointment.get(id=lecture.appointment_id))
    await tell_school(actor, lecture, appointment, letter, reason=reason)
    await tell_lecturers(actor, appointment, "lecturer-released", reason=reason)
