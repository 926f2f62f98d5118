"""Puts mistakes into what decides over rights and scope, one after the other: each must make a test fail.

`renkei check --full` tries a sample, another one each day; `python -m tests.mutants PLACE…` tries all those of the
places that begin so. Each is put into the running program: neither that nor its PostgreSQL begins anew, and the town
is told once. So it takes seconds, where a process of its own would take half a minute. mutmut leaves out functions
with decorators and whatever stands outside of functions, which is where rights are written down here.
"""

import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from random import Random
from time import perf_counter, time
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.api import situations
from tests.mutants.guards import Mutant, every
from tests.mutants.swapping import forget

QUIETLY = ("-p", "no:cacheprovider", "-qq", "-W", "ignore::pytest.PytestAssertRewriteWarning")
SAMPLE = 40
DAY = 86_400
PATIENCE = 180
"""Seconds after which a test that has not come to an end has failed."""


class Trials:
    """Instead of all tests once, those that guard a place for each mistake in it, until one of them fails."""

    def __init__(self, mutants: list[Mutant]) -> None:
        self.mutants = mutants
        self.survivors: list[Mutant] = []
        self.killers: Counter[str] = Counter()
        self.items: list[pytest.Item] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = session.items
        broken = [item.nodeid for item in session.items if self.fails(item)]
        assert not broken, f"without any mistake these fail: {broken}"
        for mutant in self.mutants:
            self.attempt(mutant)
        self.fails(session.items[0], last=True)
        return True

    def attempt(self, mutant: Mutant) -> None:
        started, town = perf_counter(), list(situations.KEPT)
        items = [item for place in mutant.tests for item in self.items if item.nodeid.startswith(place)]
        name = mutant.place.split()[-1]  # of the verb: its own tests first
        items.sort(key=lambda item: (name not in item.nodeid, -self.killers[item.nodeid]))
        with forgetting(), mutant.put_in():
            killer = next((item.nodeid for item in items if self.fails(item)), None)
        if town != situations.KEPT:
            situations.KEPT.clear()  # told with the mistake
        if killer is None:
            self.survivors.append(mutant)
        else:
            self.killers[killer] += 1
        how = f"killed by {killer.rpartition('::')[2][:60]}" if killer else "SURVIVED"
        print(f"{perf_counter() - started:6.1f} s  {mutant.place}  {mutant.told}  {how}", flush=True)

    def fails(self, item: pytest.Item, *, last: bool = False) -> bool:
        """Whether it does now. What all tests share is kept for the next one, whichever that will be."""
        kept: Any = item.session
        with in_time():
            reports = runtestprotocol(item, log=False, nextitem=None if last else kept)
        return any(report.failed for report in reports)


@contextmanager
def forgetting() -> Iterator[None]:
    """What was found out without a mistake is not known with it, and the other way round."""
    try:
        _know_nothing()
        yield
    finally:
        _know_nothing()


def _know_nothing() -> None:
    forget()
    for crowd in situations.KEPT:
        crowd.known.clear()


@contextmanager
def in_time() -> Iterator[None]:
    def too_long(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def chosen(places: Iterable[str]) -> list[Mutant]:
    """Those of these places, or a sample of all, which is another one each day."""
    mutants = list(every())
    if wanted := tuple(places):
        return [one for one in mutants if one.place.startswith(wanted)]
    return Random(int(time() // DAY)).sample(mutants, SAMPLE)


def main(places: list[str]) -> int:
    trials = Trials(chosen(places))
    files = sorted({path for one in trials.mutants for path in one.tests})
    code = pytest.main([*QUIETLY, *files], plugins=[trials])
    if code == pytest.ExitCode.NO_TESTS_COLLECTED or code == pytest.ExitCode.OK:
        report(trials)
        return min(len(trials.survivors), 1)
    return int(code)


def report(trials: Trials) -> None:
    tried, left = (Counter(_of(one) for one in some) for some in (trials.mutants, trials.survivors))
    for place, count in tried.items():
        print(f"{count - left[place]:4d} of {count:4d} killed  {place}")
    for one in trials.survivors:
        print(f"survived: {one.place}  {one.told}")


def _of(mutant: Mutant) -> str:
    return mutant.place.split(":")[0].split(" ")[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
