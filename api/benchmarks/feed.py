"""The calendar feed: rendered for the first time, asked for again, and asked for by somebody who has it already.

The ceiling is a bare Starlette route of the same process that gives back stored bytes, the very same, or says 304:
it asks no database, so it cannot know whether they are still true. Where there is an nginx, it is asked beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import feeds as doors
from api.benchmarks import filling, load, nginx
from api.benchmarks.ground import KEY, Ground, Land
from api.benchmarks.load import Asked
from api.benchmarks.measuring import Compared, Figure, Report, alternate, timed
from api.benchmarks.serving import Application, Bare, serving
from api.errors import Stopped
from api.house import House
from domain import feeds
from domain.feeds import FeedState, KeptEntry, keep_entries
from exports.feeds import WRITER


@dataclass(frozen=True)
class Size:
    """How many events the feed has, how long each half of a round lasts (seconds), how long the first answer may take
    at most (seconds), and how many processes a machine with two cores gives to either: what nginx does by itself
    (`worker_processes auto`), and what is asked of us with `serve --workers`."""

    events: int = 1_000
    rounds: int = 6
    seconds: float = 0.5
    first: float = 0.05
    many: int = 2


SIZES = (Size(), Size(events=10_000, rounds=4, first=0.3))
WARM, UNCHANGED = 0.005, 0.002
"""The most seconds that an answer may take once it was made, and where nothing has changed; of a thousand events."""

PROGRAMS = 16
"""How many calendar programs ask at once; on the full hour it is more."""

OF_NGINX = {200: 0.5, 304: 0.2}
"""The least share of what nginx does."""


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


@dataclass(frozen=True)
class Forgetting:
    """A route that makes the process forget what it has of feeds, as a new one knows nothing, and the database all that
    was ever written of them; then, where `works`, the clock keeps every entry, and where `is_known` somebody has
    fetched the feed from another process since."""

    path: str
    works: bool = False
    is_known: bool = False

    def route(self, house: House) -> Route:
        async def answer(_: Request) -> Response:
            if not self.is_known:
                await KeptEntry.all().delete()
                await FeedState.all().update(renderer="")
            while self.works and await keep_entries(house.clock(), WRITER):
                pass
            doors.SHELF.clear()
            return Response()

        return Route(self.path, answer)


NEW = Forgetting("/new", works=True, is_known=True)
NEVER, AHEAD = Forgetting("/never"), Forgetting("/ahead", works=True)


async def measure(land: Land, *sizes: Size) -> Report:
    """Seconds for one answer after another over one connection, then requests per second over several."""
    lines = [line for size in sizes or SIZES for line in await _measured(land, size)]
    beside = "" if nginx.program() else "。nginx はこの機械にないので比べていない（Debian: nginx-light）"
    workload = (
        f"購読カレンダーを HTTP で読む。1回の時間は接続1、回数は接続{PROGRAMS}、断りがなければどちらもプロセス1つで、"
        "1回ごとに記録を1行書く（捨てる）。"
        f"天井は、できあがったものを素の Starlette、または nginx でそのまま返すもの{beside}"
    )
    return Report("feed", workload, tuple(lines))


async def _measured(land: Land, size: Size) -> list[Compared]:
    async with land.ground() as ground:
        await filling.add_appointments(ground, size.events)
        await filling.settle()
        path = await address(ground)
        ours, stored = Application(ground.url, (NEW, NEVER, AHEAD)), Bare(ground.url, (Stored(),))
        with serving(ours) as port, serving(stored) as bare:
            etag, body = await keep(port, bare, path, size)
            lines = await compare(port, bare, path, etag, size)
            with nginx.giving(body) as beside:
                lines += await compare_with_nginx(port, beside, path, etag, size, 1)
        if nginx.program():
            with serving(Application(ground.url), size.many) as port, nginx.giving(body, size.many) as beside:
                lines += await compare_with_nginx(port, beside, path, etag, size, size.many)
        return lines


async def address(ground: Ground) -> str:
    """Where the feed of the whole prefecture is."""
    feed = await feeds.subscribe_unit(ground.hq, unit_id=ground.hq.prefecture_id)
    return f"/cal/{await feeds.hand_out(ground.hq.now, KEY, feed.id, feed.generation)}/calendar.ics"


async def keep(port: int, bare: int, path: str, size: Size) -> tuple[str, bytes]:
    """Give the ceiling what the feed answers, and say by which tag it is known. Raises Stopped where the feed has not
    the events that it should have."""
    answered = await load.once(port, load.get(path))
    if answered.body.count(b"BEGIN:VEVENT") != size.events:
        raise Stopped("購読カレンダーの予定の数が合いません。")
    etag = answered.header("etag")
    await load.once(bare, load.put(Stored.path, answered.body, {"ETag": etag}))
    return etag, answered.body


async def compare(port: int, bare: int, path: str, etag: str, size: Size) -> list[Compared]:
    """With a bare Starlette, which asks no database."""
    known = {"If-None-Match": etag}

    def after(forgetting: Forgetting) -> Figure:
        async def cold() -> float:
            await load.once(port, load.get(forgetting.path))
            return await timed(lambda: load.once(port, load.get(path)))()

        return cold

    def one_by_one(at: int, asked: Asked) -> Figure:
        async def measured() -> float:
            return 1 / await load.rate(at, asked, size.seconds, connections=1)

        return measured

    whole = ((port, load.get(path)), (bare, load.get(Stored.path)))
    unchanged = ((port, load.get(path, known, 304)), (bare, load.get(Stored.path, known, 304)))
    kept = timed(lambda: load.once(*whole[1]))
    cold = {
        NEW: "新しいプロセスの初回",
        NEVER: "まだどこにも書かれていないとき",
        AHEAD: "定期処理が先に書いたとき",
    }
    *firsts, stored = await alternate(size.rounds, *map(after, cold), kept)
    lines = [
        Compared(f"{size.events:,}件: {label}", "秒", first, stored, most=size.first)
        for label, first in zip(cold.values(), firsts, strict=True)
    ]
    is_usual = size.events <= SIZES[0].events
    for label, pair, most in (("2回目から（200）", whole, WARM), ("変わりなし（304）", unchanged, UNCHANGED)):
        each = await alternate(size.rounds, *(one_by_one(*one) for one in pair))
        asked_for = most if is_usual else None
        lines.append(Compared(f"{size.events:,}件: {label}1回", "秒", each[0], each[1], most=asked_for))
        many = await alternate(size.rounds, *(_rate(*one, size) for one in pair))
        lines.append(Compared(f"{size.events:,}件: {label}", "回/秒", many[0], many[1], is_rate=True))
    return lines


async def compare_with_nginx(
    port: int, beside: int | None, path: str, etag: str, size: Size, workers: int
) -> list[Compared]:
    """With nginx that gives back the same bytes from a file, in as many processes; nothing where there is none."""
    if beside is None:
        return []
    its_own = (await load.once(beside, load.get(Stored.path))).header("etag")
    asked = {
        200: (load.get(path), load.get(Stored.path)),
        304: (
            load.get(path, {"If-None-Match": etag}, 304),
            load.get(Stored.path, {"If-None-Match": its_own}, 304),
        ),
    }
    await load.rate(port, asked[200][0], 0, connections=PROGRAMS)  # so that each process has written it once
    lines = []
    for status, (ours, its) in asked.items():
        found = await alternate(size.rounds, _rate(port, ours, size), _rate(beside, its, size))
        label = f"{size.events:,}件: {status}、nginx と比べて（どちらもプロセス{workers}つ）"
        wanted = OF_NGINX[status]
        lines.append(Compared(label, "回/秒", found[0], found[1], is_rate=True, wanted=wanted))
    return lines


def _rate(port: int, asked: Asked, size: Size) -> Figure:
    return partial(load.rate, port, asked, size.seconds, connections=PROGRAMS)
