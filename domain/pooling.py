"""How connections are lent: a pool of asyncpg's, which gives back at once where nothing is left to be waited for.

asyncpg makes each giving back a task of its own, so that nobody who is cancelled meanwhile loses a connection. This
program leaves a connection as it is (`database`), so there is nothing to wait for, and the task is a third of what a
short statement costs. Where a transaction is open, or a statement is being cancelled, it is done asyncpg's way.
"""

from __future__ import annotations

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContextPooled
from tortoise.connection import get_connections

USUAL: dict[str, Any] = {
    "max_queries": 50_000,
    "max_inactive_connection_lifetime": 300.0,
    "record_class": asyncpg.Record,
}
"""What `asyncpg.create_pool` gives a pool."""

TOLD_BY_ADDRESS = ("host", "port", "user", "database")
"""What Tortoise would take out of the address, and knows of one server and no TLS: the driver reads it by itself."""


class Pool(asyncpg.Pool):  # type: ignore[misc]
    """Connections of one role to one server."""

    __slots__ = ()

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - theirs
        """Give one back."""
        lent, holder = connection._con, connection._holder
        if lent is None or holder._pool is not self or not _is_at_rest(lent, holder):
            await super().release(connection, timeout=timeout)
            return
        lent._on_release()
        await holder.release(timeout)


def _is_at_rest(lent: Any, holder: Any) -> bool:
    """Whether nothing is left to be done on it, nor with it: one that is worn out or of before is closed."""
    if lent.is_closed() or lent.is_in_transaction() or lent._top_xact or lent._protocol._is_cancelling():
        return False
    return bool(lent._protocol.queries_count < holder._max_queries and holder._generation == holder._pool._generation)


class Transaction(TransactionContextPooled):
    """One that gives its connection back also where it is not even begun.

    Tortoise would keep it for good: of whoever is cancelled in this moment, or is told by the server that it stops.
    When as many have met with that as the pool has connections, everybody waits for one for ever.
    """

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        try:
            return await super().__aenter__()
        except BaseException:
            if hasattr(self, "token"):
                get_connections().reset(self.token)
            if self.client._connection is not None:
                await self.client._parent._pool.release(self.client._connection)
            raise


class Client(AsyncpgDBClient):
    """Tortoise's way to PostgreSQL, over such a pool."""

    def _in_transaction(self) -> Transaction:
        return Transaction(TransactionWrapper(self), self._pool_init_lock)

    async def create_pool(self, **told: Any) -> Pool:
        given = {name: value for name, value in told.items() if name not in TOLD_BY_ADDRESS}
        pool = Pool(**USUAL | given)
        await pool
        return pool


client_class = Client
"""As Tortoise looks for it."""
