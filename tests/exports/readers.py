"""Whoever can say what stands in a calendar, as somebody's calendar program would: libraries that are not ours.

The two written in JavaScript share one process, which lives as long as the run: a calendar is a line to it. Its local
time is New York's, so that a time is right only where its zone was read.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import vobject
from icalendar import Calendar

from tests import judging
from tests.exports.judges import libical_library

SCRIPT = Path(__file__).with_name("reading.mjs")


@dataclass(frozen=True)
class Entry:
    """One date; texts are "" where nothing stands, instants are UTC."""

    uid: str
    summary: str
    location: str
    description: str
    starts_at: datetime
    ends_at: datetime


def by_vobject(calendar: bytes) -> list[Entry]:
    return [_of_vobject(event) for event in vobject.readOne(calendar.decode()).contents.get("vevent", [])]


def _of_vobject(event: Any) -> Entry:
    texts = [event.getChildValue(name, "") for name in ("uid", "summary", "location", "description")]
    return Entry(*texts, event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC))


def by_icalendar(calendar: bytes) -> list[Entry]:
    [whole] = [Calendar.from_ical(calendar)]
    return [_of_icalendar(event) for event in whole.walk("VEVENT")]


def _of_icalendar(event: Any) -> Entry:
    texts = [str(event.get(name, "")) for name in ("UID", "SUMMARY", "LOCATION", "DESCRIPTION")]
    return Entry(*texts, event.start.astimezone(UTC), event.end.astimezone(UTC))


class LibicalTime(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second", "is_date")),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    ]


VEVENT = 4
"""ICAL_VEVENT_COMPONENT."""


def by_libical(calendar: bytes) -> list[Entry]:
    library, found = libical_library(), []
    whole = ctypes.c_void_p(library.icalparser_parse_string(calendar))
    library.icalcomponent_get_first_component.restype = ctypes.c_void_p
    library.icalcomponent_get_next_component.restype = ctypes.c_void_p
    event = library.icalcomponent_get_first_component(whole, VEVENT)
    while event:
        found.append(_of_libical(library, ctypes.c_void_p(event)))
        event = library.icalcomponent_get_next_component(whole, VEVENT)
    library.icalcomponent_free(whole)
    return found


def _of_libical(library: ctypes.CDLL, event: ctypes.c_void_p) -> Entry:
    def text(name: str) -> str:
        read = getattr(library, f"icalcomponent_get_{name}")
        read.restype = ctypes.c_char_p
        return (read(event) or b"").decode()

    def instant(name: str) -> datetime:
        read = getattr(library, f"icalcomponent_get_{name}")
        read.restype = LibicalTime
        at = read(event)
        library.icaltime_as_timet_with_zone.argtypes = [LibicalTime, ctypes.c_void_p]
        library.icaltime_as_timet_with_zone.restype = ctypes.c_long
        return datetime.fromtimestamp(library.icaltime_as_timet_with_zone(at, at.zone), UTC)

    texts = [text(name) for name in ("uid", "summary", "location", "description")]
    return Entry(*texts, instant("dtstart"), instant("dtend"))


@dataclass
class Scripts:
    """The process of the two in JavaScript, from the first calendar on."""

    closing: ExitStack = field(default_factory=ExitStack)
    process: subprocess.Popen[str] | None = None

    def read(self, reader: str, calendar: bytes) -> list[Entry]:
        running = self.process = self.process or self._started()
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(json.dumps(calendar.decode()) + "\n")
        running.stdin.flush()
        return [_of_script(found) for found in json.loads(running.stdout.readline())[reader]]

    def _started(self) -> subprocess.Popen[str]:
        command = [str(judging.program("node")), str(SCRIPT), str(judging.READERS.absolute())]
        pipe, away = subprocess.PIPE, os.environ | {"TZ": "America/New_York"}
        return self.closing.enter_context(
            subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8", env=away)
        )


def _of_script(found: dict[str, Any]) -> Entry:
    texts = [found.get(name) or "" for name in ("uid", "summary", "location", "description")]
    return Entry(*texts, *(datetime.fromtimestamp(found[name] / 1000, UTC) for name in ("starts", "ends")))


SCRIPTS = Scripts()
Reader = Callable[[bytes], list[Entry]]
READERS: dict[str, Reader] = {
    "vobject": by_vobject,
    "icalendar": by_icalendar,
    "libical": by_libical,
    "ical.js": lambda calendar: SCRIPTS.read("ical.js", calendar),
    "node-ical": lambda calendar: SCRIPTS.read("node-ical", calendar),
}
JUDGE = {"libical": "libical", "ical.js": "ical.js", "node-ical": "ical.js"}
INSTANTS_ONLY = {"node-ical"}
"""It takes a backslash before an n for the end of a line, though it stands behind another backslash."""


def cases(*without: str) -> list[Any]:
    """Each of them, as the case of a test that is left out where they are missing."""
    names = [name for name in READERS if name not in without]
    return [judging.judged_by(JUDGE[name], name) if name in JUDGE else name for name in names]
