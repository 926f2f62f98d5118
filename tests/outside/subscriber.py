"""vdirsyncer subscribes to a feed: it takes all of it once, nothing twice, and of a change only what has changed.

`renkei check --full` runs it where vdirsyncer is installed (`pip install -e '.[outside]'`), and so does
`python -m tests.outside.subscriber`. It does not know the program: it reads the address over HTTP and keeps each entry
as a file of its own. The database is one of its own, and is thrown away.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from api.benchmarks import feed, filling
from api.benchmarks.ground import Ground, Land, server
from api.benchmarks.serving import Application, serving
from domain import calendar
from domain.calendar import Appointment
from tests import make

EVENTS = 60
CONFIGURATION = """
[general]
status_path = "{place}/status"
[pair feed]
a = "remote"
b = "local"
collections = null
conflict_resolution = "a wins"
partial_sync = "revert"
[storage remote]
type = "http"
url = "{address}"
[storage local]
type = "filesystem"
path = "{place}/entries"
fileext = ".ics"
"""


def told(place: Path, *command: str) -> tuple[int, int]:
    """How many entries vdirsyncer says that it copied and deleted; of a feed it knows an entry by its content alone."""
    surroundings = {**os.environ, "VDIRSYNCER_CONFIG": str(place / "config")}
    whole = [sys.executable, "-m", "vdirsyncer", *command]
    done = subprocess.run(whole, env=surroundings, input="y\n" * 9, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    said = done.stdout + done.stderr
    return len(re.findall("^Copying", said, re.MULTILINE)), len(re.findall("^Deleting", said, re.MULTILINE))


async def faults(ground: Ground, place: Path, address: str) -> list[str]:
    """One line for each round in which something else was done than had happened."""
    entries = place / "entries"
    entries.mkdir()
    (place / "config").write_text(CONFIGURATION.format(place=place, address=address))
    told(place, "discover", "feed")
    hq = make.at(ground.hq, datetime.now(UTC))
    date, other = await Appointment.all().order_by("id").limit(2)
    rounds = [("the first time takes everything", (EVENTS, 0), told(place, "sync"))]
    rounds.append(("the second time takes nothing", (0, 0), told(place, "sync")))
    await calendar.change(hq, date, "appointment-changed", place="音楽室")
    rounds.append(("of an edit one entry comes for one that goes", (1, 1), told(place, "sync")))
    await calendar.cancel(hq, other)
    rounds.append(("a cancelled date is one change, and stays", (1, 1), told(place, "sync")))
    await date.delete()
    rounds.append(("a date that goes is one change", (0, 1), told(place, "sync")))
    kept = len(list(entries.glob("*.ics")))
    found = [f"{name}: {did} instead of {wanted}" for name, wanted, did in rounds if did != wanted]
    return found + ([] if kept == EVENTS - 1 else [f"{kept} files are left instead of {EVENTS - 1}"])


async def compared(land: Land) -> list[str]:
    await land.prepare()
    async with land.ground() as ground:
        await filling.add_appointments(ground, EVENTS)
        path = await feed.address(ground)
        with serving(Application(ground.url)) as port, tempfile.TemporaryDirectory() as name:
            return await faults(ground, Path(name), f"http://127.0.0.1:{port}{path}")


def main() -> int:
    with server() as up:
        found = asyncio.run(compared(Land(up)))
    print("\n".join(found) or "vdirsyncer: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
