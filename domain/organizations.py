"""団体・事業者: partners, schools and other bodies, their establishments and their contacts.

A corporation has one 法人番号 whatever its branches, so an establishment has none; schools have a 学校コード.
Where there is neither, the folded name within the municipality is the identity.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, TypedDict, Unpack
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import people, records, units
from domain.actor import LIAISONS, Actor, Author, Role
from domain.errors import Conflict, Invalid, WrongState
from domain.japanese import (
    corporate_number,
    kana_order,
    municipality_code,
    name_key,
    phone_number,
    postal_code,
    school_code,
    search_key,
    storable,
)
from domain.people import Person
from domain.records import Owned, any_of, nothing
from domain.verbs import BROKEN, broken, verb


class OrganizationKind(StrEnum):
    """Both seed lists of 民間事業者等 (宮城 5(1), 京都 第1の2(2)); size and sector are attributes."""

    COMPANY = "COMPANY"
    CHAMBER_OF_COMMERCE = "CHAMBER_OF_COMMERCE"
    SOCIETY_OF_COMMERCE = "SOCIETY_OF_COMMERCE"
    SME_ASSOCIATION = "SME_ASSOCIATION"
    NON_LIFE_INSURER = "NON_LIFE_INSURER"
    FINANCIAL_INSTITUTION = "FINANCIAL_INSTITUTION"
    MUNICIPALITY = "MUNICIPALITY"
    PREFECTURAL_GOVERNMENT = "PREFECTURAL_GOVERNMENT"
    UNIVERSITY = "UNIVERSITY"
    TECHNICAL_COLLEGE = "TECHNICAL_COLLEGE"
    SCHOOL = "SCHOOL"
    BOARD_OF_EDUCATION = "BOARD_OF_EDUCATION"
    RESEARCH_INSTITUTE = "RESEARCH_INSTITUTE"
    INDUSTRY_BODY = "INDUSTRY_BODY"
    SECURITY_BODY = "SECURITY_BODY"
    JC3 = "JC3"
    HOTLINE_CENTER = "HOTLINE_CENTER"
    NPO = "NPO"
    PTA = "PTA"
    NEIGHBORHOOD_ASSOCIATION = "NEIGHBORHOOD_ASSOCIATION"
    HOSPITAL = "HOSPITAL"


class ContactRole(StrEnum):
    """代表, 実務, 夜間緊急, 広報."""

    REPRESENTATIVE = "REPRESENTATIVE"
    WORKING = "WORKING"
    EMERGENCY = "EMERGENCY"
    PUBLICITY = "PUBLICITY"


class Organization(Owned):
    """A body that is not the police. `identity` is what makes two rows the same one; it is never shown."""

    kind = fields.CharEnumField(OrganizationKind, max_length=30)
    name = fields.CharField(max_length=200)
    name_kana = fields.CharField(max_length=300, default="")
    corporate_number = fields.CharField(max_length=13, null=True)
    school_code = fields.CharField(max_length=13, null=True)
    municipality_code = fields.CharField(max_length=6, default="")
    postal_code = fields.CharField(max_length=8, default="")
    address = fields.CharField(max_length=300, default="")
    phone = fields.CharField(max_length=30, default="")
    industry = fields.CharField(max_length=100, default="")
    is_small = fields.BooleanField(default=False)
    search = fields.CharField(max_length=1000)
    kana_order = fields.TextField()
    identity = fields.CharField(max_length=300)
    retired_on = fields.DateField(null=True)

    class Meta:
        table = "organization"
        indexes = [Index(fields=("unit_id", "kana_order", "id"), name="organization_unit_kana")]


class Establishment(Owned):
    """事業所: one place of an organisation, with its own address."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", related_name="establishments"
    )
    organization_id: UUID
    name = fields.CharField(max_length=200)
    municipality_code = fields.CharField(max_length=6, default="")
    postal_code = fields.CharField(max_length=8, default="")
    address = fields.CharField(max_length=300, default="")
    phone = fields.CharField(max_length=30, default="")
    retired_on = fields.DateField(null=True)

    class Meta:
        table = "establishment"
        indexes = [Index(fields=("organization_id", "id"), name="establishment_organization")]


