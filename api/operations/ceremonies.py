"""What the saved operations about ceremonies of signing are about; the rest of them stands in `finding`."""

from __future__ import annotations

from tortoise.expressions import Subquery

from api.operations.around import Around, Variables
from api.reading.ids import encode
from domain import agreements, calendar, organizations
from domain.agreements import AgreementStatus, CeremonyStatus
from seed.days import at, open_day


async def plan(around: Around) -> Variables | None:
    """Of an agreement that is approved, or nearly so, and has no ceremony yet: in three weeks."""
    asking = around.asking
    planned = agreements.ceremonies_visible_to(asking).filter(status=CeremonyStatus.PLANNED)
    states = (AgreementStatus.AWAITING_SIGNATURE, AgreementStatus.IN_APPROVAL)
    drafts = agreements.visible_to(asking).filter(status__in=states)
    agreement = await drafts.exclude(id__in=Subquery(planned.values("agreement_id"))).order_by("-status", "id").first()
    if agreement is None:
        return None
    day = open_day(asking.today, 21)
    when = {"startsAt": at(day, "10:00").isoformat(), "endsAt": at(day, "11:00").isoformat()}
    return {"input": {"agreementId": encode("Agreement", agreement.id), "place": "青浜県警察本部 大会議室", **when}}


async def invite(around: Around) -> Variables | None:
    """The present contacts of the parties who are not asked to the next ceremony, of one to which anybody is not."""
    asking = around.asking
    planned = agreements.ceremonies_visible_to(asking).filter(status=CeremonyStatus.PLANNED, starts_at__gt=asking.now)
    for ceremony in await planned.order_by("starts_at", "id"):
        parties = agreements.parties_visible_to(asking).filter(agreement_id=ceremony.agreement_id)
        present = organizations.contacts_visible_to(asking).filter(until=None, person__is_officer=False)
        own = present.filter(organization_id__in=Subquery(parties.values("organization_id")))
        asked = calendar.coming(ceremony.appointment_id)
        contacts = await own.exclude(person_id__in=Subquery(asked.values("person_id"))).order_by("id")
        if contacts:
            ids = [encode("Contact", contact.id) for contact in contacts]
            return {"ceremony": encode("SigningCeremony", ceremony.id), "contacts": ids}
    return None
