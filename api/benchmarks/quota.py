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
from tempfile import mkdtemp

from domain.values import dataclass

GROUPS = Path("/sys/fs/cgroup")
PERIOD = 100_000
"""Microseconds in which a part is used up, and waited for again: in shorter ones more of it is lost whenever the
process is moved from one core to another."""

PATIENCE = 10.0


@dataclass(frozen=True)
class Part:
    """So much of a core for each process that takes it, in a group of its own below `place`."""

    place: Path
    share: float

    def take(self) -> None:
        """This process may use no more from now on."""
        own = str(os.getpid())
        (self.group(own) / "cgroup.procs").write_text(own)

    def group(self, name: str) -> Path:
        """A group of this name, whose processes have so much together. Raises OSError where the machine refuses it."""
        group, quota = self.place / name, round(self.share * PERIOD)
        group.mkdir()
        if _is_unified(self.place.parent):
            (group / "cpu.max").write_text(f"{quota} {PERIOD}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        return group


@contextmanager
def parts(share: float, groups: Path = GROUPS) -> Iterator[Part | None]:
    """So much of a core for each process that begins and ends in the block; None where nobody lets us say so."""
    try:
        place = Path(mkdtemp(prefix="renkei-bench-", dir=groups if _is_unified(groups) else groups / "cpu"))
    except OSError:
        yield None
        return
    try:
        yield _tried(Part(place, share))
    finally:
        for group in (*filter(Path.is_dir, place.iterdir()), place):
            _remove(group)


def _is_unified(groups: Path) -> bool:
    """Whether this is the one tree of all controllers (cgroup v2), and shares out processors."""
    known = groups / "cgroup.controllers"
    return known.exists() and "cpu" in known.read_text().split()


def _tried(part: Part) -> Part | None:
    try:
        if _is_unified(part.place.parent):
            (part.place / "cgroup.subtree_control").write_text("+cpu")
        part.group("trial")
    except OSError:
        return None
    return part


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