class Contact(Owned):
    """担当者連絡先: a person's post at an organisation, from `since` on until the day before `until`.

    `search` and `kana_order` repeat the person's, so that contacts are found and put in order by name.
    """

    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("renkei.Person", on_delete=fields.RESTRICT)
    person_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name="contacts"
    )
    organization_id: UUID
    establishment: fields.ForeignKeyNullableRelation[Establishment] = fields.ForeignKeyField(
        "renkei.Establishment", null=True, on_delete=fields.RESTRICT
    )
    establishment_id: UUID | None
    role = fields.CharEnumField(ContactRole, max_length=20)
    department = fields.CharField(max_length=100, default="")
    job_title = fields.CharField(max_length=100, default="")
    since = fields.DateField()
    until = fields.DateField(null=True)
    verified_on = fields.DateField(null=True)
    search = fields.CharField(max_length=800)
    kana_order = fields.TextField()

    class Meta:
        table = "contact"
        indexes = [
            Index(fields=("organization_id", "id"), name="contact_organization"),
            Index(fields=("unit_id", "id"), name="contact_unit"),
            Index(fields=("person_id",), name="contact_person"),
        ]


broken(
    "organization_identity",
    "同じ団体がすでに登録されています。法人番号・学校コード、または名称と市区町村を確かめてください。",
)


ELSEWHERE = "ほかの所属が登録している団体です。県本部の連携担当者に連絡してください。"


def gone(body: Organization) -> str:
    """What to do about a body that is registered, but has been retired."""
    return (
        f"この団体は{body.retired_on:%Y年%-m月%-d日}付けで登録から外れています。"
        "続けて扱うときは、先に団体の登録を復活させてください。"
    )


def visible_to(actor: Actor) -> QuerySet[Organization]:
    """Liaison officers see their units' organisations; a partner or school its own."""
    if actor.role in LIAISONS:
        return Organization.filter(any_of(Organization, "unit_id", actor.units))
    if actor.role in (Role.PARTNER, Role.SCHOOL):
        return Organization.filter(id=actor.organization_id)
    return nothing(Organization)


def establishments_visible_to(actor: Actor) -> QuerySet[Establishment]:
    """As their organisations."""
    if actor.role in LIAISONS:
        return Establishment.filter(any_of(Establishment, "unit_id", actor.units))
    if actor.role in (Role.PARTNER, Role.SCHOOL):
        return Establishment.filter(organization_id=actor.organization_id)
    return nothing(Establishment)


def contacts_visible_to(actor: Actor) -> QuerySet[Contact]:
    """As their organisations."""
    if actor.role in LIAISONS:
        return Contact.filter(any_of(Contact, "unit_id", actor.units))
    if actor.role in (Role.PARTNER, Role.SCHOOL):
        return Contact.filter(organization_id=actor.organization_id)
    return nothing(Contact)


async def find_present_contact(actor: Actor, contact_id: UUID, organization_id: UUID | None = None) -> Contact:
    """A contact who can be written to, of this organisation where one is told.

    Raises NotFound, or Invalid for one who has left or whose organisation is not registered any more.
    """
    scope = contacts_visible_to(actor)
    known = scope if organization_id is None else scope.filter(organization_id=organization_id)
    contact = await records.see(known, contact_id, field="contact_id")
    body = await Organization.get(id=contact.organization_id)
    if any(left is not None and left <= actor.today for left in (contact.until, body.retired_on)):
        raise Invalid(
            "この担当者か団体は、いまは登録から外れています。別の担当者を選んでください。", field="contact_id"
        )
    return contact


def identity(name: str, corporate: str | None, school: str | None, municipality: str) -> str:
    """What makes an organisation the same one: 学校コード, else 法人番号, else folded name and municipality."""
    if school:
        return f"school:{school}"
    return f"corporate:{corporate}" if corporate else f"name:{name_key(name)}@{municipality}"


class Besides(TypedDict, total=False):
    """What may be known of an organisation besides its kind and name."""

    name_kana: str
    corporate_number: str | None
    school_code: str | None
    municipality_code: str
    postal_code: str
    address: str
    phone: str
    industry: str
    is_small: bool


class Facts(Besides, total=False):
    """All of it; in a correction what is left out stays as it is."""

    name: str


BLANK: dict[str, Any] = dict(
    name="",
    name_kana="",
    corporate_number=None,
    school_code=None,
    municipality_code="",
    postal_code="",
    address="",
    phone="",
    industry="",
    is_small=False,
)


def described(before: Organization | None = None, /, **facts: Unpack[Facts]) -> dict[str, Any]:
    """The columns of an organisation: what is known now or was before, checked, and what follows from its name."""
    known = {**BLANK} | ({name: getattr(before, name) for name in BLANK} if before else {}) | {**facts}
    records.must_say(storable(known["name"], field="name"), "名称", "name")
    codes = _codes(known["corporate_number"], known["school_code"], known["municipality_code"])
    name, kana = known["name"], known["name_kana"]
    return {
        **known,
        **codes,
        **_reached(known["postal_code"], known["phone"]),
        "search": search_key(f"{name} {kana}"),
        "kana_order": kana_order(kana or name),
        "identity": identity(name, codes["corporate_number"], codes["school_code"], codes["municipality_code"]),
    }


