"""The crowd is told once for all tests that only look at it."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.api.situations import Crowd, crowd
from tests.conftest import Stage


@pytest.fixture
def in_crowd(stage: Stage) -> Callable[[Callable[[Crowd], Coroutine[Any, Any, Any]]], Any]:
    """Play a story among the rows and actors of `situations`, which it leaves as they are."""

    def go(story: Callable[[Crowd], Coroutine[Any, Any, Any]]) -> Any:
        async def whole() -> Any:
            return await story(await crowd())

        return stage.play(whole(), empty=False)

    return go
