"""Several processes at one address, as `renkei serve --workers` has them: how much more they answer than one, and what
they change.

Of reading, the ceiling is so many times what one process answers. A machine of two cores shares them with PostgreSQL
and with whoever asks, so nothing doubles there: what a second process brings a bare Starlette route with the same
statement by hand is measured beside it, and, where each process can be given a part of a core only, whether so many of
them answer so many times as much, which is what is asked for. Of changes the ceiling is what the same statements reach
that are sent by asyncpg alone from as many processes.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

from api.benchmarks import filling, load, mutations, replay
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Report, alternate
from api.benchmarks.pages import NODE, NODE_SQL
from api.benchmarks.questions import Question, headquarters, must_agree
from api.benchmarks.quota import parts
from api.benchmarks.serving import Application, Bare, serving
from domain import database

CLIENTS = 8
READERS = 32  # connections, which are handed to the processes in turn
WANTED = 0.9
PART, LONGER = 0.4, 2
"""Of a core for each process, so that two of them leave enough of two cores to PostgreSQL and to whoever asks; and how
many times as many rounds there are then, each of them as many times as long, for a part comes in pieces."""


@dataclass(frozen=True)
class Size:
    """Of how many drills one is read, by how many processes, and how long each part of a round lasts (seconds)."""

    drills: int = 5_000
    workers: int = 2
    rounds: int = 5
    seconds: float = 1.0


async def measure(land: Land, size: Size = Size()) -> Report:
    """About two minutes and a half."""
    async with land.ground() as ground:
        await filling.add_drills(ground, size.drills, 0)
        movers, scripts = await mutations.clients(ground, CLIENTS)
        await filling.settle()
        asked = await one_drill(ground)
        ours, bare = Application(ground.url, keeps=False), Bare(ground.url, (asked.handwritten,))
        lines = await in_parts(ours, bare, asked, size)
        with (
            serving(ours) as alone, serving(ours, size.workers) as many,
            serving(bare) as bare_alone, serving(bare, size.workers) as bare_many,
        ):  # fmt: skip
            lines += await scaling(
                (alone, many), (bare_alone, bare_many), asked, size, wanted=None if lines else WANTED
            )
            with replay.processes(size.workers) as pool:
                ceiling = partial(replay.rate_in_many, pool, size.workers, ground.url, scripts, size.seconds)
                await ceiling()  # while the processes start
                label = f"訓練の場所の変更（接続{CLIENTS}、どちらもプロセス{size.workers}つ）"
                often = mutations.Size(size.rounds, size.seconds)
                lines.append(await mutations.against(ceiling, label, many, movers, often))
    workload = (
        f"プロセス{size.workers}つが1つの何倍答えるか（訓練1件を読む。接続{READERS}）。天井は、手書きのSQLと素の "
        f"Starlette がプロセスを増やして何倍になるか、および1つのときの{size.workers}倍。変更の天井は、同じ文を "
        "asyncpg だけで同じ数のプロセスと接続から送るもの"
    )
    return Report("workers", workload, tuple(lines))


async def one_drill(ground: Ground) -> Question:
    [drill] = await database.rows("SELECT id FROM drill ORDER BY id LIMIT 1")
    id = str(drill["id"])
    return Question("訓練1件", headquarters(ground), NODE, NODE_SQL, None, {"id": f"Drill:{id}"}, (id,))


async def in_parts(ours: Application, bare: Bare, asked: Question, size: Size) -> list[Compared]:
    """How many times as much the many answer, where each has the same part of a core; nothing where the machine does
    not let us share it out."""
    with parts(PART) as part:
        if part is None:
            return []
        with ExitStack() as up:
            ways = [
                (up.enter_context(serving(replace(one, part=part), workers)), way)
                for one, way in ((ours, asked.ours), (bare, asked.ceiling))
                for workers in (1, size.workers)
            ]
            lasting = LONGER * size.seconds
            rates = await alternate(LONGER * size.rounds, *(partial(load.rate, *way, lasting, READERS) for way in ways))
        one, many_of_us, one_bare, many_bare = rates
    what = f"訓練1件を読む（プロセス{size.workers}つ、それぞれコアの{PART:g}まで"
    return [
        Compared(f"{what}、天井は1つの{size.workers}倍）", "回/秒", many_of_us, _fold(one, size), True, WANTED),
        Compared(
            f"{what}、素の Starlette、天井は1つの{size.workers}倍）", "回/秒", many_bare, _fold(one_bare, size), True
        ),
    ]


async def scaling(
    ours: tuple[int, int], bare: tuple[int, int], asked: Question, size: Size, wanted: float | None
) -> list[Compared]:
    """How many times as much the many answer as one, beside a bare Starlette, and beside so many times what one
    answers: the first says what our program loses, the second what there is to be had on this machine. Of that so much
    is `wanted`, or nothing where it was shown with parts of a core: here nothing doubles, whoever answers."""
    await must_agree(ours[0], bare[0], asked)
    ways = [(port, way) for ports, way in ((ours, asked.ours), (bare, asked.ceiling)) for port in ports]
    rates = await alternate(size.rounds, *(partial(load.rate, *way, size.seconds, READERS) for way in ways))
    one, many_of_us, one_bare, many_bare = rates
    what, times = f"訓練1件を読む（プロセス{size.workers}つ", f"天井は1つの{size.workers}倍）"
    factors = _times(one, many_of_us), _times(one_bare, many_bare)
    return [
        Compared(f"{what}、1つの何倍か）", "倍", *factors, is_rate=True, wanted=WANTED),
        Compared(f"{what}、{times}", "回/秒", many_of_us, _fold(one, size), is_rate=True, wanted=wanted),
        Compared(f"{what}、素の Starlette、{times}", "回/秒", many_bare, _fold(one_bare, size), is_rate=True),
    ]


def _times(less: tuple[float, ...], more: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(many / one for one, many in zip(less, more, strict=True))


def _fold(rates: tuple[float, ...], size: Size) -> tuple[float, ...]:
    """What so many would answer if none were in another's way."""
    return tuple(rate * size.workers for rate in rates)
