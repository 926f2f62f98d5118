"""Who approves has not written it (X15): the journal knows who did, whoever was named as the author afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from domain.actor import Actor
from domain.errors import NotAllowed
from domain.journal import Entry
from domain.records import Record


async def find_written(actor: Actor, rows: Iterable[Record], written: Collection[str]) -> set[UUID]:
    """Of which of the rows one of these facts is the actor's own."""
    own = Entry.filter(row_id__in=[row.id for row in rows], fact__in=written, person_id=actor.person_id)
    return set(await own.values_list("row_id", flat=True))  # type: ignore[arg-type]


def is_by(row: str, written: Collection[str], person: str) -> str:
    """Whether in SQL one of these facts about the row is that person's own."""
    facts = ", ".join(f"'{fact}'" for fact in written)
    return f"""EXISTS (
        SELECT FROM journal own
        WHERE own.row_id = {row}.id AND own.person_id = {person} AND own.fact IN ({facts}))"""


async def must_be_by_another(actor: Actor, rows: Iterable[Record], written: Collection[str], message: str) -> None:
    """Raises NotAllowed where one of these facts about one of the rows is the actor's own."""
    if await find_written(actor, rows, written):
        raise NotAllowed(message)
