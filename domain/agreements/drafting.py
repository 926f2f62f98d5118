"""打診から決裁まで: an agreement is proposed, talked about, put before the approver; or the draft is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from tortoise.expressions import Q

from domain import approving, organizations, people, records, units
from domain.actor import LIAISONS, Actor, Role
from domain.agreements.agreement import (
    LABELS,
    OPEN,
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    CooperationItem,
    find_joining,
    join,
    move,
    parties_visible_to,
    titled,
    visible_to,
)
from domain.agreements.ceremony import call_off_for
from domain.agreements.lasting import must_be_possible
from domain.agreements.naming import forget_naming, must_not_name
from domain.errors import Incomplete, Invalid, WrongState
from domain.states import must_be_in, said
from domain.verbs import verb

WRITTEN = (
    "agreement-proposed",
    "agreement-renewal-drafted",
    "agreement-corrected",
    "agreement-party-added",
    "agreement-party-removed",
    "agreement-submitted",
)
"""What makes somebody one of its authors."""


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
    auto_renews_months: int = 0,
    notice_days: int = 0,
) -> Agreement:
    """打診: begin an agreement between police units (one's own unless told) and organisations."""
    if not organization_ids:
        raise Invalid("相手方の団体を1つ以上選んでください。", field="organization_ids")
    must_be_possible(auto_renews_months, notice_days)
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
        auto_renews_months=auto_renews_months,
        notice_days=notice_days,
        items=named(items),
        responsible_id=responsible.id,
        author_id=actor.person_id,
        **titled(title),
    )
    await _join_all(actor, agreement, police_unit_ids or [actor.unit_id], organization_ids)
    return agreement


async def _join_all(
    actor: Actor, agreement: Agreement, police_unit_ids: Sequence[UUID], organization_ids: Sequence[UUID]
) -> None:
    """Both sides, each of them once."""
    for unit_id in dict.fromkeys(police_unit_ids):
        unit = await units.find_standing(actor, unit_id, actor.today, field="police_unit_ids")
        await join(actor, agreement, unit)
    bodies = organizations.visible_to(actor)
    for organization_id in dict.fromkeys(organization_ids):
        body = await records.see(bodies, organization_id, field="organization_ids")
        records.must_last(body.retired_on)
        await join(actor, agreement, body)


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
    auto_renews_months: int | None = None,
    notice_days: int | None = None,
) -> Agreement:
    """Change the draft; what is left out stays as it is. After approval nothing of it can be changed."""
    agreement = await _draft(actor, agreement_id, version)
    must_be_possible(auto_renews_months, notice_days)
    said = {"kind": kind, "purpose": purpose, "number": number, "items": named(items) if items is not None else None}
    lasting = {"auto_renews_months": auto_renews_months, "notice_days": notice_days}
    given = {name: value for name, value in (*said.items(), *lasting.items()) if value is not None}
    title_told = titled(title) if title is not None else {}
    return await records.change(actor, agreement, "agreement-corrected", **given, **title_told)


async def _draft(actor: Actor, agreement_id: UUID, version: int | None) -> Agreement:
    agreement = await records.find(visible_to(actor), agreement_id, version)
    if agreement.status not in OPEN:
        raise WrongState("決裁に上げた後の協定は書き換えられません。先に「協議中」へ戻してください。")
    return agreement


def named(items: Sequence[CooperationItem]) -> list[str]:
    """Each item once, in the order told."""
    return [item.value for item in dict.fromkeys(items)]


@verb(*LIAISONS)
async def add_party(
    actor: Actor,
    agreement_id: UUID,
    *,
    organization_id: UUID | None = None,
    police_unit_id: UUID | None = None,
    version: int | None = None,
) -> Agreement:
    """Take an organisation, or a police unit, into the draft. Raises Conflict for one that is in it."""
    agreement = await _draft(actor, agreement_id, version)
    await join(actor, agreement, await find_joining(actor, organization_id, police_unit_id, actor.today))
    told = {"organization_id": organization_id, "police_unit_id": police_unit_id}
    return await records.note(actor, agreement, "agreement-party-added", **told)


