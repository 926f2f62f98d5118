"""所管替え: an organisation comes under another unit, and whatever is its own goes along."""

from __future__ import annotations

from uuid import UUID

from domain import people, records, units
from domain.actor import Actor, Author, Role
from domain.organizations import sharing
from domain.organizations.organization import Contact, Establishment, Organization, visible_to
from domain.people import Person
from domain.verbs import verb


@verb(Role.HQ_LIAISON)
async def transfer(actor: Actor, organization_id: UUID, *, version: int, unit_id: UUID) -> Organization:
    """Put an organisation, its places and its contacts under another unit from now on.

    Lectures, drills and agreements stay with the unit that has done them.
    """
    row = await records.find(visible_to(actor), organization_id, version)
    unit = await units.find_covered(actor, unit_id)
    await take_along(actor, row.id, unit.id)
    return await records.change(actor, row, "organization-transferred", unit_id=unit.id)


async def take_along(author: Author, organization_id: UUID, unit_id: UUID) -> None:
    """Where an organisation goes, its places, its contacts and what these may do here go too, in its transaction."""
    await sharing.end_with(author, organization_id, unit_id)
    await carry(author, organization_id, unit_id)


async def carry(author: Author, organization_id: UUID, unit_id: UUID) -> None:
    """Put the places and contacts of an organisation under a unit, and what these may do here."""
    for place in await Establishment.filter(organization_id=organization_id).order_by("id").select_for_update():
        await records.change(author, place, "establishment-transferred", unit_id=unit_id)
    for contact in await Contact.filter(organization_id=organization_id).order_by("id").select_for_update():
        await records.change(author, contact, "contact-transferred", unit_id=unit_id)
        person = await records.find(Person.all(), contact.person_id)
        await people.go_with(author, person, unit_id)
