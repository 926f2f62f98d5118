"""How a story is told: threads that sleep until an instant, woken in the order of their instants up to the present.

A thread is an async generator. It yields the instant at which it goes on, and does then what its people do then,
through verbs of the domain. What would happen at or after the end has not happened yet.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from datetime import datetime
from heapq import heapify, heappop, heappush

from domain.actor import Actor

Thread = AsyncGenerator[datetime, None]


def then(actor: Actor, now: datetime) -> Actor:
    """The same actor at another instant."""
    return replace(actor, now=now)


async def tell(threads: Iterable[Thread], end: datetime) -> None:
    """Tell all threads up to the end; threads of one instant go on in the given order."""
    waiting = [(instant, number, thread) for number, thread in enumerate(threads) async for instant in _first(thread)]
    heapify(waiting)
    while waiting and waiting[0][0] < end:
        instant, number, thread = heappop(waiting)
        following = await anext(thread, None)
        if following is not None:
            heappush(waiting, (max(following, instant), number, thread))
    for _, _, thread in waiting:
        await thread.aclose()


async def _first(thread: Thread) -> AsyncGenerator[datetime, None]:
    instant = await anext(thread, None)
    if instant is not None:
        yield instant
