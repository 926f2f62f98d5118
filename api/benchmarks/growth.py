"""How long an answer takes when there is ten and a hundred times as much as a prefecture has.

There is no other program to be measured against: the ceiling of each line is our own answer at a smaller size, and the
exponents say by which power of the size the time grows from each size to the next (0 is flat, 1 in proportion). The
steepest is judged: from the smallest size to the largest, what every answer takes in any case would hide it.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import log
from statistics import median

from api.benchmarks import drills, filling, load, pages
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Report, alternate, timed
from api.benchmarks.questions import Question, headquarters, partner
from api.benchmarks.serving import Application, serving
from domain import database

TOTAL = "{ drillParticipations { totalCount } }"
FLAT = 0.2
"""The largest exponent of what reads a page: ten times as much may take one and a half times as long."""
IN_PROPORTION = 1.2
"""That of what must look at everything: n log n between these sizes."""


@dataclass(frozen=True)
class Size:
    """A prefecture's drills over the years that are kept, and how many times as many there may be."""

    organizations: int = 200
    drills: int = 500
    seats: int = 20
    agreements: int = 20
    encounters: int = 1_000
    times: tuple[int, ...] = (1, 10, 100)
    rounds: int = 9


async def measure(land: Land, size: Size = Size()) -> Report:
    """Milliseconds per answer, one after the other and each size in turn, so that all meet the same machine; at most
    two minutes."""
    filled = [await _filled(land, size, times) for times in size.times]
    with ExitStack() as up:
        ports = [up.enter_context(serving(Application(url, keeps=False))) for url, _ in filled]
        lines = []
        for label, most in MOST.items():
            asked = [(port, one[label]) for port, (_, one) in zip(ports, filled, strict=True)]
            lines.append(_line(label, most, await _seconds(asked, size.rounds), size.times))
    workload = (
        f"訓練{size.drills:,}件×参加{size.seats}機関を1倍とし、"
        f"{'・'.join(f'{times}倍' for times in size.times)}で同じ問い合わせを一件ずつ HTTP で読む。"
        "いちばん増え方の急なところを、その手前の大きさ（天井）と比べる"
    )
    return Report("growth", workload, tuple(lines))


MOST = {
    "訓練50件・県本部": FLAT,
    "訓練50件・連携団体": IN_PROPORTION,
    "1件・県本部": FLAT,
    "20行・県本部": FLAT,
    "次の20行・県本部": FLAT,
    "未回答の残る訓練・県本部": FLAT,
    "総数・県本部": IN_PROPORTION,
}
"""A partner's drills are found by its parts in them and put in order: it takes part in a hundred times as many."""


async def _filled(land: Land, size: Size, times: int) -> tuple[str, dict[str, Question]]:
    """A prefecture so many times as large, and what is asked there."""
    async with land.ground() as ground:
        await filling.add_organizations(ground, size.organizations - 1)
        await filling.add_drills(ground, size.drills * times, size.seats)
        await database.execute(pages.FEW_AWAIT, pages.AWAITING)
        await filling.settle()
        return ground.url, {one.label: one for one in await questions(ground)}


async def questions(ground: Ground) -> list[Question]:
    hq = headquarters(ground)
    return [
        Question("訓練50件・県本部", hq, drills.LIST, ""),
        Question("訓練50件・連携団体", partner(ground), drills.LIST, ""),
        Question("総数・県本部", hq, TOTAL, ""),
        *await pages.questions(ground),
    ]


async def _seconds(asked: list[tuple[int, Question]], rounds: int) -> list[tuple[float, ...]]:
    """Each on a connection of its own, after some that let PostgreSQL settle on a plan."""
    found = await alternate(10 + rounds, *(timed(partial(load.once, port, one.ours)) for port, one in asked))
    return [seconds[10:] for seconds in found]


def _line(label: str, most: float, seconds: list[tuple[float, ...]], times: tuple[int, ...]) -> Compared:
    """The size from which the time grows most against the next."""
    steps = [
        (log(median(more) / median(less)) / log(n / before), more, less, (n / before) ** -most)
        for (before, less), (n, more) in pairwise(zip(times, seconds, strict=True))
    ]
    between = "、".join(f"{n}倍 {median(one) * 1000:.3g} ms" for n, one in zip(times, seconds, strict=True))
    exponents = "・".join(f"{step[0]:.2f}" for step in steps)
    _, more, less, wanted = max(steps)
    return Compared(f"{label}（{between}、指数 {exponents}、{most:g} まで）", "秒", more, less, wanted=wanted)
