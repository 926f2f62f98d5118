"""How much work something takes: the statements that are asked of the database, the functions that are entered."""

import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import asyncpg


@contextmanager
def spoken() -> Iterator[list[str]]:
    """Everything that is said to the server while the block lasts, in transactions too, without the values.

    The names that asyncpg counts up for savepoints are told without their number.
    """
    said: list[str] = []
    genuine = {name: getattr(asyncpg.Connection, name) for name in SPEAKING}
    for name, speak in genuine.items():
        setattr(asyncpg.Connection, name, _overheard(speak, said))
    try:
        yield said
    finally:
        for name, speak in genuine.items():
            setattr(asyncpg.Connection, name, speak)


SPEAKING = ("execute", "_execute", "_executemany")
"""What every statement of asyncpg passes through; `execute` hands on to `_execute` what has values."""


def _overheard(genuine: Callable[..., Awaitable[Any]], said: list[str]) -> Callable[..., Awaitable[Any]]:
    async def overheard(self: Any, query: str, *values: Any, **more: Any) -> Any:
        if genuine.__name__ != "execute" or not values:
            said.append(COUNTED.sub("", query))
        return await genuine(self, query, *values, **more)

    return overheard


COUNTED = re.compile(r"(?<=__asyncpg_savepoint_)\w+(?=__)")


@contextmanager
def trodden(*rooms: str) -> Iterator[list[str]]:
    """Every function of these packages that is entered while the block lasts, in order.

    A coroutine that waited and goes on is not entered again: how often one waits is the network's affair.
    """
    entered: dict[FrameType, str] = {}

    def look(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_globals.get("__name__", "").partition(".")[0] in rooms:
            entered.setdefault(frame, f"{frame.f_globals['__name__']}.{frame.f_code.co_qualname}")

    steps: list[str] = []
    sys.setprofile(look)
    try:
        yield steps
    finally:
        sys.setprofile(None)
        steps += entered.values()
