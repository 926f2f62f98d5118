"""What the plain loops of `recount` share: the items that they find, and days."""

from datetime import date, datetime
from uuid import UUID

from domain.actor import TOKYO
from domain.agreements import Agreement, AgreementParty, Side

Item = tuple[UUID, str, object]
"""One thing that counts: its unit, its kind, and the number or the body or person that it stands for."""


def day_of(instant: datetime) -> date:
    return instant.astimezone(TOKYO).date()


def end_of(agreement: Agreement) -> date:
    return min(agreement.ended_on or date.max, agreement.lasts_until or date.max)


async def standing(agreement: Agreement, last: date) -> list[AgreementParty]:
    """Its bodies on a day, where it is in force then."""
    if agreement.effective_on is None or not agreement.effective_on <= last <= end_of(agreement):
        return []
    parties = await AgreementParty.filter(agreement_id=agreement.id, side=Side.PARTNER)
    joined = [party for party in parties if party.acceded_on and party.acceded_on <= last]
    return [party for party in joined if last < (party.withdrawn_on or date.max)]
