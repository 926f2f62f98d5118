"""来た人: who really gave a lecture, and who helped, whatever they had answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from domain import calendar, records
from domain.actor import Author
from domain.calendar import Appointment, Attendee, AttendeeRole
from domain.errors import Incomplete, Invalid
from domain.lectures.assigning import LECTURING, STANDING, Assignment, OfferStatus, day_of, must_be_fit, offer
from domain.lectures.lecture import Lecture
from domain.people import Person
from domain.values import dataclass


@dataclass(frozen=True)
class GivenBy:
    """Somebody who gave a lecture as 講師, or helped as 補助講師."""

    person_id: UUID
    role: AttendeeRole = AttendeeRole.LECTURER


async def note_givers(
    author: Author, lecture: Lecture, given_by: Sequence[GivenBy] | None, known: QuerySet[Person]
) -> None:
    """Record who came, and of everybody else who was asked that they did not.

    Where nobody is named, those came whose offer stands as 講師, and the helpers who had accepted. Raises Incomplete
    where that leaves no 講師, and as `assign` does for somebody who was not asked before, who must be `known`.
    """
    appointment = await Appointment.get(id=lecture.appointment_id)
    asked = {one.person_id: one for one in await Assignment.filter(lecture_id=lecture.id).order_by("id")}
    for giver in _checked(_supposed(asked.values()) if given_by is None else given_by):
        await _note(author, lecture, appointment, giver, asked.pop(giver.person_id, None), known)
    for attendee in await Attendee.filter(id__in=[one.attendee_id for one in asked.values()], removed_at=None):
        await calendar.record_attendance(author, attendee, False)


def _supposed(asked: Any) -> list[GivenBy]:
    standing = [one for one in asked if one.status in STANDING]
    sure = [one for one in standing if one.role is AttendeeRole.LECTURER or one.status is OfferStatus.ACCEPTED]
    return [GivenBy(one.person_id, one.role) for one in sure]


def _checked(given_by: Sequence[GivenBy]) -> Sequence[GivenBy]:
    if any(one.role not in LECTURING for one in given_by):
        raise Invalid("講師か補助講師を選んでください。", field="given_by")
    if len({one.person_id for one in given_by}) < len(given_by):
        raise Invalid("同じ人が二度入っています。一人に一つにしてください。", field="given_by")
    if all(one.role is not AttendeeRole.LECTURER for one in given_by):
        raise Incomplete("講師を務めた人がいません。誰が講義をしたかを指定してください。", field="given_by")
    return given_by


async def _note(
    author: Author,
    lecture: Lecture,
    appointment: Appointment,
    giver: GivenBy,
    assignment: Assignment | None,
    known: QuerySet[Person],
) -> None:
    standing = Attendee.filter(appointment_id=appointment.id, person_id=giver.person_id, removed_at=None)
    attendee = await standing.exclude(role=AttendeeRole.HOST).first() or await _bring_in(
        author, appointment, giver, known
    )
    if assignment is None or assignment.status in (OfferStatus.LAPSED, OfferStatus.WITHDRAWN):
        assignment = await offer(author, lecture, attendee)
    times = {"busy_from": appointment.starts_at, "busy_to": appointment.ends_at}
    await calendar.record_attendance(author, attendee, True, role=giver.role, **times)
    await records.change(author, assignment, "lecturer-came", role=giver.role, status=OfferStatus.ACCEPTED)


async def _bring_in(author: Author, appointment: Appointment, giver: GivenBy, known: QuerySet[Person]) -> Attendee:
    person = await records.see(known, giver.person_id, field="given_by")
    await must_be_fit(author, person, day_of(appointment), field="given_by")
    return await calendar.ask(author, appointment, person, giver.role, holding=True)
