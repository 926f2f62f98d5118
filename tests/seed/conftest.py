"""The town of the demonstration as it was told, before any test did something there; tests here only read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from api import embedded
from domain import database
from seed.days import Year
from tests.demonstrating import UNTOUCHED, Demo

T = TypeVar("T")
Look = Callable[[Coroutine[Any, Any, T]], T]


@pytest.fixture
def look(demo: Demo) -> Look[Any]:
    """Ask the town something, with its database open."""

    async def opened(url: str, question: Coroutine[Any, Any, T]) -> T:
        async with database.opened(url):
            return await question

    def ask(question: Coroutine[Any, Any, T]) -> T:
        with embedded.running(demo.directory) as server:
            return asyncio.run(opened(server.url(UNTOUCHED), question))

    return ask


@pytest.fixture(scope="session")
def year(told_demo: Demo) -> Year:
    return Year.around(told_demo.today)
