"""How long somebody who waits for an answer is worked for: the clock's work and a command take the time they need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from time import monotonic

from domain.during import During
from domain.errors import TooLarge

_until: ContextVar[float | None] = ContextVar("until", default=None)


def within(seconds: float) -> During[float | None]:
    """What is begun in this block ends after so many seconds, counted from now."""
    return During(_until, monotonic() + seconds)  # the clock of every event loop


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """What the block does is given up when its time is over. Raises TooLarge then."""
    until = _until.get()
    if until is None:
        yield
        return
    try:
        async with asyncio.timeout_at(until) as limit:
            yield
    except TimeoutError as error:
        if limit.expired():
            raise too_long() from error
        raise


def too_long() -> TooLarge:
    """What is said where the time has been used up."""
    return TooLarge("時間内に終わりませんでした。条件をしぼるか、分けて送り直してください。")
