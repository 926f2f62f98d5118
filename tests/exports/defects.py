"""Calendars with one defect each, and the code by which the strict check must name it."""

from __future__ import annotations

from dataclasses import replace

from exports.ical import TIMEZONE, cancel, decline_counter, feed, request, vevent
from tests.exports.test_ical import DRILL, GUEST, OFFICE, SENT

ENTRY = vevent(DRILL)
FEED = feed("青浜県警察 連携予定", [ENTRY])
REQUEST = request(DRILL, OFFICE, GUEST, SENT)
CANCEL = cancel(replace(DRILL, sequence=3), OFFICE, GUEST, SENT)
REFUSAL = decline_counter(DRILL, OFFICE, SENT)


def line(calendar: bytes, name: str) -> bytes:
    """The whole physical line or lines of one property."""
    start = calendar.index(b"\r\n" + name.encode()) + 2
    end = calendar.index(b"\r\n", start)
    while calendar[end + 2 : end + 3] == b" ":
        end = calendar.index(b"\r\n", end + 2)
    return calendar[start : end + 2]


def without(calendar: bytes, name: str) -> bytes:
    return calendar.replace(line(calendar, name), b"", 1)


def twice(calendar: bytes, name: str) -> bytes:
    return calendar.replace(line(calendar, name), line(calendar, name) * 2, 1)


def put(calendar: bytes, name: str, new: str) -> bytes:
    return calendar.replace(line(calendar, name), new.encode() + b"\r\n", 1)


def add(calendar: bytes, *lines: str, before: str = "END:VEVENT") -> bytes:
    at = calendar.index(before.encode())
    return calendar[:at] + "".join(f"{line}\r\n" for line in lines).encode() + calendar[at:]


def unfolded(calendar: bytes) -> bytes:
    return calendar.replace(b"\r\n ", b"")


