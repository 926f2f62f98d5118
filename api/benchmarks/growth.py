"""How long an answer takes when there is ten and a hundred times as much as a prefecture has.

There is no other program to be measured against: the ceiling of each line is our own answer at the smallest size, and
the exponent says by which power of the size the time grows (0 is flat, 1 in proportion).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import log
from statistics import median

from api.benchmarks import drills, filling, load, pages
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Report, timed
from api.benchmarks.questions import Question, headquarters, partner
from api.benchmarks.serving import Application, serving
from domain import database

TOTAL = "{ drillParticipations { totalCount } }"
FLAT = 0.2
"""The largest exponent of what reads a page: a hundred times as much may take two and a half times as long."""
IN_PROPORTION = 1.2
"""That of what must look at everything: n log n between these sizes."""


@dataclass(frozen=True)
class Size:
    """A prefecture's drills over the years that are kept, and how many times as many there may be."""

    organizations: int = 200
    drills: int = 500
    seats: int = 20
    times: tuple[int, ...] = (1, 10, 100)
    rounds: int = 9


async def measure(land: Land, size: Size = Size()) -> Report:
    """Milliseconds per answer, one after the other; at most two minutes."""
    found = [await _at(land, size, times) for times in size.times]
    lines = [
        _line(label, most, [at[label] for at in found], size.times)
        for label, most in {label: most for at in found for label, most in MOST.items() if label in at}.items()
    ]
    workload = (
        f"訓練{size.drills:,}件×参加{size.seats}機関を1倍とし、"
        f"{'・'.join(f'{times}倍' for times in size.times)}で同じ問い合わせを一件ずつ HTTP で読む。天井は1倍のときの値"
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


async def _at(land: Land, size: Size, times: int) -> dict[str, tuple[float, ...]]:
    async with land.ground() as ground:
        await filling.add_organizations(ground, size.organizations - 1)
        await filling.add_drills(ground, size.drills * times, size.seats)
        await database.execute(pages.FEW_AWAIT, pages.AWAITING)
        await filling.settle()
        asked = [one for one in await questions(ground) if one.label in MOST]
        with serving(Application(ground.url, keeps=False)) as port:
            return {one.label: await _seconds(port, one, size.rounds) for one in asked}


async def questions(ground: Ground) -> list[Question]:
    hq = headquarters(ground)
    return [
        Question("訓練50件・県本部", hq, drills.LIST, ""),
        Question("訓練50件・連携団体", partner(ground), drills.LIST, ""),
        Question("総数・県本部", hq, TOTAL, ""),
        *await pages.questions(ground),
    ]


async def _seconds(port: int, asked: Question, rounds: int) -> tuple[float, ...]:
    """Each on a connection of its own, after some that let PostgreSQL settle on a plan."""
    ask = timed(partial(load.once, port, asked.ours))
    return tuple([await ask() for _ in range(10 + rounds)][10:])


def _line(label: str, most: float, seconds: list[tuple[float, ...]], times: tuple[int, ...]) -> Compared:
    """The largest size against the smallest."""
    grown = times[-1] / times[0]
    exponent = log(median(seconds[-1]) / median(seconds[0])) / log(grown)
    between = "、".join(f"{n}倍 {median(one) * 1000:.3g} ms" for n, one in zip(times, seconds, strict=True))
    told = f"{label}（{between}、指数 {exponent:.2f}、{most:g} まで）"
    return Compared(told, "秒", seconds[-1], seconds[0], wanted=grown**-most)