async def _must_be_new(actor: Actor, identity: str) -> None:
    """Raises Conflict for a body that is there already, and says where to turn where the actor may not see it."""
    if (there := await Organization.filter(prefecture_id=actor.prefecture_id, identity=identity).first()) is None:
        return
    if there.unit_id not in actor.units:
        raise Conflict(ELSEWHERE)
    raise Conflict(gone(there) if there.retired_on else BROKEN["organization_identity"])


def _reached(postal: str, phone: str) -> dict[str, str]:
    return {
        "postal_code": postal_code(postal) if postal else "",
        "phone": phone_number(phone, "phone") if phone else "",
    }


def _codes(corporate: str | None, school: str | None, municipality: str) -> dict[str, Any]:
    return {
        "corporate_number": corporate_number(corporate) if corporate else None,
        "school_code": school_code(school) if school else None,
        "municipality_code": municipality_code(municipality) if municipality else "",
    }


@verb(*LIAISONS)
async def register(
    actor: Actor, /, *, kind: OrganizationKind, name: str, unit_id: UUID | None = None, **besides: Unpack[Besides]
) -> Organization:
    """Take an organisation in, for the actor's unit or one below it. Raises Conflict where it is there already."""
    unit = await units.find_covered(actor, unit_id)
    values = {"unit_id": unit.id, "kind": kind, **described(name=name, **besides)}
    await _must_be_new(actor, values["identity"])
    return await records.create(actor, Organization, "organization-registered", **values)


@verb(*LIAISONS)
async def correct(
    actor: Actor,
    /,
    organization_id: UUID,
    *,
    version: int,
    kind: OrganizationKind | None = None,
    **facts: Unpack[Facts],
) -> Organization:
    """Correct what is known of an organisation; what is left out stays as it is."""
    row = await records.find(visible_to(actor), organization_id, version)
    values = {"kind": kind or row.kind, **described(row, **facts)}
    if values["identity"] != row.identity:
        await _must_be_new(actor, values["identity"])
    return await records.change(actor, row, "organization-corrected", **values)


@verb(*LIAISONS)
async def retire(actor: Actor, organization_id: UUID, *, version: int, on: date) -> Organization:
    """Mark an organisation as gone from a day on, and its contacts with it; its history stays."""
    row = await records.find(visible_to(actor), organization_id, version)
    records.must_last(row.retired_on)
    for contact in await Contact.filter(organization_id=row.id, until=None).order_by("id").select_for_update():
        await _part_with(actor, contact, on)
    return await records.change(actor, row, "organization-retired", retired_on=on)


@verb(*LIAISONS)
async def reinstate(actor: Actor, organization_id: UUID, *, version: int) -> Organization:
    """Take an organisation that was retired back in; its contacts are reinstated one by one, where they are there."""
    row = await records.find(visible_to(actor), organization_id, version)
    records.must_have_ended(row.retired_on)
    return await records.change(actor, row, "organization-reinstated", retired_on=None)


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
    for place in await Establishment.filter(organization_id=organization_id).order_by("id").select_for_update():
        await records.change(author, place, "establishment-transferred", unit_id=unit_id)
    for contact in await Contact.filter(organization_id=organization_id).order_by("id").select_for_update():
        await records.change(author, contact, "contact-transferred", unit_id=unit_id)
        person = await records.find(Person.all(), contact.person_id)
        await people.go_with(author, person, unit_id)


@verb(*LIAISONS)
async def add_establishment(
    actor: Actor,
    *,
    organization_id: UUID,
    name: str,
    municipality_code: str = "",
    postal_code: str = "",
    address: str = "",
    phone: str = "",
) -> Establishment:
    """Add a place (本店, 支店, 工場) to an organisation."""
    body = await records.see(visible_to(actor), organization_id, field="organization_id")
    records.must_last(body.retired_on)
    records.must_say(name, "事業所の名称", "name")
    return await records.create(
        actor,
        Establishment,
        "establishment-added",
        unit_id=body.unit_id,
        organization_id=body.id,
        name=name,
        address=address,
        **_reached(postal_code, phone),
        municipality_code=_codes(None, None, municipality_code)["municipality_code"],
    )


