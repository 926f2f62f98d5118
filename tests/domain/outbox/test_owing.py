"""Letters that are owed are told once, however often somebody tries."""

from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain.outbox import Letter
from tests.domain.outbox.telling import owe


def test_the_same_fact_told_twice_is_one_letter(run: Any) -> None:
    async def story() -> None:
        await owe("drill:1", to="a@partner.example")
        await owe("drill:1", to="b@partner.example")
        [letter] = await Letter.all()
        assert letter.to_address == "a@partner.example"

    run(story())


def test_a_letter_of_a_fact_that_was_taken_back_is_not_owed(run: Any) -> None:
    async def told_and_taken_back() -> None:
        async with in_transaction("default"):
            await owe("drill:1")
            raise ZeroDivisionError

    async def story() -> None:
        with pytest.raises(ZeroDivisionError):
            await told_and_taken_back()
        assert await Letter.all().count() == 0

    run(story())
