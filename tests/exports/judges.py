"""Whoever can say if a calendar is valid: our own check, and vobject and libical where they are installed.

libical carries the tables of RFC 5546, one per METHOD. A judge gets bytes and answers with complaints; no complaint
means accepted.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Mapping
from ctypes.util import find_library
from functools import cache

from tests import judging
from tests.exports import strict_ical
from tests.exports.asking import IN_PYTHON

Judge = Callable[[bytes], list[str]]


def by_vobject(calendar: bytes) -> list[str]:
    try:
        said: list[str] = IN_PYTHON.ask({"judge": "vobject validates", "calendar": calendar.decode()})
    except UnicodeDecodeError as complaint:
        return [str(complaint)]
    return said


def by_libical(calendar: bytes) -> list[str]:
    library = libical_library()
    component = ctypes.c_void_p(library.icalparser_parse_string(_as_tabled(calendar)))
    if not component:
        return ["not a calendar"]
    kept = library.icalrestriction_check(component)
    complaints = re.findall(rb"X-LIC-ERROR[^\r]*", library.icalcomponent_as_ical_string(component))
    library.icalcomponent_free(component)
    return [line.decode() for line in complaints] or ([] if kept else ["restriction broken"])


def _as_tabled(calendar: bytes) -> bytes:
    """Its table of DECLINECOUNTER forbids the SEQUENCE that RFC 5546 §3.2.8 wants from 1 on: `strict_ical` sees to it
    alone."""
    if b"METHOD:DECLINECOUNTER\r\n" not in calendar:
        return calendar
    return re.sub(rb"SEQUENCE:[1-9][0-9]*\r\n", b"", calendar)


@cache
def libical_library() -> ctypes.CDLL:
    library = ctypes.CDLL(find_library("ical"))
    library.icalparser_parse_string.restype = ctypes.c_void_p
    library.icalcomponent_as_ical_string.restype = ctypes.c_char_p
    return library


FOREIGN: dict[str, Judge] = {"vobject": by_vobject, "libical": by_libical}
JUDGES: dict[str, Judge] = {"strict": strict_ical.findings, **FOREIGN}
WHERE = {"vobject": "vobject and khal", "libical": "libical"}
CASES = [judging.judged_by(WHERE[name], name) if name in WHERE else name for name in JUDGES]


def complaints(calendar: bytes, among: Mapping[str, Judge] = JUDGES) -> dict[str, list[str]]:
    """What they say, of all who are here, who do not accept it."""
    here = [name for name in among if name not in WHERE or judging.is_here(WHERE[name])]
    return {name: said for name in here if (said := among[name](calendar))}