@verb(*LIAISONS)
async def correct_establishment(
    actor: Actor,
    establishment_id: UUID,
    *,
    version: int,
    name: str | None = None,
    municipality_code: str | None = None,
    postal_code: str | None = None,
    address: str | None = None,
    phone: str | None = None,
) -> Establishment:
    """Correct what is known of a place; what is left out stays as it is."""
    row = await records.find(establishments_visible_to(actor), establishment_id, version)
    said = {"name": name, "address": address, "municipality_code": municipality_code}
    said |= {"postal_code": postal_code, "phone": phone}
    known = {key: getattr(row, key) for key in said} | {key: value for key, value in said.items() if value is not None}
    records.must_say(known["name"], "事業所の名称", "name")
    known |= _reached(known["postal_code"], known["phone"])
    known["municipality_code"] = _codes(None, None, known["municipality_code"])["municipality_code"]
    return await records.change(actor, row, "establishment-corrected", **known)


@verb(*LIAISONS)
async def retire_establishment(actor: Actor, establishment_id: UUID, *, version: int, on: date) -> Establishment:
    """Close a place from a day on; contacts that were there stay with the organisation."""
    row = await records.find(establishments_visible_to(actor), establishment_id, version)
    records.must_last(row.retired_on)
    return await records.change(actor, row, "establishment-retired", retired_on=on)


@verb(*LIAISONS)
async def reinstate_establishment(actor: Actor, establishment_id: UUID, *, version: int) -> Establishment:
    """Open a place again that was closed; its organisation must be registered."""
    row = await records.find(establishments_visible_to(actor), establishment_id, version)
    records.must_have_ended(row.retired_on)
    await _must_stand(row.organization_id)
    return await records.change(actor, row, "establishment-reinstated", retired_on=None)


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
    establishment_id: UUID | None = None,
    since: date | None = None,
    **known: Unpack[people.Besides],
) -> Contact:
    """Add a contact person to an organisation."""
    body = await records.see(visible_to(actor), organization_id, field="organization_id")
    records.must_last(body.retired_on)
    if establishment_id:
        places = establishments_visible_to(actor).filter(organization_id=body.id)
        await records.see(places, establishment_id, field="establishment_id")
    columns = people.described(family_name=family_name, **known)
    person = await records.create(actor, Person, "contact-person-added", unit_id=body.unit_id, **columns)
    return await records.create(
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
        since=since or actor.today,
        verified_on=actor.today,
        search=columns["search"],
        kana_order=columns["kana_order"],
    )


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
    **known: Unpack[people.Known],
) -> Contact:
    """Correct a contact; what is left out stays as it is, and the whole counts as verified today."""
    contact = await records.find(contacts_visible_to(actor), contact_id, version)
    person = await records.find(Person.all(), contact.person_id)
    columns, known_before = people.described(person, **known), person.version
    await records.change(actor, person, "contact-person-corrected", **columns)
    values = {
        "search": columns["search"],
        "kana_order": columns["kana_order"],
        "role": role or contact.role,
        "department": contact.department if department is None else department,
        "job_title": contact.job_title if job_title is None else job_title,
    }
    await records.change(actor, contact, "contact-corrected", verified_on=actor.today, **values)
    if person.version > known_before and contact.version == version:
        await records.touch(actor, contact)
    return contact


@verb(*LIAISONS)
async def retire_contact(actor: Actor, contact_id: UUID, *, version: int, on: date) -> Contact:
    """End a contact's post; the last day is the one before `on`. Their feed and their tokens end with it."""
    contact = await records.find(contacts_visible_to(actor), contact_id, version)
    records.must_last(contact.until)
    return await _part_with(actor, contact, on)


async def _part_with(actor: Actor, contact: Contact, on: date) -> Contact:
    if on < contact.since:
        raise Invalid("担当になった日より前の日付です。日付を確かめてください。", field="on")
    person = await records.find(Person.all(), contact.person_id)
    await people.leave(actor, person, on)
    await records.change(actor, person, "contact-person-retired", retired_on=on)
    return await records.change(actor, contact, "contact-retired", until=on)


@verb(*LIAISONS)
async def reinstate_contact(actor: Actor, contact_id: UUID, *, version: int) -> Contact:
    """Take a contact back who had left; tokens and feeds that ended are given anew. Their organisation must stand."""
    contact = await records.find(contacts_visible_to(actor), contact_id, version)
    records.must_have_ended(contact.until)
    await _must_stand(contact.organization_id)
    person = await records.find(Person.all(), contact.person_id)
    await records.change(actor, person, "contact-person-reinstated", retired_on=None)
    return await records.change(actor, contact, "contact-reinstated", until=None)


async def _must_stand(organization_id: UUID) -> None:
    body = await Organization.get(id=organization_id)
    if body.retired_on is not None:
        raise WrongState(gone(body))
