"""One event loop, one open database and one founded town for all stories of a process."""

import asyncio
import warnings
from collections.abc import Coroutine
from contextvars import copy_context
from copy import deepcopy
from typing import Any, TypeVar

import asyncpg
import uvloop
from tortoise.context import TortoiseContext

from domain import database
from tests import make
from tests.make import Town

T = TypeVar("T")


# Deleting from every table takes PostgreSQL 1 ms where a function names the tables, for then each statement is planned
# but once; TRUNCATE takes 80 and a copy of the template 70. A town that is put back takes 1 ms more; founding it anew
# by the domain's verbs takes 30.
# Only the superuser may switch off triggers and references, so the functions run with its rights.
ROWS = """
    CREATE SCHEMA kept;
    CREATE FUNCTION kept.define(name text, statement text, tables name[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format(
            'CREATE FUNCTION %s() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
             SET session_replication_role = replica AS %L',
            name,
            (SELECT format('BEGIN %s END', string_agg(format(statement, one), ' ')) FROM unnest(tables) one));
    END $$;
    CREATE FUNCTION keep_every_row() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE
        place name;
        is_filled boolean;
        filled name[];
    BEGIN
        FOR place IN SELECT tablename FROM pg_tables
                     WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations' LOOP
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', place) INTO is_filled;
            IF is_filled THEN
                EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', place);
                filled := filled || place;
            END IF;
        END LOOP;
        PERFORM kept.define('put_rows_back', 'INSERT INTO public.%1$I TABLE kept.%1$I;', filled);
    END $$;
    SELECT kept.define('empty_every_table', 'DELETE FROM public.%I;', ARRAY(
        SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'))"""

OTHERS_END = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""

# Where the role of a session changes, PostgreSQL forgets every plan that the session has made (`ResetPlanCache`): that
# of a connection on which nothing else is done is what the functions want from the beginning.
HANDS = {"session_replication_role": "replica", "lock_timeout": "10s"}


class Stage:
    """One event loop and one open database for all stories; whatever a story leaves behind is its failure.

    Opening both anew takes 20 ms, which is more than most stories. One that waits for ever is ended after `patience`
    seconds, where it waits.
    """

    def __init__(self, url: str, superuser_url: str, patience: float | None) -> None:
        self.url = url
        self.patience = patience
        self.superuser_url = superuser_url
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.surroundings = copy_context()
        self.tortoise = TortoiseContext()
        self.founded: Town | None = None
        self.runner.run(self._open(), context=self.surroundings)

    def play(self, story: Coroutine[Any, Any, T], *, empty: bool) -> T:
        try:
            return self.runner.run(self._whole(story, empty), context=self.surroundings.copy())
        except BaseException:
            if not self._is_as_before():
                self.runner.run(self._begin_anew(), context=self.surroundings)
            raise

    def close(self) -> None:
        self.runner.run(self._close(), context=self.surroundings)
        with warnings.catch_warnings():
            # uvloop, unlike asyncio's own loop, tells of connections that storms have left hanging, and closes them
            warnings.simplefilter("ignore", ResourceWarning)
            self.runner.close()

    async def town(self) -> Town:
        """A fresh town, in a database without rows: founded once, put back as it was for every later story."""
        if self.founded is None:
            founded = await make.town()
            await self.hands.execute("SELECT keep_every_row()")
            self.founded = founded
        else:
            await self.hands.execute("SELECT put_rows_back()")
        return deepcopy(self.founded)

    async def _open(self) -> None:
        await self.tortoise.__aenter__()
        config = database.config(self.url, database.CONNECTIONS)
        # A connection that the pool gives up, for its idle minutes or its many queries, is a task that no story began.
        lasting = {"max_inactive_connection_lifetime": 0, "max_queries": 2**31}
        config["connections"]["default"]["credentials"] |= lasting
        await self.tortoise.init(config=config)
        self.hands = await asyncpg.connect(self.superuser_url, server_settings=HANDS)

    def _is_as_before(self) -> bool:
        """Whether all connections have come back, and nothing is open on any."""
        pools = [client._pool for client in self.tortoise.connections.all() if client._pool]
        is_at_rest = not self.hands.is_closed() and not self.hands.is_in_transaction()
        return is_at_rest and all(pool.get_size() == pool.get_idle_size() for pool in pools)

    async def _begin_anew(self) -> None:
        """Where a story that failed has kept a connection, or a lock: every later one would fail of that as well, or
        wait for ever."""
        self.hands.terminate()
        for client in self.tortoise.connections.all():
            if client._pool:
                client._pool.terminate()
                client._pool = None
        await self.tortoise.__aexit__(None, None, None)
        self.tortoise = TortoiseContext()
        await self._open()
        await self.hands.execute(OTHERS_END)

    async def _close(self) -> None:
        await self.hands.close()
        await self.tortoise.__aexit__(None, None, None)

    async def _whole(self, story: Coroutine[Any, Any, T], empty: bool) -> T:
        try:
            if empty:
                await self.hands.execute("SELECT empty_every_table()")
            async with asyncio.timeout(self.patience):
                return await story
        finally:
            story.close()  # one that was not even begun would be told of in the midst of another test
            await self._no_task_is_left()

    async def _no_task_is_left(self) -> None:
        """But what Python itself ends in the next turns of the loop, a generator that nobody reads on: in one it begins
        to, in the next it has."""
        for _ in range(3):
            await asyncio.sleep(0)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=10)
        assert not left, f"the story ended before {left}"
