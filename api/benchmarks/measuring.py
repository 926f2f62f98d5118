"""What a benchmark says: ours against a ceiling, both from the same run, in rounds that alternate between the two.

A machine that is busy with other things slows both down, so the ratio means more than either figure. A ratio is
how near we come to the ceiling: 1 is as fast (or as small), 0.5 half as fast.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Figure = Callable[[], Awaitable[float]]
"""Does the work once and gives what was measured of it."""


@dataclass(frozen=True)
class Compared:
    """One line: what was measured in each round, in `unit`. `wanted` is the least ratio asked for, `most` the
    largest figure of ours; nothing where none is asked for."""

    label: str
    unit: str
    ours: tuple[float, ...]
    ceiling: tuple[float, ...]
    is_rate: bool = False
    wanted: float | None = None
    most: float | None = None

    @property
    def ratios(self) -> tuple[float, ...]:
        """Round by round, since both halves of a round met the same machine."""
        pairs = zip(self.ours, self.ceiling, strict=True)
        return tuple(ours / ceiling if self.is_rate else ceiling / ours for ours, ceiling in pairs)

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def is_kept(self) -> bool:
        """Whether what is asked for was reached."""
        near = self.wanted is None or self.ratio >= self.wanted
        return near and (self.most is None or median(self.ours) <= self.most)


@dataclass(frozen=True)
class Report:
    """What one benchmark measured, and at what work; and what it found that should not be."""

    name: str
    workload: str
    lines: tuple[Compared, ...]
    faults: tuple[str, ...] = ()


async def alternate(rounds: int, *figures: Figure) -> list[tuple[float, ...]]:
    """Each of them `rounds` times, in turn; every other round the other way about."""
    found: dict[Figure, list[float]] = {one: [] for one in figures}
    for turn in range(rounds):
        for one in figures[:: -1 if turn % 2 else 1]:
            found[one].append(await one())
    return [tuple(values) for values in found.values()]


def timed(work: Callable[[], Awaitable[object]]) -> Figure:
    """How many seconds the work takes."""

    async def measure() -> float:
        started = perf_counter()
        await work()
        return perf_counter() - started

    return measure


def table(report: Report) -> str:
    """The report as text for a terminal, medians first."""
    faults = [f"  未達: {fault}" for fault in report.faults]
    return "\n".join([f"{report.name}: {report.workload}", *map(_line, report.lines), *faults, ""])


def _line(one: Compared) -> str:
    ours, ceiling = (f"{number(median(values))} {one.unit}" for values in (one.ours, one.ceiling))
    spread = f"({min(one.ratios):.2f}–{max(one.ratios):.2f})"
    return f"  ours {ours:>14}  ceiling {ceiling:>14}  ratio {one.ratio:5.2f} {spread:<13} {one.label}{_asked(one)}"


def _asked(one: Compared) -> str:
    asked = [f"比 {one.wanted:g} 以上"] if one.wanted is not None else []
    asked += [f"{one.most:g} {one.unit} 以内"] if one.most is not None else []
    return f" [要求 {'・'.join(asked)}: {'達成' if one.is_kept else '未達'}]" if asked else ""


def number(value: float) -> str:
    """Three digits that matter, whatever the size."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
