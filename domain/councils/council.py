"""協議会・ネットワーク: what a council and a membership of it are, and who sees them.

A council stands from `founded_on` until the day before `dissolved_on`, a membership from `term_from` through `term_to`;
neither has a state besides these days. Source: S4, S5, S6, S27 (大分 別表5(4)ア・ウ, 宮城 5(1)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, Actor, Role
from domain.criteria import any_of, nothing, selected, within
from domain.errors import NotAllowed, WrongState
from domain.organizations import CiSector, Organization
from domain.records import Owned
from domain.units import Unit, UnitKind
from domain.verbs import broken


class CouncilKind(StrEnum):
    """県協議会, サイバーテロ対策協議会, 署単位の協議会, 情報共有ネットワーク."""

    PREFECTURAL = "PREFECTURAL"
    CYBER_TERROR = "CYBER_TERROR"
    STATION = "STATION"
    NETWORK = "NETWORK"


KIND_LABELS: Mapping[CouncilKind, str] = {
    CouncilKind.PREFECTURAL: "県協議会",
    CouncilKind.CYBER_TERROR: "サイバーテロ対策協議会",
    CouncilKind.STATION: "署単位の協議会",
    CouncilKind.NETWORK: "情報共有ネットワーク",
}


class CouncilRole(StrEnum):
    """会長, 副会長, 会員, 顧問, 事務局, オブザーバー."""

    CHAIR = "CHAIR"
    VICE_CHAIR = "VICE_CHAIR"
    MEMBER = "MEMBER"
    ADVISER = "ADVISER"
    SECRETARIAT = "SECRETARIAT"
    OBSERVER = "OBSERVER"


ROLE_LABELS: Mapping[CouncilRole, str] = {
    CouncilRole.CHAIR: "会長",
    CouncilRole.VICE_CHAIR: "副会長",
    CouncilRole.MEMBER: "会員",
    CouncilRole.ADVISER: "顧問",
    CouncilRole.SECRETARIAT: "事務局",
    CouncilRole.OBSERVER: "オブザーバー",
}
VOTING = (CouncilRole.CHAIR, CouncilRole.VICE_CHAIR, CouncilRole.MEMBER)
"""Who is a 会員 in the sense of the rules: they are counted, make a quorum and vote."""


class Council(Owned):
    """A council or network. `unit_id` is its secretariat's (事務局), whichever department that is in.

    With `members_are_known` its members have agreed to learn of each other (X10). `dissolved_on` is the first day
    without it. `identity` makes two rows the same one.
    """

    kind = fields.CharEnumField(CouncilKind, max_length=20)
    name = fields.CharField(max_length=200)
    name_kana = fields.CharField(max_length=300, default="")
    purpose = fields.CharField(max_length=1000, default="")
    members_are_known = fields.BooleanField(default=False)
    founded_on = fields.DateField()
    dissolved_on = fields.DateField(null=True)
    remarks = fields.CharField(max_length=1000, default="")
    search = fields.CharField(max_length=800)
    kana_order = fields.TextField()
    identity = fields.CharField(max_length=300)

    class Meta:
        table = "council"
        indexes = [Index(fields=("unit_id", "kana_order", "id"), name="council_unit_kana")]


class CouncilMembership(Owned):
    """One term of a body or of a police unit in a council, in one role. `name` is what the list of members calls it,
    for whoever does not see the body itself. `term_to` is its last day, none while there is no end to it;
    `removed_at` is set for one that was entered by mistake, and so never was."""

    council: fields.ForeignKeyRelation[Council] = fields.ForeignKeyField("renkei.Council", related_name="memberships")
    council_id: UUID
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID | None
    police_unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "renkei.Unit", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    police_unit_id: UUID | None
    name = fields.CharField(max_length=200)
    role = fields.CharEnumField(CouncilRole, max_length=20)
    sector = fields.CharEnumField(CiSector, max_length=40, null=True)
    term_from = fields.DateField()
    term_to = fields.DateField(null=True)
    removed_at = fields.DatetimeField(null=True)
    kana_order = fields.TextField()

    class Meta:
        table = "council_membership"
        indexes = [
            Index(fields=("council_id", "kana_order", "id"), name="council_membership_council"),
            Index(fields=("organization_id", "council_id"), name="council_membership_organization"),
        ]


broken("council_identity", "同じ名称の協議会が、その事務局にすでに登録されています。名称を確かめてください。")
broken(
    "council_membership_once",
    "この会員は、重なる任期ですでに入っています。前の任期の最後の日より後の日から始まる任期にしてください。",
)


ABOVE = (UnitKind.PREFECTURE, UnitKind.HEADQUARTERS)


def visible_to(actor: Actor) -> QuerySet[Council]:
    """Liaison officers see the councils of their units, and that there are those of headquarters, to which any station
    may send information (`information`); a partner those in which it is or was a member."""
    if actor.role in LIAISONS:
        above = Unit.filter(prefecture_id=actor.prefecture_id, kind__in=ABOVE).values("id")
        return Council.filter(any_of(Council, "unit_id", actor.units) | within(Council, "unit_id", above))
    if actor.role is not Role.PARTNER:
        return nothing(Council)
    own = CouncilMembership.filter(organization_id=actor.organization_id, removed_at=None)
    return Council.filter(id__in=Subquery(own.values("council_id")))


def kept_by(actor: Actor) -> QuerySet[Council]:
    """The councils whose secretariat is one of the actor's own units."""
    return Council.filter(any_of(Council, "unit_id", actor.units))


