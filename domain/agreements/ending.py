"""解除と満了予告: headquarters ends an agreement early; the responsible officer is told of a coming end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain import letters, records
from domain.actor import TOKYO, Actor, Bearer, Role
from domain.agreements.agreement import Agreement, AgreementStatus, move, visible_to
from domain.agreements.ceremony import call_off_for
from domain.agreements.lasting import LONGEST_NOTICE, notice_by, renews_itself, unrenewed
from domain.errors import Invalid
from domain.japanese import wareki
from domain.states import said
from domain.units import Unit
from domain.verbs import routine, verb

NOTICES = (30, 60, 90)
"""Days before the end at which the responsible officer and the unit are told."""

TALK = "更新するかどうかの協議を始めてください。"
GOES_ON = "続けないときは、期限までに相手方へ通知し、その日を入力してください。"
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
    await call_off_for(actor, agreement)
    return await move(actor, agreement, AgreementStatus.TERMINATED, "agreement-terminated", **values)


def _must_have_been(actor: Actor, agreement: Agreement, last: date) -> None:
    """A last day on which it was in force; one that has not yet taken effect ends before its first day."""
    begins = agreement.effective_on
    if last > actor.today:
        raise Invalid("解除日に先の日付は指定できません。その日が来てから解除してください。", field="on")
    if begins is not None and last < min(begins, actor.today):
        raise Invalid("解除日は発効日以後にしてください。", field="on")
    if agreement.lasts_until is not None and last > agreement.lasts_until:
        raise Invalid("解除日は満了日までの日付にしてください。", field="on")


@routine
async def owe_notices(now: datetime) -> int:
    """Tell the responsible officer, and the unit that answers for it, 90, 60 and 30 days before the end, where no
    renewal is signed that takes over; of one that renews itself, before the last day on which notice is heard. One that
    was missed is made up once."""
    today = now.astimezone(TOKYO).date()
    standing = unrenewed().filter(lasts_until__gte=today).prefetch_related("responsible")
    ending = standing.filter(lasts_until__lte=today + timedelta(days=NOTICES[-1] + LONGEST_NOTICE))
    return sum([await _notice(now, today, agreement) for agreement in await ending])


async def _notice(now: datetime, today: date, agreement: Agreement) -> int:
    ends, last = agreement.lasts_until, notice_by(agreement) or agreement.lasts_until
    if ends is None or last is None or not 0 <= (left := (last - today).days) <= NOTICES[-1]:
        return 0
    mark = next(days for days in NOTICES if left <= days)
    turn, officer = f"{agreement.id}:{last}:{mark}", agreement.responsible
    facts = {"title": agreement.title, "expires_on": wareki(ends), "days": left, "responsible": officer.name}
    if renews_itself(agreement):
        facts |= {"missing": GOES_ON, "notice_by": wareki(last)}
        return await _tell(now, agreement, "agreement-renewing-itself", turn, facts)
    facts["missing"] = IN_TALKS if agreement.status is AgreementStatus.RENEWING else TALK
    return await _tell(now, agreement, "agreement-expiring", turn, facts)


async def _tell(now: datetime, agreement: Agreement, kind: str, turn: str, facts: Mapping[str, Any]) -> int:
    """One letter to the responsible officer and one to the unit that keeps the agreement; the unit gets no second one
    where the officer is reached there only."""
    author, officer, unit_id = Bearer(now), agreement.responsible, agreement.unit_id
    unit = await Unit.get(id=unit_id)
    to = letters.recipient_of(officer, unit, now.astimezone(TOKYO).date())
    told = await letters.write(author, officer, unit_id, kind, turn, facts)
    if to is None or to.person_id is None or to.address == unit.mail_address:
        return told
    return told + await letters.write(author, None, unit_id, kind, f"{turn}:unit", facts)
