"""締結式の招待: contacts of the parties, and officers, get the date into their calendars, each by their own letter.
Nobody is written to who was not chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Subquery

from domain import calendar, charge, invitations, organizations, people, records
from domain.actor import LIAISONS, TOKYO, Actor, Author
from domain.agreements.agreement import AgreementParty
from domain.agreements.ceremony import CeremonyStatus, SigningCeremony, find_planned
from domain.calendar import STAYING_AWAY, Appointment, Attendee, AttendeeRole, PartStat
from domain.errors import Incomplete, Invalid, WrongState, meaning
from domain.organizations import Contact
from domain.people import Person
from domain.verbs import verb

MOST_AT_ONCE = 100
GONE = "異動または担当を離れるため"


@verb(*LIAISONS)
async def invite_to_signing(
    actor: Actor,
    ceremony_id: UUID,
    *,
    contact_ids: Sequence[UUID] = (),
    officer_ids: Sequence[UUID] = (),
    version: int | None = None,
) -> SigningCeremony:
    """招待: ask contacts of the parties and officers to the ceremony.

    Raises Incomplete without a place, Invalid for a contact of a body that is no party or an officer who will have
    left by then, Conflict for somebody who is asked already.
    """
    ceremony, date = await find_planned(actor, ceremony_id, version)
    calendar.must_be_ahead(actor, date.starts_at)
    if not (date.place or date.online_url):
        raise Incomplete("場所かオンラインのURLを入力してください。", field="place")
    if not 1 <= len(contact_ids) + len(officer_ids) <= MOST_AT_ONCE:
        raise Invalid(f"招待する人を1人から{MOST_AT_ONCE}人まで選んでください。", field="contact_ids")
    for contact in [await _find_contact(actor, ceremony, id) for id in dict.fromkeys(contact_ids)]:
        await _ask(actor, date, await contact.person, contact.organization_id)
    for officer in [await _find_officer(actor, date, id) for id in dict.fromkeys(officer_ids)]:
        await _ask(actor, date, officer)
    return await records.touch(actor, ceremony)


async def _find_contact(actor: Actor, ceremony: SigningCeremony, contact_id: UUID) -> Contact:
    with meaning(contact_id="contact_ids"):
        contact = await organizations.find_present_contact(actor, contact_id)
    parties = AgreementParty.filter(agreement_id=ceremony.agreement_id, removed_at=None)
    if not await parties.filter(organization_id=contact.organization_id).exists():
        raise Invalid("協定の当事者である団体の担当者を選んでください。", field="contact_ids")
    return contact


async def _find_officer(actor: Actor, date: Appointment, officer_id: UUID) -> Person:
    officer = await records.see(people.officers_visible_to(actor), officer_id, field="officer_ids")
    if officer.retired_on is not None and officer.retired_on <= date.starts_at.astimezone(TOKYO).date():
        raise Invalid(f"{officer.name}さんは、その日には職を離れています。", field="officer_ids")
    return officer


async def _ask(author: Author, date: Appointment, person: Person, organization_id: UUID | None = None) -> None:
    role = AttendeeRole.PARTICIPANT if organization_id else AttendeeRole.STAFF
    attendee = await calendar.ask(author, date, person, role, organization_id=organization_id)
    await invitations.tell(author, date, attendee, "signing-invitation")


@verb(*LIAISONS)
async def uninvite_from_signing(
    actor: Actor, ceremony_id: UUID, *, attendee_id: UUID, version: int | None = None
) -> SigningCeremony:
    """Take one person's invitation back: their calendar gets a CANCEL, nobody else hears of it."""
    ceremony, _ = await find_planned(actor, ceremony_id, version)
    asked = calendar.attendees_visible_to(actor).filter(appointment_id=ceremony.appointment_id)
    await records.see(asked, attendee_id, field="attendee_id")
    attendee = await records.find(asked, attendee_id)
    if attendee.removed_at is not None:
        raise WrongState("この人への招待はすでに取り消されています。", field="attendee_id")
    await _let_go(actor, attendee)
    return await records.touch(actor, ceremony)


async def _let_go(author: Author, attendee: Attendee) -> Appointment:
    date = await Appointment.get(id=attendee.appointment_id)
    await calendar.uninvite(author, date, attendee)
    await invitations.tell(author, date, attendee, "signing-released")
    return date


@people.when_leaving
async def release_for_leaving(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """Whoever leaves comes to no ceremony from that day on, but to those of the unit that they go to; where they had
    said yes, whoever asked them hears of it."""
    ahead = SigningCeremony.filter(people.outside(to), status=CeremonyStatus.PLANNED, starts_at__gte=at)
    asked = Attendee.filter(person_id=person.id, removed_at=None).exclude(partstat__in=STAYING_AWAY)
    theirs = asked.filter(appointment_id__in=Subquery(ahead.values("appointment_id")))
    for seen in await theirs.order_by("appointment_id"):
        ceremony = await ahead.filter(appointment_id=seen.appointment_id).select_for_update().first()
        attendee = await theirs.filter(id=seen.id).select_for_update().first()
        if ceremony and attendee:
            was_coming = attendee.partstat is PartStat.ACCEPTED
            date = await _let_go(author, attendee)
            if was_coming:
                await charge.tell_of_loss(author, date, attendee, reason=GONE)
            await records.touch(author, ceremony)
