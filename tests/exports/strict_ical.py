"""A judge of our own calendars, by the bytes: what no parser notices, and what this house has settled.

It knows the dialect we write and nothing else: a feed without METHOD, or one REQUEST or CANCEL to one person, or the
DECLINECOUNTER to whoever has proposed another date;
single events in Asia/Tokyo or UTC. What RFC 5545 would allow besides is a finding here, so that nothing new
leaves unseen. `findings` answers with codes; an empty list is praise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC as UTC_ZONE
from datetime import datetime

NAME = "[A-Za-z0-9-]+"
VALUE = r'(?:"[^"\x00-\x08\x0a-\x1f]*"|[^";:,\x00-\x08\x0a-\x1f]*)'
LINE = re.compile(rf"({NAME})((?:;{NAME}={VALUE}(?:,{VALUE})*)*):(.*)")
PARAM = re.compile(rf";({NAME})=({VALUE}(?:,{VALUE})*)")
TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
UTC = re.compile(r"\d{8}T\d{6}Z")
LOCAL = re.compile(r"\d{8}T\d{6}")
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
CN_TROUBLE = re.compile(r'["^;:,\\]')
PREFIXES = {"TENTATIVE": "【調整中】", "CANCELLED": "【中止】"}
"""Some calendars hide STATUS, so the title says it too."""

TIME = re.compile(r"\d{8}T\d{6}Z?")
PERIOD = re.compile(r"PT[1-9]\d*[HMS]|P[1-9]\d*[DW]")

ONCE = {
    "VCALENDAR": {"PRODID", "VERSION", "CALSCALE"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "CREATED", "LAST-MODIFIED"},
}
DECLINED = {"UID", "DTSTAMP", "ORGANIZER"}
"""All that the event of a DECLINECOUNTER holds beside its SEQUENCE, which is there from 1 on (RFC 5546 §3.2.8)."""

AT_MOST_ONCE = {
    "VCALENDAR": {
        *("METHOD", "UID", "NAME", "X-WR-CALNAME"),
        *("REFRESH-INTERVAL", "X-PUBLISHED-TTL", "X-WR-TIMEZONE"),
    },
    "STANDARD": {"TZNAME"},
    "VEVENT": {"CLASS", "DESCRIPTION", "LOCATION", "ORGANIZER", "STATUS", "TRANSP", "URL"},
}
FREELY = {"VEVENT": {"ATTENDEE"}}
INSIDE = {"VCALENDAR": {"VTIMEZONE", "VEVENT"}, "VTIMEZONE": {"STANDARD"}, "STANDARD": set(), "VEVENT": set()}
TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION", "NAME", "X-WR-CALNAME", "UID", "PRODID", "TZID", "TZNAME"}
ALLOWED = {
    "VERSION": {"2.0"},
    "CALSCALE": {"GREGORIAN"},
    "METHOD": {"REQUEST", "CANCEL", "DECLINECOUNTER"},
    "CLASS": {"PRIVATE"},
    "STATUS": {"CONFIRMED", "TENTATIVE", "CANCELLED"},
    "TRANSP": {"TRANSPARENT", "OPAQUE"},
}
ALLOWED_PARAMS = {
    "PARTSTAT": {"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"},
    "ROLE": {"CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"},
    "CUTYPE": {"INDIVIDUAL"},
    "RSVP": {"TRUE", "FALSE"},
}
ASKED = {"CN", "CUTYPE", "ROLE", "PARTSTAT", "RSVP"}


@dataclass(frozen=True)
class Line:
    name: str
    params: dict[str, str]
    value: str


@dataclass
class Part:
    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def value(self, name: str) -> str | None:
        found = self.all(name)
        return found[0].value if found else None

    def walk(self) -> Iterator[Part]:
        yield self
        for part in self.parts:
            yield from part.walk()


class Unreadable(Exception):
    """The lines do not make a calendar."""


def findings(calendar: bytes, prior_sequence: int = -1) -> list[str]:
    """Codes of what is wrong; `prior_sequence` is that of the last REQUEST, which a CANCEL must exceed."""
    try:
        physical = list(_bytes(calendar))
        root = _parse(_unfold(calendar))
    except UnicodeDecodeError:
        return ["UTF8"]
    except Unreadable as unreadable:
        return [*physical, str(unreadable)]
    if root.value("METHOD") == "DECLINECOUNTER":
        return sorted({*physical, *_refusal(root)})
    rules = MESSAGE if root.value("METHOD") else FEED
    found = [code for part in root.walk() for rule in EVERYWHERE for code in rule(part)]
    found += [code for rule in (*WHOLE, *rules) for code in rule(root)]
    found += _sequence(root, prior_sequence)
    return sorted({*physical, *found})


def _bytes(calendar: bytes) -> Iterator[str]:
    if calendar.startswith(b"\xef\xbb\xbf"):
        yield "BOM"
    if re.search(rb"(?<!\r)\n|\r(?!\n)", calendar) or not calendar.endswith(b"\r\n"):
        yield "CRLF"
    lines = calendar.split(b"\r\n")
    if any(len(line) > 75 for line in lines):
        yield "LINE_TOO_LONG"
    if any(line[1:2] >= b"\x80" and line[1:2] < b"\xc0" for line in lines if line.startswith(b" ")):
        yield "FOLD_INSIDE_CHARACTER"
    if FORBIDDEN.search(re.sub(rb"\r\n ?|[\r\n]", b"", calendar).decode()):
        yield "CONTROL"


def _unfold(calendar: bytes) -> list[str]:
    text = calendar.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n ", b"").decode()
    return re.split("\r\n|\n", text.removesuffix("\r\n"))


def _parse(lines: list[str]) -> Part:
    open_parts = [Part("")]
    for line in map(_line, lines):
        if line.name == "BEGIN":
            open_parts.append(Part(line.value))
        elif line.name == "END":
            _close(open_parts, line.value)
        else:
            open_parts[-1].lines.append(line)
    return _only_calendar(open_parts)


def _line(text: str) -> Line:
    match = LINE.fullmatch(text)
    if not match:
        raise Unreadable("GRAMMAR")
    found = PARAM.findall(match[2])
    params = {name: value.strip('"') for name, value in found}
    if len(params) < len(found):
        raise Unreadable("PARAM_TWICE")
    return Line(match[1], params, match[3])


def _close(open_parts: list[Part], name: str) -> None:
    closed = open_parts.pop()
    if closed.name != name or not open_parts:
        raise Unreadable("NESTING")
    open_parts[-1].parts.append(closed)


def _only_calendar(open_parts: list[Part]) -> Part:
    outside = open_parts[0]
    if len(open_parts) > 1 or outside.lines or [part.name for part in outside.parts] != ["VCALENDAR"]:
        raise Unreadable("NESTING")
    return outside.parts[0]


def _properties(part: Part) -> Iterator[str]:
    counts = Counter(line.name for line in part.lines)
    once, rarely = ONCE.get(part.name, set()), AT_MOST_ONCE.get(part.name, set())
    yield from (f"NO_{name}" for name in once if not counts[name])
    yield from (f"TWICE_{name}" for name in once | rarely if counts[name] > 1)
    known = once | rarely | FREELY.get(part.name, set())
    yield from (f"{part.name}_HAS_{name}" for name in counts if name not in known)


def _parts(part: Part) -> Iterator[str]:
    yield from (f"{part.name}_HAS_{inner.name}" for inner in part.parts if inner.name not in INSIDE[part.name])
    if part.name == "VTIMEZONE" and not part.parts:
        yield "NO_STANDARD"


def _values(part: Part) -> Iterator[str]:
    for line in part.lines:
        if line.name in TEXTS and not TEXT.fullmatch(line.value):
            yield "TEXT_NOT_ESCAPED"
        if line.value not in ALLOWED.get(line.name, {line.value}):
            yield f"VALUE_{line.name}"
        yield from (
            f"PARAM_{name}" for name, value in line.params.items() if value not in ALLOWED_PARAMS.get(name, {value})
        )


def _stamps(part: Part) -> Iterator[str]:
    for line in part.lines:
        if line.name in {"DTSTAMP", "CREATED", "LAST-MODIFIED"} and not UTC.fullmatch(line.value):
            yield f"{line.name}_NOT_UTC"


def _people(part: Part) -> Iterator[str]:
    for line in part.all("ATTENDEE") + part.all("ORGANIZER"):
        if not re.fullmatch(r"mailto:[\x21-\x7e]+@[\x21-\x7e]+", line.value):
            yield "NOT_MAILTO"
        if CN_TROUBLE.search(line.params.get("CN", "")):
            yield "CN"


def _times(part: Part) -> Iterator[str]:
    times = part.all("DTSTART") + part.all("DTEND") if part.name == "VEVENT" else []
    yield from ("TIME_FORM" for line in times if not _zoned_or_utc(line))
    yield from ("NO_SUCH_TIME" for line in part.lines if TIME.fullmatch(line.value) and not _is_a_time(line.value))
    if len(times) == 2 and times[0].params != times[1].params or len({len(line.value) for line in times}) > 1:
        yield "TIMES_OF_TWO_KINDS"
    elif len(times) == 2 and times[1].value <= times[0].value:
        yield "END_NOT_AFTER_START"


def _is_a_time(value: str) -> bool:
    """RFC 5545 §3.3.12 knows a sixtieth second, Python does not, and we never write it."""
    try:
        datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC_ZONE)
    except ValueError:
        return False
    return True


def _zoned_or_utc(line: Line) -> bool:
    form = LOCAL if line.params.keys() == {"TZID"} else UTC
    return bool(form.fullmatch(line.value)) and line.params.keys() <= {"TZID"}


def _zones(root: Part) -> Iterator[str]:
    defined = {part.value("TZID") for part in root.parts if part.name == "VTIMEZONE"}
    used = {line.params["TZID"] for part in root.walk() for line in part.lines if "TZID" in line.params}
    if used - defined:
        yield "TZID_UNDEFINED"
    if len(defined) < sum(part.name == "VTIMEZONE" for part in root.parts):
        yield "TZID_TWICE"


def _events(root: Part) -> list[Part]:
    return [part for part in root.parts if part.name == "VEVENT"]


def _some_part(root: Part) -> Iterator[str]:
    if not root.parts:
        yield "NO_COMPONENT"


def _one_event_per_uid(root: Part) -> Iterator[str]:
    if any(count > 1 for count in Counter(event.value("UID") for event in _events(root)).values()):
        yield "UID_TWICE"


def _uids(root: Part) -> Iterator[str]:
    """Longer than 255 octets some stores cut it off (RFC 7986 §5.3)."""
    for event in _events(root):
        uid = event.value("UID")
        if uid is not None and not 1 <= len(uid.encode()) <= 255:
            yield "UID_LENGTH"


def _cancelled_is_free(root: Part) -> Iterator[str]:
    for event in _events(root):
        if event.value("STATUS") == "CANCELLED" and event.value("TRANSP") != "TRANSPARENT":
            yield "CANCELLED_BUT_BUSY"


def _feed_head(root: Part) -> Iterator[str]:
    yield from (f"NO_{name}" for name in AT_MOST_ONCE["VCALENDAR"] - {"METHOD", "UID"} if not root.all(name))
    if root.value("NAME") != root.value("X-WR-CALNAME"):
        yield "TWO_NAMES"
    for line in root.all("REFRESH-INTERVAL"):
        if line.params != {"VALUE": "DURATION"} or not PERIOD.fullmatch(line.value):
            yield "REFRESH"


def _feed_events(root: Part) -> Iterator[str]:
    for event in _events(root):
        yield from (f"FEED_HAS_{name}" for name in ("ATTENDEE", "ORGANIZER") if event.all(name))
        yield from (f"NO_{name}" for name in ("CLASS", "STATUS") if not event.all(name))
        if event.value("DTSTAMP") != event.value("LAST-MODIFIED"):
            yield "STAMP_IS_NOT_LAST_CHANGE"
        if (event.value("CREATED") or "") > (event.value("LAST-MODIFIED") or ""):
            yield "CREATED_AFTER_LAST_CHANGE"
        prefix = PREFIXES.get(event.value("STATUS") or "", "")
        if not (event.value("SUMMARY") or "").startswith(prefix):
            yield "STATUS_NOT_IN_TITLE"


def _no_uid_of_its_own(root: Part) -> Iterator[str]:
    """RFC 7986 §5.3 allows one; vdirsyncer takes it for each entry's."""
    if root.all("UID"):
        yield "CALENDAR_HAS_UID"


