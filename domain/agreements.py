"""共同対処協定: what the police and organisations have promised one another, from the first talk to its end.

PROPOSED -> NEGOTIATING -> IN_APPROVAL -> AWAITING_SIGNATURE -> IN_FORCE -> EXPIRED | TERMINATED, or by way of
RENEWING to RENEWED, where a new row takes over. Several parties stand on both sides; one that joins or leaves later
does so on a day. Text and signatories never change after signing. Source: 大分 別表5(4)イ, 宮城 5(4)イ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import letters, organizations, people, records, units
from domain.actor import LIAISONS, TOKYO, Actor, Author, Bearer, Role
from domain.errors import Incomplete, Invalid, NotAllowed, WrongState
from domain.japanese import kana_order, search_key, wareki
from domain.organizations import Organization
from domain.people import Person
from domain.records import Owned, any_of, nothing
from domain.states import Moves, must_move
from domain.units import Unit
from domain.verbs import broken, routine, verb


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
NOTICES = (30, 60, 90)
"""Days before the end at which the responsible officer is told."""


class AgreementKind(StrEnum):
    """共同対処協定, パートナーシップ協定, 連携協定, 覚書, 申合せ, 共同研究."""

    JOINT_RESPONSE = "JOINT_RESPONSE"
    PARTNERSHIP = "PARTNERSHIP"
    COOPERATION = "COOPERATION"
    MEMORANDUM = "MEMORANDUM"
    ARRANGEMENT = "ARRANGEMENT"
    JOINT_RESEARCH = "JOINT_RESEARCH"


class CooperationItem(StrEnum):
    """通報, 捜査協力, 情報交換, 広報連携, 訓練, 技術相談, 人材交流."""

    REPORTING = "REPORTING"
    INVESTIGATION_SUPPORT = "INVESTIGATION_SUPPORT"
    INFORMATION_EXCHANGE = "INFORMATION_EXCHANGE"
    JOINT_PUBLICITY = "JOINT_PUBLICITY"
    DRILL = "DRILL"
    TECHNICAL_ADVICE = "TECHNICAL_ADVICE"
    STAFF_EXCHANGE = "STAFF_EXCHANGE"


class Side(StrEnum):
    """甲 (the police) and 乙 (the organisations)."""

    POLICE = "POLICE"
    PARTNER = "PARTNER"


class Agreement(Owned):
    """One agreement. Signing sets `signed_on` and `effective_on`; open-ended has no `expires_on`."""

    kind = fields.CharEnumField(AgreementKind, max_length=20)
    status = fields.CharEnumField(AgreementStatus, max_length=20)
    title = fields.CharField(max_length=200)
    number = fields.CharField(max_length=60, default="")
    purpose = fields.CharField(max_length=1000, default="")
    items: list[str] = fields.JSONField(default=list)
    responsible: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", on_delete=fields.RESTRICT, related_name=False
    )
    responsible_id: UUID
    author_id = fields.UUIDField()
    approver_id = fields.UUIDField(null=True)
    signed_on = fields.DateField(null=True)
    signed_at = fields.CharField(max_length=200, default="")
    effective_on = fields.DateField(null=True)
    expires_on = fields.DateField(null=True)
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
    """協定当事者: a police unit or an organisation, from a day on until another; the signatory frozen as signed."""

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
    signatory_name = fields.CharField(max_length=130, default="")
    signatory_title = fields.CharField(max_length=200, default="")

    class Meta:
        table = "agreement_party"
        indexes = [
            Index(fields=("agreement_id", "id"), name="agreement_party_agreement"),
            Index(fields=("organization_id", "agreement_id"), name="agreement_party_organization"),
        ]


broken("agreement_party_once", "この当事者はすでに入っています。")
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
    """A partner sees its own party only: who else has signed is not for it to know (X10)."""
    if actor.role in LIAISONS:
        return AgreementParty.filter(any_of(AgreementParty, "unit_id", actor.units))
    if actor.role is Role.PARTNER:
        return AgreementParty.filter(organization_id=actor.organization_id)
    return nothing(AgreementParty)


@verb(*LIAISONS)
async def propose(
    actor: Actor,
    *,
    kind: AgreementKind,
    title: str,
    organization_ids: Sequence[UUID],
    police_unit_ids: Sequence[UUID] = (),
    items: Sequence[CooperationItem] = (),
    purpose: str = "",
    number: str = "",
    responsible_id: UUID | None = None,
) -> Agreement:
    """打診: begin an agreement between police units (one's own unless told) and organisations."""
    if not organization_ids:
        raise Invalid("相手方の団体を1つ以上選んでください。", field="organization_ids")
    officers = people.officers_visible_to(actor)
    responsible = await records.see(officers, responsible_id or actor.person_id, field="responsible_id")
    agreement = await records.create(
        actor,
        Agreement,
        "agreement-proposed",
        unit_id=actor.unit_id,
        kind=kind,
        status=AgreementStatus.PROPOSED,
        number=number,
        purpose=purpose,
        items=_named(items),
        responsible_id=responsible.id,
        author_id=actor.person_id,
        **_titled(title),
    )
    for unit_id in dict.fromkeys(police_unit_ids or [actor.unit_id]):
        await _join_unit(actor, agreement, unit_id)
    for organization_id in dict.fromkeys(organization_ids):
        await _join(actor, agreement, organization_id)
    return agreement


def _titled(title: str) -> dict[str, str]:
    if not title.strip():
        raise Invalid("協定の名称を入力してください。", field="title")
    return {"title": title, "search": search_key(title), "kana_order": kana_order(title)}


async def _join_unit(actor: Actor, agreement: Agreement, unit_id: UUID) -> None:
    unit = await records.see(units.visible_to(actor), unit_id, field="police_unit_ids")
    values = {"agreement_id": agreement.id, "side": Side.POLICE, "police_unit_id": unit.id}
    await records.create(actor, AgreementParty, "party-joined", unit_id=agreement.unit_id, **values)


async def _join(actor: Actor, agreement: Agreement, organization_id: UUID, **more: Any) -> AgreementParty:
    body = await records.see(organizations.visible_to(actor), organization_id, field="organization_ids")
    values = {"agreement_id": agreement.id, "side": Side.PARTNER, "organization_id": body.id, **more}
    return await records.create(actor, AgreementParty, "party-joined", unit_id=agreement.unit_id, **values)


@verb(*LIAISONS)
async def correct(
    actor: Actor,
    agreement_id: UUID,
    *,
    version: int,
    title: str | None = None,
    kind: AgreementKind | None = None,
    items: Sequence[CooperationItem] | None = None,
    purpose: str | None = None,
    number: str | None = None,
) -> Agreement:
    """Change the draft; what is left out stays as it is. After approval nothing of it can be changed."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    if agreement.status not in OPEN:
        raise WrongState("決裁に上げた後の協定は書き換えられません。")
    said = {"kind": kind, "purpose": purpose, "number": number, "items": _named(items) if items is not None else None}
    given = {name: value for name, value in said.items() if value is not None}
    titled = _titled(title) if title is not None else {}
    return await records.change(actor, agreement, "agreement-corrected", **given, **titled)


def _named(items: Sequence[CooperationItem]) -> list[str]:
    return [item.value for item in dict.fromkeys(items)]


@verb(*LIAISONS)
async def entrust(actor: Actor, agreement_id: UUID, *, officer_id: UUID, version: int | None = None) -> Agreement:
    """Name another responsible officer; notices of the coming end go to them."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    officer = await records.see(people.officers_visible_to(actor), officer_id, field="officer_id")
    return await records.change(actor, agreement, "agreement-entrusted", responsible_id=officer.id)


@verb(*LIAISONS)
async def negotiate(actor: Actor, agreement_id: UUID, *, version: int | None = None) -> Agreement:
    """協議中: the other side is willing; or the draft comes back from approval."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    return await _move(actor, agreement, AgreementStatus.NEGOTIATING, "agreement-negotiated")


@verb(*LIAISONS)
async def submit(actor: Actor, agreement_id: UUID, *, version: int | None = None) -> Agreement:
    """決裁中: put before the approver; whoever submits is its author."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    return await _move(actor, agreement, AgreementStatus.IN_APPROVAL, "agreement-submitted", author_id=actor.person_id)


@verb(Role.HQ_LIAISON)
async def approve(actor: Actor, agreement_id: UUID, *, version: int | None = None) -> Agreement:
    """締結待ち: approved at headquarters, never by its author (X15)."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    if agreement.author_id == actor.person_id:
        raise NotAllowed("起案した人は決裁できません。別の人が決裁してください。")
    values = {"approver_id": actor.person_id}
    return await _move(actor, agreement, AgreementStatus.AWAITING_SIGNATURE, "agreement-approved", **values)


@dataclass(frozen=True)
class Signature:
    """Who signs for a party, with name and post as of signing."""

    party_id: UUID
    name: str
    title: str = ""


@verb(*LIAISONS)
async def sign(
    actor: Actor,
    agreement_id: UUID,
    *,
    signed_on: date,
    signatures: Sequence[Signature],
    effective_on: date | None = None,
    expires_on: date | None = None,
    place: str = "",
    version: int | None = None,
) -> Agreement:
    """締結済: every party has signed. Name and post of each signatory are frozen. `expires_on` is the last day."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    begins = effective_on or signed_on
    _must_be_in_order(actor, signed_on, begins, expires_on)
    await _freeze(actor, agreement, signatures, begins)
    days = {"signed_on": signed_on, "effective_on": begins, "expires_on": expires_on, "signed_at": place}
    return await _move(actor, agreement, AgreementStatus.IN_FORCE, "agreement-signed", **days)


def _must_be_in_order(actor: Actor, signed_on: date, begins: date, expires_on: date | None) -> None:
    if signed_on > actor.today:
        raise Invalid("締結日に先の日付は指定できません。", field="signed_on")
    if expires_on is not None and expires_on < begins:
        raise Invalid("満了日は発効日より後にしてください。", field="expires_on")


async def _freeze(actor: Actor, agreement: Agreement, signatures: Sequence[Signature], acceded_on: date) -> None:
    signed = {signature.party_id: signature for signature in signatures}
    for party in await AgreementParty.filter(agreement_id=agreement.id, withdrawn_on=None).order_by("id"):
        signature = signed.pop(party.id, None)
        if signature is None or not signature.name.strip():
            raise Incomplete("署名者が入力されていない当事者があります。", field="signatures")
        names = {"signatory_name": signature.name, "signatory_title": signature.title}
        await records.change(actor, party, "party-signed", acceded_on=acceded_on, **names)
    if signed:
        raise Invalid("この協定の当事者でない署名者が含まれています。", field="signatures")


@verb(*LIAISONS)
async def accede(
    actor: Actor,
    agreement_id: UUID,
    *,
    organization_id: UUID,
    on: date,
    signatory_name: str,
    signatory_title: str = "",
    version: int | None = None,
) -> Agreement:
    """参画: an organisation joins an agreement in force, on a day, with its signatory."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    _must_stand(agreement)
    if agreement.effective_on and on < agreement.effective_on:
        raise Invalid("参画日は発効日以後にしてください。", field="on")
    names = {"signatory_name": signatory_name, "signatory_title": signatory_title}
    await _join(actor, agreement, organization_id, acceded_on=on, **names)
    return agreement


@verb(*LIAISONS)
async def let_withdraw(actor: Actor, party_id: UUID, *, on: date, version: int | None = None) -> AgreementParty:
    """脱退: a party leaves; `on` is the first day on which it is none any more."""
    party = await records.find(parties_visible_to(actor), party_id, version)
    _must_stand(await Agreement.get(id=party.agreement_id))
    if party.withdrawn_on is not None or party.acceded_on is None or on < party.acceded_on:
        raise Invalid("脱退日は参画日以後にし、一度だけ指定してください。", field="on")
    return await records.change(actor, party, "party-withdrew", withdrawn_on=on)


def _must_stand(agreement: Agreement) -> None:
    if agreement.status not in STANDING:
        raise WrongState("締結済の協定だけでできる操作です。")


@verb(*LIAISONS)
async def discuss_renewal(actor: Actor, agreement_id: UUID, *, version: int | None = None) -> Agreement:
    """更新協議: both sides talk about going on."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    return await _move(actor, agreement, AgreementStatus.RENEWING, "agreement-renewal-discussed")


@verb(Role.HQ_LIAISON)
async def renew(
    actor: Actor, agreement_id: UUID, *, effective_on: date, expires_on: date | None = None, version: int | None = None
) -> Agreement:
    """更新済: a new row takes over parties, signatories and text from `effective_on`; it cannot be made twice."""
    old = await records.find(visible_to(actor), agreement_id, version)
    await _move(actor, old, AgreementStatus.RENEWED, "agreement-renewed", ended_on=effective_on - timedelta(days=1))
    _must_be_in_order(actor, actor.today, effective_on, expires_on)
    kept = ("kind", "title", "number", "purpose", "items", "responsible_id", "search", "kana_order", "unit_id")
    new = await records.create(
        actor,
        Agreement,
        "agreement-proposed",
        status=AgreementStatus.IN_FORCE,
        author_id=old.author_id,
        approver_id=actor.person_id,
        signed_on=actor.today,
        effective_on=effective_on,
        expires_on=expires_on,
        renews_id=old.id,
        **{name: getattr(old, name) for name in kept},
    )
    await _carry_over(actor, old, new)
    return new


async def _carry_over(actor: Actor, old: Agreement, new: Agreement) -> None:
    kept = ("side", "police_unit_id", "organization_id", "acceded_on", "signatory_name", "signatory_title", "unit_id")
    for party in await AgreementParty.filter(agreement_id=old.id, withdrawn_on=None).order_by("id"):
        values = {name: getattr(party, name) for name in kept}
        await records.create(actor, AgreementParty, "party-carried-over", agreement_id=new.id, **values)


@verb(Role.HQ_LIAISON)
async def terminate(
    actor: Actor, agreement_id: UUID, *, reason: str, on: date | None = None, version: int | None = None
) -> Agreement:
    """解除, by headquarters, with a reason; `on` is the last day."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    if not reason.strip():
        raise Invalid("理由を入力してください。", field="reason")
    values = {"reason": reason, "ended_on": on or actor.today}
    return await _move(actor, agreement, AgreementStatus.TERMINATED, "agreement-terminated", **values)


@routine
async def expire(now: datetime) -> int:
    """満了: whatever ended before today. Safe to repeat."""
    today = now.astimezone(TOKYO).date()
    over = await Agreement.filter(status__in=STANDING, expires_on__lt=today).select_for_update()
    for agreement in over:
        values = {"ended_on": agreement.expires_on}
        await _move(Bearer(now), agreement, AgreementStatus.EXPIRED, "agreement-expired", **values)
    return len(over)


@routine
async def owe_notices(now: datetime) -> int:
    """Tell the responsible officer 90, 60 and 30 days before the end; a notice that was missed is made up once."""
    today = now.astimezone(TOKYO).date()
    ending = Agreement.filter(
        status__in=STANDING, expires_on__gte=today, expires_on__lte=today + timedelta(days=NOTICES[-1])
    )
    return sum([await _notice(now, today, agreement) for agreement in await ending.prefetch_related("responsible")])


async def _notice(now: datetime, today: date, agreement: Agreement) -> int:
    officer, ends = agreement.responsible, agreement.expires_on
    if ends is None or not officer.mail_address:
        return 0
    left = (ends - today).days
    mark = next(days for days in NOTICES if left <= days)
    turn = f"{agreement.id}:{ends}:{mark}"
    facts = {"title": agreement.title, "expires_on": wareki(ends), "days": left}
    await letters.write(Bearer(now), officer, agreement.unit_id, "agreement-expiring", turn, facts)
    return 1


async def _move(author: Author, agreement: Agreement, to: AgreementStatus, fact: str, **values: Any) -> Agreement:
    status = must_move(MOVES, LABELS, agreement.status, to)
    return await records.change(author, agreement, fact, status=status, **values)
