"""Calendar entries as bytes: the subscribed feed (RFC 5545) and the invitations sent by mail (RFC 5546).

Entry and invitation share UID and SEQUENCE, so that a calendar which knows both shows one event. Same input,
same bytes: every uid and stamp is passed in. Instants are aware datetimes of any zone; they leave to the full
second as Asia/Tokyo, or as UTC where the RFC asks for it. A naive datetime is a bug and raises ValueError.
Controls vanish from texts, and what a reader may take for the end of a line leaves as an escaped newline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Protocol
from urllib.parse import quote

from icalendar import Calendar, vCalAddress, vText
from icalendar import Event as Entry
from icalendar.enums import STATUS, TRANSP

from domain.actor import TOKYO
from domain.values import dataclass
from exports.text import lines, one_line, one_word

PRODID = "-//Renkei//Renkei//JA"
END = b"END:VCALENDAR\r\n"

# Japan has had no daylight saving since 1951, so one STANDARD says it all; Outlook refuses a zone without
# any, and a COMMENT directly inside it is not allowed (RFC 5545 §3.6.5).
TIMEZONE = (
    b"BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\n"
    b"BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nTZNAME:JST\r\n"
    b"END:STANDARD\r\nEND:VTIMEZONE\r\n"
)

# RFC 7986 §5.7 gives REFRESH-INTERVAL no default type, so VALUE is written; Outlook reads the older name.
REFRESH = b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\nX-WR-TIMEZONE:Asia/Tokyo\r\n"

# Some calendars hide or ignore STATUS: the title says it too.
PREFIX = {"CONFIRMED": "", "TENTATIVE": "【調整中】", "CANCELLED": "【中止】"}

URI = "%/:=&?~#+!$,;'@()*[]"

# RFC 5545 §3.3.11; the backslash comes first, else those of the others would be doubled.
ESCAPED = (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n"))
BACKSLASH = 0x5C
TWO = [f"{number:02}" for number in range(61)]

# Readers cut a quoted CN at these or show RFC 6868 carets raw; the wide forms read the same.
WIDE = str.maketrans('"^;:,\\', "”＾；：，＼")


@dataclass(frozen=True)
class Event:
    """What a calendar shows of an appointment; texts as they were typed.

    `sequence` is raised by whoever changes a time or the status (RFC 5546 §2.1.4); `status` is CONFIRMED,
    TENTATIVE or CANCELLED (RFC 5545 §3.8.1.11); `ends_at` lies after `starts_at`.
    """

    uid: str
    sequence: int
    created: datetime
    changed: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    status: str = "CONFIRMED"


@dataclass(frozen=True)
class Party:
    """One side of an invitation: the name to show and the bare mail address."""

    name: str
    address: str


class Showable(Protocol):
    """What `vevent` asks of an event: an `Event`, or a row that has the same."""

    @property
    def uid(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def created(self) -> datetime: ...
    @property
    def changed(self) -> datetime: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def summary(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def location(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def status(self) -> str: ...


def vevent(event: Showable) -> bytes:
    """One entry of a feed, to be kept until the event changes.

    DTSTAMP is LAST-MODIFIED, as RFC 5545 §3.8.7.2 defines it without METHOD. Nobody is named: ATTENDEE and
    ORGANIZER are personal data, and clients write to an organiser as soon as an entry is added. It is written here
    because the library takes a hundred times as long for the same lines, and a feed may have ten thousand entries.
    """
    changed, is_off = _basic(UTC, event.changed), event.status == "CANCELLED"
    written = (
        _text("SUMMARY", PREFIX[event.status] + event.summary),
        f"DTSTART;TZID=Asia/Tokyo:{_basic(TOKYO, event.starts_at)}\r\n",
        f"DTEND;TZID=Asia/Tokyo:{_basic(TOKYO, event.ends_at)}\r\n",
        f"DTSTAMP:{changed}Z\r\n",
        _text("UID", event.uid),
        f"SEQUENCE:{event.sequence}\r\nCLASS:PRIVATE\r\nCREATED:{_basic(UTC, event.created)}Z\r\n",
        event.description and _text("DESCRIPTION", event.description),
        f"LAST-MODIFIED:{changed}Z\r\n",
        event.location and _text("LOCATION", event.location),
        f"STATUS:{event.status}\r\n",
        "TRANSP:TRANSPARENT\r\n" if is_off else "",
        event.url and _folded(f"URL:{quote(one_word(event.url), safe=URI)}"),
    )
    if event.ends_at <= event.starts_at:
        raise ValueError("an event must end after its start")
    return f"BEGIN:VEVENT\r\n{''.join(written)}END:VEVENT\r\n".encode()


def _text(name: str, typed: str) -> str:
    plain = typed if typed.isprintable() else lines(typed)
    for sign, escaped in ESCAPED:
        plain = plain.replace(sign, escaped)
    return _folded(f"{name}:{plain}")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets (RFC 5545 §3.1): never cut inside a character, nor after a backslash, at
    which some readers stumble."""
    rest, pieces, room = line.encode(), [], 75
    if len(rest) <= room:
        return f"{line}\r\n"
    while len(rest) > room:
        cut = room
        while rest[cut] & 0xC0 == 0x80:
            cut -= 1
        cut -= rest[cut - 1] == BACKSLASH
        pieces.append(rest[:cut])
        rest, room = rest[cut:], 74
    return b"\r\n ".join((*pieces, rest)).decode() + "\r\n"


