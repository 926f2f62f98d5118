import asyncio
from contextlib import suppress

from tortoise import Tortoise
from tortoise.transactions import in_transaction

from domain import database


def lone(url: str):
    """A database over a single connection: whoever loses it has none left."""
    return database.opened(url, connections=1)


def test_a_connection_that_is_given_back_is_the_next_ones(shared_url):
    async def story() -> None:
        async with lone(shared_url):
            first, second = [await database.rows("SELECT pg_backend_pid() AS pid") for _ in range(2)]
            assert first == second
            some = await asyncio.gather(*(database.rows("SELECT pg_backend_pid() AS pid") for _ in range(20)))
            assert some == [first] * 20

    asyncio.run(story())


def test_whoever_is_cancelled_in_the_middle_of_a_statement_loses_no_connection(shared_url):
    async def story() -> None:
        async with lone(shared_url):
            for _ in range(3):
                waiting = asyncio.create_task(database.rows("SELECT pg_sleep(60)"))
                await asyncio.sleep(0.05)
                waiting.cancel()
                with suppress(asyncio.CancelledError):
                    await waiting
                assert await database.rows("SELECT 1 AS one") == [{"one": 1}]

    asyncio.run(story())


def test_whoever_is_cancelled_as_a_transaction_begins_loses_no_connection(shared_url, caplog):
    """In whichever turn of the loop: while it is asked for, and when it is begun, but not heard of yet."""

    async def work() -> None:
        async with in_transaction("default"):
            await database.execute("SELECT 1")

    async def story() -> None:
        async with lone(shared_url):
            for turns in range(8):
                beginning = asyncio.create_task(work())
                for _ in range(turns):
                    await asyncio.sleep(0)
                beginning.cancel()
                with suppress(asyncio.CancelledError):
                    await beginning
                assert await asyncio.wait_for(database.rows("SELECT 1 AS one"), 5) == [{"one": 1}]

    asyncio.run(story())
    assert {record.name for record in caplog.records} == {"asyncio"}, "asyncpg says that it was left"
    caplog.clear()


def test_what_was_left_open_is_undone_before_anybody_else_has_the_connection(shared_url, caplog):
    async def story() -> None:
        async with lone(shared_url):
            async with Tortoise.get_connection("default").acquire_connection() as connection:
                await connection.execute("BEGIN; SET LOCAL renkei.person = 'left'")
            found = await database.rows("SELECT current_setting('renkei.person', true) AS person")
            assert found == [{"person": ""}]

    asyncio.run(story())
    assert [record.name for record in caplog.records] == ["asyncio"], "asyncpg says that it was left"
    caplog.clear()


def test_one_that_the_server_has_closed_is_replaced(shared_url):
    async def story() -> None:
        async with lone(shared_url):
            with suppress(Exception):
                await database.rows("SELECT pg_terminate_backend(pg_backend_pid())")
            assert await database.rows("SELECT 1 AS one") == [{"one": 1}]

    asyncio.run(story())
