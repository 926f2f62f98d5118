"""The benchmarks at a tiny size: they run, compare like with like, and say what they measured. No time is tested."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.types import ASGIApp

from api.benchmarks import (
    caldav,
    drills,
    feed,
    filling,
    growth,
    hot,
    import_,
    letters,
    mutations,
    pages,
    plans,
    quota,
    start,
    statistics,
    workers,
    worklist,
)
from api.benchmarks.ground import Land, server
from api.benchmarks.measuring import Compared, Report, alternate, table
from api.benchmarks.serving import Application, serving, without_wall
from api.commands import bench
from api.commands.bench import BENCHMARKS, Benchmark
from api.context import Context
from api.errors import Stopped
from domain import database, tokens
from domain.accounts import naming
from tests.judging import is_here

PLANNED = plans.Size(60, 330, 5, 20, 300, 2, 1, 30, 12, 30, 30, 2, 30, 30, large=25, is_tiny=True)
TINY = {
    "start": lambda land: start.measure(land, start.Size(rounds=1)),
    "drills": lambda land: drills.measure(land, drills.Size(30, 60, 5, rounds=1, seconds=0.05)),
    "pages": lambda land: pages.measure(land, drills.Size(10, 60, 5, rounds=1, seconds=0.05)),
    "worklist": lambda land: worklist.measure(land, worklist.Size(5, 20, 300, rounds=1, seconds=0.05)),
    "mutations": lambda land: mutations.measure(land, mutations.Size(rounds=1, seconds=0.05)),
    "workers": lambda land: workers.measure(land, workers.Size(2, workers=1, rounds=1, seconds=0.05)),
    "growth": lambda land: growth.measure(
        land, growth.Size(10, 60, 5, 2, 20, 5, 3, 12, 5, 2, 20, 30, 5, (1, 2), rounds=1, starts=1)
    ),
    "plans": lambda land: plans.measure(land, PLANNED),
    "feed": lambda land: feed.measure(land, feed.Size(events=3, rounds=1, seconds=0.05, many=1)),
    "caldav": lambda land: caldav.measure(land, caldav.Size(events=3, rounds=1, seconds=0.05)),
    "letters": lambda land: letters.measure(land, letters.Size(letters=30, rounds=1)),
    "import": lambda land: import_.measure(land, import_.Size(rows=20, rounds=1)),
    "statistics": lambda land: statistics.measure(land, statistics.Size(30, 24, 5, rounds=1)),
}


@pytest.fixture(scope="module")
def land() -> Iterator[Land]:
    with server() as up:
        land = Land(up)
        asyncio.run(land.prepare())
        yield land


def test_every_benchmark_is_tried_small() -> None:
    assert set(TINY) == set(BENCHMARKS)


@pytest.mark.parametrize("name", TINY)
def test_a_benchmark_measures_ours_and_a_ceiling_in_each_round(land: Land, name: str) -> None:
    report: Report = asyncio.run(TINY[name](land))
    assert report.name == name
    assert report.lines
    assert not report.faults
    assert all(figure > 0 for line in report.lines for figure in (*line.ours, *line.ceiling))
    assert all(len(line.ours) == len(line.ceiling) > 0 for line in report.lines)
    assert table(report).count("ratio") == len(report.lines)
    if name == "workers":
        in_parts, units = report.lines[:-4], [line.unit for line in report.lines]
        assert units == [*["回/秒"] * len(in_parts), "倍", "回/秒", "回/秒", "回/秒"]
        assert len(in_parts) in (0, 2)  # where the machine lets us share it out
    if name == "feed" and is_here("nginx"):
        assert sum("nginx" in line.label for line in report.lines) == 2 * len(feed.OF_NGINX)  # alone and in many


def test_who_has_no_second_page_is_no_reader_to_measure(land: Land) -> None:
    with pytest.raises(Stopped, match="次の20行・連携団体"):
        asyncio.run(pages.measure(land, drills.Size(30, 60, 5)))


def test_a_roster_with_a_wrong_line_is_no_import_to_measure(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_, "roster", lambda rows: import_.roster_of([import_.line(1), import_.line(1)]))
    with pytest.raises(Stopped, match="2行"):
        asyncio.run(import_.measure(land, import_.Size(rows=2, rounds=1)))


def test_a_large_table_that_is_read_from_one_end_to_the_other_is_named(land: Land) -> None:
    async def story() -> tuple[list[str], list[str]]:
        async with land.ground(stations=1) as ground:
            await filling.add_organizations(ground, 10_000)
            await filling.settle()
            scanned = hot.Hot("電話", partial(database.rows, "SELECT id FROM organization WHERE phone = '119'"))
            found = hot.Hot("番号", partial(database.rows, "SELECT name FROM organization WHERE id = $1", uuid4()))
            nodes = [(hot, await plans.nodes_of(hot)) for hot in (scanned, found)]
        named = [fault for hot, some in nodes for fault in plans.faults(hot, some, {"organization"})]
        return named, [plans.step(node) for _, some in nodes for node in some]

    named, steps = asyncio.run(story())
    assert named == ["「電話」は、表 organization を端から端まで読む"]
    assert steps == ["Seq Scan organization", "Index Scan organization_pkey"]


def test_the_bench_ends_with_1_where_something_was_found_that_should_not_be(
    land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed = Compared("", "回/秒", (0.1,), (1.0,), is_rate=True, wanted=0.5)

    async def loaded(_: Land) -> Report:
        return Report("loaded", "", (missed,))

    async def faulty(_: Land) -> Report:
        return Report("faulty", "", (), ("表を端から端まで読む",))

    for name, measured, ends_with in (("loaded", loaded, 0), ("faulty", faulty, 1)):
        monkeypatch.setitem(BENCHMARKS, name, Benchmark(measured, 0))
        assert asyncio.run(bench._measure(land, [name])) == ends_with
    assert asyncio.run(bench._measure(land, ["faulty", "loaded"])) == 1


@pytest.mark.parametrize(
    ("ceiling", "wrong"),
    [
        ("FLAT", statistics.FLAT + " WHERE attended_count > 1"),
        ("BY_HAND", statistics.BY_HAND.replace("attended_count > 0", "attended_count > 1")),
    ],
)
def test_a_counting_that_misses_facts_is_no_result(
    land: Land, monkeypatch: pytest.MonkeyPatch, ceiling: str, wrong: str
) -> None:
    monkeypatch.setattr(statistics, ceiling, wrong)
    with pytest.raises(Stopped, match="DRILL"):
        asyncio.run(TINY["statistics"](land))


def test_a_ratio_says_how_near_the_ceiling_is_whatever_is_measured() -> None:
    assert Compared("", "秒", (2.0, 4.0), (1.0, 1.0)).ratios == (0.5, 0.25)
    assert Compared("", "回/秒", (2.0, 1.0), (4.0, 4.0), is_rate=True).ratios == (0.5, 0.25)


def test_what_was_asked_for_is_kept_only_where_the_median_keeps_it() -> None:
    assert Compared("", "秒", (1.0, 2.0, 9.0), (1.0, 1.0, 1.0), most=2.0).is_kept
    assert not Compared("", "秒", (1.0, 2.1, 9.0), (1.0, 1.0, 1.0), most=2.0).is_kept
    assert not Compared("", "回/秒", (0.6,), (1.0,), is_rate=True, wanted=0.7).is_kept


def test_every_other_round_goes_the_other_way_about() -> None:
    order: list[str] = []

    async def ours() -> float:
        order.append("ours")
        return 1.0

    async def ceiling() -> float:
        order.append("ceiling")
        return 2.0

    assert asyncio.run(alternate(2, ours, ceiling)) == [(1.0, 1.0), (2.0, 2.0)]
    assert order == ["ours", "ceiling", "ceiling", "ours"]


def test_what_is_read_without_the_wall_is_read_once_and_only_for_whom_it_proves(land: Land) -> None:
    async def read() -> None:
        async with land.ground(stations=1) as ground:
            found = await tokens.bearer_of(ground.hq_token, ground.hq.now)
            for proof, told in ((found.proof, "x"), (replace(found.proof, found="somebody else"), None)):
                context = Context(found.actor, proof=proof)
                assert await without_wall(context, "SELECT 'x'", []) == told
                assert (context.statements, context.is_proved) == (1, True)

    asyncio.run(read())


class Broken(Application):
    def __call__(self) -> ASGIApp:
        raise LookupError


def test_a_program_that_does_not_come_up_is_told_instead_of_waited_for() -> None:
    with pytest.raises(Stopped), serving(Broken("nothing://")):
        raise AssertionError


def test_a_plan_is_at_fault_where_an_index_is_missing_even_if_there_is_little_to_read(land: Land) -> None:
    async def story() -> list[list[str]]:
        async with land.ground(stations=1) as ground:
            asked = hot.Hot("ログイン", partial(naming.known_as, hot.LOGIN, ground.hq.now))
            found = []
            for change in ("ANALYZE", "DROP INDEX account_named, account_by_created_at"):
                await database.execute(change)
                nodes = await plans.nodes_of(asked, plans.AS_IF_LARGE)
                found.append([*plans.faults(asked, nodes, {"account"})])
        return found

    assert asyncio.run(story()) == [[], ["「ログイン」は、表 account を端から端まで読む"]]


@pytest.mark.parametrize(
    ("controllers", "told"),
    [
        ("cpuset cpu io", {"cpu.max": "20000 100000"}),
        ("", {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "20000"}),
    ],
)
def test_a_process_takes_its_part_of_a_core_as_the_machine_shares_it_out(
    tmp_path: Path, controllers: str, told: dict[str, str]
) -> None:
    (tmp_path / "cgroup.controllers").write_text(controllers)
    place = tmp_path / "bench"
    place.mkdir()
    quota.Part(place, 0.2).take()
    own = place / str(os.getpid())
    assert {one.name: one.read_text() for one in own.iterdir()} == told | {"cgroup.procs": str(os.getpid())}


def test_where_nobody_shares_processors_out_there_are_no_parts_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with quota.parts(0.2, tmp_path) as part:
        assert part is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("refused", ["cgroup.subtree_control", "cpu.max", "cpu.cfs_period_us", "cpu.cfs_quota_us", ""])
def test_where_the_machine_refuses_a_share_there_are_no_parts_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    above = tmp_path / "cpu"
    above.mkdir()
    if not refused.startswith("cpu.cfs"):
        above = tmp_path
        (tmp_path / "cgroup.controllers").write_text("cpu")
    before, written = sorted(above.iterdir()), []

    def write(path: Path, _: str) -> None:
        written.append(path.name)
        if path.name == refused:
            raise PermissionError

    monkeypatch.setattr(Path, "write_text", write)
    with quota.parts(0.2, tmp_path) as part:
        assert (part is None) == bool(refused)
    assert written[-1] == (refused or "cpu.max")
    assert sorted(above.iterdir()) == before
