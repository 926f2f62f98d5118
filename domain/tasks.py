"""担当者: an officer who is to see to something until a day."""

from __future__ import annotations

from uuid import UUID

from domain import people, records, units
from domain.actor import Actor
from domain.errors import Invalid
from domain.people import Person


async def find_owner(actor: Actor, unit_id: UUID, owner_id: UUID) -> Person:
    """An officer who can be given a task of this unit. Raises NotFound, or Invalid for one who has left or serves in
    another unit, with the field `owner_id`."""
    officer = await records.see(people.officers_visible_to(actor), owner_id, field="owner_id")
    if officer.retired_on is not None and officer.retired_on <= actor.today:
        raise Invalid("職を離れた人です。いまいる職員を選んでください。", field="owner_id")
    if officer.unit_id not in await units.below(actor.prefecture_id, unit_id):
        raise Invalid("担当者は、その所属の職員から選んでください。", field="owner_id")
    return officer
