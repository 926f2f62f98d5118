"""Measure the program against a ceiling in the same run; the ratio means more than either figure.

Ends with 1 where something was found that should not be, whatever the machine: a plan that reads a large table from one
end to the other. A ratio that is missed is printed as missed, no more: another run on a quiet machine may reach it.
"""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable

import uvloop

from api.benchmarks import (
    caldav,
    drills,
    feed,
    growth,
    import_,
    letters,
    mutations,
    pages,
    plans,
    start,
    statistics,
    workers,
    worklist,
)
from api.benchmarks.ground import Land, server
from api.benchmarks.measuring import Report, table
from domain.values import dataclass


@dataclass(frozen=True)
class Benchmark:
    """`minutes` is about how long it takes on a machine with two cores that has nothing else to do."""

    measure: Callable[[Land], Awaitable[Report]]
    minutes: float


BENCHMARKS = {
    "start": Benchmark(start.measure, 1),
    "drills": Benchmark(drills.measure, 0.5),
    "pages": Benchmark(pages.measure, 1),
    "worklist": Benchmark(worklist.measure, 1.5),
    "mutations": Benchmark(mutations.measure, 0.5),
    "workers": Benchmark(workers.measure, 2.5),
    "growth": Benchmark(growth.measure, 7),
    "plans": Benchmark(plans.measure, 4),
    "feed": Benchmark(feed.measure, 1.5),
    "caldav": Benchmark(caldav.measure, 0.5),
    "letters": Benchmark(letters.measure, 1),
    "import": Benchmark(import_.measure, 1),
    "statistics": Benchmark(statistics.measure, 1.5),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    lasting = "、".join(f"{name} {one.minutes:g}分" for name, one in BENCHMARKS.items())
    whole = sum(one.minutes for one in BENCHMARKS.values())
    told = f"測るもの（省略するとすべて、およそ{whole:.0f}分）。およその時間は、{lasting}"
    parser.add_argument("name", nargs="?", choices=sorted(BENCHMARKS), help=told)


def run(options: argparse.Namespace) -> int:
    names = [options.name] if options.name else list(BENCHMARKS)
    with server() as up:
        return uvloop.run(_measure(Land(up), names))


async def _measure(land: Land, names: list[str]) -> int:
    """1 where something was found that should not be."""
    await land.prepare()
    found = False
    for name in names:
        report = await BENCHMARKS[name].measure(land)
        found = found or bool(report.faults)
        print(table(report), flush=True)
    return int(found)
