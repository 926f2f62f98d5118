"""協定とその状態: what an agreement and a party of it are, who sees them, and which step leads where.

PROPOSED -> NEGOTIATING -> IN_APPROVAL -> AWAITING_SIGNATURE -> IN_FORCE -> EXPIRED | TERMINATED, or by way of
RENEWING to RENEWED, where a new row takes over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import organizations, records, units
from domain.actor import LIAISONS, Actor, Author, Role
from domain.criteria import any_of, nothing
from domain.errors import Invalid
from domain.japanese import kana_order, search_key
from domain.organizations import Organization
from domain.people import Person
from domain.records import Owned
from domain.states import Moves, must_move
from domain.units import Unit
from domain.verbs import broken


class AgreementStatus(StrEnum):
    """打診, 協議中, 決裁中, 締結待ち, 締結済, 更新協議, 更新済, 満了, 解除."""

    PROPOSED = "PROPOSED"
    NEGOTIATING = "NEGOTIATING"
    IN_APPROVAL = "IN_APPROVAL"
    AWAITING_SIGNATURE = "AWAITING_SIGNATURE"
    IN_FORCE = "IN_FORCE"
    RENEWING = "RENEWING"
    RENEWED = "RENEWED"
    EXPIRED = "EXPIRED"
    TERMINATED = "TERMINATED"


LABELS: Mapping[AgreementStatus, str] = {
    AgreementStatus.PROPOSED: "打診",
    AgreementStatus.NEGOTIATING: "協議中",
    AgreementStatus.IN_APPROVAL: "決裁中",
    AgreementStatus.AWAITING_SIGNATURE: "締結待ち",
    AgreementStatus.IN_FORCE: "締結済",
    AgreementStatus.RENEWING: "更新協議",
    AgreementStatus.RENEWED: "更新済",
    AgreementStatus.EXPIRED: "満了",
    AgreementStatus.TERMINATED: "解除",
}

MOVES: Moves[AgreementStatus] = {
    AgreementStatus.PROPOSED: (AgreementStatus.NEGOTIATING, AgreementStatus.TERMINATED),
    AgreementStatus.NEGOTIATING: (AgreementStatus.IN_APPROVAL, AgreementStatus.TERMINATED),
    AgreementStatus.IN_APPROVAL: (
        AgreementStatus.AWAITING_SIGNATURE,
        AgreementStatus.NEGOTIATING,
        AgreementStatus.TERMINATED,
    ),
    AgreementStatus.AWAITING_SIGNATURE: (AgreementStatus.IN_FORCE, AgreementStatus.TERMINATED),
    AgreementStatus.IN_FORCE: (
        AgreementStatus.RENEWING,
        AgreementStatus.EXPIRED,
        AgreementStatus.TERMINATED,
    ),
    AgreementStatus.RENEWING: (
        AgreementStatus.RENEWED,
        AgreementStatus.EXPIRED,
        AgreementStatus.TERMINATED,
    ),
    AgreementStatus.RENEWED: (),
    AgreementStatus.EXPIRED: (),
    AgreementStatus.TERMINATED: (),
}

STANDING = (AgreementStatus.IN_FORCE, AgreementStatus.RENEWING)
OPEN = (AgreementStatus.PROPOSED, AgreementStatus.NEGOTIATING)
OVER = (AgreementStatus.RENEWED, AgreementStatus.EXPIRED, AgreementStatus.TERMINATED)
LONGEST_AHEAD = timedelta(days=366)
"""How far ahead something may be entered for an agreement without an end."""


class AgreementKind(StrEnum):
    """共同対処協定, パートナーシップ協定, 連携協定, 覚書, 申合せ, 共同研究."""

    JOINT_RESPONSE = "JOINT_RESPONSE"
    PARTNERSHIP = "PARTNERSHIP"
    COOPERATION = "COOPERATION"
    MEMORANDUM = "MEMORANDUM"
    ARRANGEMENT = "ARRANGEMENT"
    JOINT_RESEARCH = "JOINT_RESEARCH"


KIND_LABELS: Mapping[AgreementKind, str] = {
    AgreementKind.JOINT_RESPONSE: "共同対処協定",
    AgreementKind.PARTNERSHIP: "パートナーシップ協定",
    AgreementKind.COOPERATION: "連携協定",
    AgreementKind.MEMORANDUM: "覚書",
    AgreementKind.ARRANGEMENT: "申合せ",
    AgreementKind.JOINT_RESEARCH: "共同研究",
}


class CooperationItem(StrEnum):
    """通報, 捜査協力, 情報交換, 広報連携, 訓練, 技術相談, 人材交流."""

    REPORTING = "REPORTING"
    INVESTIGATION_SUPPORT = "INVESTIGATION_SUPPORT"
    INFORMATION_EXCHANGE = "INFORMATION_EXCHANGE"
    JOINT_PUBLICITY = "JOINT_PUBLICITY"
    DRILL = "DRILL"
    TECHNICAL_ADVICE = "TECHNICAL_ADVICE"
    STAFF_EXCHANGE = "STAFF_EXCHANGE"


ITEM_LABELS: Mapping[CooperationItem, str] = {
    CooperationItem.REPORTING: "通報",
    CooperationItem.INVESTIGATION_SUPPORT: "捜査協力",
    CooperationItem.INFORMATION_EXCHANGE: "情報交換",
    CooperationItem.JOINT_PUBLICITY: "広報連携",
    CooperationItem.DRILL: "訓練",
    CooperationItem.TECHNICAL_ADVICE: "技術相談",
    CooperationItem.STAFF_EXCHANGE: "人材交流",
}


class Side(StrEnum):
    """甲 (the police) and 乙 (the organisations)."""

    POLICE = "POLICE"
    PARTNER = "PARTNER"


class Agreement(Owned):
    """One agreement. Signing sets `signed_on` and `effective_on`; open-ended has no `expires_on`, its last day.

    `lasts_until` is the last day as it stands, later than `expires_on` where it was extended or has renewed itself.
    It does so for `auto_renews_months` (0: it does not) unless notice was given `notice_days` before its end.
    `planned_from` and `planned_to` are the days that a renewal is meant to have, until it is signed.
    """

    kind = fields.CharEnumField(AgreementKind, max_length=20)
    status = fields.CharEnumField(AgreementStatus, max_length=20)
    title = fields.CharField(max_length=200)
    number = fields.CharField(max_length=60, default="")
    more_numbers: list[str] = fields.JSONField(default=list)
    classification_code = fields.CharField(max_length=40, default="")
    retention_years = fields.IntField(null=True)
    retention_until = fields.DateField(null=True)
    purpose = fields.CharField(max_length=1000, default="")
    items: list[str] = fields.JSONField(default=list)
    responsible: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", on_delete=fields.RESTRICT, related_name=False
    )
    responsible_id: UUID
    author_id = fields.UUIDField()
    approver_id = fields.UUIDField(null=True)
    research_theme = fields.CharField(max_length=200, default="")
    research_from = fields.DateField(null=True)
    research_to = fields.DateField(null=True)
    planned_from = fields.DateField(null=True)
    planned_to = fields.DateField(null=True)
    signed_on = fields.DateField(null=True)
    signed_at = fields.CharField(max_length=200, default="")
    effective_on = fields.DateField(null=True)
    expires_on = fields.DateField(null=True)
    lasts_until = fields.DateField(null=True)
    auto_renews_months = fields.IntField(default=0)
    notice_days = fields.IntField(default=0)
    notice_given_on = fields.DateField(null=True)
    ended_on = fields.DateField(null=True)
    reason = fields.CharField(max_length=500, default="")
    renews: fields.ForeignKeyNullableRelation[Agreement] = fields.ForeignKeyField(
        "renkei.Agreement", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    renews_id: UUID | None
    search = fields.CharField(max_length=600)
    kana_order = fields.TextField()

    class Meta:
        table = "agreement"
        indexes = [Index(fields=("unit_id", "kana_order", "id"), name="agreement_unit_kana")]


class AgreementParty(Owned):
    """協定当事者: a police unit or an organisation, from a day on until another; the signatory frozen as signed.

    `withdrawn_on` is the first day on which it is none any more; `removed_at` is set for one that was taken out of the
    draft again, and so never was one.
    """

    agreement: fields.ForeignKeyRelation[Agreement] = fields.ForeignKeyField("renkei.Agreement", related_name="parties")
    agreement_id: UUID
    side = fields.CharEnumField(Side, max_length=10)
    police_unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "renkei.Unit", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    police_unit_id: UUID | None
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID | None
    acceded_on = fields.DateField(null=True)
    withdrawn_on = fields.DateField(null=True)
    removed_at = fields.DatetimeField(null=True)
    signatory_name = fields.CharField(max_length=130, default="")
    signatory_title = fields.CharField(max_length=200, default="")

    class Meta:
        table = "agreement_party"
        indexes = [
            Index(fields=("agreement_id", "id"), name="agreement_party_agreement"),
            Index(fields=("organization_id", "agreement_id"), name="agreement_party_organization"),
        ]


broken("agreement_party_once", "この当事者はすでに入っています。脱退するときは、その脱退日から後の日付で参画できます。")
broken("agreement_renewed_once", "この協定の更新はすでに作られています。")


def visible_to(actor: Actor) -> QuerySet[Agreement]:
    """Liaison officers see their units' agreements; a partner the signed ones that it is a party to."""
    if actor.role in LIAISONS:
        return Agreement.filter(any_of(Agreement, "unit_id", actor.units))
    if actor.role is not Role.PARTNER:
        return nothing(Agreement)
    own = parties_visible_to(actor).values("agreement_id")
    return Agreement.filter(effective_on__isnull=False, id__in=Subquery(own))


