"""Who is told of a lecture: the school that asked for it, and the people who are to give it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from domain import calendar, invitations
from domain.actor import Author
from domain.calendar import STAYING_AWAY, Appointment, AppointmentKind, Attendee, AttendeeRole
from domain.lectures.lecture import AUDIENCE_LABELS, Lecture
from domain.organizations import Contact
from domain.people import Person


@invitations.says(AppointmentKind.LECTURE)
async def about(appointment: Appointment) -> Mapping[str, Any]:
    """What it is about, for whom, and what is to be there."""
    lecture = await Lecture.filter(appointment_id=appointment.id).first()
    if lecture is None:
        return {}
    return {
        "theme": lecture.theme,
        "audience": AUDIENCE_LABELS[lecture.audience],
        "expected_count": f"{lecture.expected_count:,}人",
        "equipment": lecture.equipment,
    }


async def tell_school(
    author: Author,
    lecture: Lecture,
    appointment: Appointment,
    kind: str,
    **more: Any,
) -> None:
    """A letter to the school; where it was invited before, its calendar is told as well. Nothing to one whose lecture
    was entered afterwards, without a contact."""
    contact = await Contact.filter(id=lecture.contact_id).prefetch_related("person").first()
    if contact is None:
        return
    host = await host_of(appointment, contact)
    if host:
        await invitations.tell(author, appointment, host, kind, **more)
    else:
        turn = f"{lecture.id}:{appointment.version}"
        await invitations.write(author, appointment, contact.person, kind, turn, **more)


async def host_of(appointment: Appointment, contact: Contact) -> Attendee | None:
    """The school's contact, where they were invited already."""
    known = Attendee.filter(appointment_id=appointment.id, person_id=contact.person_id, removed_at=None)
    return await known.first()


async def knows_of_a_date(lecture: Lecture, appointment: Appointment) -> bool:
    """Whether the school was told of a date, or that it is put off, and so has to hear of every other one. As long as
    its request is being looked into it knows only of what it asked for."""
    contact = await Contact.filter(id=lecture.contact_id).first()
    was_put_off = bool(lecture.reason)  # what is still ahead has no other reason than that
    return was_put_off or (contact is not None and await host_of(appointment, contact) is not None)


async def invite_school(author: Author, lecture: Lecture, appointment: Appointment) -> None:
    """The firm date for the calendar of the school's contact."""
    contact = await Contact.get(id=lecture.contact_id).prefetch_related("person")
    host = await host_of(appointment, contact) or await ask_host(author, lecture, appointment, contact)
    officers = (await officers_coming([appointment.id]))[appointment.id]
    lecturers = "、".join(f"{officer.unit.name} {officer.name}" for officer in officers)
    await invitations.tell(author, appointment, host, "lecture-confirmed", lecturers=lecturers)


async def officers_coming(appointment_ids: Collection[UUID]) -> dict[UUID, list[Person]]:
    """Who gives the lectures on these dates, with their units; volunteers and companies' people are not named to a
    school."""
    coming = Attendee.filter(appointment_id__in=list(appointment_ids), removed_at=None)
    giving = await coming.exclude(role=AttendeeRole.HOST).exclude(partstat__in=STAYING_AWAY).order_by("id")
    officers = Person.filter(id__in={one.person_id for one in giving}, is_officer=True)
    named = await officers.prefetch_related("unit").order_by("kana_order", "id")
    comes = {(one.appointment_id, one.person_id) for one in giving}
    return {date: [officer for officer in named if (date, officer.id) in comes] for date in appointment_ids}


async def ask_host(author: Author, lecture: Lecture, appointment: Appointment, contact: Contact) -> Attendee:
    """The school's contact among those who come."""
    person, of = await Person.get(id=contact.person_id), lecture.school_id
    return await calendar.ask(author, appointment, person, AttendeeRole.HOST, organization_id=of)


async def has_contact(lecture: Lecture, today: date) -> bool:
    """Whether the person at the school whom our letters go to is still there."""
    contact = await Contact.filter(id=lecture.contact_id).first()
    return contact is not None and (contact.until is None or contact.until > today)


async def tell_lecturers(author: Author, appointment: Appointment, kind: str, **more: Any) -> None:
    """Owe everybody who is asked to give the lecture, and has not declined, the same letter."""
    asked = await calendar.coming(appointment.id).exclude(role=AttendeeRole.HOST)
    coming = [attendee for attendee in asked if attendee.partstat not in STAYING_AWAY]
    await invitations.tell_each(author, appointment, coming, kind, **more)
