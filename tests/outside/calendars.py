"""Two calendar programs that are not ours read `renkei demo` by CalDAV: the `caldav` library, and vdirsyncer.

`renkei check --full` runs it with the extra `outside`, and so does `python -m tests.outside.calendars`. It puts both
into a virtual environment of their own, for what they stand on does not go with what this program stands on, and lets
them read a station's calendar, again when nothing has happened, and again after one date was moved. The demonstration
is one of its own, and is thrown away. Of the feed, `subscriber` does the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from venv import EnvBuilder

from tests.demonstrating import Demo, running

PROGRAMS = ("caldav>=3.6,<4", "vdirsyncer>=0.21,<0.22")
WITH_CALDAV = Path(__file__).with_name("with_caldav.py")
PAIR = """
[general]
status_path = "{place}/status/"
[pair them]
a = "ours"
b = "theirs"
collections = ["from a"]
conflict_resolution = "a wins"
[storage ours]
type = "caldav"
url = "{url}/dav/"
username = "anybody"
password = "{secret}"
read_only = true
[storage theirs]
type = "filesystem"
path = "{place}/theirs/"
fileext = ".ics"
"""
NEXT = """
    { lectures(first: 1, filter: {status: CONFIRMED, startsFrom: "%s"}) {
        edges { node { id } } } }"""
MOVE = """
    mutation($id: ID!) { correctLecture(input: {lectureId: $id, place: "体育館に変わりました"}) { __typename } }"""


class Failed(Exception):
    """What one of them said that it should not have."""


def program(place: Path) -> Path:
    """An environment with both of them; the directory of its programs."""
    EnvBuilder(with_pip=True).create(place)
    run(place / "bin" / "pip", "install", "-q", *PROGRAMS)
    return place / "bin"


def run(*command: object, **env: str) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, **env})
    if done.returncode != 0:
        raise Failed(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout + done.stderr


@dataclass(frozen=True)
class Programs:
    """Both of them, in the directory `bin`, each with what it has kept in `place` of the calendar of this secret."""

    bin: Path
    place: Path
    url: str
    secret: str

    def subscribe(self) -> None:
        config = PAIR.format(place=self.place, url=self.url, secret=self.secret)
        (self.place / "config").write_text(config, encoding="utf-8")
        (self.place / "theirs").mkdir()
        run("/bin/sh", "-c", f"yes | {self.bin / 'vdirsyncer'} -c {self.place / 'config'} discover")

    def read(self, token: str = "") -> list[str]:
        """What `caldav` has found since a token: the next token, and a line for each change."""
        asked = {"ADDRESS": f"{self.url}/dav/", "SECRET": self.secret, "TOKEN": token, "NO_PROXY": "*"}
        return run(self.bin / "python", WITH_CALDAV, **asked).splitlines()

    def synced(self) -> tuple[set[str], int]:
        """What vdirsyncer has after syncing once more, and how many entries it says that it took or let go."""
        said = run(self.bin / "vdirsyncer", "-c", self.place / "config", "sync")
        files = {file.read_text(encoding="utf-8") for file in (self.place / "theirs").rglob("*.ics")}
        return files, sum("Copying" in line or "Deleting" in line for line in said.splitlines())


def move(demo: Demo) -> None:
    """One date ahead of the station, to another place."""
    [edge] = demo.ask("station", NEXT % f"{demo.today + timedelta(days=1)}T00:00:00+09:00")["data"]["lectures"]["edges"]
    answer = demo.ask("station", MOVE, {"id": edge["node"]["id"]})
    if "errors" in answer:
        raise Failed(str(answer))


def expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Failed(f"{what}: {found}, not {wanted}")
    print(f"{what}: {found}", flush=True)


def compare(bin: Path, place: Path, demo: Demo) -> None:
    theirs = Programs(bin, place, demo.card["url"], address_secret(demo.card["feeds"]["station"]))
    theirs.subscribe()
    token, *found = theirs.read()
    had, taken = theirs.synced()
    expect("vdirsyncer has and took what caldav has found", (len(had), taken), (len(found), len(found)))
    expect("caldav, nothing has happened", theirs.read(token), [token])
    expect("vdirsyncer, nothing has happened", theirs.synced() == (had, 0), True)
    move(demo)
    expect("caldav, one date was moved", len(theirs.read(token)) - 1, 1)
    expect("vdirsyncer, one date was moved", len(theirs.synced()[0] - had), 1)


def address_secret(address: str) -> str:
    return urlsplit(address).path.split("/")[2]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="renkei-calendars-") as directory, running() as demo:
        place = Path(directory)
        compare(program(place / "env"), place, demo)
    return 0


if __name__ == "__main__":
    sys.exit(main())
