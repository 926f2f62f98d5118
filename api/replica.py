"""Reading from a copy of the database, as fresh as from the server that is written to.

A question first takes note of how far that server has written: whatever anybody was told is done lies before it. Where
the copy has come as far, it is read; else, or where it does not answer, the server itself. So nobody is shown what is
older than their question, whoever changed it, at whichever host.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import field

import asyncpg
from asyncpg import InterfaceError, InternalClientError, PostgresError, QueryCanceledError

from api.questions import Question
from api.settings import WrongSettings
from domain import database
from domain.values import dataclass

log = logging.getLogger(__name__)
PATIENCE = 10  # seconds
PAUSE = 10.0
"""Seconds for which a copy that failed is let alone."""
OUTCOMES = ANSWERED, BEHIND, FAILED = ("answered", "behind", "failed")
WRITTEN = "SELECT pg_current_wal_flush_lsn()::text AS at"
HAS = "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn"
"""A statement of its own before the one that reads, which sees what was there when it began."""

# A copy has the number of the whole server whose copy it is, and its databases have the same numbers there.
WHICH = """
    SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database()), pg_is_in_recovery()
    FROM pg_control_system()"""
UNREACHED = (
    "注意: RENKEI_REPLICA_URL のサーバーに接続できません。届くようになるまで、RENKEI_DATABASE_URL のほうから読みます"
    "（{why}）。"
)
NO_COPY = (
    "注意: RENKEI_REPLICA_URL のサーバーは複製 (standby) ではなく、書き込む側です。読み取りもすべて "
    "RENKEI_DATABASE_URL のほうで行います。複製のアドレスを確かめてください。"
)
ANOTHERS = (
    "RENKEI_REPLICA_URL は、RENKEI_DATABASE_URL の複製ではありません（別のサーバーか、別のデータベースです）。"
    "ストリーミングレプリケーションの複製のアドレスに直すか、設定を外してください。"
)


async def doubts(url: str, replica_url: str) -> str:
    """What is to be said, before anything is read there, of a copy that is none now, or cannot be reached: both may
    pass, and nothing is read there meanwhile. Raises WrongSettings for what never was a copy of the database at `url`:
    its answers would be of something else."""
    try:
        there = await _which(replica_url)
    except (OSError, TimeoutError, PostgresError, InterfaceError) as error:
        return UNREACHED.format(why=type(error).__name__)
    if there[:2] != (await _which(url))[:2]:
        raise WrongSettings(ANOTHERS)
    return "" if there[2] else NO_COPY


async def _which(url: str) -> tuple[object, ...]:
    connection = await asyncpg.connect(url, timeout=PATIENCE)
    try:
        return tuple(await connection.fetchrow(WHICH))
    finally:
        await connection.close()


class Behind(Exception):
    """The copy is not to be read for this question."""


@dataclass
class Replica:
    """The copy, as one process knows it, and what became of the questions: `answered` there, or not, for it was
    `behind`, or `failed`."""

    url: str = field(repr=False)
    became: Counter[str] = field(default_factory=Counter)
    rests_until: float = 0.0

    async def read(self, question: Question) -> str | None:
        """What it is answered there. Raises Behind where the copy cannot tell, yet or at all, and
        QueryCanceledError where it takes too long."""
        if asyncio.get_running_loop().time() < self.rests_until:
            raise Behind
        [written] = await database.rows(WRITTEN)
        try:
            return await self._read(written["at"], question)
        except QueryCanceledError:
            raise
        except (PostgresError, InterfaceError, InternalClientError, OSError) as error:
            log.warning("the replica does not answer: %s", type(error).__name__)
            self.became[FAILED] += 1
            self.rests_until = asyncio.get_running_loop().time() + PAUSE
            raise Behind from error

    async def _read(self, written: str, question: Question) -> str | None:
        async with question.wall.readers(of_replica=True) as connection:
            if not await connection.fetchval(HAS, written):
                self.became[BEHIND] += 1
                raise Behind
            text = await question.ask(connection)
            self.became[ANSWERED] += 1
            return text
