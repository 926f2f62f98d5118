"""受付と受理: a school asks for a lecture, and we say that we will send somebody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain import calendar, organizations, records
from domain.actor import LIAISONS, Actor, Role
from domain.lectures.lecture import (
    Audience,
    Lecture,
    LectureKind,
    LectureStatus,
    make,
    move,
    must_make_sense,
    visible_to,
)
from domain.lectures.telling import tell_school
from domain.verbs import verb


@verb(*LIAISONS, Role.SCHOOL)
async def request(
    actor: Actor,
    *,
    school_id: UUID,
    contact_id: UUID,
    theme: str,
    audience: Audience,
    expected_count: int,
    starts_at: datetime,
    ends_at: datetime,
    place: str = "",
    online_url: str = "",
    kind: LectureKind = LectureKind.LECTURE,
    equipment: str = "",
    remarks: str = "",
) -> Lecture:
    """Take a school's request in, on its first wished date; the school is told that it has arrived.

    Raises NotFound for the school or contact, Invalid for a contact who has left, a date that has passed, or a theme
    or number of listeners that says nothing.
    """
    school = await records.see(organizations.visible_to(actor), school_id, field="school_id")
    contact = await organizations.find_present_contact(actor, contact_id, school.id)
    calendar.must_be_ahead(actor, starts_at, calendar.ENTERED_OTHERWISE if actor.role in LIAISONS else "")
    must_make_sense({"theme": theme, "expected_count": expected_count})
    told = {"kind": kind, "audience": audience, "theme": theme, "expected_count": expected_count}
    told |= {"starts_at": starts_at, "contact_id": contact.id, "equipment": equipment, "remarks": remarks}
    where = {"place": place or school.name, "online_url": online_url}
    received = {"status": LectureStatus.RECEIVED, **told}
    lecture, appointment = await make(actor, "lecture-requested", school, ends_at, where, **received)
    await tell_school(actor, lecture, appointment, "lecture-received")
    return lecture


@verb(*LIAISONS)
async def accept(actor: Actor, lecture_id: UUID, *, version: int | None = None) -> Lecture:
    """受理: we will send somebody."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    return await move(actor, lecture, LectureStatus.ACCEPTED, "lecture-accepted")
