"""The calendar feed: rendered for the first time, asked for again, and asked for by somebody who has it already.

The ceiling is a bare Starlette route of the same process that gives back stored bytes, the very same, or says 304:
it asks no database, so it cannot know whether they are still true.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import feeds as doors
from api.benchmarks import filling, load
from api.benchmarks.ground import KEY, Ground, Land
from api.benchmarks.load import Asked
from api.benchmarks.measuring import Compared, Figure, Report, alternate, timed
from api.benchmarks.serving import Application, serving
from api.errors import Stopped
from api.house import House
from domain import feeds, tokens


@dataclass(frozen=True)
class Size:
    """How many events the feed has, and how long each half of a round lasts (seconds)."""

    events: int = 1_000
    rounds: int = 6
    seconds: float = 0.5


class Stored:
    """A route that gives back what was put there, without a look at anything."""

    path = "/stored"

    def route(self, _: House) -> Route:
        kept = {"body": b"", "etag": b""}

        async def answer(request: Request) -> Response:
            if request.method == "PUT":
                kept.update(body=await request.body(), etag=request.headers["etag"].encode())
                return Response()
            etag = kept["etag"].decode()
            if request.headers.get("if-none-match") == etag:
                return Response(status_code=304, headers={"ETag": etag})
            return Response(kept["body"], headers={"ETag": etag}, media_type="text/calendar; charset=utf-8")

        return Route(self.path, answer, methods=["GET", "PUT"])


class Forgetting:
    """A route that makes the process forget all that it has rendered."""

    path = "/forget"

    def route(self, _: House) -> Route:
        async def answer(_: Request) -> Response:
            doors.vevent.cache_clear()
            doors.SHELF.kept.clear()
            return Response()

        return Route(self.path, answer)


async def measure(land: Land, size: Size = Size()) -> Report:
    """Seconds for the first rendering, then requests per second."""
    async with land.ground() as ground:
        await filling.add_appointments(ground, size.events)
        await filling.settle()
        path = await address(ground)
        with serving(Application(ground.url, (Stored(), Forgetting()))) as port:
            lines = await compare(port, path, size)
    workload = (
        f"予定{size.events:,}件の購読カレンダーを HTTP で読む。接続{load.CONNECTIONS}（初回は1）。"
        "天井は、できあがったものを素の Starlette でそのまま返すもの"
    )
    return Report("feed", workload, lines)


async def address(ground: Ground) -> str:
    """Where the feed of the whole prefecture is."""
    feed = await feeds.subscribe_unit(ground.hq, unit_id=ground.hq.prefecture_id)
    return f"/cal/{tokens.derive(KEY, feeds.PURPOSE, feed.id, feed.generation)}/calendar.ics"


async def compare(port: int, path: str, size: Size) -> tuple[Compared, ...]:
    """Raises Stopped where the feed has not the events that it should have."""
    etag = await keep(port, path, size)
    known = {"If-None-Match": etag}

    async def cold() -> float:
        await load.once(port, load.get(Forgetting.path))
        return await timed(lambda: load.once(port, load.get(path)))()

    first = await alternate(size.rounds, cold, timed(lambda: load.once(port, load.get(Stored.path))))
    again = await alternate(size.rounds, *_rates(port, load.get(path), load.get(Stored.path), size))
    unchanged = _rates(port, load.get(path, known, 304), load.get(Stored.path, known, 304), size)
    same = await alternate(size.rounds, *unchanged)
    return (
        Compared("初回（何も覚えていないとき）", "秒", first[0], first[1]),
        Compared("2回目から（200）", "回/秒", again[0], again[1], is_rate=True),
        Compared("変わりなし（304）", "回/秒", same[0], same[1], is_rate=True),
    )


async def keep(port: int, path: str, size: Size) -> str:
    """Give the ceiling what the feed answers, and say by which tag it is known."""
    answered = await load.once(port, load.get(path))
    if answered.body.count(b"BEGIN:VEVENT") != size.events:
        raise Stopped("購読カレンダーの予定の数が合いません。")
    etag = answered.header("etag")
    await load.once(port, load.put(Stored.path, answered.body, {"ETag": etag}))
    return etag


def _rates(port: int, ours: Asked, ceiling: Asked, size: Size) -> list[Figure]:
    return [partial(load.rate, port, one, size.seconds) for one in (ours, ceiling)]
