"""What is played with campaigns, for the mutations that lead on from there."""

from typing import Any

from domain import campaigns
from domain.audience import AudienceCriteria
from domain.campaigns import Campaign, CampaignContact, ContactProposal
from domain.organizations import Contact, Organization
from tests import make
from tests.api.played.ground import Ground, Ready, hq


async def somebody(on: Ground) -> Contact:
    """Of a body of their own, whom nobody is asking yet."""
    name = f"例示倉庫{await Organization.all().count()}株式会社"
    return await make.contact(on.town.officer, await make.company(on.town.officer, name))


async def asking(on: Ground) -> CampaignContact:
    """A campaign that asks somebody alone."""
    whom = AudienceCriteria(organization_ids=[(await somebody(on)).organization_id])
    return await make.asked(on.town.officer, criteria=whom)


def alone(contact: Contact, **more: Any) -> dict[str, Any]:
    """Criteria that mean this contact's body."""
    empty: dict[str, Any] = {"sectors": [], "unitIds": [], "kinds": [], "onlyUnitIds": [], "excludedIds": []}
    return empty | {"organizationIds": [f"Organization:{contact.organization_id}"], "roles": ["WORKING"]} | more


async def campaign_to_draft(on: Ground) -> Ready:
    return hq(on, {"criteria": alone(await somebody(on), councilIds=[])})


async def campaign_drafted(on: Ground) -> Ready:
    contact = await somebody(on)
    whom = AudienceCriteria(organization_ids=[contact.organization_id])
    given = {"criteria": alone(contact, councilIds=[]), "dueOn": "2026-07-20"}
    return hq(on, given, Campaign=(await make.campaign(on.town.officer, criteria=whom)).id)


async def campaign_sent(on: Ground) -> Ready:
    return hq(on, {"dueOn": "2026-07-30"}, Campaign=(await asking(on)).campaign_id)


async def somebody_to_call(on: Ground) -> Ready:
    return hq(on, {"result": "CHANGED"}, CampaignContact=(await asking(on)).id)


async def campaign_over(on: Ground) -> Ready:
    line = await asking(on)
    await campaigns.propose_by_link(on.town.officer.now, line.id, job_title="課長")
    proposal = await ContactProposal.get(asked_id=line.id)
    await campaigns.reject(on.town.officer, proposal.id, version=proposal.version, reason="誤り")
    campaign = await Campaign.get(id=line.campaign_id)
    await campaigns.close(on.town.officer, campaign.id, version=campaign.version)
    ended = {"Campaign": campaign.id, "CampaignContact": line.id, "ContactProposal": proposal.id}
    return hq(on, {"criteria": alone(await line.contact, councilIds=[]), "result": "REACHED"}, **ended)
