"""What one request carries: who is asking, and the way to the database for what is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from tortoise import Tortoise

from domain.actor import Actor


@dataclass
class Context:
    """`statements` counts what was read, `cost` is what the reader found the operation to cost, in rows."""

    actor: Actor
    statements: int = 0
    cost: int = 0

    async def fetch(self, sql: str, values: Sequence[Any]) -> str | None:
        """The one text that a reading statement answers with, on the same pool as the verbs."""
        self.statements += 1
        async with Tortoise.get_connection("default").acquire_connection() as connection:
            text: str | None = await connection.fetchval(sql, *values)
        return text


Info = strawberry.Info[Context, None]
