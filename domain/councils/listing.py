"""協議会一覧, 会員名簿: the councils that the desk keeps, and their members, as lists that can be taken in again; no
person stands in either."""

from __future__ import annotations

from tortoise.expressions import Q

from domain import organizations, units
from domain.actor import LIAISONS, Actor
from domain.councils.council import Council, CouncilMembership, kept_by
from domain.criteria import any_of
from domain.organizations import Organization
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class ListedCouncil:
    """One council with its secretariat, by its name where that is clear, else by its code."""

    council: Council
    unit: str


@dataclass(frozen=True)
class ListedMember:
    """One term with its council, that council's secretariat, and who the member is: a body, of which no more than the
    name on the list is told to whoever sees it no more, or a police unit."""

    membership: CouncilMembership
    council: Council
    unit: str
    organization: Organization | None
    police_unit: str


@verb(*LIAISONS, only_reads=True)
async def listed(actor: Actor) -> list[ListedCouncil]:
    """The councils whose secretariat is one of the actor's units, by name; nothing that is dissolved."""
    place, kept = await units.find_names(actor), await _kept(actor)
    return [ListedCouncil(one, place(one.unit_id)) for one in kept]


@verb(*LIAISONS, only_reads=True)
async def listed_members(actor: Actor) -> list[ListedMember]:
    """Of the same councils the terms that last or are to come, council by council; whoever was a member only formerly
    is not on a list of members."""
    kept = {one.id: one for one in await _kept(actor)}
    lasting = Q(term_to=None) | Q(term_to__gte=actor.today)
    terms = CouncilMembership.filter(lasting, any_of(CouncilMembership, "council_id", kept), removed_at=None)
    rows = await terms.order_by("kana_order", "term_from", "id")
    seen = organizations.visible_to(actor)
    ids = {row.organization_id for row in rows if row.organization_id}
    bodies = {body.id: body for body in await seen.filter(any_of(Organization, "id", ids))}
    place = await units.find_names(actor)
    order = {id: at for at, id in enumerate(kept)}

    def line(row: CouncilMembership) -> ListedMember:
        council, body = kept[row.council_id], bodies.get(row.organization_id) if row.organization_id else None
        police = place(row.police_unit_id) if row.police_unit_id else ""
        return ListedMember(row, council, place(council.unit_id), body, police)

    return sorted((line(row) for row in rows), key=lambda one: order[one.council.id])


async def _kept(actor: Actor) -> list[Council]:
    return await kept_by(actor).filter(dissolved_on=None).order_by("kana_order", "id")
