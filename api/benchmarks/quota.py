"""BENCH ONLY: a part of a core for a process, where the machine lets us say so (Linux control groups, as root).

Two processes that may each use a whole core are in the way of PostgreSQL and of whoever asks where there are only two.
With a part each, as much is left for one as for both.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.values import dataclass

GROUPS = Path("/sys/fs/cgroup")
PERIOD = 50_000
"""Microseconds in which a part is used up, and waited for again."""

PATIENCE = 10.0


@dataclass(frozen=True)
class Part:
    """So much of a core for each process that takes it, in a group of its own below `place`."""

    place: Path
    share: float

    def take(self) -> None:
        """This process may use no more from now on."""
        own, quota = self.place / str(os.getpid()), round(self.share * PERIOD)
        own.mkdir()
        if _is_unified(self.place.parent):
            (own / "cpu.max").write_text(f"{quota} {PERIOD}")
        else:
            (own / "cpu.cfs_period_us").write_text(str(PERIOD))
            (own / "cpu.cfs_quota_us").write_text(str(quota))
        (own / "cgroup.procs").write_text(str(os.getpid()))


@contextmanager
def parts(share: float, groups: Path = GROUPS) -> Iterator[Part | None]:
    """So much of a core for each process that begins and ends in the block; None where nobody lets us say so."""
    place = _made(groups if _is_unified(groups) else groups / "cpu")
    if place is None:
        yield None
        return
    try:
        yield Part(place, share)
    finally:
        for group in (*filter(Path.is_dir, place.iterdir()), place):
            _remove(group)


def _is_unified(groups: Path) -> bool:
    """Whether this is the one tree of all controllers (cgroup v2), and shares out processors."""
    known = groups / "cgroup.controllers"
    return known.exists() and "cpu" in known.read_text().split()


def _made(above: Path) -> Path | None:
    place = above / f"renkei-bench-{os.getpid()}"
    try:
        place.mkdir()
        if _is_unified(above):
            (place / "cgroup.subtree_control").write_text("+cpu")
    except OSError:
        return None
    return place


def _remove(group: Path) -> None:
    """As soon as the last process has left it, which may be one that ours has begun."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            group.rmdir()
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)
        else:
            return
