"""疎通確認の結果: what became of asking each contact, body by body, with the rates; a contact by the role alone."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain import organizations, records, units
from domain.actor import LIAISONS, Actor
from domain.campaigns.campaign import Campaign, CampaignContact, asked_visible_to, visible_to
from domain.campaigns.rates import ReachRate, reach_rates
from domain.criteria import any_of
from domain.organizations import Organization
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class ListedAsked:
    """One contact who was asked, with the names of who keeps the body and of the body; a body that the actor sees no
    more is told as empty."""

    asked: CampaignContact
    unit: str
    body: str
    corporate_number: str


@dataclass(frozen=True)
class CampaignResults:
    """One campaign, whom of it the actor sees, and the rates as `reach_rates` tells them."""

    campaign: Campaign
    lines: Sequence[ListedAsked]
    rates: Sequence[ReachRate]


@verb(*LIAISONS, only_reads=True)
async def results(actor: Actor, campaign_id: UUID) -> CampaignResults:
    """What became of asking, unit by unit and body by body; nobody before it was sent. Raises NotFound."""
    campaign = await records.see(visible_to(actor), campaign_id, field="campaign")
    asked = await asked_visible_to(actor).filter(campaign_id=campaign.id).order_by("id")
    ids = {one.organization_id for one in asked}
    seen = organizations.visible_to(actor).filter(any_of(Organization, "id", ids))
    bodies = {body.id: body for body in await seen}
    places = {unit.id: unit for unit in await units.visible_to(actor)}

    def line(one: CampaignContact) -> ListedAsked:
        body = bodies.get(one.organization_id)
        told = (body.name, body.corporate_number or "") if body else ("", "")
        return ListedAsked(one, places[one.unit_id].name, *told)

    def order(one: CampaignContact) -> tuple[str, str, str, UUID]:
        body = bodies.get(one.organization_id)
        return places[one.unit_id].code, body.kana_order if body else "", one.role, one.id

    rates = await reach_rates(actor, campaign.id)
    return CampaignResults(campaign, [line(one) for one in sorted(asked, key=order)], rates)
