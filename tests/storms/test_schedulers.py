"""Two schedulers on one database, on a host that keeps UTC: each turn has one effect, whatever their clocks do."""

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import IO, Any

from api.embedded import EmbeddedServer
from domain import database
from domain.actor import TOKYO
from domain.journal import Entry
from domain.outbox import Letter
from domain.people import Person
from domain.slots import Slot
from jobs.schedule import SCHEDULE, Every
from tests import make
from tests.api.reading.prefecture import lived_in
from tests.clock import NOW
from tests.conftest import _copy

ROOT = Path(__file__).parents[2]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENDS = [datetime(*day, 23, 50, tzinfo=TOKYO) for day in ((2026, 6, 30), (2026, 12, 31), (2027, 2, 28), (2027, 3, 31))]
"""Ten to midnight in Japan at the ends of a quarter, a year, a month and a fiscal year; in UTC it is afternoon."""


def scheduler(url: str, seed: object, **more: Any) -> subprocess.Popen[str]:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    command = [sys.executable, "-m", "tests.storms.ticking", url, str(seed)]
    return subprocess.Popen(command, env=os.environ | {"TZ": "UTC"}, **pipes, **more)


@contextmanager
def schedulers(url: str, *seeds: object, **more: Any) -> Iterator[list[subprocess.Popen[str]]]:
    running = [scheduler(url, seed, **more) for seed in seeds]
    try:
        for one in running:
            must_be_ready(one)
        yield running
    finally:
        for one in running:
            one.communicate(timeout=60)


def must_be_ready(one: subprocess.Popen[str]) -> None:
    assert one.stdout
    assert one.stdout.readline() == "ready\n"


def at(running: list[subprocess.Popen[str]], instants: list[datetime]) -> None:
    """All of them look at the schedule at once, each by a clock of its own."""
    begin(running, instants)
    for one in running:
        must_be_done(one)


def begin(running: list[subprocess.Popen[str]], instants: list[datetime]) -> None:
    for one, instant in zip(running, instants, strict=True):
        assert one.stdin
        one.stdin.write(f"{instant.isoformat()}\n")
        one.stdin.flush()


def must_be_done(one: subprocess.Popen[str]) -> None:
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
    with schedulers(database_url, 0, 1) as running:
        for instant in strange(draw, 100 if full else 2):
            apart = [instant, instant + timedelta(seconds=draw.choice((0, 0, 1, 7200)))]
            seen |= set(apart)
            at(running, apart)
    letters, slots = run(effects())
    assert letters == slots == turns(seen)


def leaps(draw: Random, days: int) -> Iterator[datetime]:
    """From the morning on which the prefecture stands, so many days at odd times of them, back two hours after each;
    then forward forty days, back again, and over the next ends."""
    for day in range(days):
        yield NOW + day * DAY + draw.uniform(0, 15) * HOUR
        yield NOW + day * DAY - 2 * HOUR
    yield from (NOW + 40 * DAY, NOW + days * DAY, ENDS[1] + HOUR, ENDS[3] + 10 * HOUR)


async def came_of(url: str) -> tuple[Counter[Any], Counter[Any], Counter[Any]]:
    """What is owed to whom, what the journal says, and which turns were done. The head of the journal is told of what
    was sealed by then, and nothing where nothing was: whether one process seals before the other tells it is open."""
    async with database.opened(url):
        told = Letter.exclude(kind="journal-head")
        letters = Counter(await told.values_list("kind", "to_address", "appointment_id"))
        facts = Counter(await Entry.all().values_list("fact", "kind"))
        return letters, facts, Counter(await Slot.all().values_list("job", "slot_at"))


async def lived(url: str) -> None:
    async with database.opened(url):
        await lived_in(await make.town())
        await Person.filter(is_officer=True).update(wants_digest=True)


def killed_in_its_turn(
    url: str, running: list[subprocess.Popen[str]], instant: datetime, draw: Random, log: IO[str]
) -> None:
    """One of two is killed while both look, and another takes its place at the same instant."""
    begin(running, [instant, instant])
    time.sleep(draw.uniform(0, 0.3))
    struck = running.pop(draw.randrange(2))
    struck.kill()
    struck.communicate()
    must_be_done(running[0])
    running.append(scheduler(url, "-", stderr=log))
    must_be_ready(running[1])


def test_the_whole_schedule_does_in_two_processes_one_of_which_is_killed_what_it_does_in_one(
    migrated_database: str, server: EmbeddedServer, tmp_path: Path, full: bool, capsys: Any
) -> None:
    draw = Random() if full else Random(20260701)
    instants = list(leaps(draw, 30 if full else 2))
    strikes = set(draw.sample(instants, 10 if full else 1))
    asyncio.run(lived(migrated_database))
    twin = asyncio.run(_copy(server, migrated_database.split("/")[3].split("?")[0]))
    before = asyncio.run(came_of(twin))
    log = tmp_path / "log"
    with log.open("w") as said:
        with schedulers(migrated_database, "-", stderr=said) as running:
            for instant in instants:
                at(running, [instant])
        with schedulers(twin, "-", "-", stderr=said) as running:
            for instant in instants:
                if instant in strikes:
                    killed_in_its_turn(twin, running, instant, draw, said)
                at(running, [instant, instant])
    assert "failed" not in log.read_text()
    wanted, found = asyncio.run(came_of(migrated_database)), asyncio.run(came_of(twin))
    with capsys.disabled():
        print(f"\n{len(instants)} looks at the schedule, {len(strikes)} kills: {[one.total() for one in found]}")
    assert [(more - less, less - more) for more, less in zip(found, wanted, strict=True)] == [
        (Counter(), Counter())
    ] * 3
    assert all(len(after) > len(first) for after, first in zip(found, before, strict=True))
    assert {job for job, _ in found[2]} == {job.name for job in SCHEDULE if not isinstance(job.trigger, Every)}
