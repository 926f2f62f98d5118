"""The crowd is told once for all tests that only look at it; settings are those of a real installation."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from api import settings
from tests.api.situations import Crowd, crowd
from tests.conftest import Stage

SET = {
    "RENKEI_SECRET_KEY": "k" * 40,
    "RENKEI_BASE_URL": "https://renkei.example",
    "RENKEI_SMTP_URL": "file:///nowhere",
    "RENKEI_MAIL_FROM": "desk@police.example",
}


def setting(patch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Settings that name this database, or none, in this process; and others by their names."""
    reading = settings.read

    def set_to(url: str | None, **others: str) -> None:
        given = SET | ({"RENKEI_DATABASE_URL": url} if url else {}) | others
        patch.setattr(settings, "read", lambda: reading(given))

    return set_to


@pytest.fixture
def set_for(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return setting(monkeypatch)


@pytest.fixture
def in_crowd(stage: Stage) -> Callable[[Callable[[Crowd], Coroutine[Any, Any, Any]]], Any]:
    """Play a story among the rows and actors of `situations`, which it leaves as they are."""

    def go(story: Callable[[Crowd], Coroutine[Any, Any, Any]]) -> Any:
        async def whole() -> Any:
            return await story(await crowd())

        return stage.play(whole(), empty=False)

    return go
