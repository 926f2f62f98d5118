"""A story that fails is one failure: whatever it has kept, the next one finds a stage on which it can play."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tortoise import Tortoise
from tortoise.transactions import in_transaction

from domain import database
from domain.units import Unit
from tests.make import Town
from tests.stage import Stage


class Failing(Exception):
    """As a test that finds something does."""


async def locks(stage: Stage) -> None:
    await stage.hands.execute("BEGIN; LOCK TABLE unit")


async def loses_the_hands(stage: Stage) -> None:
    await stage.hands.close()


async def keeps_a_transaction(stage: Stage) -> None:
    kept = in_transaction("default")
    await kept.__aenter__()
    await database.execute("LOCK TABLE unit")


async def keeps_every_connection(stage: Stage) -> None:
    lent = [Tortoise.get_connection("default").acquire_connection() for _ in range(database.CONNECTIONS)]
    for one in lent:
        await one.__aenter__()


async def leaves_tasks_that_begin(stage: Stage) -> None:
    async def begins() -> None:
        async with in_transaction("default"):
            await asyncio.sleep(0)

    for _ in range(2 * database.CONNECTIONS):
        asyncio.ensure_future(begins())
    await asyncio.sleep(0)


async def one_unit(town: Town) -> int:
    await Unit.filter(id=town.station.id).update(name="改称")
    return await Unit.filter(name="改称").count()


@pytest.mark.parametrize(
    "leave",
    [locks, loses_the_hands, keeps_a_transaction, keeps_every_connection, leaves_tasks_that_begin],
)
def test_after_a_story_that_has_kept_something_the_next_one_plays(
    stage: Stage, play: Any, leave: Callable[[Stage], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(_: Town) -> None:
        await leave(stage)
        raise Failing

    with pytest.raises((Failing, AssertionError)):
        play(failing)
    caplog.clear()  # asyncpg says of a transaction that it was left
    stage.play(asyncio.sleep(0), empty=True)
    assert play(one_unit) == 1


def test_a_story_that_waits_for_ever_is_ended(stage: Stage, play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def waiting() -> None:
        async with in_transaction("default"):
            await database.execute("LOCK TABLE unit")
            await asyncio.Event().wait()

    with monkeypatch.context() as hasty:
        hasty.setattr(stage, "patience", 0.1)
        with pytest.raises(TimeoutError):
            stage.play(waiting(), empty=False)
    assert play(one_unit) == 1
