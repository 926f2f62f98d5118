"""How long somebody who waits for an answer is worked for."""

import asyncio
from time import monotonic
from typing import Any

import pytest

from domain import limits, running
from domain.errors import TooLarge


def test_who_does_not_wait_for_an_answer_has_all_the_time_that_is_needed(run: Any) -> None:
    async def story() -> str:
        async with limits.in_time():
            await asyncio.sleep(0.01)
        with running.begun(until=monotonic()), pytest.raises(TooLarge):
            async with limits.in_time():
                await asyncio.sleep(0.01)
        async with limits.in_time():
            return "done"

    assert run(story()) == "done"


def test_a_wait_of_its_own_that_ends_is_not_taken_for_the_limit(run: Any) -> None:
    async def story() -> None:
        with running.begun(until=monotonic() + 10):
            async with limits.in_time(), asyncio.timeout(0):
                await asyncio.sleep(0.01)

    with pytest.raises(TimeoutError):
        run(story())
