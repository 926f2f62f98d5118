"""Of which units something is listed for somebody of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain import units
from domain.actor import Actor
from domain.errors import NotFound
from domain.records import MISSING


async def find_covered(actor: Actor, unit_id: UUID | None) -> Sequence[UUID]:
    """The actor's units, or of these the one that is told and all below it. Raises NotFound for another's."""
    if unit_id is None:
        return actor.units
    if unit_id not in actor.units:
        raise NotFound(MISSING, field="unit_id")
    return await units.below(actor.prefecture_id, unit_id)
