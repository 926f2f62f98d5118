"""One event loop, one open database and one founded town for all stories of a process."""

import asyncio
from collections.abc import Coroutine
from contextvars import copy_context
from copy import deepcopy
from typing import Any, TypeVar

from tortoise.context import TortoiseContext

from domain import database
from tests import make
from tests.make import Town

T = TypeVar("T")


# Deleting from the few tables that a test filled takes 4 ms; TRUNCATE takes 80 and a copy of the template 70. A town
# that is put back takes 4 ms more; founding it anew by the domain's verbs takes 30.
# Only the superuser may switch off triggers and references, so the functions run with its rights.
ROWS = """
    CREATE SCHEMA kept;
    CREATE FUNCTION kept.filled() RETURNS SETOF name LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE
        place name;
        is_filled boolean;
    BEGIN
        FOR place IN SELECT tablename FROM pg_tables
                     WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations' LOOP
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', place) INTO is_filled;
            IF is_filled THEN
                RETURN NEXT place;
            END IF;
        END LOOP;
    END $$;
    CREATE FUNCTION empty_every_table() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET session_replication_role = replica AS $$
    DECLARE
        place name;
    BEGIN
        FOR place IN SELECT kept.filled() LOOP
            EXECUTE format('DELETE FROM public.%I', place);
        END LOOP;
    END $$;
    CREATE FUNCTION keep_every_row() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE
        place name;
    BEGIN
        FOR place IN SELECT kept.filled() LOOP
            EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', place, place);
        END LOOP;
    END $$;
    CREATE FUNCTION put_rows_back() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET session_replication_role = replica AS $$
    DECLARE
        place name;
    BEGIN
        FOR place IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' LOOP
            EXECUTE format('INSERT INTO public.%I TABLE kept.%I', place, place);
        END LOOP;
    END $$"""


class Stage:
    """One event loop and one open database for all stories; whatever a story leaves behind is its failure.

    Opening both anew takes 20 ms, which is more than most stories.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.runner = asyncio.Runner()
        self.surroundings = copy_context()
        self.tortoise = TortoiseContext()
        self.founded: Town | None = None
        self.runner.run(self._open(), context=self.surroundings)

    def play(self, story: Coroutine[Any, Any, T], *, empty: bool) -> T:
        return self.runner.run(self._whole(story, empty), context=self.surroundings.copy())

    def close(self) -> None:
        self.runner.run(self.tortoise.__aexit__(None, None, None), context=self.surroundings)
        self.runner.close()

    async def town(self) -> Town:
        """A fresh town, in a database without rows: founded once, put back as it was for every later story."""
        if self.founded is None:
            self.founded = await make.town()
            await database.execute("SELECT keep_every_row()")
        else:
            await database.execute("SELECT put_rows_back()")
        return deepcopy(self.founded)

    async def _open(self) -> None:
        await self.tortoise.__aenter__()
        config = database.config(self.url, database.CONNECTIONS)
        # A connection that the pool gives up, for its idle minutes or its many queries, is a task that no story began.
        lasting = {"max_inactive_connection_lifetime": 0, "max_queries": 2**31}
        config["connections"]["default"]["credentials"] |= lasting
        await self.tortoise.init(config=config)

    async def _whole(self, story: Coroutine[Any, Any, T], empty: bool) -> T:
        if empty:
            await database.execute("SELECT empty_every_table()")
        try:
            return await story
        finally:
            await self._no_task_is_left()

    async def _no_task_is_left(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        assert not left, f"the story ended before {left}"
