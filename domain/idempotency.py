"""Idempotency keys: the same request sent again has no second effect and gets the same answer.

The key is written in the transaction of the effect, so a twin that comes meanwhile waits for it. A request that was
refused leaves no key: it may be corrected and sent again. The same key with another content is a Conflict.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from tortoise import fields
from uuid_utils.compat import uuid7

from domain import walls
from domain.database import was_first
from domain.errors import Conflict, Invalid
from domain.japanese import storable
from domain.records import Record
from domain.table import Table
from domain.verbs import anew
from domain.walls import Wall

LONGEST = 255
ADD = """
    INSERT INTO idempotency_key (id, person_id, key, fingerprint, used_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING RETURNING """ + walls.putting_up(6)  # noqa: S608 - our own words
"""What is done under the key is done behind the wall that this puts up."""
CLASH = "同じ冪等キーが別の内容で使われています。新しいキーで送り直してください。"


class IdempotencyKey(Table):
    """What one person's key was used for, and the row that came of it."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    person_id = fields.UUIDField()
    key = fields.CharField(max_length=LONGEST)
    fingerprint = fields.CharField(max_length=64)
    row_id = fields.UUIDField(null=True)
    used_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_key"
        unique_together = (("person_id", "key"),)


async def once(
    wall: Wall, person_id: UUID, now: datetime, key: str | None, content: str, act: Callable[[], Awaitable[Record]]
) -> UUID:
    """The id of the row that `act` changes, behind this wall, now or when it was first asked for; `content` says what
    is asked."""
    if key is None:
        return (await act()).id
    if not 1 <= len(storable(key, field="idempotency_key")) <= LONGEST:
        raise Invalid(f"冪等キーは1字から{LONGEST}字までにしてください。", field="idempotency_key")
    fingerprint, id = sha256(content.encode()).hexdigest(), uuid7()

    async def attempt() -> UUID:
        async with walls.lent():
            if not await was_first(ADD, id, person_id, key, fingerprint, now, *wall.values):
                return await _earlier(person_id, key, fingerprint)
            walls.lend(wall)
            row = await act()
            await walls.take_down(f"UPDATE idempotency_key SET row_id = '{row.id}' WHERE id = '{id}'")  # noqa: S608 - ids
            return row.id

    return await anew(attempt)


async def _earlier(person_id: UUID, key: str, fingerprint: str) -> UUID:
    used = await IdempotencyKey.get(person_id=person_id, key=key)
    if used.fingerprint != fingerprint or used.row_id is None:
        raise Conflict(CLASH, field="idempotency_key")
    return used.row_id
