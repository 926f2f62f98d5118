"""更新: a new row goes the whole way from talks to signatures, and takes over from the old one on its first day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q, Subquery

from domain import records
from domain.actor import LIAISONS, TOKYO, Actor, Author, Bearer
from domain.agreements.agreement import (
    LABELS,
    OPEN,
    STANDING,
    Agreement,
    AgreementParty,
    AgreementStatus,
    join,
    move,
    visible_to,
)
from domain.agreements.committing import carry_over_commitments
from domain.agreements.lasting import carry_on
from domain.agreements.naming import carry_over_naming
from domain.errors import Invalid, WrongState
from domain.organizations import Organization
from domain.states import must_be_in
from domain.units import Unit
from domain.verbs import routine, verb


@verb(*LIAISONS)
async def discuss_renewal(actor: Actor, agreement_id: UUID, *, version: int | None = None) -> Agreement:
    """更新協議: both sides talk about going on."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    return await move(actor, agreement, AgreementStatus.RENEWING, "agreement-renewal-discussed")


@verb(*LIAISONS)
async def renew(
    actor: Actor, agreement_id: UUID, *, effective_on: date, expires_on: date | None = None, version: int | None = None
) -> Agreement:
    """更新案: a new row with the old one's parties and text, to be approved and signed like any other.

    Until it is signed and `effective_on` has come, the old one stands. Raises Invalid for a day that is not after the
    old one's first and leaves a gap behind its last; Conflict where a renewal is under way.
    """
    old = await records.find(visible_to(actor), agreement_id, version)
    must_be_in(LABELS, old.status, AgreementStatus.RENEWING)
    must_follow(old.effective_on, old.lasts_until, effective_on)
    if expires_on is not None and expires_on < effective_on:
        raise Invalid("満了日は発効日より後にしてください。", field="expires_on")
    said = ("kind", "title", "purpose", "items", "auto_renews_months", "notice_days")
    kept = (*said, "responsible_id", "search", "kana_order", "unit_id")
    new = await records.create(
        actor,
        Agreement,
        "agreement-renewal-drafted",
        status=AgreementStatus.NEGOTIATING,
        author_id=actor.person_id,
        planned_from=effective_on,
        planned_to=expires_on,
        renews_id=old.id,
        **{name: getattr(old, name) for name in kept},
    )
    await _carry_over(actor, old, new, effective_on)
    await records.touch(actor, old)
    return new


def must_follow(began: date | None, lasts_until: date | None, begins: date) -> None:
    """Raises Invalid where the renewal would begin before the old agreement has been in force, or leave a gap."""
    if began is None or begins <= began:
        raise Invalid("更新後の発効日は、いまの協定の発効日より後にしてください。", field="effective_on")
    if lasts_until is not None and begins > lasts_until + timedelta(days=1):
        raise Invalid("更新後の発効日は、いまの協定の満了日の翌日までにしてください。", field="effective_on")


async def _carry_over(actor: Actor, old: Agreement, new: Agreement, begins: date) -> None:
    """Who is still a party on that day, with the day of leaving where it is known already; signatures are new ones.

    Whoever leaves and has announced to come back stays: each signs the new agreement once, for all of its days.
    """
    kept = ("side", "police_unit_id", "organization_id", "withdrawn_on", "unit_id")
    staying = AgreementParty.filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=begins), agreement_id=old.id)
    parties = await staying.filter(removed_at=None).order_by("acceded_on", "id")
    last = {party.organization_id or party.police_unit_id: party for party in parties}
    for party in sorted(last.values(), key=lambda party: party.id):
        values = {name: getattr(party, name) for name in kept}
        joined = await records.create(actor, AgreementParty, "party-carried-over", agreement_id=new.id, **values)
        await carry_over_naming(actor, party, joined)


