"""Whoever can say if a calendar is valid: our own check, vobject, and libical where it is installed.

libical (Debian: libical3) carries the tables of RFC 5546, one per METHOD. A judge gets bytes and answers
with complaints; no complaint means accepted.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from ctypes.util import find_library

import vobject

from tests.exports import strict_ical

Judge = Callable[[bytes], list[str]]


def by_vobject(calendar: bytes) -> list[str]:
    try:
        vobject.readOne(calendar.decode()).validate(raiseException=True)
    except (vobject.base.VObjectError, UnicodeDecodeError, ValueError) as complaint:
        return [str(complaint)]
    return []


def libical(path: str) -> Judge:
    library = ctypes.CDLL(path)
    library.icalparser_parse_string.restype = ctypes.c_void_p
    library.icalcomponent_as_ical_string.restype = ctypes.c_char_p

    def judge(calendar: bytes) -> list[str]:
        component = ctypes.c_void_p(library.icalparser_parse_string(calendar))
        if not component:
            return ["not a calendar"]
        kept = library.icalrestriction_check(component)
        complaints = re.findall(rb"X-LIC-ERROR[^\r]*", library.icalcomponent_as_ical_string(component))
        library.icalcomponent_free(component)
        return [line.decode() for line in complaints] or ([] if kept else ["restriction broken"])

    return judge


def available() -> dict[str, Judge]:
    path = find_library("ical")
    always: dict[str, Judge] = {"strict": strict_ical.findings, "vobject": by_vobject}
    return always | ({"libical": libical(path)} if path else {})


JUDGES = available()