def _message_head(root: Part) -> Iterator[str]:
    if len(_events(root)) != 1:
        yield "NOT_ONE_EVENT"


def _message_people(root: Part) -> Iterator[str]:
    for event in _events(root):
        if not event.all("ORGANIZER"):
            yield "NO_ORGANIZER"
        if len(event.all("ATTENDEE")) != 1:
            yield "NOT_ONE_ATTENDEE"
        wanted = ASKED if root.value("METHOD") == "REQUEST" else {"CN"}
        if any(wanted - line.params.keys() for line in event.all("ATTENDEE")):
            yield "ATTENDEE_PARAMS"


def _refusal(root: Part) -> Iterator[str]:
    """A DECLINECOUNTER: one event that says nothing but whose it is, and to which version it belongs."""
    yield from (code for rule in (*EVERYWHERE, *WHOLE, _message_head) for code in rule(root))
    for event in _events(root):
        yield from (code for rule in (_values, _stamps, _people) for code in rule(event))
        version = Counter(name for name in ("SEQUENCE",) if event.value(name) not in (None, "0"))
        if Counter(line.name for line in event.lines) != Counter(DECLINED) + version:
            yield "NOT_ONLY_WHOSE"


def _cancellation(root: Part) -> Iterator[str]:
    for event in _events(root) if root.value("METHOD") == "CANCEL" else []:
        if event.value("STATUS") not in (None, "CANCELLED"):
            yield "CANCEL_BUT_STATUS"
        if any("TZID" in line.params for line in event.lines):
            yield "CANCEL_NOT_UTC"


def _sequence(root: Part, prior: int) -> Iterator[str]:
    for sequence in (event.value("SEQUENCE") or "0" for event in _events(root)):
        if not re.fullmatch(r"\d{1,9}", sequence):
            yield "SEQUENCE"
        elif root.value("METHOD") == "CANCEL" and int(sequence) <= prior:
            yield "SEQUENCE_NOT_RAISED"


Rule = Callable[[Part], Iterator[str]]
EVERYWHERE: tuple[Rule, ...] = (_properties, _parts, _values, _stamps, _people, _times)
WHOLE: tuple[Rule, ...] = (_zones, _some_part, _one_event_per_uid, _uids, _cancelled_is_free, _no_uid_of_its_own)
FEED: tuple[Rule, ...] = (_feed_head, _feed_events)
MESSAGE: tuple[Rule, ...] = (_message_head, _message_people, _cancellation)
