"""Who approves has not written it (X15): the journal knows who did, whoever was named as the author afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from domain.actor import Actor
from domain.errors import NotAllowed
from domain.journal import Entry
from domain.records import Record


async def must_be_by_another(actor: Actor, rows: Iterable[Record], written: Collection[str], message: str) -> None:
    """Raises NotAllowed where one of these facts about one of the rows is the actor's own."""
    ids = [row.id for row in rows]
    if await Entry.filter(row_id__in=ids, fact__in=written, person_id=actor.person_id).exists():
        raise NotAllowed(message)
