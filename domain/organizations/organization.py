"""団体・事業所・担当者: what an organisation, its places and its contacts are, and who sees them.

A corporation has one 法人番号 whatever its branches, so an establishment has none; schools have a 学校コード.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain.actor import LIAISONS, Actor, Author, Role
from domain.criteria import any_of, nothing, within
from domain.errors import NotAllowed, WrongState
from domain.organizations.kinds import CiSector, ContactRole, InPlace, OrganizationKind, OrganizationSize
from domain.people import Person, seen_besides
from domain.records import Owned
from domain.verbs import broken


class Organization(Owned):
    """A body that is not the police. `identity` is what makes two rows the same one; it is never shown.

    `is_small` follows from `size`. What is ready there (`bcp`, `contact_system`) is as it was on
    `assessed_on`.
    """

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
    size = fields.CharEnumField(OrganizationSize, max_length=20, null=True)
    is_small = fields.BooleanField(default=False)
    ci_sector = fields.CharEnumField(CiSector, max_length=40, null=True)
    ceptoar = fields.CharField(max_length=60, default="")
    ministry = fields.CharField(max_length=60, default="")
    bcp = fields.CharEnumField(InPlace, max_length=10, default=InPlace.UNKNOWN)
    contact_system = fields.CharEnumField(InPlace, max_length=10, default=InPlace.UNKNOWN)
    assessed_on = fields.DateField(null=True)
    parent_organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    parent_organization_id: UUID | None
    merged_into: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    merged_into_id: UUID | None
    search = fields.CharField(max_length=2000)
    kana_order = fields.TextField()
    identity = fields.CharField(max_length=300)
    retired_on = fields.DateField(null=True)

    class Meta:
        table = "organization"
        indexes = [
            Index(fields=("unit_id", "kana_order", "id"), name="organization_unit_kana"),
            Index(fields=("parent_organization_id",), name="organization_parent"),
            Index(fields=("merged_into_id",), name="organization_merged_into"),
        ]


class CoOwner(Owned):
    """共管: a unit besides the one that keeps an organisation, which sees it from then on until that is ended.

    `unit_id` is the co-owner's. The last day is the one before `ended_on`; a row that has ended stays as history.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID
    since = fields.DateField()
    ended_on = fields.DateField(null=True)
    reason = fields.CharField(max_length=500)

    class Meta:
        table = "organization_co_owner"
        indexes = [Index(fields=("organization_id", "id"), name="organization_co_owner_organization")]


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

    `reachable` says in words in which hours they are reached, of those for the nights above all; `verified_by_id` is
    who said last that all of it is right: an officer, or the contact.

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
    reachable = fields.CharField(max_length=100, default="")
    verified_on = fields.DateField(null=True)
    verified_by_id = fields.UUIDField(null=True)
    search = fields.CharField(max_length=800)
    kana_order = fields.TextField()

    class Meta:
        table = "contact"
        indexes = [
            Index(fields=("organization_id", "id"), name="contact_organization"),
            Index(fields=("unit_id", "id"), name="contact_unit"),
            Index(fields=("person_id",), name="contact_person"),
        ]


Follower = Callable[[Author, Contact], Awaitable[None]]
CONFIRMING: list[Follower] = []
PARTING: list[Follower] = []


def when_confirmed(follower: Follower) -> Follower:
    """Register what goes by it that a contact was reached, and all that is known of them is right."""
    CONFIRMING.append(follower)
    return follower


def when_parted(follower: Follower) -> Follower:
    """Register what goes by it that the end of a contact's post is known."""
    PARTING.append(follower)
    return follower


broken(
    "organization_identity",
    "同じ団体がすでに登録されています。法人番号・学校コード、または名称と市区町村を確かめてください。",
)


broken("organization_below_itself", "上位の団体をたどると自分に戻ります。上位の団体を確かめてください。")
broken("organization_co_owner_once", "この所属はすでに共管しています。")


def must_be_itself(body: Organization) -> None:
    """Raises WrongState for a body that has gone up in another: what is to be said of it is said of that one."""
    if body.merged_into_id is not None:
        raise WrongState("ほかの団体に統合されています。統合先の団体を訂正するか、先に統合を元に戻してください。")


def gone(body: Organization) -> str:
    """What to do about a body that is registered, but has been retired."""
    return (
        f"この団体は{body.retired_on:%Y年%-m月%-d日}付けで登録から外れています。"
        "続けて扱うときは、先に団体の登録を復活させてください。"
    )


def shared_with(actor: Actor) -> QuerySet[CoOwner]:
    """The standing co-ownerships of the actor's units."""
    return CoOwner.filter(any_of(CoOwner, "unit_id", actor.units), ended_on=None)


def _scope(actor: Actor, model: type[Owned], column: str) -> Q:
    """For liaison officers what their units keep, and at a station what others share with it; headquarters covers all
    units, so nothing can be shared with it that it does not see."""
    kept = any_of(model, "unit_id", actor.units)
    if actor.role is not Role.STATION_LIAISON:
        return kept
    return kept | within(model, column, shared_with(actor).values("organization_id"))


def kept_by(actor: Actor) -> QuerySet[Organization]:
    """The organisations that the actor's units look after themselves."""
    return Organization.filter(any_of(Organization, "unit_id", actor.units))


def must_keep(actor: Actor, row: Owned) -> None:
    """Raises NotAllowed for what another unit keeps: whoever is shown a body does not put it right."""
    if row.unit_id not in actor.units:
        raise NotAllowed("共管の団体の登録は、所管の所属だけが変更できます。所管の所属に連絡してください。")


def visible_to(actor: Actor) -> QuerySet[Organization]:
    """Liaison officers see what their units keep or are shown; a partner or school its own."""
    if actor.role in LIAISONS:
        return Organization.filter(_scope(actor, Organization, "id"))
    if actor.role in (Role.PARTNER, Role.SCHOOL):
        return Organization.filter(id=actor.organization_id)
    return nothing(Organization)


def establishments_visible_to(actor: Actor) -> QuerySet[Establishment]:
    """As their organisations."""
    if actor.role in LIAISONS:
        return Establishment.filter(_scope(actor, Establishment, "organization_id"))
    if actor.role in (Role.PARTNER, Role.SCHOOL):
        return Establishment.filter(organization_id=actor.organization_id)
    return nothing(Establishment)


def contacts_visible_to(actor: Actor) -> QuerySet[Contact]:
    """As their organisations."""
    if actor.role in LIAISONS:
        return Contact.filter(_scope(actor, Contact, "organization_id"))
    if actor.role in (Role.PARTNER, Role.SCHOOL):
        return Contact.filter(organization_id=actor.organization_id)
    return nothing(Contact)


def co_owners_visible_to(actor: Actor) -> QuerySet[CoOwner]:
    """Liaison officers see with whom their organisations are shared, and what is shared with them."""
    if actor.role not in LIAISONS:
        return nothing(CoOwner)
    own = any_of(CoOwner, "unit_id", actor.units)
    if actor.role is Role.HQ_LIAISON:
        return CoOwner.filter(own)
    return CoOwner.filter(own | within(CoOwner, "organization_id", kept_by(actor).values("id")))


@seen_besides
def _people_shared_with(actor: Actor) -> Q | None:
    """The people of the bodies that are shared with a station."""
    if actor.role is not Role.STATION_LIAISON:
        return None
    bodies = shared_with(actor).values("organization_id")
    return within(Person, "id", Contact.filter(within(Contact, "organization_id", bodies)).values("person_id"))
