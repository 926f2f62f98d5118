"""手紙: what any letter to a person says of who sends and who gets it, where it is about no date.

Letters about a date are `invitations`; both are owed in the transaction of the fact that they tell (`outbox`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from domain import outbox
from domain.actor import TOKYO, Author
from domain.japanese import Honorific, addressed
from domain.people import Person
from domain.units import Unit, signature

MORNING = time(9)


async def write(
    author: Author,
    person: Person | None,
    unit_id: UUID,
    kind: str,
    turn: str,
    facts: Mapping[str, Any],
    due_at: datetime | None = None,
) -> None:
    """Owe a person a letter of a unit, or without one the unit itself; nothing where there is no address.

    `turn` makes the letter's key unique among those of its kind.
    """
    unit = await Unit.get(id=unit_id)
    reader, honorific = (person, Honorific.SAMA) if person else (unit, Honorific.ONCHU)
    if not reader.mail_address:
        return
    await outbox.owe(
        f"{kind}:{turn}",
        kind,
        unit_id=unit.id,
        to=(reader.name, reader.mail_address),
        person_id=person.id if person else None,
        facts={**signature(unit), "recipient": addressed(reader.name, honorific), **facts},
        owed_at=author.now,
        due_at=due_at,
    )


def by_day(now: datetime) -> datetime:
    """Now, or 9:00 in Japan where that is still to come: what the clock finds at night wakes nobody."""
    return max(now, datetime.combine(now.astimezone(TOKYO).date(), MORNING, TOKYO))
