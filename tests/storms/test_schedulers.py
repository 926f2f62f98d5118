"""Two schedulers on one database, on a host that keeps UTC: each turn has one effect, whatever their clocks do."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from domain.actor import TOKYO
from domain.outbox import Letter
from domain.slots import Slot

ROOT = Path(__file__).parents[2]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENDS = [datetime(*day, 23, 50, tzinfo=TOKYO) for day in ((2026, 6, 30), (2026, 12, 31), (2027, 2, 28), (2027, 3, 31))]
"""Ten to midnight in Japan at the ends of a quarter, a year, a month and a fiscal year; in UTC it is afternoon."""


@contextmanager
def schedulers(url: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    command = [sys.executable, "-m", "tests.storms.ticking", url]
    running = [
        subprocess.Popen([*command, str(seed)], env=os.environ | {"TZ": "UTC"}, **pipes) for seed in range(count)
    ]
    try:
        for one in running:
            assert one.stdout
            assert one.stdout.readline() == "ready\n"
        yield running
    finally:
        for one in running:
            one.communicate(timeout=60)


def at(running: list[subprocess.Popen[str]], instants: list[datetime]) -> None:
    """All of them look at the schedule at once, each by a clock of its own."""
    for one, instant in zip(running, instants, strict=True):
        assert one.stdin
        one.stdin.write(f"{instant.isoformat()}\n")
        one.stdin.flush()
    for one in running:
        assert one.stdout
        assert one.stdout.readline() == "done\n"


def strange(draw: Random, steps: int) -> Iterator[datetime]:
    """An end, and the hours around it; back two hours, forward forty days and back again; one end after the other."""
    for end in ENDS:
        for leap in (timedelta(0), HOUR, -2 * HOUR, 3 * HOUR, 10 * HOUR, 40 * DAY, 40 * DAY - 2 * HOUR, 11 * HOUR):
            yield (end + leap).astimezone(UTC)
        for _ in range(steps):
            yield (end + draw.uniform(-3, 3) * DAY).astimezone(UTC)


def turns(instants: set[datetime]) -> dict[str, int]:
    """How many turns those are, counted by the calendar on the wall of an office in Japan."""
    local = [instant.astimezone(TOKYO) for instant in instants]
    quarters = [one - timedelta(minutes=30) for one in local]
    return {
        "hourly": len({(one.date(), one.hour) for one in local}),
        "daily": len({(one - 9 * HOUR).date() for one in local}),
        "quarterly": len({(one.year, (one.month - 1) // 3) for one in quarters}),
    }


async def effects() -> tuple[Counter[str], Counter[str]]:
    """Of each job the letters that it owed, and the turns that were done."""
    return Counter([one.kind for one in await Letter.all()]), Counter([one.job for one in await Slot.all()])


def test_each_turn_has_one_effect_with_two_schedulers_whose_clocks_go_back_and_far_ahead(
    run: Any, database_url: str, full: bool
) -> None:
    draw, seen = Random() if full else Random(20260701), set[datetime]()
    assert run(effects()) == ({}, {})
    with schedulers(database_url, 2) as running:
        for instant in strange(draw, 100 if full else 2):
            apart = [instant, instant + timedelta(seconds=draw.choice((0, 0, 1, 7200)))]
            seen |= set(apart)
            at(running, apart)
    letters, slots = run(effects())
    assert letters == slots == turns(seen)
