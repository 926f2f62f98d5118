"""接触一覧: the encounters of a while as a list, without who was there and without what was said."""

from __future__ import annotations

from datetime import datetime

from domain import organizations, units
from domain.actor import LIAISONS, Actor
from domain.encounters.encounter import Encounter, EncounterStatus, visible_to
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class ListedEncounter:
    """One encounter with the names of its unit and body; those of a body that the actor sees no more are empty."""

    encounter: Encounter
    unit: str
    body: str
    corporate_number: str


@verb(*LIAISONS, only_reads=True)
async def listed(actor: Actor, first: datetime, before: datetime) -> list[ListedEncounter]:
    """What was or will be from one instant until before another, in that order; nothing that was called off."""
    found = visible_to(actor).filter(starts_at__gte=first, starts_at__lt=before)
    standing = await found.exclude(status=EncounterStatus.CANCELLED).order_by("starts_at", "id")
    bodies = {body.id: body for body in await organizations.visible_to(actor)} if standing else {}
    names = {unit.id: unit.name for unit in await units.visible_to(actor)}
    return [
        ListedEncounter(
            one,
            names[one.unit_id],
            bodies[one.organization_id].name if one.organization_id in bodies else "",
            (bodies[one.organization_id].corporate_number or "") if one.organization_id in bodies else "",
        )
        for one in standing
    ]