async def find_kept(actor: Actor, council_id: UUID, version: int | None = None) -> Council:
    """A council of the actor's own units, locked. Raises NotFound, and NotAllowed for one of another secretariat."""
    council = await records.find(visible_to(actor), council_id, version)
    if council.unit_id not in actor.units:
        raise NotAllowed("この協議会は、事務局の所属だけが変更できます。事務局の所属に連絡してください。")
    return council


BESIDE = """SELECT other.id FROM council_membership own
    JOIN council ON council.id = own.council_id AND council.members_are_known
    JOIN council_membership other ON other.council_id = council.id
        AND daterange(other.term_from, other.term_to, '[]') && daterange(own.term_from, own.term_to, '[]')
    WHERE own.organization_id = {id} AND own.removed_at IS NULL"""
"""The terms that overlap one of a body's own, where the members have agreed to learn of each other (X10): whoever came
after it had left is not for it to know."""


def memberships_visible_to(actor: Actor) -> QuerySet[CouncilMembership]:
    """As their councils; a partner its own, and those of the others whom it is to know (`BESIDE`)."""
    terms = CouncilMembership.filter(removed_at=None)
    if actor.role in LIAISONS:
        return terms.filter(any_of(CouncilMembership, "unit_id", actor.units))
    if actor.role is not Role.PARTNER:
        return nothing(CouncilMembership)
    own = Q(organization_id=actor.organization_id)
    return terms.filter(own | selected(CouncilMembership, "id", BESIDE, actor.organization_id))


def members_on(council_ids: Iterable[UUID], on: date) -> QuerySet[CouncilMembership]:
    """Who is a member of these councils on a day, in whichever role; who may know of them is for the caller to ask."""
    lasting = Q(Q(term_to=None) | Q(term_to__gte=on), term_from__lte=on)
    return CouncilMembership.filter(any_of(CouncilMembership, "council_id", council_ids), lasting, removed_at=None)


MEMBERS_ON = """SELECT council_id, organization_id, police_unit_id, role, sector FROM council_membership
    WHERE removed_at IS NULL AND term_from <= {day} AND coalesce(term_to >= {day}, true)"""
"""The same as SQL, of all councils, for a statement that joins it; `{day}` is a date."""


def must_stand(council: Council, on: date) -> None:
    """Raises WrongState for a council that is dissolved by that day."""
    if council.dissolved_on is not None and council.dissolved_on <= on:
        raise WrongState(f"この協議会は{council.dissolved_on:%Y年%-m月%-d日}付けで解散しています。")
