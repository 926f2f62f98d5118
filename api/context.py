"""What one request carries: who is asking, and the way to the database for what is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from starlette.requests import Request
from tortoise import Tortoise

from api.house import House
from api.reading.seen import Look, taken_out
from domain import looks, tokens, walls
from domain.actor import Actor
from domain.errors import Unauthenticated
from domain.looks import Door

NO_TOKEN = "アクセストークンがありません。Authorization: Bearer … の形で送ってください。"


@dataclass
class Context:
    """`statements` counts what was read, `cost` is what the reader found the operation to cost, in rows."""

    actor: Actor
    statements: int = 0
    cost: int = 0

    async def fetch(self, sql: str, values: Sequence[Any], look: Look | None = None) -> str | None:
        """The one text that a reading statement answers with, behind the actor's wall, on the verbs' own pool.

        A look at personal data is written down in the same transaction, before anything of it is answered.
        """
        self.statements += 1
        begin = "BEGIN; SET LOCAL synchronous_commit = off" if look else "BEGIN READ ONLY"
        async with Tortoise.get_connection("default").acquire_connection() as connection:
            await connection.execute(f"{begin}; {walls.for_reading(self.actor).put_up()}")
            try:
                text: str | None = await connection.fetchval(sql, *values)
                if look and text:
                    text = await self._noted(connection, look, text)
            except BaseException:
                await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")
        return text

    async def _noted(self, connection: Any, look: Look, text: str) -> str:
        text, rows = taken_out(text)
        if rows:
            await connection.execute(
                looks.ADD, *looks.line(self.actor, Door.GRAPHQL, look.operation, look.fields, rows)
            )
        return text


async def bearer(request: Request, house: House) -> Actor:
    """Who asks, by the token in the request's header (RFC 6750 §2.1). Raises Unauthenticated."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(NO_TOKEN)
    return await tokens.actor_of(token.strip(), house.clock())


Info = strawberry.Info[Context, None]
