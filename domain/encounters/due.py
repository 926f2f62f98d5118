"""催促: what of encounters waits for somebody this morning. Computed each time; nothing changes its state by itself."""

from __future__ import annotations

from domain.actor import Actor
from domain.encounters.encounter import Encounter, EncounterStatus, visible_to


async def find_unreported(actor: Actor) -> list[Encounter]:
    """Planned ones whose day has passed, and reports that were sent back, the oldest first."""
    over = visible_to(actor).filter(status=EncounterStatus.PLANNED, starts_at__lte=actor.now)
    return await over.order_by("starts_at", "id")
