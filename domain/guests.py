"""招待される人: officers and contacts who are asked to the date of something, and let go again, whatever it is.

What a ceremony, an encounter, an event or a meeting has of its own, whom it may ask and when, is said there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain import calendar, charge, invitations, people, records
from domain.actor import Actor, Author
from domain.calendar import STAYING_AWAY, Appointment, Asked, Attendee, AttendeeRole, PartStat
from domain.criteria import any_of
from domain.errors import Incomplete, Invalid, WrongState
from domain.organizations import Contact
from domain.people import Person

LEFT = "異動または担当を離れるため"


async def find_officers(actor: Actor, ids: Iterable[UUID], day: date) -> list[Person]:
    """Officers who are there still on that day, each once. Raises NotFound, Invalid."""
    officers = await records.see_all(people.officers_visible_to(actor), ids, field="officer_ids")
    for officer in officers:
        if officer.retired_on is not None and officer.retired_on <= day:
            raise Invalid(f"{officer.name}さんは、その日には職を離れています。", field="officer_ids")
    return officers


def must_be_ready(actor: Actor, appointment: Appointment) -> None:
    """Raises Invalid for a date that has begun, Incomplete where nobody would know where to go."""
    calendar.must_be_ahead(actor, appointment.starts_at)
    if not (appointment.place or appointment.online_url):
        raise Incomplete("場所かオンラインのURLを入力してください。", field="place")


async def ask(
    author: Author,
    appointment: Appointment,
    kind: str,
    *,
    contacts: Iterable[Contact] = (),
    officers: Iterable[Person] = (),
    **told: Any,
) -> None:
    """Ask them, each by a letter of this kind of their own. Raises Conflict for somebody who is asked already."""
    speakers = list(contacts)
    found = await Person.filter(any_of(Person, "id", [one.person_id for one in speakers]))
    known = {person.id: person for person in found}
    guests = [Asked(known[one.person_id], AttendeeRole.PARTICIPANT, one.organization_id) for one in speakers]
    guests += [Asked(one, AttendeeRole.STAFF) for one in officers]
    asked = await calendar.ask_all(author, appointment, guests)
    await invitations.tell_each(author, appointment, asked, kind, **told)


async def find_asked(actor: Actor, appointment_id: UUID | None, attendee_id: UUID) -> Attendee:
    """Somebody who stands asked, to be let go. Raises NotFound, and WrongState for who is let go already."""
    asked = calendar.attendees_visible_to(actor).filter(appointment_id=appointment_id)
    await records.see(asked, attendee_id, field="attendee_id")
    attendee = await records.find(asked, attendee_id)
    if attendee.removed_at is not None:
        raise WrongState("この人への案内はすでに取り消されています。", field="attendee_id")
    return attendee


async def let_go(author: Author, attendee: Attendee, kind: str) -> Appointment:
    """Take one person's invitation back by a letter of this kind: nobody else hears of it."""
    appointment = await Appointment.get(id=attendee.appointment_id)
    await calendar.uninvite(author, appointment, attendee)
    await invitations.tell(author, appointment, attendee, kind)
    return appointment


async def release(author: Author, person: Person, ahead: QuerySet[Any], kind: str, *, reason: str = LEFT) -> None:
    """Let whoever leaves go of all these, and tell whoever asked them where they had said yes."""
    asked = Attendee.filter(person_id=person.id, removed_at=None).exclude(partstat__in=STAYING_AWAY)
    theirs = asked.filter(appointment_id__in=Subquery(ahead.values("appointment_id")))
    for seen in await theirs.order_by("appointment_id"):
        row = await ahead.filter(appointment_id=seen.appointment_id).select_for_update().first()
        attendee = await theirs.filter(id=seen.id).select_for_update().first()
        if row and attendee:
            was_coming = attendee.partstat is PartStat.ACCEPTED
            appointment = await let_go(author, attendee, kind)
            if was_coming:
                await charge.tell_of_loss(author, appointment, attendee, reason=reason)
            await records.touch(author, row)
