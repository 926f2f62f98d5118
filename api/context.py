"""What one request carries: who is asking, and the way to the database for what is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import field
from functools import cached_property
from typing import Any

import strawberry
from asyncpg import QueryCanceledError

from api.allowance import Allowance
from api.questions import Question
from api.reading.scope import Scopes
from api.reading.seen import Look, taken_out
from api.replica import Behind, Replica
from domain import limits, looks, walls
from domain.acting import Proof
from domain.actor import OUTSIDERS, Actor
from domain.looks import Door
from domain.values import dataclass


class Outdated(Exception):
    """What was remembered of whoever asks is not true any more: what was asked is to be answered anew."""


@dataclass
class Context:
    """`statements` counts what was read, `cost` is what the reader found the operation to cost, in rows.

    What is shown of nobody in particular may be read from the `replica`, where there is one. `proof` is there where the
    actor is remembered: every statement that reads proves it, or finds it `is_outdated`.

    `is_open` says whether the schema may be asked about by everybody, as in a demonstration; `purpose` is why
    personal data is read, where the asker has said so, and `shown` how many persons each row of it showed them, by
    whichever statement.
    """

    actor: Actor
    allowance: Allowance = field(default_factory=Allowance)
    is_open: bool = False
    purpose: str = ""
    replica: Replica | None = None
    shown: dict[str, int] = field(default_factory=dict)
    proof: Proof | None = None
    is_outdated: bool = False
    statements: int = 0
    cost: int = 0

    @cached_property
    def scopes(self) -> Scopes:
        """What the actor may see of each type."""
        return Scopes(self.actor)

    @property
    def is_proved(self) -> bool:
        """Whether who asks was found in the database, while or before it was read."""
        return self.proof is None or (self.statements > 0 and not self.is_outdated)

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
        question = Question(sql, values, walls.for_reading(self.actor), self.actor.now, self.proof)
        try:
            async with limits.in_time():
                text = await (self._look(question, look, is_change) if look else self._read(question, is_change))
        except QueryCanceledError as error:
            raise limits.too_long() from error
        if text is None:
            await self._must_still_be_true()
        return text

    async def _read(self, question: Question, is_change: bool) -> str | None:
        """What is shown of nobody in particular; after a change, as it is then, which nobody has asked before."""
        if self.replica and not is_change:
            with suppress(Behind):
                return await self.replica.read(question)
        async with question.wall.readers() as connection:
            return await (question.ask(connection) if is_change else question.ask_again(connection))

    async def _look(self, question: Question, look: Look, is_change: bool) -> str | None:
        async with question.wall.readers() as connection, adding(connection):
            text = await question.ask(connection)
            return await self._noted(connection, look, text, is_change) if text else text

    async def _must_still_be_true(self) -> None:
        """Where nothing was read: raises Outdated if that is because the actor's key opens something else by now."""
        if self.proof and not await self.proof.holds(self.actor.now):
            self.is_outdated = True
            raise Outdated

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


Info = strawberry.Info[Context, None]
