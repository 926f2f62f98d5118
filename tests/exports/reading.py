"""Calendar programs that are not ours, in an environment of their own (`.judges`, `tests/judging.py`): nothing of ours
is imported here.

Each line in is JSON, `{"judge": …, "calendar": …}`; each line out what that one has read in it: dates with their texts
and instants as UTC seconds. `vobject validates` answers with complaints instead.
"""

import json
import sys
import warnings
from datetime import UTC, datetime
from typing import Any

import icalendar
import recurring_ical_events
import vobject
from icalevents.icalparser import parse_events
from khal.icalendar import split_ics
from khal.khalendar.event import Event
from tzlocal import get_localzone

EVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
HERE = get_localzone()
LOCALE = {"default_timezone": HERE, "local_timezone": HERE, "longdateformat": "%Y-%m-%d", "timeformat": "%H:%M"}


def entry(texts: list[Any], begins: Any, ends: Any) -> list[Any]:
    return [*(str(text or "") for text in texts), [round(at.timestamp()) for at in (begins, ends)]]


def by_vobject(calendar: str) -> list[list[Any]]:
    return [
        entry(
            [event.getChildValue(name, "") for name in ("uid", "summary", "location", "description")],
            event.dtstart.value,
            event.dtend.value,
        )
        for event in vobject.readOne(calendar).contents.get("vevent", [])
    ]


def validated_by_vobject(calendar: str) -> list[str]:
    try:
        vobject.readOne(calendar).validate(raiseException=True)
    except (vobject.base.VObjectError, ValueError) as complaint:
        return [str(complaint)]
    return []


def by_khal(calendar: str) -> list[list[Any]]:
    events = [Event.fromString(one, locale=LOCALE) for one in split_ics(calendar)]
    return [entry([one.uid, one.summary, one.location, one.description], one.start, one.end) for one in events]


def by_recurring_ical_events(calendar: str) -> list[list[Any]]:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(calendar.encode())).between(*EVER)
    return [
        entry([one.get(name) for name in ("UID", "SUMMARY", "LOCATION", "DESCRIPTION")], one.start, one.end)
        for one in found
    ]


def by_icalevents(calendar: str) -> list[list[Any]]:
    found = parse_events(calendar, start=EVER[0], end=EVER[1], tzinfo=UTC)
    return [entry([one.uid, one.summary, one.location, one.description], one.start, one.end) for one in found]


JUDGES = {
    "vobject": by_vobject,
    "vobject validates": validated_by_vobject,
    "khal": by_khal,
    "recurring-ical-events": by_recurring_ical_events,
    "icalevents": by_icalevents,
}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(JUDGES[asked["judge"]](asked["calendar"])), flush=True)
