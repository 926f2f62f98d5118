"""Several processes at one address, as `renkei serve --workers` has them: how much more they answer than one, and what
they change.

Of reading, the ceiling is what a second process brings a bare Starlette route with the same statement by hand: the
machine's cores are shared with PostgreSQL and with whoever asks, so nothing doubles. Of changes it is what the same
statements reach that are sent by asyncpg alone from as many processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from api.benchmarks import filling, load, mutations, replay
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Report, alternate
from api.benchmarks.pages import NODE, NODE_SQL
from api.benchmarks.questions import Question, headquarters, must_agree
from api.benchmarks.serving import Application, serving
from domain import database

CLIENTS = 8
READERS = 32  # connections, which are handed to the processes in turn
WANTED = 0.9


@dataclass(frozen=True)
class Size:
    """Of how many drills one is read, by how many processes, and how long each part of a round lasts (seconds)."""

    drills: int = 5_000
    workers: int = 2
    rounds: int = 5
    seconds: float = 1.0


async def measure(land: Land, size: Size = Size()) -> Report:
    """About half a minute."""
    async with land.ground() as ground:
        await filling.add_drills(ground, size.drills, 0)
        movers, scripts = await mutations.clients(ground, CLIENTS)
        await filling.settle()
        asked = await one_drill(ground)
        application = Application(ground.url, (asked.handwritten,), keeps=False)
        with serving(application) as alone, serving(application, size.workers) as many:
            lines = [await scaling(alone, many, asked, size)]
            with replay.processes(size.workers) as pool:
                ceiling = partial(replay.rate_in_many, pool, size.workers, ground.url, scripts, size.seconds)
                await ceiling()  # while the processes start
                label = f"訓練の場所の変更（接続{CLIENTS}、どちらもプロセス{size.workers}つ）"
                often = mutations.Size(size.rounds, size.seconds)
                lines.append(await mutations.against(ceiling, label, many, movers, often))
    workload = (
        f"プロセス{size.workers}つが1つの何倍答えるか（訓練1件を読む。接続{READERS}）。天井は、手書きのSQLと素の "
        "Starlette がプロセスを増やして何倍になるか。変更の天井は、同じ文を asyncpg だけで同じ数のプロセスと接続から"
        "送るもの"
    )
    return Report("workers", workload, tuple(lines))


async def one_drill(ground: Ground) -> Question:
    [drill] = await database.rows("SELECT id FROM drill ORDER BY id LIMIT 1")
    id = str(drill["id"])
    return Question("訓練1件", headquarters(ground), NODE, NODE_SQL, None, {"id": f"Drill:{id}"}, (id,))


async def scaling(alone: int, many: int, asked: Question, size: Size) -> Compared:
    """How many times as much the many answer, both of ours and of the bare routes."""
    await must_agree(alone, asked)
    ways = [(port, way) for way in (asked.ours, asked.ceiling) for port in (alone, many)]
    rates = await alternate(size.rounds, *(partial(load.rate, *way, size.seconds, READERS) for way in ways))
    ours, ceiling = (_times(rates[at], rates[at + 1]) for at in (0, 2))
    label = f"訓練1件を読む（プロセス{size.workers}つ、1つの何倍か）"
    return Compared(label, "倍", ours, ceiling, is_rate=True, wanted=WANTED)


def _times(less: tuple[float, ...], more: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(many / one for one, many in zip(less, more, strict=True))
