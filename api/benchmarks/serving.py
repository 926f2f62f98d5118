"""BENCH ONLY: the program's own application in a process of its own, and in another one the ceiling's.

A ceiling is a Starlette that has its route and nothing else: what is left when there is no framework, no reader, no
question of who asks and no line in a log. What it asks goes over the same pool, to a server that is set alike.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import wait
from typing import Any, Protocol

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp
from tortoise import Tortoise

from api import questions
from api.allowance import UNLIMITED
from api.app import CONNECTIONS, make_app
from api.benchmarks.ground import KEY
from api.benchmarks.quota import Part
from api.callers import bearer
from api.context import Context
from api.errors import Stopped
from api.house import House
from api.logs import structured
from api.reading.seen import Look
from api.serving import listen, serve, serve_in_many
from domain import acting, database

BASE = "http://127.0.0.1:8000"


class Beside(Protocol):
    """A door that is not the program's own."""

    def route(self, house: House) -> Route: ...


@dataclass(frozen=True)
class Handwritten:
    """A route that answers with the one text of one statement; it looks at a token only where one is sent."""

    path: str
    sql: str
    values: tuple[object, ...]

    def route(self, house: House) -> Route:
        async def answer(request: Request) -> Response:
            if "authorization" in request.headers:
                await bearer(request, house)
            async with Tortoise.get_connection("default").acquire_connection() as connection:
                text: str = await connection.fetchval(self.sql, *self.values)
            return Response(orjson.dumps({"data": orjson.Fragment(text)}), media_type="application/json")

        return Route(self.path, answer)


async def without_wall(
    self: Context, sql: str, values: Sequence[Any], look: Look | None = None, *, is_change: bool = False
) -> str | None:
    """What reading would be with `visible_to` alone; who asks is proved in the statement all the same."""
    self.statements += 1
    if self.proof:
        sql = acting.where_found(self.proof.key, sql, len(values) + 1)
        values = [*values, *self.proof.values(self.actor.now)]
    async with Tortoise.get_connection("default").acquire_connection() as connection:
        text: str | None = await connection.fetchval(sql, *values)
    return text


@dataclass(frozen=True)
class Application:
    """What the other process needs to know to make ours; one that `keeps` no answers reads each time, and one with a
    `part` uses no more than that of a core. What stands `beside` our doors is there to act on the process."""

    database_url: str = field(repr=False)
    beside: tuple[Beside, ...] = ()
    is_walled: bool = True
    keeps: bool = True
    part: Part | None = None

    def __call__(self) -> ASGIApp:
        if not self.is_walled:
            Context.fetch = without_wall  # type: ignore[method-assign]
        if not self.keeps:
            questions.ANSWERS.room = 0
        # Each request is written down, as by `serve`; open as long as the process is there.
        structured(stream=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        house = _house()
        app = make_app(house, self.database_url)
        app.router.routes.extend(one.route(house) for one in self.beside)
        if self.part:
            self.part.take()
        return app


@dataclass(frozen=True)
class Bare:
    """Starlette with these routes alone."""

    database_url: str = field(repr=False)
    routes: tuple[Beside, ...]
    part: Part | None = None

    def __call__(self) -> ASGIApp:
        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            async with database.opened(self.database_url, connections=CONNECTIONS):
                yield

        house = _house()
        if self.part:
            self.part.take()
        return Starlette(routes=[one.route(house) for one in self.routes], lifespan=lifespan)


def _house() -> House:
    return House(KEY, BASE, lambda: datetime.now(UTC), budgets=UNLIMITED)


@contextmanager
def serving(application: Application | Bare, workers: int = 0) -> Iterator[int]:
    """The port at which the application answers, as long as the block lasts: in this many processes, as `serve
    --workers` has them (what one of them keeps, no other knows), or as a single one that nobody keeps.

    Raises Stopped where it does not come up.
    """
    listening, spawn = listen("127.0.0.1", 0), get_context("spawn")
    port: int = listening.getsockname()[1]
    heard, told = spawn.Pipe(duplex=False)
    say = partial(told.send, True)
    keeper = (
        spawn.Process(target=serve_in_many, args=(application, listening, workers, say))
        if workers
        else spawn.Process(target=serve, args=(application, listening, say))
    )
    keeper.start()
    listening.close()
    try:
        if heard not in wait([heard, keeper.sentinel]):
            raise Stopped("計測するプログラムが起動しませんでした。")
        yield port
    finally:
        keeper.terminate()
        keeper.join()