def parties_visible_to(actor: Actor) -> QuerySet[AgreementParty]:
    """Whoever was taken out of a draft is none. A partner sees its own party, once it is one, and no other (X10)."""
    parties = AgreementParty.filter(removed_at=None)
    if actor.role in LIAISONS:
        return parties.filter(any_of(AgreementParty, "unit_id", actor.units))
    if actor.role is Role.PARTNER:
        return parties.filter(organization_id=actor.organization_id, acceded_on__isnull=False)
    return nothing(AgreementParty)


def titled(title: str) -> dict[str, str]:
    """The title, and how it is found and put in order. Raises Invalid for a blank one."""
    records.must_say(title, "協定の名称", "title")
    return {"title": title, "search": search_key(title), "kana_order": kana_order(title)}


async def move(author: Author, agreement: Agreement, to: AgreementStatus, fact: str, **values: Any) -> Agreement:
    """Take a step that the table allows. Raises WrongState."""
    status = must_move(MOVES, LABELS, agreement.status, to)
    return await records.change(author, agreement, fact, status=status, **values)


async def find_joining(
    actor: Actor, organization_id: UUID | None, police_unit_id: UUID | None, on: date
) -> Organization | Unit:
    """Who is to become a party on a day: one of the two, seen by the actor. Raises NotFound, WrongState for a body that
    is registered no more, and Invalid for both or none, or for a unit that is closed by then."""
    if organization_id is not None and police_unit_id is None:
        body = await records.see(organizations.visible_to(actor), organization_id, field="organization_id")
        records.must_last(body.retired_on)
        return body
    if organization_id is None and police_unit_id is not None:
        return await units.find_standing(actor, police_unit_id, on, field="police_unit_id")
    raise Invalid("団体か警察の所属の、どちらか一つを指定してください。", field="organization_id")


async def join(author: Author, agreement: Agreement, who: Organization | Unit, **more: Any) -> AgreementParty:
    """An organisation as 乙, a police unit as 甲. Raises Conflict for one that is a party at that time already."""
    if isinstance(who, Unit):
        values = {"side": Side.POLICE, "police_unit_id": who.id}
    else:
        values = {"side": Side.PARTNER, "organization_id": who.id}
    whose = {"unit_id": agreement.unit_id, "agreement_id": agreement.id}
    return await records.create(author, AgreementParty, "party-joined", **whose, **values, **more)


def must_lie_within(actor: Actor, agreement: Agreement, on: date, field: str) -> None:
    """Raises Invalid for a day before the agreement took effect or after its end; without one, a year ahead at most."""
    if agreement.effective_on is None or on < agreement.effective_on:
        raise Invalid("協定の発効日以後の日付を指定してください。", field=field)
    if agreement.lasts_until is not None and on > agreement.lasts_until:
        raise Invalid("協定の満了日までの日付を指定してください。", field=field)
    if agreement.lasts_until is None and on > actor.today + LONGEST_AHEAD:
        raise Invalid("1年より先の日付は指定できません。", field=field)
