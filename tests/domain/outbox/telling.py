"""Letters as the tests of the outbox owe them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from domain import outbox
from domain.journal import plain
from domain.outbox import Letter
from tests.clock import NOW

UNIT = uuid4()
DRILL, OTHER_DRILL = uuid4(), uuid4()


async def owe(
    key: str, about: UUID | None = None, to: str = "a@partner.example", owed_at: datetime = NOW, **facts: Any
) -> None:
    said = {"n": key, **{name: plain(value) for name, value in facts.items()}}
    await outbox.owe(
        key, "drill-invitation", unit_id=UNIT, to=("例塚", to), facts=said, owed_at=owed_at, appointment_id=about
    )


async def claimed(now: datetime = NOW, most: int = 20) -> list[str]:
    return [letter.key for letter in await outbox.claim(now, most)]


async def known(key: str) -> Letter:
    return await Letter.get(key=key)