ATTENDEE = 'ATTENDEE;CN="見本";CUTYPE=INDIVIDUAL;PARTSTAT={};ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:{}'
OTHER = ATTENDEE.format("NEEDS-ACTION", "b@x.example")
ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT1H", "END:VALARM")
ZONE = TIMEZONE.decode().splitlines()
KILLS = {
    # how it is written
    "byte order mark": (b"\xef\xbb\xbf" + FEED, "BOM"),
    "cp932 bytes": (FEED.decode().replace("𠮷", "吉").encode("cp932"), "UTF8"),
    "bare line feed": (FEED.replace(b"\r\n", b"\n"), "CRLF"),
    "lone carriage return": (FEED.replace(b"LOCATION:", b"LOCATION:A\rATTENDEE:mailto:a@b"), "CRLF"),
    "no line end at the end": (FEED.removesuffix(b"\r\n"), "CRLF"),
    "unfolded line": (unfolded(put(FEED, "SUMMARY", "SUMMARY:" + "長" * 30)), "LINE_TOO_LONG"),
    "fold inside a character": (
        FEED.replace("訓".encode(), b"\xe8\r\n \xa8\x93", 1),
        "FOLD_INSIDE_CHARACTER",
    ),
    "vertical tab": (FEED.replace(b"LOCATION:", b"LOCATION:\x0b"), "CONTROL"),
    "bell": (FEED.replace(b"LOCATION:", b"LOCATION:\x07"), "CONTROL"),
    "delete": (FEED.replace(b"LOCATION:", b"LOCATION:\x7f"), "CONTROL"),
    "next line U+0085": (put(FEED, "LOCATION", "LOCATION:A\x85B"), "CONTROL"),
    "line separator U+2028": (put(FEED, "LOCATION", "LOCATION:A\u2028B"), "CONTROL"),
    "paragraph separator U+2029": (put(FEED, "LOCATION", "LOCATION:A\u2029B"), "CONTROL"),
    "folded by a tab": (FEED.replace("訓".encode(), "\r\n\t訓".encode(), 1), "GRAMMAR"),
    "parameter twice": (FEED.replace(b"DTSTART;", b"DTSTART;TZID=Asia/Tokyo;"), "PARAM_TWICE"),
    "blank line": (FEED.replace(b"LOCATION:", b"\r\nLOCATION:"), "GRAMMAR"),
    "quote in a parameter": (put(REQUEST, "ORGANIZER", 'ORGANIZER;CN=a"b:mailto:a@b.example'), "GRAMMAR"),
    "unescaped comma": (put(FEED, "LOCATION", "LOCATION:本部,5階"), "TEXT_NOT_ESCAPED"),
    "unescaped semicolon": (put(FEED, "SUMMARY", "SUMMARY:訓練;本番"), "TEXT_NOT_ESCAPED"),
    "unknown escape": (put(FEED, "LOCATION", "LOCATION:C:\\temp"), "TEXT_NOT_ESCAPED"),
    # what belongs where
    "end missing": (FEED.removesuffix(b"END:VCALENDAR\r\n"), "NESTING"),
    "crossed ends": (FEED.replace(b"END:VEVENT\r\nEND:VCALENDAR", b"END:VCALENDAR\r\nEND:VEVENT"), "NESTING"),
    "two calendars": (FEED + FEED, "NESTING"),
    "no component": (FEED[: FEED.index(b"BEGIN:VTIMEZONE")] + b"END:VCALENDAR\r\n", "NO_COMPONENT"),
    "no PRODID": (without(FEED, "PRODID"), "NO_PRODID"),
    "no VERSION": (without(FEED, "VERSION"), "NO_VERSION"),
    "version 1.0": (put(FEED, "VERSION", "VERSION:1.0"), "VALUE_VERSION"),
    "no CALSCALE": (without(FEED, "CALSCALE"), "NO_CALSCALE"),
    "no UID": (without(FEED, "UID:01K"), "NO_UID"),
    "no DTSTAMP": (without(FEED, "DTSTAMP"), "NO_DTSTAMP"),
    "no DTSTART": (without(FEED, "DTSTART;"), "NO_DTSTART"),
    "SEQUENCE twice": (twice(FEED, "SEQUENCE"), "TWICE_SEQUENCE"),
    "DTEND and DURATION": (add(FEED, "DURATION:PT1H"), "VEVENT_HAS_DURATION"),
    "UID of nothing": (put(FEED, "UID:01K", "UID:"), "UID_LENGTH"),
    "UID without end": (
        FEED.replace(b"UID:01K", b"UID:" + b"\r\n ".join([b"0" * 64] * 4) + b"\r\n 01K"),
        "UID_LENGTH",
    ),
    "same UID twice": (feed("予定", [ENTRY, ENTRY]), "UID_TWICE"),
    "alarm without description": (add(FEED, *ALARM), "VEVENT_HAS_VALARM"),
    "alarm in a cancellation": (add(CANCEL, *ALARM), "VEVENT_HAS_VALARM"),
    "recurrence that we never write": (
        add(FEED, "RRULE:FREQ=WEEKLY;UNTIL=20261231T000000"),
        "VEVENT_HAS_RRULE",
    ),
    "rule out of step with its start": (add(FEED, "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4"), "VEVENT_HAS_RRULE"),
    "start twice": (twice(FEED, "DTSTART;"), "TWICE_DTSTART"),
    "alarm with everything": (
        add(FEED, *ALARM[:-1], "DESCRIPTION:x", "END:VALARM"),
        "VEVENT_HAS_VALARM",
    ),
    "task in a feed": (
        add(FEED, "BEGIN:VTODO", "UID:2@x", "DTSTAMP:20261001T000000Z", "END:VTODO", before="END:VCALENDAR"),
        "VCALENDAR_HAS_VTODO",
    ),
    "instance of another value type": (
        add(FEED, "RECURRENCE-ID;VALUE=DATE:20261105"),
        "VEVENT_HAS_RECURRENCE-ID",
    ),
    # time
    "comment in the time zone": (
        add(FEED, "COMMENT:1970-2038", before="BEGIN:STANDARD"),
        "VTIMEZONE_HAS_COMMENT",
    ),
    "time zone without STANDARD": (
        FEED[: FEED.index(b"BEGIN:STANDARD")] + FEED[FEED.index(b"END:VTIMEZONE") :],
        "NO_STANDARD",
    ),
    "zone that nobody defines": (FEED.replace(b"TZID=Asia/Tokyo", b"TZID=Tokyo"), "TZID_UNDEFINED"),
    "message without its zone": (
        REQUEST[: REQUEST.index(b"BEGIN:VTIMEZONE")] + REQUEST[REQUEST.index(b"BEGIN:VEVENT") :],
        "TZID_UNDEFINED",
    ),
    "zone defined twice": (
        add(FEED, *ZONE, before="BEGIN:VEVENT"),
        "TZID_TWICE",
    ),
    "thirteenth month": (FEED.replace(b":20261105T", b":20261305T"), "NO_SUCH_TIME"),
    "twenty-fifth hour": (put(FEED, "CREATED", "CREATED:20260901T250000Z"), "NO_SUCH_TIME"),
    "day that February has not": (FEED.replace(b":20261105T", b":20270229T"), "NO_SUCH_TIME"),
    "floating time": (FEED.replace(b";TZID=Asia/Tokyo", b""), "TIME_FORM"),
    "zoned and UTC at once": (FEED.replace(b"T133000\r\n", b"T133000Z\r\n"), "TIME_FORM"),
    "date for a start": (put(FEED, "DTSTART;", "DTSTART;VALUE=DATE:20261105"), "TIMES_OF_TWO_KINDS"),
    "end before start": (put(FEED, "DTEND", "DTEND;TZID=Asia/Tokyo:20261105T133000"), "END_NOT_AFTER_START"),
    "local stamp": (put(FEED, "DTSTAMP", "DTSTAMP:20260930T010203"), "DTSTAMP_NOT_UTC"),
    "local change": (put(FEED, "LAST-MOD", "LAST-MODIFIED:20260930T010203"), "LAST-MODIFIED_NOT_UTC"),
    # values
    "refresh without its type": (FEED.replace(b";VALUE=DURATION", b""), "REFRESH"),
    "refresh of nothing": (FEED.replace(b"VALUE=DURATION:PT1H", b"VALUE=DURATION:PT0S"), "REFRESH"),
    "refresh in seconds": (FEED.replace(b"DURATION:PT1H", b"DURATION:3600"), "REFRESH"),
    "sequence in words": (put(FEED, "SEQUENCE", "SEQUENCE:two"), "SEQUENCE"),
    "sequence past all integers": (put(FEED, "SEQUENCE", "SEQUENCE:99999999999"), "SEQUENCE"),
    "negative sequence": (put(FEED, "SEQUENCE", "SEQUENCE:-1"), "SEQUENCE"),
    "status of a task": (put(FEED, "STATUS", "STATUS:DONE"), "VALUE_STATUS"),
    "unknown answer": (REQUEST.replace(b"NEEDS-ACTION", b"MAYBE"), "PARAM_PARTSTAT"),
    "unknown role": (unfolded(REQUEST).replace(b"ROLE=REQ-PARTICIPANT", b"ROLE=GUEST"), "PARAM_ROLE"),
    "no answer asked for": (REQUEST.replace(b"RSVP=TRUE", b"RSVP=YES"), "PARAM_RSVP"),
    "attendee without mailto": (put(REQUEST, "ATTENDEE", OTHER.replace("mailto:", "")), "NOT_MAILTO"),
    "name inside the address": (
        put(REQUEST, "ORGANIZER", 'ORGANIZER;CN=a:mailto:"a <a@b.example>"'),
        "NOT_MAILTO",
    ),
    "semicolon in a name": (put(REQUEST, "ORGANIZER", 'ORGANIZER;CN="本部;広報":mailto:a@b.example'), "CN"),
    "caret in a name": (put(REQUEST, "ORGANIZER", "ORGANIZER;CN=a^nb:mailto:a@b.example"), "CN"),
    # the feed
    "feed with PUBLISH": (add(FEED, "METHOD:PUBLISH", before="CALSCALE"), "VALUE_METHOD"),
    "feed with PUBLISH and an attendee": (
        add(add(FEED, OTHER), "METHOD:PUBLISH", before="CALSCALE"),
        "VALUE_METHOD",
    ),
    "feed with an attendee": (add(FEED, OTHER), "FEED_HAS_ATTENDEE"),
    "feed with an organizer": (add(FEED, "ORGANIZER;CN=a:mailto:a@b.example"), "FEED_HAS_ORGANIZER"),
    "feed with a telephone": (add(FEED, "CONTACT:000-0000-0001"), "VEVENT_HAS_CONTACT"),
    "public entry": (without(FEED, "CLASS"), "NO_CLASS"),
    "stamp of the moment": (put(FEED, "DTSTAMP", "DTSTAMP:20261001T000000Z"), "STAMP_IS_NOT_LAST_CHANGE"),
    "two names for one feed": (put(FEED, "X-WR-CALNAME", "X-WR-CALNAME:別"), "TWO_NAMES"),
    "feed with an identity of its own": (add(FEED, "UID:x", before="PRODID"), "CALENDAR_HAS_UID"),
    "feed without X-PUBLISHED-TTL": (without(FEED, "X-PUBLISHED-TTL"), "NO_X-PUBLISHED-TTL"),
    "created after its last change": (put(FEED, "CREATED", "CREATED:20261001T000000Z"), "CREATED_AFTER_LAST_CHANGE"),
    "tentative, and the title does not say so": (put(FEED, "STATUS", "STATUS:TENTATIVE"), "STATUS_NOT_IN_TITLE"),
    "cancelled, and the title does not say so": (
        put(add(FEED, "TRANSP:TRANSPARENT"), "STATUS", "STATUS:CANCELLED"),
        "STATUS_NOT_IN_TITLE",
    ),
    "cancelled but busy": (put(FEED, "STATUS", "STATUS:CANCELLED"), "CANCELLED_BUT_BUSY"),
    # the messages
    "reply": (REQUEST.replace(b"METHOD:REQUEST", b"METHOD:REPLY"), "VALUE_METHOD"),
    "reply with two attendees": (
        add(REQUEST.replace(b"METHOD:REQUEST", b"METHOD:REPLY"), OTHER),
        "NOT_ONE_ATTENDEE",
    ),
    "request without organizer": (without(REQUEST, "ORGANIZER"), "NO_ORGANIZER"),
    "request without attendee": (without(REQUEST, "ATTENDEE"), "NOT_ONE_ATTENDEE"),
    "request that shows another guest": (add(REQUEST, OTHER), "NOT_ONE_ATTENDEE"),
    "request that asks nobody": (
        put(REQUEST, "ATTENDEE", "ATTENDEE;CN=a:mailto:a@b.example"),
        "ATTENDEE_PARAMS",
    ),
    "request without summary": (without(REQUEST, "SUMMARY"), "NO_SUMMARY"),
    "message with two events": (
        add(REQUEST, ENTRY.decode().replace("UID:01", "UID:02").strip(), before="END:VCALENDAR"),
        "NOT_ONE_EVENT",
    ),
    "message with a calendar's identity": (add(REQUEST, "UID:x", before="METHOD"), "CALENDAR_HAS_UID"),
    "refusal that tells the date": (add(REFUSAL, "SUMMARY:x"), "NOT_ONLY_WHOSE"),
    "refusal of two versions": (add(REFUSAL, "SEQUENCE:3"), "NOT_ONLY_WHOSE"),
    "cancel without sequence": (without(CANCEL, "SEQUENCE"), "NO_SEQUENCE"),
    "cancel with the sequence of its request": (put(CANCEL, "SEQUENCE", "SEQUENCE:2"), "SEQUENCE_NOT_RAISED"),
    "cancel that stays confirmed": (put(CANCEL, "STATUS", "STATUS:CONFIRMED"), "CANCEL_BUT_STATUS"),
    "cancel in local time": (
        put(CANCEL, "DTSTART", "DTSTART;TZID=Asia/Tokyo:20261105T133000"),
        "CANCEL_NOT_UTC",
    ),
}