async def _unsigned(old: Agreement) -> Agreement | None:
    """The renewal of it that is under way."""
    renewals = Agreement.filter(renews_id=old.id, signed_on=None).exclude(status=AgreementStatus.TERMINATED)
    return await renewals.select_for_update().first()


async def join_renewal(author: Author, old: Agreement, who: Organization | Unit) -> None:
    """Whoever joins while a renewal is drafted stands in the draft, too. Raises WrongState where that is past being
    put right: who has joined would be a party no more from its first day on."""
    new = await _unsigned(old)
    whose = {"police_unit_id": who.id} if isinstance(who, Unit) else {"organization_id": who.id}
    if new is None:
        return
    stands = AgreementParty.filter(agreement_id=new.id, removed_at=None, **whose)
    if (row := await stands.select_for_update().first()) is not None:
        await records.change(author, row, "party-came-back", withdrawn_on=None)
        return
    if new.status is AgreementStatus.AWAITING_SIGNATURE:
        raise WrongState(
            "この当事者の入っていない更新後の協定が、締結待ちです。先に締結してください。"
            "その後に参画を入力すると、更新後の協定にも当事者として入ります。"
        )
    if new.status not in OPEN:
        raise WrongState(
            "更新後の協定が決裁中です。先に「協議中」へ戻してください。参画を入力すると、更新案にも当事者として入ります。"
        )
    await join(author, new, who)
    await records.note(author, new, "agreement-party-added", **whose)


async def signed_renewal(old: Agreement) -> Agreement | None:
    """The one that is signed and takes over from it on a day to come."""
    return await Agreement.filter(renews_id=old.id, status__in=STANDING).select_for_update().first()


async def leave_renewal(author: Author, old: Agreement, party: AgreementParty, on: date) -> None:
    """Whoever leaves is asked for no signature of the renewal, or stands in it until then."""
    if (new := await _unsigned(old)) is None:
        return
    whose = {"organization_id": party.organization_id, "police_unit_id": party.police_unit_id}
    same = AgreementParty.filter(agreement_id=new.id, removed_at=None, withdrawn_on=None, **whose)
    for row in await same.select_for_update():
        await records.change(author, row, "party-withdrew", withdrawn_on=on)
        await records.touch(author, new)


async def hand_over(author: Author, old: Agreement, new: Agreement) -> None:
    """更新済, once the new agreement's first day has come; until then the old one stands."""
    begins = new.effective_on
    if begins is None or begins > author.now.astimezone(TOKYO).date() or old.status not in STANDING:
        return
    if old.status is AgreementStatus.IN_FORCE:
        await move(author, old, AgreementStatus.RENEWING, "agreement-renewal-discussed")
    await carry_over_commitments(author, old, new, begins)
    values = {"ended_on": begins - timedelta(days=1)}
    await move(author, old, AgreementStatus.RENEWED, "agreement-renewed", **values)


@routine
async def expire(now: datetime) -> int:
    """更新済, 自動更新 or 満了: whatever a signed renewal takes over from today, or ended before today.

    Safe to repeat.
    """
    return await _take_over(now) + await carry_on(now) + await _let_end(now)


async def _take_over(now: datetime) -> int:
    today = now.astimezone(TOKYO).date()
    begun = Agreement.filter(status__in=STANDING, effective_on__lte=today, renews_id__isnull=False)
    standing = Agreement.filter(status__in=STANDING).values("id")
    over = await begun.filter(renews_id__in=Subquery(standing)).order_by("effective_on", "id")
    for new in over:
        old = await Agreement.select_for_update().get(id=new.renews_id)
        await hand_over(Bearer(now), old, new)
    return len(over)


async def _let_end(now: datetime) -> int:
    today = now.astimezone(TOKYO).date()
    over = await Agreement.filter(status__in=STANDING, lasts_until__lt=today).select_for_update()
    for agreement in over:
        values = {"ended_on": agreement.lasts_until}
        await move(Bearer(now), agreement, AgreementStatus.EXPIRED, "agreement-expired", **values)
    return len(over)
