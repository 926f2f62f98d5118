"""団体一覧: the bodies that the desk keeps as a list, in the words in which a list is taken in again; no person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from domain import units
from domain.actor import LIAISONS, Actor
from domain.japanese import name_key
from domain.organizations.organization import Organization, kept_by, visible_to
from domain.units import Unit
from domain.verbs import verb


@dataclass(frozen=True)
class ListedOrganization:
    """One body with its unit and the body to which it belongs, each by its name where that is clear, else by number."""

    organization: Organization
    unit: str
    parent: str


@verb(*LIAISONS, only_reads=True)
async def listed(actor: Actor) -> list[ListedOrganization]:
    """The bodies that the actor's units keep, by name; schools have a list of their own, with their 学校コード."""
    standing = visible_to(actor).filter(retired_on=None)
    called = {body.id: body for body in await standing}
    namesakes = Counter(name_key(body.name) for body in called.values())
    places = {unit.id: unit for unit in await units.visible_to(actor)}
    shared = Counter(unit.name for unit in places.values())
    kept = await kept_by(actor).filter(retired_on=None, school_code=None).order_by("kana_order", "id")
    return [
        ListedOrganization(
            body, _place(places[body.unit_id], shared), _above(called, namesakes, body.parent_organization_id)
        )
        for body in kept
    ]


def _place(unit: Unit, shared: Counter[str]) -> str:
    return unit.name if shared[unit.name] == 1 else unit.code


def _above(called: dict[UUID, Organization], namesakes: Counter[str], id: UUID | None) -> str:
    """Nothing of a body that the actor does not see, or that is registered no more."""
    if id is None or (body := called.get(id)) is None:
        return ""
    number = body.corporate_number or body.school_code or ""
    return body.name if namesakes[name_key(body.name)] == 1 or not number else number