def _basic(zone: tzinfo, instant: datetime) -> str:
    """Date and time as RFC 5545 §3.3.5 writes them, without the Z of UTC."""
    if instant.tzinfo is None:
        raise ValueError(f"naive datetime: {instant!r}")
    at = instant.astimezone(zone)
    return f"{at.year:04}{TWO[at.month]}{TWO[at.day]}T{TWO[at.hour]}{TWO[at.minute]}{TWO[at.second]}"


def feed(name: str, events: Iterable[bytes]) -> bytes:
    """A whole subscription out of kept entries; valid without any, since VTIMEZONE is a component too.

    No METHOD: with PUBLISH every entry would need an ORGANIZER (RFC 5546 §3.2.1). No UID of the calendar itself
    (RFC 7986 §5.3 allows one): vdirsyncer takes it for that of each entry and keeps only one of them.
    """
    head = _head()
    for property_name in ("NAME", "X-WR-CALNAME"):  # as text, else the library forgets to escape it
        head[property_name] = vText(one_line(name))
    return b"".join((_opened(head), REFRESH, TIMEZONE, *events, END))


def single(event: bytes) -> bytes:
    """A calendar object of one kept entry, as CalDAV keeps each for itself (RFC 4791 §4.1)."""
    return _calendar(None, TIMEZONE, event)


def request(
    event: Event,
    organizer: Party,
    attendee: Party,
    stamp: datetime,
    partstat: str = "NEEDS-ACTION",
    role: str = "REQ-PARTICIPANT",
    *,
    asks: bool = True,
) -> bytes:
    """An invitation, or news of a change, to one person, who is the only ATTENDEE (RFC 5546 §3.2.2).

    `stamp` is the time of sending and rises by at least a second per UID. RSVP stays TRUE after an answer, else several
    clients take the buttons away; what tells an answer back to whoever gave it `asks` for none, and what leaves where
    no answer by mail is read: then the buttons must not be there, or send nothing.
    """
    entry = _entry(event, stamp, zone=TOKYO)
    entry.organizer = _address(organizer)
    rsvp = "TRUE" if asks else "FALSE"
    entry.attendees = [_address(attendee, CUTYPE="INDIVIDUAL", ROLE=role, PARTSTAT=partstat, RSVP=rsvp)]
    return _calendar("REQUEST", TIMEZONE, entry.to_ical())


def cancel(event: Event, organizer: Party, attendee: Party, stamp: datetime) -> bytes:
    """Word to one person that the whole event is off (RFC 5546 §3.2.5); its sequence was raised before."""
    return _withdrawal(_entry(replace(event, status="CANCELLED"), stamp, zone=UTC), organizer, attendee)


def uninvite(event: Event, organizer: Party, attendee: Party, stamp: datetime) -> bytes:
    """Word to one person who is no longer invited, while the event goes on for the others.

    RFC 5546 §3.2.5: METHOD:CANCEL too, with a raised sequence, but STATUS must not be there.
    """
    entry = _entry(event, stamp, zone=UTC)
    del entry["STATUS"]
    return _withdrawal(entry, organizer, attendee)


def decline_counter(event: Event, organizer: Party, stamp: datetime) -> bytes:
    """Word to the one person who has proposed another date that it stays as it was (RFC 5546 §3.2.8).

    SEQUENCE is that of the date as they know it: it must be there where it is greater than 0, for what is missing
    counts as 0, and so as older than their entry (§2.1.5). All that may be left out is: the letter says the rest.
    """
    entry = Entry.new(
        uid=lines(event.uid),
        sequence=event.sequence or None,
        stamp=_in(UTC, stamp),
        organizer=_address(organizer),
    )
    return _calendar("DECLINECOUNTER", entry.to_ical())


def _withdrawal(entry: Entry, organizer: Party, attendee: Party) -> bytes:
    # Its times are UTC, because older Outlook stumbles over a TZID in a cancellation.
    entry.organizer = _address(organizer)
    entry.attendees = [_address(attendee, CUTYPE="INDIVIDUAL")]
    return _calendar("CANCEL", entry.to_ical())


def _entry(event: Event, stamp: datetime, zone: tzinfo) -> Entry:
    return Entry.new(
        uid=lines(event.uid),
        sequence=event.sequence,
        stamp=_in(UTC, stamp),
        created=_in(UTC, event.created),
        last_modified=_in(UTC, event.changed),
        start=_in(zone, event.starts_at),
        end=_in(zone, event.ends_at),
        summary=PREFIX[event.status] + lines(event.summary),
        description=lines(event.description) or None,
        location=lines(event.location) or None,
        url=quote(one_word(event.url), safe=URI) or None,
        status=STATUS(event.status),
        transparency=TRANSP.TRANSPARENT if event.status == "CANCELLED" else None,
    )


def _head(method: str | None = None) -> Calendar:
    """A calendar's own properties, without the UID that the library would make up."""
    head = Calendar.new(prodid=PRODID, calscale="GREGORIAN", method=method, uid="")
    del head["UID"]
    return head


@cache
def _opening(method: str | None) -> bytes:
    """What stands before the first component: the same each time."""
    return _opened(_head(method))


def _opened(head: Calendar) -> bytes:
    return bytes(head.to_ical()).removesuffix(END)


def _calendar(method: str | None, *parts: bytes) -> bytes:
    return b"".join((_opening(method), *parts, END))


def _address(party: Party, **params: str) -> vCalAddress:
    # RFC 6068 §2: "/", "?", "#", "%" may stand in an old carrier address, but not bare in a mailto.
    address = quote(one_word(party.address), safe="@!$&'*+=~")
    return vCalAddress(f"mailto:{address}", params={"CN": one_line(party.name).translate(WIDE), **params})


def _in(zone: tzinfo, instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"naive datetime: {instant!r}")
    return instant.astimezone(zone).replace(microsecond=0)
