"""How long an answer takes when there is ten and a hundred times as much as a prefecture has.

There is no other program to be measured against: the ceiling of each line is our own answer at a smaller size, and the
exponents say by which power of the size the time grows from each size to the next (0 is flat, 1 in proportion). The
steepest is judged: from the smallest size to the largest, what every answer takes in any case would hide it. All grows
alike, organisations too: so one partner takes part in as many drills as before, and its pages are to stay flat. What
is the partner's own is found together, so of one in ten times as many drills the page may take as many times as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from api.benchmarks import (
    dispatches,
    drills,
    feed,
    filling,
    import_,
    letters,
    lists,
    load,
    mutations,
    pages,
    partnership,
    start,
    worklist,
)
from api.benchmarks.ground import Ground, Land
from api.benchmarks.hot import reading_anew
from api.benchmarks.measuring import Compared, Figure, Report, alternate, number, timed
from api.benchmarks.questions import Question, headquarters, partner
from api.benchmarks.serving import Application, serving
from domain import database, statistics
from domain.feeds import keep_entries
from domain.japanese import Period
from exports.feeds import WRITER

TOTAL = "{ drillParticipations { totalCount } }"
AGAIN = "訓練50件・県本部（二度目から）"
KNOWN, CHANGED = "購読カレンダー（304）", "購読カレンダー（200、予定も増える）"
NOT_ANSWERED = "未回答の残る訓練20件・県本部"
MOVED, THEIRS = "訓練の場所の変更", "訓練50件・連携団体"
FLAT = 0.2
"""The largest exponent of what reads a page: ten times as much may take one and a half times as long."""
IN_PROPORTION = 1.2
"""That of what must look at everything: n log n between these sizes."""

NOTICEABLE = 0.005
"""Seconds. Of what takes less nearly all is taken in any case."""
ROUNDS = 5

Asked = dict[str, load.Asked]

TURNS, TURN = "SELECT job, slot_at, done_at FROM slot", "INSERT INTO slot (job, slot_at, done_at) VALUES ($1, $2, $3)"
MORE_OF_THEIRS = """
    INSERT INTO drill_participation (id, version, created_at, updated_at, unit_id, prefecture_id, drill_id,
        appointment_id, organization_id, role, reply, planned_count, names, was_asked)
    SELECT uuidv7(), 1, created_at, created_at, unit_id, prefecture_id, id, appointment_id, $1::uuid, 'TRAINEE',
        'ACCEPTED', 2, '[]', true
    FROM drill
    WHERE NOT EXISTS (SELECT FROM drill_participation own WHERE own.drill_id = drill.id AND own.organization_id = $1)
    ORDER BY starts_at
    LIMIT (SELECT greatest(0, count(*) / 10 - (SELECT count(*) FROM drill_participation WHERE organization_id = $1))
        FROM drill)"""


@dataclass(frozen=True)
class Size:
    """A prefecture over the years that are kept, and how many times as much there may be. `rows` are those of a roster
    that is taken in."""

    organizations: int = 200
    drills: int = 500
    seats: int = 20
    agreements: int = 20
    encounters: int = 1_000
    schools: int = 50
    lectures: int = 12
    volunteers: int = 60
    activities: int = 200
    changes: int = 5
    dates: int = 200
    letters: int = 1_000
    rows: int = 1_000
    times: tuple[int, ...] = (1, 10, 100)
    rounds: int = 31
    starts: int = 5


async def measure(land: Land, size: Size = Size()) -> Report:
    """Seconds of each, each size in turn, so that all meet the same machine; about seven minutes, most of it to
    write the rows of the largest."""
    filled = [await _filled(land, size, times) for times in size.times]
    lines = [*await _started(land, filled, size), *await _read(filled, size)]
    lines += [*await _looked_over(filled, size), *await _counted(land, size), await _taken_in(land, size)]
    workload = (
        f"団体{size.organizations:,}、訓練{size.drills:,}件×参加{size.seats}機関、協定{size.agreements:,}、"
        f"接触{size.encounters:,}、予定{size.dates:,}（取り込みは{size.rows:,}行）を1倍とし、"
        f"{'・'.join(f'{times}倍' for times in size.times)}で同じことを一件ずつ行う。"
        "いちばん増え方の急なところを、その手前の大きさ（天井）と比べる"
    )
    return Report("growth", workload, tuple(lines))


MOST = {
    "訓練50件・県本部": FLAT,
    THEIRS: FLAT,
    "1件・県本部": FLAT,
    "20行・県本部": FLAT,
    "次の20行・県本部": FLAT,
    "20行・連携団体": FLAT,
    "次の20行・連携団体": FLAT,
    NOT_ANSWERED: FLAT,
    "未回答の残る訓練・県本部": IN_PROPORTION,
    AGAIN: FLAT,
    KNOWN: FLAT,
    CHANGED: IN_PROPORTION,
    "待っている仕事50件と総数": IN_PROPORTION,
    "遠のいている協定先": IN_PROPORTION,
    "総数・県本部": IN_PROPORTION,
    "講師の決まらない講義・県本部": FLAT,
    "これからの活動・県本部": FLAT,
    "これからの予定・県本部": FLAT,
    "任期の切れるボランティア・県本部": FLAT,
    "ボランティアの名前・県本部": FLAT,
    "訓練の変更履歴・県本部": FLAT,
    MOVED: FLAT,
}
"""Whoever asks how much there is, or what waits and drifts away among all, has everything looked at."""


@dataclass(frozen=True)
class Filled:
    """A prefecture so many times as large, where its feed is, and what is asked there."""

    ground: Ground
    path: str
    asked: Asked

    @property
    def url(self) -> str:
        return self.ground.url


async def _read(filled: Sequence[Filled], size: Size) -> list[Compared]:
    """Over HTTP; and at the end by a partner who was in ever more drills."""
    with ExitStack() as up:
        ports = [up.enter_context(serving(Application(one.url, keeps=False))) for one in filled]
        keeping = [up.enter_context(serving(Application(one.url))) for one in filled]
        known = [await _known(port, one) for port, one in zip(ports, filled, strict=True)]

        async def line(label: str, most: float, key: str) -> Compared:
            at = keeping if key == AGAIN else ports
            figures = [timed(partial(load.once, port, asked[key])) for port, asked in zip(at, known, strict=True)]
            return _line(label, "秒", most, await _seconds(figures, size.rounds), size.times)

        lines = [await line(label, most, label) for label, most in MOST.items()]
        for one in filled:
            await _in_more_drills(one.ground)
        return [*lines, await line("訓練50件・訓練も増える連携団体", IN_PROPORTION, THEIRS)]


async def _in_more_drills(ground: Ground) -> None:
    """The partner was in a tenth of all drills."""
    async with database.opened(ground.url):
        await database.execute(MORE_OF_THEIRS, ground.partner.organization_id)
        await filling.settle()


async def _started(land: Land, filled: Sequence[Filled], size: Size) -> list[Compared]:
    """Where the clock has run before."""
    async with land.ground() as empty:
        await start.worked(empty.url)
        turns = await database.records(TURNS)
    for one in filled:
        async with database.opened(one.url):
            for turn in turns:
                await database.execute(TURN, *turn)

    async def again(url: str) -> start.Measured:
        await start.forget_one_turn(url)
        return await start.worked(url)

    lines = []
    for label, way in (("serve の起動", start.served), ("jobs の起動（前にも動いていたとき）", again)):
        found = [[await way(one.url) for one in filled] for _ in range(size.starts)]
        each = list(zip(*found, strict=True))
        lines.append(_line(label, "秒", FLAT, [tuple(one.seconds for one in up) for up in each], size.times))
        held = [tuple(one.megabytes for one in up) for up in each]
        lines.append(_line(f"{label}、常駐メモリー", "MB", FLAT, held, size.times))
    return lines


async def _known(port: int, filled: Filled) -> Asked:
    """With the tag of the feed that somebody has."""
    etag = (await load.once(port, filled.asked[CHANGED])).header("etag")
    return {**filled.asked, KNOWN: load.get(filled.path, {"If-None-Match": etag}, 304)}


async def _filled(land: Land, size: Size, times: int) -> Filled:
    async with land.ground() as ground:
        bodies = size.organizations * times
        await filling.add_organizations(ground, bodies - 1)
        await filling.add_drills(ground, size.drills * times, size.seats)
        await filling.add_agreements(ground, size.agreements * times, bodies)
        await filling.add_encounters(ground, size.encounters * times)
        await partnership.add_partnership(ground, notices=times, campaigns=times)
        await dispatches.add_dispatches(
            ground,
            schools=size.schools * times,
            lectures=size.lectures,
            volunteers=size.volunteers * times,
            activities=size.activities * times,
        )
        await dispatches.add_history(ground, size.changes)
        await database.execute(pages.FEW_AWAIT, pages.AWAITING * times)
        await filling.add_appointments(ground, size.dates * times)
        await letters.owe(ground, letters.Size(letters=size.letters * times))
        await letters.count_as_sent()
        path = await feed.address(ground)
        while await keep_entries(ground.hq.now, WRITER):  # the clock's work, which was there all the time
            pass
        await filling.settle()
        asked = {one.label: one.ours for one in await questions(ground)}
        return Filled(ground, path, {**asked, CHANGED: load.get(path), MOVED: await mutations.mover(ground)})


async def questions(ground: Ground) -> list[Question]:
    hq = headquarters(ground)
    return [
        Question("訓練50件・県本部", hq, drills.LIST, ""),
        Question(AGAIN, hq, drills.LIST, ""),
        Question(THEIRS, partner(ground), drills.LIST, ""),
        Question("総数・県本部", hq, TOTAL, ""),
        Question(NOT_ANSWERED, hq, pages.WAITING.replace("totalCount", ""), ""),
        *worklist.questions(ground),
        *await pages.questions(ground),
        *await dispatches.questions(ground),
    ]


async def _looked_over(filled: Sequence[Filled], size: Size) -> list[Compared]:
    """By who asks, whatever looks at everything: of what takes long enough to be judged, that which grows most."""
    found: dict[str, dict[str, list[tuple[float, ...]]]] = {}
    for one in filled:
        async with database.opened(one.url):
            with reading_anew():
                for who, asked in lists.whole_by_reader(one.ground).items():
                    for hot in asked:
                        seconds = await alternate(1 + ROUNDS, timed(hot.ask))
                        found.setdefault(who, {}).setdefault(hot.label, []).append(seconds[0][1:])
    return [_steepest(who, told, size) for who, told in found.items()]


def _steepest(who: str, found: Mapping[str, list[tuple[float, ...]]], size: Size) -> Compared:
    """From the last size but one to the largest."""
    last = {label: [median(seconds) for seconds in each[-2:]] for label, each in found.items()}
    slowest = max(last, key=lambda label: last[label][-1])
    judged = [label for label, (_, most) in last.items() if most >= NOTICEABLE] or [slowest]
    label = max(judged, key=lambda label: last[label][1] / last[label][0])
    about = f"すべてを見るもの{len(found)}通り・{who}のうち、最も増える {label}"
    return _line(about, "秒", IN_PROPORTION, found[label][-2:], size.times[-2:])


async def _counted(land: Land, size: Size) -> list[Compared]:
    """The figures of a year in which all the drills were held: counted afresh, and as they were kept."""
    grounds = []
    for times in size.times:
        async with land.ground() as ground:
            await filling.add_organizations(ground, size.organizations * times - 1)
            await filling.add_drills(ground, size.drills * times, size.seats, held=_last_year(ground))
            await filling.settle()
            await statistics.compute(ground.hq, period=str(_last_year(ground).starts_on.year))
            grounds.append(ground)

    def counting(ground: Ground, *, fresh: bool) -> Figure:
        async def figure() -> float:
            async with database.opened(ground.url):
                await statistics.show(ground.hq, _last_year(ground))  # what a new connection asks for itself
                return await timed(lambda: statistics.show(ground.hq, _last_year(ground), fresh=fresh))()

        return figure

    afresh = await alternate(3, *(counting(one, fresh=True) for one in grounds))
    kept = await alternate(size.rounds, *(counting(one, fresh=False) for one in grounds))
    return [
        _line("年度の集計", "秒", IN_PROPORTION, afresh, size.times),
        _line("年度の集計（控え）", "秒", FLAT, kept, size.times),
    ]


def _last_year(ground: Ground) -> Period:
    return Period.of_year(Period.quarter_of(ground.hq.now.date()).year - 1)


async def _taken_in(land: Land, size: Size) -> Compared:
    """A roster of organisations, into an empty prefecture, once."""
    async with land.ground() as ground:
        pass
    seconds: list[tuple[float, ...]]
    with TemporaryDirectory() as place:
        seconds = [(await _taking(land, ground, Path(place), size.rows * times),) for times in size.times]
    return _line("団体名簿の取り込み", "秒", IN_PROPORTION, seconds, size.times)


async def _taking(land: Land, empty: Ground, place: Path, rows: int) -> float:
    ground, file = await land.copied(empty), place / f"{rows}.csv"
    file.write_bytes(import_.roster(rows))
    async with database.opened(ground.url):
        return await timed(lambda: import_.take_in(ground, file))()


async def _seconds(figures: list[Figure], rounds: int) -> list[tuple[float, ...]]:
    """Each on a connection of its own, after some that let PostgreSQL settle on a plan."""
    found = await alternate(10 + rounds, *figures)
    return [seconds[10:] for seconds in found]


def _line(label: str, unit: str, most: float, found: list[tuple[float, ...]], times: tuple[int, ...]) -> Compared:
    """The size from which the figure grows most against the next."""
    steps = [
        (log(median(more) / median(less)) / log(n / before), more, less, (n / before) ** -most)
        for (before, less), (n, more) in pairwise(zip(times, found, strict=True))
    ]
    between = "、".join(f"{n}倍 {number(median(one))} {unit}" for n, one in zip(times, found, strict=True))
    exponents = "・".join(f"{step[0]:.2f}" for step in steps)
    _, more, less, wanted = max(steps)
    return Compared(f"{label}（{between}、指数 {exponents}、{most:g} まで）", unit, more, less, wanted=wanted)
