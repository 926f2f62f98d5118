"""締結と当事者の出入り: every party signs, and who joins or leaves later does so on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from tortoise.expressions import Q

from domain import records
from domain.actor import LIAISONS, Actor
from domain.agreements.agreement import (
    LABELS,
    LONGEST_AHEAD,
    STANDING,
    Agreement,
    AgreementParty,
    AgreementStatus,
    find_joining,
    join,
    move,
    must_lie_within,
    parties_visible_to,
    visible_to,
)
from domain.agreements.ceremony import hold_for
from domain.agreements.naming import called, must_not_name, must_not_say
from domain.agreements.renewing import hand_over, join_renewal, leave_renewal, must_follow, signed_renewal
from domain.errors import Incomplete, Invalid, WrongState, meaning
from domain.organizations import Organization
from domain.states import must_be_in
from domain.units import Unit
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class Signature:
    """Who signs for a party, with name and post as of signing."""

    party_id: UUID
    name: str
    job_title: str = ""


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
    number: str | None = None,
    version: int | None = None,
) -> Agreement:
    """締結済: every party has signed. Name and post of each signatory are frozen. `expires_on` is the last day.

    A renewal has its planned days unless told, and takes over from the old agreement on the first of them. The
    ceremony that was planned for it was held with that; where it was, the agreement was signed, unless told.
    From then on its partners are told what it says: raises WrongState where that names one that has not consented.
    """
    agreement = await records.find(visible_to(actor), agreement_id, version)
    begins = effective_on or agreement.planned_from or signed_on
    ends = expires_on or agreement.planned_to
    must_be_in_order(actor, signed_on, begins, ends)
    if ends is None and agreement.auto_renews_months:
        raise Invalid("自動更新する協定には満了日を入力してください。", field="expires_on")
    days = {"signed_on": signed_on, "effective_on": begins, "expires_on": ends, "lasts_until": ends}
    known = {"number": agreement.number if number is None else number}
    known |= await hold_for(actor, agreement) | ({"signed_at": place} if place else {})
    with meaning(signed_at="place"):
        await must_not_name(agreement, **known)
    with meaning(signed_at="place", signatory_name="signatures", signatory_title="signatures"):
        await move(actor, agreement, AgreementStatus.IN_FORCE, "agreement-signed", **days, **known)
        await _freeze(actor, agreement, signatures, begins)
    if agreement.renews_id:
        old = await Agreement.select_for_update().get(id=agreement.renews_id)
        must_follow(old.effective_on, old.lasts_until, begins)
        await hand_over(actor, old, agreement)
    return agreement


def must_be_in_order(actor: Actor, signed_on: date, begins: date, ends: date | None) -> None:
    """Raises Invalid for a day of signing that is to come, a first day far from it, or a last day before the first."""
    if signed_on > actor.today:
        raise Invalid("締結日に先の日付は指定できません。締結してから入力してください。", field="signed_on")
    if abs(begins - signed_on) > LONGEST_AHEAD:
        raise Invalid("発効日は締結日の前後1年以内にしてください。", field="effective_on")
    if ends is not None and ends < begins:
        raise Invalid("満了日は発効日より後にしてください。", field="expires_on")


async def _freeze(actor: Actor, agreement: Agreement, signatures: Sequence[Signature], begins: date) -> None:
    signed = {signature.party_id: signature for signature in signatures}
    if len(signed) < len(signatures):
        raise Invalid("同じ当事者の署名者が二人入力されています。一人にしてください。", field="signatures")
    standing = AgreementParty.filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=begins), agreement_id=agreement.id)
    for party in await standing.filter(removed_at=None).order_by("id"):
        signature = signed.pop(party.id, None)
        if signature is None or not signature.name.strip():
            name = await called(party)
            raise Incomplete(f"「{name}」の署名者を入力してください。", field="signatures")
        names = {"signatory_name": signature.name, "signatory_title": signature.job_title}
        await records.change(actor, party, "party-signed", acceded_on=begins, **names)
    if signed:
        raise Invalid("この協定の当事者でない署名者が含まれています。", field="signatures")


@verb(*LIAISONS)
async def correct_number(actor: Actor, agreement_id: UUID, *, number: str, version: int) -> Agreement:
    """文書番号: enter the number of the signed document, or correct it; nothing else of it changes after signing.

    Raises WrongState before: until then it is a part of what the approver reads; and where it would tell the parties of
    one that has not consented to be named.
    """
    agreement = await records.find(visible_to(actor), agreement_id, version)
    if agreement.signed_on is None:
        raise WrongState("締結前の協定の文書番号は、案の訂正か、締結のときに入力してください。", field="number")
    await must_not_say(agreement, number=number)
    return await records.change(actor, agreement, "agreement-number-corrected", number=number)


@verb(*LIAISONS)
async def accede(
    actor: Actor,
    agreement_id: UUID,
    *,
    organization_id: UUID | None = None,
    police_unit_id: UUID | None = None,
    on: date,
    signatory_name: str,
    signatory_title: str = "",
    version: int | None = None,
) -> Agreement:
    """参画: an organisation, or a police unit, joins an agreement in force, on one of its days, with its signatory.

    It stands in the draft of a renewal, too, and in a signed one from that one's first day on. Raises WrongState where
    that waits to be approved or signed, and where what is told to it names a party that has not consented; Invalid for
    a unit that is closed, and for a day on which a signed renewal has taken over.
    """
    agreement = await records.find(visible_to(actor), agreement_id, version)
    must_be_in(LABELS, agreement.status, *STANDING)
    must_lie_within(actor, agreement, on, "on")
    records.must_say(signatory_name, "署名者", "signatory_name")
    names = {"signatory_name": signatory_name, "signatory_title": signatory_title}
    who = await find_joining(actor, organization_id, police_unit_id, on)
    if organization_id is not None:
        await must_not_name(agreement, organization_id)
    await join(actor, agreement, who, acceded_on=on, **names)
    await _join_following(actor, agreement, who, on, names)
    return await records.touch(actor, agreement)


async def _join_following(
    actor: Actor, agreement: Agreement, who: Organization | Unit, on: date, names: Mapping[str, str]
) -> None:
    """Stand in whatever renews the agreement: with the same signatory, where that is signed and has no such party."""
    await join_renewal(actor, agreement, who)
    new = await signed_renewal(agreement)
    if new is None or new.effective_on is None:
        return
    if on >= new.effective_on:
        raise Invalid(
            f"{new.effective_on:%Y年%-m月%-d日}に更新後の協定が引き継ぎます。その日からの参画は、更新後の協定に入力してください。",
            field="on",
        )
    whose = {"police_unit_id": who.id} if isinstance(who, Unit) else {"organization_id": who.id}
    stands = AgreementParty.filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=new.effective_on), **whose)
    if not await stands.filter(agreement_id=new.id, removed_at=None).exists():
        if isinstance(who, Organization):
            await must_not_name(new, who.id)
        await join(actor, new, who, acceded_on=new.effective_on, **names)
        await records.touch(actor, new)
    await _join_following(actor, new, who, on, names)


@verb(*LIAISONS)
async def let_withdraw(actor: Actor, party_id: UUID, *, on: date, version: int | None = None) -> AgreementParty:
    """脱退: a party leaves; `on` is the first day on which it is none any more.

    Raises WrongState for one that leaves already, Incomplete where its side would be without any: an agreement of one
    side is none.
    """
    known = await records.see(parties_visible_to(actor), party_id)
    agreement = await records.find(visible_to(actor), known.agreement_id)
    party = await records.find(parties_visible_to(actor), party_id, version)
    must_be_in(LABELS, agreement.status, *STANDING)
    if party.withdrawn_on is not None:
        raise WrongState(f"この当事者は{party.withdrawn_on:%Y年%-m月%-d日}付けですでに脱退しています。")
    if party.acceded_on is None or on < party.acceded_on:
        raise Invalid("脱退日は参画日以後にしてください。", field="on")
    must_lie_within(actor, agreement, max(on - timedelta(days=1), party.acceded_on), "on")
    await _must_leave_others(agreement, party, on)
    await leave_renewal(actor, agreement, party, on)
    await records.touch(actor, agreement)
    return await records.change(actor, party, "party-withdrew", withdrawn_on=on)


async def _must_leave_others(agreement: Agreement, leaving: AgreementParty, on: date) -> None:
    """Raises Incomplete where from that day to the end there would be a day without a party on that side."""
    same_side = AgreementParty.filter(agreement_id=agreement.id, side=leaving.side, removed_at=None)
    bare = on
    for other in await same_side.exclude(id=leaving.id).filter(acceded_on__isnull=False).order_by("acceded_on"):
        if other.acceded_on is not None and other.acceded_on <= bare:
            bare = max(bare, other.withdrawn_on or date.max)
    if bare <= (agreement.lasts_until or date.max - timedelta(days=1)):
        raise Incomplete(
            "協定の一方に当事者がいなくなるため、脱退できません。協定を終えるときは、県本部で協定を「解除」してください。",
            field="party_id",
        )
