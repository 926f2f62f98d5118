"""Letters are owed in the transaction of the fact that they tell, with what goes along with them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.database import execute, rows
from domain.journal import written
from domain.outbox.mail import Letter, Method
from domain.table import made

Companion = Callable[[Sequence[Letter]], Awaitable[Sequence[Letter]]]
COMPANIONS: list[Companion] = []


def when_owed(companion: Companion) -> Companion:
    """Register what goes along with letters to persons. It may also keep one of them from leaving."""
    COMPANIONS.append(companion)
    return companion


async def owe(key: str, kind: str, **told: Any) -> None:
    """Owe one `letter` by itself; the same key again owes nothing more."""
    await owe_all([letter(key, kind, **told)])


def letter(
    key: str,
    kind: str,
    *,
    unit_id: UUID,
    to: tuple[str, str],
    facts: Mapping[str, Any],
    owed_at: datetime,
    due_at: datetime | None = None,
    person_id: UUID | None = None,
    appointment_id: UUID | None = None,
    method: Method | None = None,
    gathers: bool = True,
) -> Letter:
    """A letter to `to` (name, address), which is not owed yet.

    What a calendar is told of a date gathers with what else its reader is told of it, unless it is said not to.
    """
    return made(
        Letter,
        key=key,
        kind=kind,
        unit_id=unit_id,
        person_id=person_id,
        appointment_id=appointment_id,
        to_name=to[0],
        to_address=to[1],
        method=method,
        facts=dict(facts),
        owed_at=owed_at,
        due_at=due_at or owed_at,
        gathers=gathers and method in (Method.REQUEST, Method.CANCEL),
    )


async def owe_all(letters: Sequence[Letter]) -> None:
    """Owe these, and what goes along with them, in one statement; a key that is there already owes nothing more."""
    to_people = [one for one in letters if one.person_id]
    along = [other for companion in COMPANIONS if to_people for other in await companion(to_people)]
    columns = Letter._meta.fields_db_projection
    owed = [{name: getattr(one, name) for name in columns} for one in (*letters, *along)]
    if owed:
        await execute(OWE, written(owed))


OWE = "INSERT INTO letter SELECT * FROM jsonb_populate_recordset(null::letter, $1::jsonb) ON CONFLICT DO NOTHING"

CANCELLED = """
    SELECT asked.address, max((facts->>'sequence')::int) AS sequence
    FROM unnest($2::text[]) AS asked (address) JOIN letter ON lower(to_address) = lower(asked.address)
    WHERE appointment_id = $1 AND to_address <> '' AND method = 'CANCEL' AND spared_at IS NULL
    GROUP BY asked.address"""


async def last_cancelled(appointment_id: UUID, addresses: Collection[str]) -> dict[str, int]:
    """SEQUENCE of the newest CANCEL of a date that each of these mailboxes has been told, or will be; -1 where there is
    none."""
    found = await rows(CANCELLED, appointment_id, list(addresses)) if addresses else []
    return dict.fromkeys(addresses, -1) | {one["address"]: one["sequence"] for one in found}


def copy_key(key: str) -> str:
    """The key of the copy that goes along with the letter of this key."""
    return f"{key}:guardian"
