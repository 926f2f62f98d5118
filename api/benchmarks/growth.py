"""How long an answer takes when there is ten and a hundred times as much as a prefecture has.

There is no other program to be measured against: the ceiling of each line is our own answer at a smaller size, and the
exponents say by which power of the size the time grows from each size to the next (0 is flat, 1 in proportion). The
steepest is judged: from the smallest size to the largest, what every answer takes in any case would hide it. All grows
alike, organisations too: so one partner takes part in as many drills as before, and its pages are to stay flat.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from api.benchmarks import drills, feed, filling, import_, load, pages, partnership, worklist
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Figure, Report, alternate, timed
from api.benchmarks.questions import Question, headquarters, partner
from api.benchmarks.serving import Application, serving
from domain import database, statistics
from domain.japanese import Period

TOTAL = "{ drillParticipations { totalCount } }"
AGAIN = "訓練50件・県本部（二度目から）"
KNOWN, CHANGED = "購読カレンダー（304）", "購読カレンダー（200、予定も増える）"
FLAT = 0.2
"""The largest exponent of what reads a page: ten times as much may take one and a half times as long."""
IN_PROPORTION = 1.2
"""That of what must look at everything: n log n between these sizes."""

Asked = dict[str, load.Asked]


@dataclass(frozen=True)
class Size:
    """A prefecture over the years that are kept, and how many times as much there may be. `rows` are those of a roster
    that is taken in."""

    organizations: int = 200
    drills: int = 500
    seats: int = 20
    agreements: int = 20
    encounters: int = 1_000
    dates: int = 200
    rows: int = 1_000
    times: tuple[int, ...] = (1, 10, 100)
    rounds: int = 31


async def measure(land: Land, size: Size = Size()) -> Report:
    """Seconds of each, each size in turn, so that all meet the same machine; about twelve minutes, most of it to
    write the rows of the largest."""
    lines = [*await _read(land, size), await _counted(land, size), await _taken_in(land, size)]
    workload = (
        f"団体{size.organizations:,}、訓練{size.drills:,}件×参加{size.seats}機関、協定{size.agreements:,}、"
        f"接触{size.encounters:,}、予定{size.dates:,}（取り込みは{size.rows:,}行）を1倍とし、"
        f"{'・'.join(f'{times}倍' for times in size.times)}で同じことを一件ずつ行う。"
        "いちばん増え方の急なところを、その手前の大きさ（天井）と比べる"
    )
    return Report("growth", workload, tuple(lines))


MOST = {
    "訓練50件・県本部": FLAT,
    "訓練50件・連携団体": FLAT,
    "1件・県本部": FLAT,
    "20行・県本部": FLAT,
    "次の20行・県本部": FLAT,
    "20行・連携団体": FLAT,
    "次の20行・連携団体": FLAT,
    "未回答の残る訓練・県本部": FLAT,
    AGAIN: FLAT,
    KNOWN: FLAT,
    CHANGED: IN_PROPORTION,
    "待っている仕事50件と総数": IN_PROPORTION,
    "遠のいている協定先": IN_PROPORTION,
    "総数・県本部": IN_PROPORTION,
}
"""Whoever asks how much there is, or what waits and drifts away among all, has everything looked at."""


async def _read(land: Land, size: Size) -> list[Compared]:
    """Over HTTP."""
    filled = [await _filled(land, size, times) for times in size.times]
    with ExitStack() as up:
        ports = [up.enter_context(serving(Application(url, keeps=False))) for url, *_ in filled]
        keeping = [up.enter_context(serving(Application(url))) for url, *_ in filled]
        known = [await _known(port, path, asked) for port, (_, path, asked) in zip(ports, filled, strict=True)]
        lines = []
        for label, most in MOST.items():
            at = keeping if label == AGAIN else ports
            figures = [timed(partial(load.once, port, one[label])) for port, one in zip(at, known, strict=True)]
            lines.append(_line(label, most, await _seconds(figures, size.rounds), size.times))
        return lines


async def _known(port: int, path: str, asked: Asked) -> Asked:
    """With the tag of the feed that somebody has."""
    etag = (await load.once(port, asked[CHANGED])).header("etag")
    return {**asked, KNOWN: load.get(path, {"If-None-Match": etag}, 304)}


async def _filled(land: Land, size: Size, times: int) -> tuple[str, str, Asked]:
    """A prefecture so many times as large, where its feed is, and what is asked there."""
    async with land.ground() as ground:
        bodies = size.organizations * times
        await filling.add_organizations(ground, bodies - 1)
        await filling.add_drills(ground, size.drills * times, size.seats)
        await filling.add_agreements(ground, size.agreements * times, bodies)
        await filling.add_encounters(ground, size.encounters * times)
        await partnership.add_partnership(ground, notices=times, campaigns=times)
        await database.execute(pages.FEW_AWAIT, pages.AWAITING)
        await filling.add_appointments(ground, size.dates * times)
        await filling.settle()
        path = await feed.address(ground)
        asked = {one.label: one.ours for one in await questions(ground)}
        return ground.url, path, {**asked, CHANGED: load.get(path)}


async def questions(ground: Ground) -> list[Question]:
    hq = headquarters(ground)
    return [
        Question("訓練50件・県本部", hq, drills.LIST, ""),
        Question(AGAIN, hq, drills.LIST, ""),
        Question("訓練50件・連携団体", partner(ground), drills.LIST, ""),
        Question("総数・県本部", hq, TOTAL, ""),
        *worklist.questions(ground),
        *await pages.questions(ground),
    ]


async def _counted(land: Land, size: Size) -> Compared:
    """The figures of a year in which all the drills were held, counted afresh."""
    grounds = []
    for times in size.times:
        async with land.ground() as ground:
            await filling.add_organizations(ground, size.organizations * times - 1)
            await filling.add_drills(ground, size.drills * times, size.seats, held=_last_year(ground))
            await filling.settle()
            grounds.append(ground)

    def counting(ground: Ground) -> Figure:
        async def figure() -> float:
            async with database.opened(ground.url):
                return await timed(lambda: statistics.show(ground.hq, _last_year(ground), fresh=True))()

        return figure

    seconds = await alternate(3, *map(counting, grounds))
    return _line("年度の集計", IN_PROPORTION, seconds, size.times)


def _last_year(ground: Ground) -> Period:
    return Period.of_year(Period.quarter_of(ground.hq.now.date()).year - 1)


async def _taken_in(land: Land, size: Size) -> Compared:
    """A roster of organisations, into an empty prefecture, once."""
    async with land.ground() as ground:
        pass
    seconds: list[tuple[float, ...]]
    with TemporaryDirectory() as place:
        seconds = [(await _taking(land, ground, Path(place), size.rows * times),) for times in size.times]
    return _line("団体名簿の取り込み", IN_PROPORTION, seconds, size.times)


async def _taking(land: Land, empty: Ground, place: Path, rows: int) -> float:
    ground, file = await land.copied(empty), place / f"{rows}.csv"
    file.write_bytes(import_.roster(rows))
    async with database.opened(ground.url):
        return await timed(lambda: import_.take_in(ground, file))()


async def _seconds(figures: list[Figure], rounds: int) -> list[tuple[float, ...]]:
    """Each on a connection of its own, after some that let PostgreSQL settle on a plan."""
    found = await alternate(10 + rounds, *figures)
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
