"""登録から外れる、復活する: what ends with an organisation, a place or a contact, and how each comes back."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from tortoise.expressions import Q

from domain import people, records
from domain.actor import LIAISONS, Actor, Author
from domain.errors import Invalid, WrongState
from domain.organizations.organization import (
    PARTING,
    Contact,
    Establishment,
    Organization,
    contacts_visible_to,
    establishments_visible_to,
    gone,
    must_be_itself,
    must_keep,
    visible_to,
)
from domain.people import Person
from domain.verbs import verb


@verb(*LIAISONS)
async def retire(actor: Actor, organization_id: UUID, *, version: int, on: date) -> Organization:
    """Mark an organisation as gone from a day on, and its contacts with it, also those who would have left later or
    come only then; its history stays."""
    row = await records.find(visible_to(actor), organization_id, version)
    must_keep(actor, row)
    records.must_last(row.retired_on)
    stays = Q(until=None) | Q(until__gt=on)
    for contact in await Contact.filter(stays, organization_id=row.id).order_by("id").select_for_update():
        await part_with(actor, contact, max(on, contact.since))
    return await records.change(actor, row, "organization-retired", retired_on=on)


@verb(*LIAISONS)
async def reinstate(actor: Actor, organization_id: UUID, *, version: int) -> Organization:
    """Take an organisation that was retired back in; its contacts are reinstated one by one, where they are there."""
    row = await records.find(visible_to(actor), organization_id, version)
    must_keep(actor, row)
    must_be_itself(row)
    records.must_have_ended(row.retired_on)
    return await records.change(actor, row, "organization-reinstated", retired_on=None)


@verb(*LIAISONS)
async def retire_establishment(actor: Actor, establishment_id: UUID, *, version: int, on: date) -> Establishment:
    """Close a place from a day on; contacts that were there stay with the organisation."""
    row = await records.find(establishments_visible_to(actor), establishment_id, version)
    must_keep(actor, row)
    records.must_last(row.retired_on)
    return await records.change(actor, row, "establishment-retired", retired_on=on)


@verb(*LIAISONS)
async def reinstate_establishment(actor: Actor, establishment_id: UUID, *, version: int) -> Establishment:
    """Open a place again that was closed; its organisation must be registered."""
    row = await records.find(establishments_visible_to(actor), establishment_id, version)
    must_keep(actor, row)
    records.must_have_ended(row.retired_on)
    await _must_stand(row.organization_id)
    return await records.change(actor, row, "establishment-reinstated", retired_on=None)


@verb(*LIAISONS)
async def retire_contact(actor: Actor, contact_id: UUID, *, version: int, on: date) -> Contact:
    """End a contact's post; the last day is the one before `on`. Their feed and their tokens end with it."""
    contact = await records.find(contacts_visible_to(actor), contact_id, version)
    must_keep(actor, contact)
    records.must_last(contact.until)
    return await part_with(actor, contact, on)


async def part_with(author: Author, contact: Contact, on: date) -> Contact:
    """End a contact's post, and what the person could do by it, in the caller's transaction."""
    if on < contact.since:
        raise Invalid("担当になった日より前の日付です。日付を確かめてください。", field="on")
    person = await records.find(Person.all(), contact.person_id)
    await people.leave(author, person, on)
    await records.change(author, person, "contact-person-retired", retired_on=on)
    await records.change(author, contact, "contact-retired", until=on)
    for follower in PARTING:
        await follower(author, contact)
    return contact


@verb(*LIAISONS)
async def reinstate_contact(actor: Actor, contact_id: UUID, *, version: int) -> Contact:
    """Take a contact back who had left; tokens and feeds that ended are given anew. Their organisation must stand."""
    contact = await records.find(contacts_visible_to(actor), contact_id, version)
    must_keep(actor, contact)
    records.must_have_ended(contact.until)
    await _must_stand(contact.organization_id)
    person = await records.find(Person.all(), contact.person_id)
    await records.change(actor, person, "contact-person-reinstated", retired_on=None)
    return await records.change(actor, contact, "contact-reinstated", until=None)


async def _must_stand(organization_id: UUID) -> None:
    body = await Organization.get(id=organization_id)
    if body.retired_on is not None:
        raise WrongState(gone(body))
