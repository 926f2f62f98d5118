"""BENCH ONLY: what a request says to the database, overheard once and said again by asyncpg alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from tortoise import Tortoise
from uuid_utils.compat import uuid7

from api.errors import Stopped
from domain import database, walls

POOLS = ("default", *walls.ROLES)
MOST = 1_000_000
"""Plays in one round at most: of each, the next begin to number theirs behind those."""
STARTS = count(0, MOST)
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
QUOTED, INSTANT = re.compile(r'"([^"]*)"'), re.compile(r"\d{4}-\d{2}-\d{2}T")

Values = Sequence[Any]


@dataclass(frozen=True)
class Said:
    """One statement as it went to the server, and over a connection of which pool."""

    pool: str
    statement: str
    values: Values

    @property
    def form(self) -> str:
        return ID.sub("", self.statement)


@asynccontextmanager
async def overhearing() -> AsyncIterator[list[Said]]:
    """Everything that is said to the server while the block lasts, in order. Who asks must do so one by one, and have
    asked before: a pool hands out again the connection that came back last."""
    said: list[Said] = []
    async with AsyncExitStack() as open_to_the_end:
        for pool in POOLS:
            async with Tortoise.get_connection(pool).acquire_connection() as connection:
                note = _noting(pool, said)
                connection.add_query_logger(note)
                open_to_the_end.callback(connection._con.remove_query_logger, note)
        yield said
        await asyncio.sleep(0)  # asyncpg tells of a statement when the loop has its next turn


def _noting(pool: str, said: list[Said]) -> Callable[[Any], None]:
    def note(heard: Any) -> None:
        said.append(Said(pool, heard.query, heard.args))

    return note


class Script:
    """One request's statements, made from what two alike have said: where they differ in an id or a text, each time
    that the script is played has a value of its own, the same at every place."""

    def __init__(self, first: Sequence[Said], second: Sequence[Said]) -> None:
        if [(one.pool, one.form) for one in first] != [(one.pool, one.form) for one in second]:
            raise Stopped("同じ操作が、毎回同じ文にはなりませんでした。")
        self.said = second
        before, now = ({text for one in said for text in _texts(one)} for said in (first, second))
        self.fresh = now - before

    async def play(self, connections: Mapping[str, Any], number: int) -> None:
        """Once, over a client's own connections; with a number of its own each time."""
        new = [(text, _new(text, number)) for text in self.fresh]
        for one in self.said:
            connection, values = connections[one.pool], [_renewed(value, new) for value in one.values]
            if values:
                await connection.fetch(one.statement, *values)
            else:
                await connection.execute(_renewed(one.statement, new))


def _texts(said: Said) -> Iterator[str]:
    """The ids and texts of which another request has others; what is said inside of JSON, too."""
    for value in said.values:
        if isinstance(value, UUID):
            yield str(value)
        elif isinstance(value, str):
            yield from (text for text in QUOTED.findall(value) or [value] if not INSTANT.match(text))
    yield from ID.findall(said.statement)


def _new(text: str, number: int) -> str:
    """As long as the other."""
    return str(uuid7()) if ID.fullmatch(text) else f"{text[:-9]}{number:09}"


def _renewed(value: Any, new: Sequence[tuple[str, str]]) -> Any:
    if not isinstance(value, str | UUID):
        return value
    renewed = str(value)
    for text, other in new:
        renewed = renewed.replace(text, other)
    return renewed


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[dict[str, Any]]:
    """One client's connections, each as the pool of that name makes them."""
    settings = database.config(url, connections=1)["connections"]
    async with AsyncExitStack() as open_to_the_end:
        connections = {}
        for pool in POOLS:
            given = settings[pool]["credentials"]["server_settings"]
            connections[pool] = await asyncpg.connect(url, server_settings=given)
            open_to_the_end.push_async_callback(connections[pool].close)
        yield connections


async def rate(url: str, scripts: Sequence[Script], seconds: float) -> float:
    """How often a second the scripts are played, each by a client of its own."""
    return await _rate(url, scripts, seconds, next(STARTS))


async def rate_in_many(pool: Executor, processes: int, url: str, scripts: Sequence[Script], seconds: float) -> float:
    """The same by so many processes of the pool, which share the clients."""
    loop = asyncio.get_running_loop()
    shares = [(url, scripts[one::processes], seconds, next(STARTS)) for one in range(processes)]
    return sum(await asyncio.gather(*(loop.run_in_executor(pool, _rate_alone, *share) for share in shares)))


@contextmanager
def processes(number: int) -> Iterator[Executor]:
    """So many, each with an interpreter of its own."""
    with ProcessPoolExecutor(number, mp_context=get_context("spawn")) as pool:
        yield pool


def _rate_alone(url: str, scripts: Sequence[Script], seconds: float, first: int) -> float:
    return uvloop.run(_rate(url, scripts, seconds, first))


async def _rate(url: str, scripts: Sequence[Script], seconds: float, first: int) -> float:
    async with AsyncExitStack() as open_to_the_end:
        clients = [await open_to_the_end.enter_async_context(connected(url)) for _ in scripts]
        numbers = count(first)
        for script, client in zip(scripts, clients, strict=True):
            await script.play(client, next(numbers))  # prepares
        started = perf_counter()
        played = await asyncio.gather(*map(_until(started + seconds, numbers), scripts, clients))
        return sum(played) / (perf_counter() - started)


def _until(ends: float, numbers: Iterator[int]) -> Callable[[Script, Mapping[str, Any]], Awaitable[int]]:
    async def play(script: Script, client: Mapping[str, Any]) -> int:
        for played in count(1):
            await script.play(client, next(numbers))
            if perf_counter() >= ends:
                return played
        raise AssertionError

    return play
