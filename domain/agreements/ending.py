"""解除と満了予告: headquarters ends an agreement early; the responsible officer is told of a coming end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from tortoise.expressions import Subquery

from domain import letters, records
from domain.actor import TOKYO, Actor, Bearer, Role
from domain.agreements.agreement import STANDING, Agreement, AgreementStatus, move, visible_to
from domain.errors import Invalid
from domain.japanese import wareki
from domain.states import said
from domain.verbs import routine, verb

NOTICES = (30, 60, 90)
"""Days before the end at which the responsible officer is told."""

TALK = "更新するかどうかの協議を始めてください。"
IN_TALKS = "更新の協議中です。更新するときは、満了日までに更新後の協定を締結してください。"


@verb(Role.HQ_LIAISON)
async def terminate(
    actor: Actor, agreement_id: UUID, *, reason: str, on: date | None = None, version: int | None = None
) -> Agreement:
    """解除, by headquarters, with a reason; `on` is the last day, today at the latest. A draft has no last day."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    last = on or actor.today
    if agreement.effective_on is not None:
        _must_have_been(actor, agreement, last)
    values = {"reason": said(reason), "ended_on": last if agreement.effective_on else None}
    return await move(actor, agreement, AgreementStatus.TERMINATED, "agreement-terminated", **values)


def _must_have_been(actor: Actor, agreement: Agreement, last: date) -> None:
    """A last day on which it was in force; one that has not yet taken effect ends before its first day."""
    begins = agreement.effective_on
    if last > actor.today:
        raise Invalid("解除日に先の日付は指定できません。その日が来てから解除してください。", field="on")
    if begins is not None and last < min(begins, actor.today):
        raise Invalid("解除日は発効日以後にしてください。", field="on")
    if agreement.expires_on is not None and last > agreement.expires_on:
        raise Invalid("解除日は満了日までの日付にしてください。", field="on")


@routine
async def owe_notices(now: datetime) -> int:
    """Tell the responsible officer 90, 60 and 30 days before the end, where no renewal is signed that takes over; a
    notice that was missed is made up once."""
    today = now.astimezone(TOKYO).date()
    signed = Agreement.filter(status__in=STANDING, renews_id__isnull=False)
    ending = Agreement.filter(
        status__in=STANDING, expires_on__gte=today, expires_on__lte=today + timedelta(days=NOTICES[-1])
    )
    unrenewed = ending.exclude(id__in=Subquery(signed.values("renews_id"))).prefetch_related("responsible")
    return sum([await _notice(now, today, agreement) for agreement in await unrenewed])


async def _notice(now: datetime, today: date, agreement: Agreement) -> int:
    ends = agreement.expires_on
    if ends is None:
        return 0
    left = (ends - today).days
    mark = next(days for days in NOTICES if left <= days)
    to_do = IN_TALKS if agreement.status is AgreementStatus.RENEWING else TALK
    facts = {"title": agreement.title, "expires_on": wareki(ends), "days": left, "missing": to_do}
    turn, whose = f"{agreement.id}:{ends}:{mark}", agreement.unit_id
    return await letters.write(Bearer(now), agreement.responsible, whose, "agreement-expiring", turn, facts)
