"""Each turn of a job has one effect, however many schedulers there are and whatever becomes of them."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain import outbox, slots
from domain.outbox import Letter
from domain.slots import Slot
from tests.clock import NOW


async def tell(_: datetime) -> None:
    """An effect in the database that can be counted: each time another letter."""
    await outbox.owe(str(uuid4()), "reminder", unit_id=uuid4(), to=("a", "a@x.example"), facts={}, owed_at=NOW)


async def fail(now: datetime) -> None:
    await tell(now)
    raise RuntimeError("disk full")


def test_two_schedulers_at_once_have_one_effect(run: Any) -> None:
    async def slowly(now: datetime) -> None:
        await tell(now)
        await asyncio.sleep(0.1)

    async def story() -> None:
        done = await asyncio.gather(*[slots.once(NOW, "reminders", NOW, slowly) for _ in range(4)])
        assert sorted(done) == [False, False, False, True]
        assert await Letter.all().count() == 1

    run(story())


def test_work_that_fails_leaves_neither_a_turn_nor_an_effect_and_is_tried_again(run: Any) -> None:
    async def story() -> None:
        with pytest.raises(RuntimeError):
            await slots.once(NOW, "reminders", NOW, fail)
        assert await Slot.all().count() == await Letter.all().count() == 0
        assert await slots.once(NOW, "reminders", NOW, tell)
        assert await Letter.all().count() == 1

    run(story())


def test_a_twin_takes_over_where_the_first_one_fails(run: Any) -> None:
    async def story() -> None:
        under_way = asyncio.Event()

        async def slowly_failing(now: datetime) -> None:
            under_way.set()
            await asyncio.sleep(0.1)
            await fail(now)

        async def twin() -> bool:
            await under_way.wait()
            return await slots.once(NOW, "reminders", NOW, tell)

        first = slots.once(NOW, "reminders", NOW, slowly_failing)
        done = await asyncio.gather(first, twin(), return_exceptions=True)
        assert [type(one) for one in done] == [RuntimeError, bool]
        assert await Letter.all().count() == await Slot.all().count() == 1

    run(story())


def test_each_turn_and_each_job_is_done_for_itself(run: Any) -> None:
    async def story() -> None:
        tomorrow = NOW + timedelta(days=1)
        turns = [("reminders", NOW), ("reminders", tomorrow), ("notices", NOW)]
        assert [await slots.once(NOW, job, at, tell) for job, at in turns] == [True, True, True]
        assert [await slots.once(NOW, job, at, tell) for job, at in turns] == [False, False, False]
        assert await Letter.all().count() == 3
        assert await slots.last("reminders") == tomorrow
        assert await slots.last("never") is None

    run(story())
