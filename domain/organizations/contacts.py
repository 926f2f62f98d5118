"""担当者連絡先: who is reached at an organisation, added and put right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from tortoise.queryset import QuerySet

from domain import people, records
from domain.actor import LIAISONS, TOKYO, Actor, Author
from domain.criteria import any_of
from domain.errors import Invalid
from domain.organizations.kinds import ContactRole
from domain.organizations.leaving import part_with
from domain.organizations.organization import (
    CONFIRMING,
    Contact,
    Organization,
    contacts_visible_to,
    establishments_visible_to,
    must_keep,
    visible_to,
)
from domain.people import Person
from domain.verbs import verb


async def find_present_contact(actor: Actor, contact_id: UUID, organization_id: UUID | None = None) -> Contact:
    """A contact who can be written to, of this organisation where one is told.

    Raises NotFound, or Invalid for one who has left or whose organisation is not registered any more.
    """
    scope = contacts_visible_to(actor)
    known = scope if organization_id is None else scope.filter(organization_id=organization_id)
    return (await _present(actor, known, [contact_id], "contact_id"))[0]


async def find_present_contacts(actor: Actor, ids: Iterable[UUID]) -> list[Contact]:
    """Contacts who can be written to, each once, of whatever bodies. Raises as `find_present_contact`."""
    return await _present(actor, contacts_visible_to(actor), ids, "contact_ids")


async def _present(actor: Actor, known: QuerySet[Contact], ids: Iterable[UUID], field: str) -> list[Contact]:
    contacts = await records.see_all(known, ids, field=field)
    bodies = await Organization.filter(any_of(Organization, "id", {one.organization_id for one in contacts}))
    left_on = {body.id: body.retired_on for body in bodies}
    for one in contacts:
        if any(left is not None and left <= actor.today for left in (one.until, left_on[one.organization_id])):
            raise Invalid("この担当者か団体は、いまは登録から外れています。別の担当者を選んでください。", field=field)
    return contacts


@verb(*LIAISONS)
async def add_contact(
    actor: Actor,
    /,
    *,
    organization_id: UUID,
    role: ContactRole,
    family_name: str,
    department: str = "",
    job_title: str = "",
    reachable: str = "",
    establishment_id: UUID | None = None,
    since: date | None = None,
    until: date | None = None,
    **known: Unpack[people.Besides],
) -> Contact:
    """Add a contact person to an organisation, with the first day on which they are none any more where that is known
    (出向 and the like)."""
    body = await _standing(actor, organization_id, establishment_id)
    columns = people.described(family_name=family_name, **known)
    person = await records.create(actor, Person, "contact-person-added", unit_id=body.unit_id, **columns)
    contact = await records.create(
        actor,
        Contact,
        "contact-added",
        person_id=person.id,
        organization_id=body.id,
        establishment_id=establishment_id,
        unit_id=body.unit_id,
        role=role,
        department=department,
        job_title=job_title,
        reachable=reachable,
        since=since or actor.today,
        **verified(actor),
        search=columns["search"],
        kana_order=columns["kana_order"],
    )
    return await part_with(actor, contact, until) if until else contact


async def _standing(actor: Actor, organization_id: UUID, establishment_id: UUID | None) -> Organization:
    """A body that the actor keeps and that is there, with this place of it where one is told."""
    body = await records.see(visible_to(actor), organization_id, field="organization_id")
    must_keep(actor, body)
    records.must_last(body.retired_on)
    if establishment_id:
        places = establishments_visible_to(actor).filter(organization_id=body.id)
        await records.see(places, establishment_id, field="establishment_id")
    return body


def verified(author: Author) -> dict[str, Any]:
    """The columns that say who has looked at a contact last, and on which day in Japan."""
    return {"verified_on": author.now.astimezone(TOKYO).date(), "verified_by_id": author.person_id}


@verb(*LIAISONS)
async def confirm_contact(actor: Actor, contact_id: UUID, *, version: int, on: date | None = None) -> Contact:
    """Write down that a contact was reached and all that is known of them is right, today unless told.

    Raises Invalid for a day to come or before the last on which that was known, WrongState for one who has left.
    """
    contact = await records.find(contacts_visible_to(actor), contact_id, version)
    must_keep(actor, contact)
    records.must_last(contact.until if contact.until and contact.until <= actor.today else None)
    day = on or actor.today
    if day > actor.today or day < max(contact.verified_on or contact.since, contact.since):
        message = "確認した日は、前に確認した日（なければ担当になった日）から今日までの日付にしてください。"
        raise Invalid(message, field="on")
    return await reached(actor, contact, "contact-confirmed", day)


async def reached(author: Author, contact: Contact, fact: str, on: date | None = None) -> Contact:
    """A contact says that all is right, or an officer who has reached them: verified on that day, today unless told."""
    told = verified(author) | ({"verified_on": on} if on else {})
    await records.change(author, contact, fact, **told)
    for follower in CONFIRMING:
        await follower(author, contact)
    return contact


@verb(*LIAISONS)
async def correct_contact(
    actor: Actor,
    /,
    contact_id: UUID,
    *,
    version: int,
    role: ContactRole | None = None,
    department: str | None = None,
    job_title: str | None = None,
    reachable: str | None = None,
    **known: Unpack[people.Known],
) -> Contact:
    """Correct a contact; what is left out stays as it is, and the whole counts as verified today."""
    contact = await records.find(contacts_visible_to(actor), contact_id, version)
    must_keep(actor, contact)
    person = await records.find(Person.all(), contact.person_id)
    columns, known_before = people.described(person, **known), person.version
    await records.change(actor, person, "contact-person-corrected", **columns)
    values = {
        "search": columns["search"],
        "kana_order": columns["kana_order"],
        "role": role or contact.role,
        "department": contact.department if department is None else department,
        "job_title": contact.job_title if job_title is None else job_title,
        "reachable": contact.reachable if reachable is None else reachable,
        **verified(actor),
    }
    await records.change(actor, contact, "contact-corrected", **values)
    if person.version > known_before and contact.version == version:
        await records.touch(actor, contact)
    return contact
