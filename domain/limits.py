"""How long somebody who waits for an answer is worked for: the clock's work and a command take the time they need."""

from __future__ import annotations

import asyncio
from types import TracebackType

from domain import running
from domain.errors import TooLarge


def in_time() -> InTime:
    """What the block does is given up when its time is over. Raises TooLarge then."""
    return InTime()


class InTime:
    """A generator would say the same in fewer lines, and take longer than what it does (`running.Running`)."""

    __slots__ = ("limit",)

    async def __aenter__(self) -> None:
        self.limit = asyncio.timeout_at(running.current().until)
        await self.limit.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.limit.__aexit__(kind, error, trace)
        except TimeoutError as over:
            raise too_long() from over
        if isinstance(error, TimeoutError) and self.limit.expired():
            raise too_long() from error


def too_long() -> TooLarge:
    """What is said where the time has been used up."""
    return TooLarge("時間内に終わりませんでした。条件をしぼるか、分けて送り直してください。")
