"""変更の申出の一覧: what contacts have said of their own posts, whose it is and what became of it, latest first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from domain import organizations, people, units
from domain.actor import LIAISONS, Actor
from domain.campaigns.campaign import Campaign, CampaignContact, asked_visible_to, visible_to
from domain.campaigns.proposing import CHANGING, ContactProposal, ProposalStatus, proposals_visible_to
from domain.criteria import any_of
from domain.organizations import Organization
from domain.people import Person
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class ListedProposal:
    """One proposal with the names of its unit, of the campaign that has asked and of the body, and the contact as they
    were asked; each is empty where the actor sees it no more."""

    proposal: ContactProposal
    unit: str
    campaign: str
    body: str
    asked: CampaignContact | None
    person: Person | None


@verb(*LIAISONS, only_reads=True)
async def listed_proposals(
    actor: Actor, *, status: Collection[ProposalStatus] = (), unit_id: UUID | None = None
) -> list[ListedProposal]:
    """Those of the actor's units, or of one unit and those below. Raises NotFound for another's unit."""
    rows = proposals_visible_to(actor)
    rows = rows.filter(status__in=[*status]) if status else rows
    if unit_id is not None:
        rows = rows.filter(any_of(ContactProposal, "unit_id", await units.find_own_below(actor, unit_id, "unit")))
    found = await rows.order_by("-created_at", "-id")
    of_these = any_of(CampaignContact, "id", {one.asked_id for one in found})
    asked = {one.id: one for one in await asked_visible_to(actor).filter(of_these)}
    of_campaigns = any_of(Campaign, "id", {one.campaign_id for one in asked.values()})
    titles = {one.id: one.title for one in await visible_to(actor).filter(of_campaigns)}
    of_bodies = any_of(Organization, "id", {one.organization_id for one in asked.values()})
    names = {one.id: one.name for one in await organizations.visible_to(actor).filter(of_bodies)}
    of_persons = any_of(Person, "id", {one.person_id for one in found})
    persons = {one.id: one for one in await people.visible_to(actor).filter(of_persons)}
    place = await units.find_names(actor)

    def line(one: ContactProposal) -> ListedProposal:
        by = asked.get(one.asked_id)
        campaign, body = (titles.get(by.campaign_id, ""), names.get(by.organization_id, "")) if by else ("", "")
        return ListedProposal(one, place(one.unit_id), campaign, body, by, persons.get(one.person_id))

    return [line(one) for one in found]


def proposals_shown(listed: Iterable[ListedProposal]) -> list[tuple[str, str]]:
    """The fields (`Model.column`) and rows (`Model:id`) that such a list shows of persons."""
    shown = []
    for one in listed:
        if one.person:
            shown += [(f"Person.{name}", f"Person:{one.person.id}") for name in ("family_name", "given_name")]
        row = f"ContactProposal:{one.proposal.id}"
        shown += [(f"ContactProposal.{name}", row) for name in (*CHANGING, "remark")]
    return shown
