"""Measure the program against a ceiling in the same run; the ratio means more than either figure."""

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

BENCHMARKS: dict[str, Callable[[Land], Awaitable[Report]]] = {
    "start": start.measure,
    "drills": drills.measure,
    "pages": pages.measure,
    "worklist": worklist.measure,
    "mutations": mutations.measure,
    "workers": workers.measure,
    "growth": growth.measure,
    "plans": plans.measure,
    "feed": feed.measure,
    "caldav": caldav.measure,
    "letters": letters.measure,
    "import": import_.measure,
    "statistics": statistics.measure,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", choices=sorted(BENCHMARKS), help="測るもの（省略するとすべて）")


def run(options: argparse.Namespace) -> int:
    names = [options.name] if options.name else list(BENCHMARKS)
    with server() as up:
        uvloop.run(_measure(Land(up), names))
    return 0


async def _measure(land: Land, names: list[str]) -> None:
    await land.prepare()
    for name in names:
        print(table(await BENCHMARKS[name](land)), flush=True)
