"""What one request carries: who is asking, and the way to the database for what is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import strawberry
from asyncpg import QueryCanceledError
from starlette.requests import Request

from api import guesses, visits
from api.allowance import Allowance
from api.house import House
from api.reading.seen import Look, taken_out
from api.replica import Behind, Replica
from domain import accounts, limits, looks, tokens, walls
from domain.actor import OUTSIDERS, Actor
from domain.errors import Unauthenticated
from domain.looks import Door

UNKNOWN = "アクセストークンがありません。Authorization: Bearer … の形で送ってください。"


@dataclass
class Context:
    """`statements` counts what was read, `cost` is what the reader found the operation to cost, in rows.

    What is shown of nobody in particular may be read from the `replica`, where there is one.
    `is_open` says whether the schema may be asked about by everybody, as in a demonstration; `purpose` is why
    personal data is read, where the asker has said so, and `shown` the rows that they were shown of it, by whichever
    statement.
    """

    actor: Actor
    allowance: Allowance = field(default_factory=Allowance)
    is_open: bool = False
    purpose: str = ""
    replica: Replica | None = None
    shown: set[str] = field(default_factory=set)
    statements: int = 0
    cost: int = 0

    @property
    def may_introspect(self) -> bool:
        """Outsiders are told what they need to know; the names of fields are no secret, but nobody's business."""
        return self.is_open or self.actor.role not in OUTSIDERS

    def spend(self, cost: int) -> None:
        """Take note of the cost before anything is read. Raises RateLimited where the account has used up its rows."""
        self.allowance.rows[self.actor.role].take(self.actor.person_id, cost, self.actor.now)
        self.cost = cost

    def must_say_why(self, what: str) -> None:
        """Raises Incomplete where the asker has not said for what they want to be shown this."""
        looks.must_say_why(self.purpose, what)

    async def fetch(
        self, sql: str, values: Sequence[Any], look: Look | None = None, *, is_change: bool = False
    ) -> str | None:
        """The one text that a reading statement answers with, behind the actor's wall.

        A look at personal data is written down in the same transaction, before anything of it is answered. Raises
        Incomplete where it is nobody's without a purpose, and none was said.
        """
        if look and look.is_sensitive and not is_change:
            self.must_say_why(looks.SENSITIVE)
        self.statements += 1
        wall = walls.for_reading(self.actor)
        statement, given = wall.reading(sql, values)
        try:
            async with limits.in_time():
                if self.replica and not look and not is_change:
                    with suppress(Behind):
                        return await self.replica.read(wall, statement, given)
                async with wall.readers() as connection, adding(connection) if look else nullcontext():
                    text: str | None = await connection.fetchval(statement, *given)
                    return await self._noted(connection, look, text, is_change) if look and text else text
        except QueryCanceledError as error:
            raise limits.too_long() from error

    async def _noted(self, connection: Any, look: Look, text: str, is_change: bool) -> str:
        text, rows = taken_out(text)
        if not is_change:
            looks.must_say_why_for(self.shown | rows, self.purpose)
            self.shown |= rows
        if rows or look.asked:
            shown = look.fields if rows else ()
            what = (look.operation, shown, rows)
            line = looks.line(self.actor, Door.GRAPHQL, *what, purpose=self.purpose, asked=look.asked)
            await connection.execute(looks.ADD, *line)
        return text


@asynccontextmanager
async def adding(connection: Any) -> AsyncIterator[None]:
    """All of the block or none of it, on a connection that else only reads."""
    await connection.execute("BEGIN READ WRITE")
    try:
        yield
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")


async def bearer(request: Request, house: House) -> Actor:
    """Who asks, by the token in the request's header (RFC 6750 §2.1). Raises Unauthenticated, or RateLimited where
    too many wrong ones came from there."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(UNKNOWN)
    try:
        return await tokens.actor_of(token.strip(), house.clock())
    except Unauthenticated:
        guesses.count(house, request)
        raise


async def whoever(request: Request, house: House) -> Actor:
    """Who asks, by token or else by the session of a browser. Raises Unauthenticated.

    A cookie is sent by the browser itself, so it counts only where one of our own pages has asked; to fetch a file, it
    is enough that no other site's page has.
    """
    secret = visits.secret_in(request, house)
    if "Authorization" in request.headers or secret is None:
        return await bearer(request, house)
    is_fetching = request.method == "GET" and not visits.is_followed_from_elsewhere(request)
    if not is_fetching and not visits.is_surely_ours(request, house):
        raise Unauthenticated(UNKNOWN)
    return await accounts.actor_of(secret, house.clock())


Info = strawberry.Info[Context, None]
