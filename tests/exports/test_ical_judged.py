"""Independent judges of the calendars we send, and proof that they bite."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar.enums import CLASS

from domain.actor import TOKYO
from exports.ical import PREFIX, Event, _entry, decline_counter, feed, request, uninvite, vevent
from tests.exports.defects import CANCEL, ENTRY, FEED, KILLS, REQUEST
from tests.exports.judges import CASES, JUDGES, by_libical, by_vobject
from tests.exports.strict_ical import findings
from tests.exports.test_ical import DRILL, GUEST, OFFICE, SENT

CLEAN = {
    "feed": FEED,
    "feed of many": feed(
        "見本 太郎; 予定, 個人",
        [
            ENTRY,
            vevent(replace(DRILL, uid="2@x", status="CANCELLED")),
            vevent(replace(DRILL, uid="3@x", status="TENTATIVE")),
        ],
    ),
    "empty feed": feed("予定", []),
    "request": REQUEST,
    "request after an answer": request(DRILL, OFFICE, GUEST, SENT, "ACCEPTED", "OPT-PARTICIPANT"),
    "answer told back": request(DRILL, OFFICE, GUEST, SENT, "DECLINED", asks=False),
    "counter declined": decline_counter(DRILL, OFFICE, SENT),
    "counter to a first version declined": decline_counter(replace(DRILL, sequence=0), OFFICE, SENT),
    "cancel": CANCEL,
    "cancel to one": uninvite(replace(DRILL, sequence=3), OFFICE, GUEST, SENT),
}


@pytest.mark.parametrize("judge", CASES)
@pytest.mark.parametrize("calendar", CLEAN)
def test_every_judge_accepts_what_we_send(judge: str, calendar: str) -> None:
    assert JUDGES[judge](CLEAN[calendar]) == []


@pytest.mark.parametrize("defect", KILLS)
def test_the_strict_check_names_each_single_defect(defect: str) -> None:
    calendar, code = KILLS[defect]
    assert code in findings(calendar, prior_sequence=2)


ALSO_SEEN_BY = {
    "vobject": ["no UID", "no DTSTAMP", "no PRODID", "SEQUENCE twice", "DTEND and DURATION", "end missing"],
    "libical": [
        *("request without organizer", "request without attendee", "cancel without sequence"),
        *("feed with PUBLISH", "feed with PUBLISH and an attendee", "reply with two attendees"),
        *("comment in the time zone", "no PRODID"),
        *("SEQUENCE twice", "DTEND and DURATION", "end missing"),
    ],
}


@pytest.mark.judged_by("vobject and khal")
@pytest.mark.parametrize("defect", ALSO_SEEN_BY["vobject"])
def test_vobject_bites_too(defect: str) -> None:
    assert by_vobject(KILLS[defect][0])


@pytest.mark.judged_by("libical")
@pytest.mark.parametrize("defect", ALSO_SEEN_BY["libical"])
def test_libical_bites_too(defect: str) -> None:
    assert by_libical(KILLS[defect][0])


PRINTABLE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
TROUBLE = st.sampled_from([*"髙﨑𠮷神塚;,\\\n:\"'^", "👮‍♀️", "🇯🇵", "葛󠄀", "\\n", "\\,"])
TITLES = st.lists(PRINTABLE | TROUBLE, max_size=90).map("".join)


@settings(deadline=None)
@given(st.text(), st.text(), st.text())
@example("a\r\nATTENDEE:mailto:x@y\x0b\x85\u2028\x00\ud800", 'a"^;:,\\\r\nb', "x@y\r\nATTENDEE:z")
@example("a\x1c\x1d\x1eb\tc", "\u2029", "\x7f\x9f@")
def test_nothing_typed_can_break_out_of_its_line(typed: str, name: str, address: str) -> None:
    event = replace(DRILL, summary=typed, description=typed, location=typed, url=typed)
    guest = replace(GUEST, name=name, address=f"g{address}@x.example")
    assert findings(request(event, OFFICE, guest, SENT)) == []
    assert findings(feed(name, [vevent(event)])) == []


def by_the_library(event: Event) -> bytes:
    entry = _entry(event, stamp=event.changed, zone=TOKYO)
    entry.classification = CLASS.PRIVATE
    return bytes(entry.to_ical())


def unfolded(calendar: bytes) -> bytes:
    return calendar.replace(b"\r\n ", b"")


@settings(deadline=None)
@given(
    st.text().filter(lambda text: "\\N" not in text),  # which the library takes for the end of a line
    TITLES.filter(lambda text: "\\N" not in text),
    st.integers(-(10**9), 10**10).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from(sorted(PREFIX)),
    st.integers(0, 9999),
)
@example("\\" * 300, "あ\\" * 90, datetime(2026, 1, 1, tzinfo=UTC), "CANCELLED", 1)
def test_an_entry_is_written_as_the_library_writes_it(
    title: str, place: str, at: datetime, status: str, sequence: int
) -> None:
    times = {"starts_at": at, "ends_at": at + timedelta(minutes=50), "changed": at, "created": at}
    event = replace(DRILL, summary=title, location=place, status=status, sequence=sequence, **times)
    assert unfolded(vevent(event)) == unfolded(by_the_library(event))


@settings(deadline=None)
@given(TITLES)
def test_the_same_event_always_gives_the_same_bytes(title: str) -> None:
    event = replace(DRILL, summary=title)
    renders = [feed(title, [vevent(event)]) + request(event, OFFICE, GUEST, SENT) for _ in range(2)]
    assert len({hashlib.sha256(render).digest() for render in renders}) == 1


def test_a_feed_is_its_kept_entries_untouched() -> None:
    entries = [vevent(replace(DRILL, uid=f"{number}@renkei.example")) for number in range(50)]
    assert b"".join(entries) + b"END:VCALENDAR\r\n" in feed("予定", iter(entries))
