"""Whoever can say what stands in a calendar, as somebody's calendar program would: libraries that are not ours. Two of
them unfold what recurs, and so would count more than we have sent."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from icalendar import Calendar

from tests import judging
from tests.exports.asking import IN_JAVASCRIPT, IN_PYTHON
from tests.exports.judges import libical_library


@dataclass(frozen=True)
class Entry:
    """One date; texts are "" where nothing stands, instants are UTC."""

    uid: str
    summary: str
    location: str
    description: str
    starts_at: datetime
    ends_at: datetime


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


def by_scripts(reader: str, calendar: bytes) -> list[Entry]:
    return [_of_script(found) for found in IN_JAVASCRIPT.ask(calendar.decode())[reader]]


def _of_script(found: dict[str, Any]) -> Entry:
    texts = [found.get(name) or "" for name in ("uid", "summary", "location", "description")]
    return Entry(*texts, *(datetime.fromtimestamp(found[name] / 1000, UTC) for name in ("starts", "ends")))


def by_environment(reader: str, calendar: bytes) -> list[Entry]:
    found = IN_PYTHON.ask({"judge": reader, "calendar": calendar.decode()})
    return [Entry(*texts, *(datetime.fromtimestamp(at, UTC) for at in instants)) for *texts, instants in found]


Reader = Callable[[bytes], list[Entry]]
IN_SCRIPTS, IN_ENVIRONMENT = judging.READ_BY, tuple(judging.DISTRIBUTIONS)
READERS: dict[str, Reader] = {
    "icalendar": by_icalendar,
    "libical": by_libical,
    **{name: partial(by_environment, name) for name in IN_ENVIRONMENT},
    **{name: partial(by_scripts, name) for name in IN_SCRIPTS},
}
JUDGE = {
    "libical": "libical",
    **dict.fromkeys(IN_ENVIRONMENT, "vobject and khal"),
    **dict.fromkeys(IN_SCRIPTS, "ical.js"),
}
INSTANTS_ONLY = {"node-ical"}
"""It takes a backslash before an n for the end of a line, though it stands behind another backslash."""


def cases(*without: str) -> list[Any]:
    """Each of them, as the case of a test that is left out where they are missing."""
    names = [name for name in READERS if name not in without]
    return [judging.judged_by(JUDGE[name], name) if name in JUDGE else name for name in names]
