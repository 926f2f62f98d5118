"""団体・事業所・担当者: what an organisation, its places and its contacts are, and who sees them.

A corporation has one 法人番号 whatever its branches, so an establishment has none; schools have a 学校コード.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain.actor import LIAISONS, Actor, Role
from domain.people import Person
from domain.records import Owned, any_of, nothing
from domain.verbs import broken


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
    search = fields.CharField(max_length=2000)
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
