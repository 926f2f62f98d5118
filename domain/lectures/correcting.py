"""訂正: what is said of a lecture is put right, before and after it was given; whoever is concerned gets it anew."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack
from uuid import UUID

from domain import calendar, invitations, organizations, records
from domain.actor import LIAISONS, Actor
from domain.calendar import Appointment
from domain.lectures.lecture import (
    AHEAD,
    GIVEN,
    LABELS,
    Audience,
    Lecture,
    LectureKind,
    LectureStatus,
    must_make_sense,
    titled,
    visible_to,
)
from domain.lectures.telling import ask_host, host_of, tell_lecturers, tell_school
from domain.organizations import Contact, Organization
from domain.states import must_be_in
from domain.verbs import verb

TOLD = ("theme", "audience", "expected_count", "equipment")
"""What lecturers prepare for, and the school has asked for."""


class Facts(TypedDict, total=False):
    """All that can be corrected; what is left out stays as it is. `expected_count` is people (人)."""

    theme: str
    audience: Audience
    kind: LectureKind
    expected_count: int
    contact_id: UUID
    place: str
    online_url: str
    equipment: str
    remarks: str


@verb(*LIAISONS)
async def correct(actor: Actor, /, lecture_id: UUID, *, version: int | None = None, **facts: Unpack[Facts]) -> Lecture:
    """Change what is said of a lecture but its date; whoever knows of it gets anew what concerns them.

    A new place raises SEQUENCE, a new theme does not (RFC 5546 §2.1.4). Another contact of the school takes the place
    of the one before, whose calendar is told. Raises Invalid for a contact who has left.
    """
    lecture = await records.find(visible_to(actor), lecture_id, version)
    must_be_in(LABELS, lecture.status, *AHEAD, *GIVEN)
    before = lecture.version
    must_make_sense(facts)
    columns: dict[str, Any] = dict(facts)
    where: dict[str, str] = {name: columns.pop(name) for name in ("place", "online_url") if name in columns}
    lecturers_care = any(columns.get(name, getattr(lecture, name)) != getattr(lecture, name) for name in TOLD)
    is_new_contact = columns.get("contact_id", lecture.contact_id) != lecture.contact_id
    if is_new_contact:
        await _hand_over(actor, lecture, columns["contact_id"])
    await records.change(actor, lecture, "lecture-corrected", **columns)
    is_shown = await _show(actor, lecture, where, is_titled="theme" in columns)
    await _tell(actor, lecture, to_lecturers=lecturers_care or is_shown, to_school=is_new_contact)
    return await records.touch_since(actor, lecture, before) if is_shown else lecture


async def _hand_over(actor: Actor, lecture: Lecture, contact_id: UUID) -> None:
    """Whoever was invited for the school is released; whoever comes next is invited where they were."""
    contact = await organizations.find_present_contact(actor, contact_id, lecture.school_id)
    appointment = await Appointment.get(id=lecture.appointment_id)
    before = await Contact.filter(id=lecture.contact_id).first()
    host = await host_of(appointment, before) if before else None
    if host is None or lecture.status not in AHEAD:
        return
    if lecture.status is LectureStatus.POSTPONED:  # their calendar has taken the date out already
        await calendar.release(actor, host)
        return
    await calendar.uninvite(actor, appointment, host)
    await invitations.tell(actor, appointment, host, "lecture-handed-over")
    await ask_host(actor, lecture, appointment, contact)


async def _show(actor: Actor, lecture: Lecture, shown: dict[str, str], *, is_titled: bool) -> bool:
    """Put it right in the calendars too; answers whether that made a difference there."""
    appointment = await Appointment.get(id=lecture.appointment_id)
    school, before = await Organization.get(id=lecture.school_id), appointment.version
    if "place" in shown:
        shown["place"] = shown["place"] or school.name
    if is_titled:
        shown["title"] = titled(school, lecture.theme)
    await calendar.change(actor, appointment, "appointment-corrected", **shown)
    return appointment.version != before


async def _tell(actor: Actor, lecture: Lecture, *, to_lecturers: bool, to_school: bool) -> None:
    if lecture.status not in AHEAD or lecture.status is LectureStatus.POSTPONED or not (to_lecturers or to_school):
        return
    # Another letter of this kind about the same date needs a turn of its own.
    appointment = await records.touch(actor, await Appointment.get(id=lecture.appointment_id))
    await tell_school(actor, lecture, appointment, "lecture-changed")
    if to_lecturers:
        await tell_lecturers(actor, appointment, "lecture-changed")
