"""広報啓発の招待: officers who serve at an event, and contacts of the bodies that have a part in it, get its date into
their calendars. Nobody is written to who was not chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Subquery

from domain import calendar, charge, invitations, organizations, people, records
from domain.actor import LIAISONS, Actor, Author
from domain.calendar import STAYING_AWAY, Appointment, Attendee, AttendeeRole, PartStat
from domain.errors import Incomplete, Invalid, WrongState
from domain.organizations import Contact
from domain.outreach.event import LABELS, OutreachEvent, OutreachHost, OutreachStatus, visible_to
from domain.outreach.telling import said_of
from domain.people import Person
from domain.states import must_be_in
from domain.verbs import verb

MOST_AT_ONCE = 100
GONE = "異動または担当を離れるため"


@verb(*LIAISONS)
async def invite(
    actor: Actor,
    outreach_event_id: UUID,
    *,
    contact_ids: Sequence[UUID] = (),
    officer_ids: Sequence[UUID] = (),
    version: int | None = None,
) -> OutreachEvent:
    """招待: ask contacts of its co-hosts and officers to come, each by a letter of their own with an entry for their
    calendar.

    Raises Incomplete without a place, Invalid for a contact of a body that has no part in it or an officer who will
    have left by then, Conflict for somebody who is asked already.
    """
    event = await records.find(visible_to(actor), outreach_event_id, version)
    must_be_in(LABELS, event.status, OutreachStatus.PLANNED)
    appointment = await _ready(actor, event)
    if not 1 <= len(contact_ids) + len(officer_ids) <= MOST_AT_ONCE:
        raise Invalid(f"招待する人を1人から{MOST_AT_ONCE}人まで選んでください。", field="contact_ids")
    officers = [await _find_officer(actor, event, id) for id in dict.fromkeys(officer_ids)]
    for contact in [await _find_contact(actor, event, id) for id in dict.fromkeys(contact_ids)]:
        await _ask(actor, event, appointment, await contact.person, contact.organization_id)
    for officer in officers:
        await _ask(actor, event, appointment, officer)
    return await records.touch(actor, event)


async def _ready(actor: Actor, event: OutreachEvent) -> Appointment:
    appointment = await Appointment.get(id=event.appointment_id)
    calendar.must_be_ahead(actor, appointment.starts_at)
    if not (appointment.place or appointment.online_url):
        raise Incomplete("場所かオンラインのURLを入力してください。", field="place")
    return appointment


async def _find_contact(actor: Actor, event: OutreachEvent, contact_id: UUID) -> Contact:
    contact = await organizations.find_present_contact(actor, contact_id)
    part = OutreachHost.filter(event_id=event.id, organization_id=contact.organization_id, removed_at=None)
    if not await part.exists():
        raise Invalid("先に団体を加え、主催・共催・後援・協力の団体の担当者を選んでください。", field="contact_ids")
    return contact


async def _find_officer(actor: Actor, event: OutreachEvent, officer_id: UUID) -> Person:
    officer = await records.see(people.officers_visible_to(actor), officer_id, field="officer_ids")
    if officer.retired_on is not None and officer.retired_on <= event.day:
        raise Invalid(f"{officer.name}さんは、その日には職を離れています。", field="officer_ids")
    return officer


async def _ask(
    author: Author, event: OutreachEvent, date: Appointment, person: Person, organization_id: UUID | None = None
) -> None:
    role = AttendeeRole.PARTICIPANT if organization_id else AttendeeRole.STAFF
    attendee = await calendar.ask(author, date, person, role, organization_id=organization_id)
    await invitations.tell(author, date, attendee, "outreach-invitation", about=said_of(event))


@verb(*LIAISONS)
async def uninvite(
    actor: Actor, outreach_event_id: UUID, *, attendee_id: UUID, version: int | None = None
) -> OutreachEvent:
    """Take one person's invitation back: their calendar gets a CANCEL, nobody else hears of it."""
    event = await records.find(visible_to(actor), outreach_event_id, version)
    must_be_in(LABELS, event.status, OutreachStatus.PLANNED)
    asked = calendar.attendees_visible_to(actor).filter(appointment_id=event.appointment_id)
    await records.see(asked, attendee_id, field="attendee_id")
    attendee = await records.find(asked, attendee_id)
    if attendee.removed_at is not None:
        raise WrongState("この人への招待はすでに取り消されています。", field="attendee_id")
    await _let_go(actor, attendee)
    return await records.touch(actor, event)


async def _let_go(author: Author, attendee: Attendee) -> Appointment:
    appointment = await Appointment.get(id=attendee.appointment_id)
    await calendar.uninvite(author, appointment, attendee)
    await invitations.tell(author, appointment, attendee, "outreach-released")
    return appointment


@people.when_leaving
async def release_for_leaving(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """Whoever leaves serves at no event from that day on, but at those of the unit that they go to; where they had said
    yes, whoever asked them hears of it."""
    ahead = OutreachEvent.filter(people.outside(to), status=OutreachStatus.PLANNED, starts_at__gte=at)
    asked = Attendee.filter(person_id=person.id, removed_at=None).exclude(partstat__in=STAYING_AWAY)
    theirs = asked.filter(appointment_id__in=Subquery(ahead.values("appointment_id")))
    for seen in await theirs.order_by("appointment_id"):
        event = await ahead.filter(appointment_id=seen.appointment_id).select_for_update().first()
        attendee = await theirs.filter(id=seen.id).select_for_update().first()
        if event and attendee:
            was_coming = attendee.partstat is PartStat.ACCEPTED
            appointment = await _let_go(author, attendee)
            if was_coming:
                await charge.tell_of_loss(author, appointment, attendee, reason=GONE)
            await records.touch(author, event)
