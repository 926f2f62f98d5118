"""消去の控え: which persons were erased, to erase them again where an older backup is restored.

A line names a person by a keyed hash of the id: the file tells nothing to whoever has not the installation's key, and
with it only in a database that still knows the person.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from domain.actor import TOKYO, Bearer
from domain.criteria import any_of
from domain.journal import Entry
from domain.people import Person
from domain.retention.erasing import erase
from domain.values import dataclass
from domain.verbs import routine


@dataclass(frozen=True)
class Erased:
    """That somebody was erased on a day in Japan, by which list (nothing where that is not known any more)."""

    mark: str
    on: date
    list_id: str


def mark_of(secret: str, person_id: UUID) -> str:
    """What stands for a person in the file: the same in every backup, and nothing without the key."""
    return hmac.new(secret.encode(), f"erased:{person_id}".encode(), sha256).hexdigest()


async def erased_persons(secret: str) -> list[Erased]:
    """Everybody who was ever erased, in the order of their marks, which is that of nothing else."""
    persons = await Person.filter(erased_at__isnull=False)
    told = await Entry.filter(any_of(Entry, "row_id", [person.id for person in persons]), fact="person-erased")
    lists = {entry.row_id: entry.after.get("list") or "" for entry in told}
    lines = [
        Erased(mark_of(secret, person.id), person.erased_at.astimezone(TOKYO).date(), lists.get(person.id, ""))
        for person in persons
        if person.erased_at
    ]
    return sorted(lines, key=lambda line: line.mark)


@routine
async def replay(now: datetime, secret: str, lines: Sequence[Erased]) -> int:
    """Erase again whoever stands in the lines and is known; how many. Done twice, the second finds nobody.

    A hold that the backup still holds does not keep anybody: they were erased after it was lifted.
    """
    by_mark = {line.mark: line.list_id for line in lines}
    wanted: dict[str, list[UUID]] = {}
    async for person in Person.filter(erased_at=None).only("id"):
        if (list_id := by_mark.get(mark_of(secret, person.id))) is not None:
            wanted.setdefault(list_id, []).append(person.id)
    return sum([await _again(now, ids, list_id) for list_id, ids in sorted(wanted.items())])


async def _again(now: datetime, ids: Collection[UUID], list_id: str) -> int:
    return len(await erase(Bearer(now), ids, UUID(list_id) if list_id else None))
