"""広報啓発の招待: officers who serve at an event, and contacts of the bodies that have a part in it or for which it is
held, get its date into their calendars. Nobody is written to who was not chosen, and nobody hears of who else was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import guests, organizations, people, records
from domain.actor import LIAISONS, Actor, Author
from domain.calendar import Appointment
from domain.errors import Invalid
from domain.outreach.event import LABELS, OutreachEvent, OutreachStatus, visible_to
from domain.outreach.telling import said_of
from domain.people import Person
from domain.states import must_be_in
from domain.verbs import verb

MOST_AT_ONCE = 100


@verb(*LIAISONS)
async def invite(
    actor: Actor,
    outreach_event_id: UUID,
    *,
    contact_ids: Sequence[UUID] = (),
    officer_ids: Sequence[UUID] = (),
    version: int | None = None,
) -> OutreachEvent:
    """招待: ask contacts of its co-hosts and of the bodies that are to come, and officers, each by a letter of their
    own with an entry for their calendar. A body that only comes has no part in the event, and sees the date alone.

    Raises Incomplete without a place, NotFound for a contact of another's body, Invalid for an officer who will have
    left by then, Conflict for somebody who is asked already.
    """
    event = await records.find(visible_to(actor), outreach_event_id, version)
    must_be_in(LABELS, event.status, OutreachStatus.PLANNED)
    date = await Appointment.get(id=event.appointment_id)
    guests.must_be_ready(actor, date)
    if not 1 <= len(contact_ids) + len(officer_ids) <= MOST_AT_ONCE:
        raise Invalid(f"招待する人を1人から{MOST_AT_ONCE}人まで選んでください。", field="contact_ids")
    officers = await guests.find_officers(actor, officer_ids, event.day)
    contacts = await organizations.find_present_contacts(actor, contact_ids)
    await guests.ask(actor, date, "outreach-invitation", contacts=contacts, officers=officers, about=said_of(event))
    return await records.touch(actor, event)


@verb(*LIAISONS)
async def uninvite(
    actor: Actor, outreach_event_id: UUID, *, attendee_id: UUID, version: int | None = None
) -> OutreachEvent:
    """Take one person's invitation back: their calendar gets a CANCEL, nobody else hears of it."""
    event = await records.find(visible_to(actor), outreach_event_id, version)
    must_be_in(LABELS, event.status, OutreachStatus.PLANNED)
    attendee = await guests.find_asked(actor, event.appointment_id, attendee_id)
    await guests.let_go(actor, attendee, "outreach-released")
    return await records.touch(actor, event)


@people.when_leaving
async def release_for_leaving(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """Whoever leaves serves at no event from that day on, but at those of the unit that they go to; where they had said
    yes, whoever asked them hears of it."""
    ahead = OutreachEvent.filter(people.outside(to), status=OutreachStatus.PLANNED, starts_at__gte=at)
    await guests.release(author, person, ahead, "outreach-released")
