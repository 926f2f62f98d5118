"""Two calendar programs that are not ours subscribe to `renkei demo`: the `caldav` library, and vdirsyncer.

`python -m tests.outside.calendars` puts both into a virtual environment of their own, for what they stand on does not
go with what this program stands on, and lets them read a station's calendar: by CalDAV, by the feed, again when
nothing has happened, and again after one date was moved. The demonstration is one of its own, and is thrown away.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
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
[pair of_{name}]
a = "ours"
b = "{name}"
collections = {collections}
conflict_resolution = "a wins"
[storage ours]
{storage}
read_only = true
[storage {name}]
type = "filesystem"
path = "{place}/{name}/"
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


def read(bin: Path, demo: Demo, address: str, token: str = "") -> list[str]:
    """What `caldav` has found since a token: the next token, and a line for each change."""
    asked = {"ADDRESS": f"{demo.card['url']}/dav/", "SECRET": address_secret(address), "TOKEN": token, "NO_PROXY": "*"}
    return run(bin / "python", WITH_CALDAV, **asked).splitlines()


def synced(bin: Path, place: Path, name: str, storage: str, collections: str) -> tuple[set[str], list[str]]:
    """What vdirsyncer has after syncing once more, and what it says that it did."""
    config = place / f"{name}.conf"
    config.write_text(PAIR.format(place=place, name=name, storage=storage, collections=collections), encoding="utf-8")
    if not (place / name).exists():
        (place / name).mkdir()
        run("/bin/sh", "-c", f"yes | {bin / 'vdirsyncer'} -c {config} discover")
    said = run(bin / "vdirsyncer", "-c", config, "sync")
    files = {file.name: file.read_text(encoding="utf-8") for file in (place / name).rglob("*.ics")}
    return set(files.values()), [line for line in said.splitlines() if "Copying" in line or "Deleting" in line]


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
    address = demo.card["feeds"]["station"]
    secret = address_secret(address)
    dav = f'type = "caldav"\nurl = "{demo.card["url"]}/dav/"\nusername = "anybody"\npassword = "{secret}"'
    ways = (("caldav", dav, '["from a"]'), ("feed", f'type = "http"\nurl = "{address}"', "null"))
    token, *found = read(bin, demo, address)
    had = {name: synced(bin, place, name, storage, which) for name, storage, which in ways}
    for name, (files, done) in had.items():
        expect(f"vdirsyncer, {name}: dates, and how many it took", (len(files), len(done)), (len(found), len(found)))
    expect("caldav, nothing has happened", read(bin, demo, address, token), [token])
    for name, storage, which in ways:
        files, done = synced(bin, place, name, storage, which)
        expect(f"vdirsyncer, {name}, nothing has happened: what it did", (files == had[name][0], done), (True, []))
    move(demo)
    expect("caldav, one date was moved", len(read(bin, demo, address, token)) - 1, 1)
    for name, storage, which in ways:
        files, _ = synced(bin, place, name, storage, which)
        expect(f"vdirsyncer, {name}, one date was moved", len(files - had[name][0]), 1)


def address_secret(address: str) -> str:
    return urlsplit(address).path.split("/")[2]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="renkei-calendars-") as directory, running() as demo:
        place = Path(directory)
        compare(program(place / "env"), place, demo)
    return 0


if __name__ == "__main__":
    sys.exit(main())
