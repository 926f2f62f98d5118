"""How a reading statement is put to PostgreSQL: behind the actor's wall, for nobody but whom it proves, and no second
time while nothing has changed.

What was answered is kept under the whole question: its statement, all of its values, the wall. PostgreSQL itself would
tell two who ask the same behind the same wall the same, so nobody is told what was read for another. It also knows best
whether something has changed: as long as its snapshot is the same, so is everything that can be seen in it (whatever is
written raises `pg_current_snapshot`). A copy of the database has snapshots of another kind, so what is read there is
not kept; neither is personal data, for each look at it is written down.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from api.reading.plans import MOST_PLANS
from api.shelf import Shelf
from domain import acting, walls
from domain.acting import Proof
from domain.values import dataclass
from domain.walls import Wall

ROOM = 32 * 2**20
# The server's start tells it from another that has taken its place.
STATE = """CASE WHEN NOT pg_is_in_recovery()
    THEN concat_ws(' ', pg_postmaster_start_time(), current_database(), pg_current_snapshot()) END"""
STATE_NOW = f"SELECT {STATE}"


class Kept(NamedTuple):
    """An answer, and the state of the database that it is true of."""

    state: str
    text: str


ANSWERS: Shelf[Kept] = Shelf(ROOM, lambda kept: len(kept.text))


@dataclass(frozen=True)
class Question:
    """One text is asked for, by an SQL expression with these values, behind this wall at this instant; with a proof,
    only for whom it proves."""

    sql: str
    values: Sequence[Any]
    wall: Wall
    now: datetime
    proof: Proof | None = None

    async def ask(self, connection: Any) -> str | None:
        """What PostgreSQL answers."""
        text: str | None = await connection.fetchval(self.statement(), *self.given())
        return text

    async def ask_again(self, connection: Any) -> str | None:
        """The same, or what it answered before where nothing has changed since. Whether anything has is a question of
        its own: PostgreSQL makes ready for all that a statement might read, also where it then reads nothing."""
        name = self.name()
        kept = ANSWERS.find(name)
        if kept and await Question(STATE_NOW, (), self.wall, self.now, self.proof).ask(connection) == kept.state:
            return kept.text
        found: tuple[str | None, str | None] = await connection.fetchrow(
            self.statement(tells_state=True), *self.given()
        )
        state, text = found
        if text and state:
            ANSWERS.keep(name, Kept(state, text))
        return text

    def statement(self, tells_state: bool = False) -> str:
        walled = _written(self.sql, len(self.values), self.proof.key if self.proof else None)
        return f"SELECT {STATE}, ({walled})" if tells_state else walled

    def given(self) -> list[Any]:
        return [*self.values, *self.wall.ids, *(self.proof.values(self.now) if self.proof else ())]

    def name(self) -> Hashable:
        return self.sql, self.wall, tuple(map(_hashable, self.values))


def _hashable(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list) else value


@lru_cache(MOST_PLANS)
def _written(sql: str, values: int, key: str | None) -> str:
    ids = values + 1
    if key:
        sql = acting.where_found(key, sql, ids + len(walls.SETTINGS))
    return walls.reading(sql, ids)