@verb(*LIAISONS)
async def remove_party(actor: Actor, party_id: UUID, *, version: int | None = None) -> Agreement:
    """Take a party out of the draft again. Raises Incomplete for the last one of a side."""
    known = await records.see(parties_visible_to(actor), party_id)
    agreement = await _draft(actor, known.agreement_id, None)
    party = await records.find(parties_visible_to(actor), party_id, version)
    others = AgreementParty.filter(agreement_id=agreement.id, side=party.side, removed_at=None).exclude(id=party.id)
    if not await others.exists():
        raise Incomplete("当事者がいなくなります。先に別の当事者を加えてください。", field="party_id")
    await records.change(actor, party, "party-removed", removed_at=actor.now)
    await forget_naming(actor, party)
    return await records.note(actor, agreement, "agreement-party-removed", organization_id=party.organization_id)


@verb(*LIAISONS)
async def withdraw_proposal(actor: Actor, agreement_id: UUID, *, reason: str, version: int | None = None) -> Agreement:
    """打診の取下げ: give up a draft of one's own unit that is not yet before the approver, with the reason."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    must_be_in(LABELS, agreement.status, *OPEN)
    values = {"reason": said(reason)}
    await call_off_for(actor, agreement)
    return await move(actor, agreement, AgreementStatus.TERMINATED, "agreement-proposal-withdrawn", **values)


@verb(*LIAISONS)
async def entrust(actor: Actor, agreement_id: UUID, *, officer_id: UUID, version: int | None = None) -> Agreement:
    """Name another responsible officer; notices of the coming end go to them."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    if agreement.status is AgreementStatus.TERMINATED:
        raise WrongState("終わった協定の担当者は替えられません。")
    officer = await records.see(people.officers_visible_to(actor), officer_id, field="officer_id")
    return await records.change(actor, agreement, "agreement-entrusted", responsible_id=officer.id)


@verb(*LIAISONS)
async def negotiate(actor: Actor, agreement_id: UUID, *, version: int | None = None) -> Agreement:
    """協議中: the other side is willing; or the draft comes back from approval."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    return await move(actor, agreement, AgreementStatus.NEGOTIATING, "agreement-negotiated")


@verb(*LIAISONS)
async def submit(actor: Actor, agreement_id: UUID, *, version: int | None = None) -> Agreement:
    """決裁中: put before the approver; whoever submits is its author.

    Raises WrongState where title or purpose would tell one partner of another that has not consented to be named, and
    for a party that is closed, or registered no more, by the day on which a renewal is to begin, or today.
    """
    agreement = await records.find(visible_to(actor), agreement_id, version)
    await _must_be_there(agreement, agreement.planned_from or actor.today)
    await must_not_name(agreement)
    return await move(actor, agreement, AgreementStatus.IN_APPROVAL, "agreement-submitted", author_id=actor.person_id)


async def _must_be_there(agreement: Agreement, on: date) -> None:
    """Raises WrongState, naming it, for a party that nobody can sign for any more: a renewal carries over whoever was
    one."""
    standing = AgreementParty.filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=on), agreement_id=agreement.id)
    parties = standing.filter(removed_at=None).prefetch_related("organization", "police_unit")
    for party in await parties.order_by("id"):
        who = party.organization or party.police_unit
        if who is not None and who.retired_on is not None and who.retired_on <= on:
            raise WrongState(
                f"当事者「{who.name}」は、{who.retired_on:%Y年%-m月%-d日}付けで廃止されたか登録から外れています。"
                "removeAgreementParty で当事者から外し、引き継いだところがあれば addAgreementParty で加えてください。"
            )


@verb(Role.HQ_LIAISON)
async def approve(actor: Actor, agreement_id: UUID, *, version: int | None = None) -> Agreement:
    """締結待ち: approved at headquarters, never by whoever has had a hand in its text or submitted it (X15).

    Raises WrongState where a consent was taken back meanwhile and the text has the name still: nobody corrects it then.
    """
    agreement = await records.find(visible_to(actor), agreement_id, version)
    said = "起案した人、案を書き換えた人は決裁できません。別の人が決裁してください。"
    await approving.must_be_by_another(actor, [agreement], WRITTEN, said)
    await must_not_name(agreement)
    values = {"approver_id": actor.person_id}
    return await move(actor, agreement, AgreementStatus.AWAITING_SIGNATURE, "agreement-approved", **values)
