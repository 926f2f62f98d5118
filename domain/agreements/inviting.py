"""締結式の招待: contacts of the parties, and officers, get the date into their calendars, each by their own letter.
Nobody is written to who was not chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import guests, organizations, people, records
from domain.actor import LIAISONS, TOKYO, Actor, Author
from domain.agreements.agreement import AgreementParty, visible_to
from domain.agreements.ceremony import CeremonyStatus, SigningCeremony, find_planned
from domain.agreements.naming import must_not_say
from domain.errors import Invalid
from domain.organizations import Contact
from domain.people import Person
from domain.verbs import verb

MOST_AT_ONCE = 100
ANEW = "予定を変更するか、中止して予定し直し、"


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
    left by then, Conflict for somebody who is asked already; WrongState where title or place name a party that has come
    since and has not consented (X10).
    """
    ceremony, date = await find_planned(actor, ceremony_id, version)
    guests.must_be_ready(actor, date)
    agreement = await records.see(visible_to(actor), ceremony.agreement_id)
    await must_not_say(agreement, how=ANEW, ceremony=date.title, signed_at=date.place)
    if not 1 <= len(contact_ids) + len(officer_ids) <= MOST_AT_ONCE:
        raise Invalid(f"招待する人を1人から{MOST_AT_ONCE}人まで選んでください。", field="contact_ids")
    day = date.starts_at.astimezone(TOKYO).date()
    contacts = await _find_contacts(actor, ceremony, contact_ids)
    officers = await guests.find_officers(actor, officer_ids, day)
    await guests.ask(actor, date, "signing-invitation", contacts=contacts, officers=officers)
    return await records.touch(actor, ceremony)


async def _find_contacts(actor: Actor, ceremony: SigningCeremony, ids: Sequence[UUID]) -> list[Contact]:
    contacts = await organizations.find_present_contacts(actor, ids)
    parties = await AgreementParty.filter(agreement_id=ceremony.agreement_id, removed_at=None)
    if not {contact.organization_id for contact in contacts} <= {party.organization_id for party in parties}:
        raise Invalid("協定の当事者である団体の担当者を選んでください。", field="contact_ids")
    return contacts


@verb(*LIAISONS)
async def uninvite_from_signing(
    actor: Actor, ceremony_id: UUID, *, attendee_id: UUID, version: int | None = None
) -> SigningCeremony:
    """Take one person's invitation back: their calendar gets a CANCEL, nobody else hears of it."""
    ceremony, _ = await find_planned(actor, ceremony_id, version)
    attendee = await guests.find_asked(actor, ceremony.appointment_id, attendee_id)
    await guests.let_go(actor, attendee, "signing-released")
    return await records.touch(actor, ceremony)


@people.when_leaving
async def release_for_leaving(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """Whoever leaves comes to no ceremony from that day on, but to those of the unit that they go to; where they had
    said yes, whoever asked them hears of it."""
    ahead = SigningCeremony.filter(people.outside(to), status=CeremonyStatus.PLANNED, starts_at__gte=at)
    await guests.release(author, person, ahead, "signing-released")
