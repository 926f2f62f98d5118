"""What the calendars of other people get from us."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from domain.actor import TOKYO
from domain.calendar import AppointmentStatus, PartStat
from exports.ical import Event, Party, cancel, decline_counter, feed, request, uninvite, vevent
from tests.exports.strict_ical import findings

SENT = datetime(2026, 10, 1, 3, 4, 5, tzinfo=UTC)
OFFICE = Party("青浜県警察本部 サイバー犯罪対策課", "cyber-invite@police.example")
GUEST = Party("𠮷例 次郎", "jiro@denryoku.example")
DRILL = Event(
    uid="01K7D3Q6R8W2N4J5T9V0X1Y2Z3@renkei.example",
    sequence=2,
    created=datetime(2026, 9, 1, 0, 0, tzinfo=UTC),
    changed=datetime(2026, 9, 30, 1, 2, 3, 456789, tzinfo=UTC),
    starts_at=datetime(2026, 11, 5, 13, 30, tzinfo=TOKYO),
    ends_at=datetime(2026, 11, 5, 16, 0, tzinfo=TOKYO),
    summary="共同対処訓練; 架空電力, 総合病院",
    description="受付は13時から。\n名札を着けてください。",
    location="青浜県警察本部 5階",
    url="https://renkei.example/d/1",
)


def lines(calendar: bytes) -> list[str]:
    return calendar.decode().replace("\r\n ", "").split("\r\n")


def test_a_feed_without_events_is_still_a_calendar_with_a_time_zone() -> None:
    empty = Calendar.from_ical(feed("予定", []))
    assert [part.name for part in empty.subcomponents] == ["VTIMEZONE"]


def test_only_the_entries_of_a_feed_have_uids() -> None:
    """A reader that takes a UID of the calendar for each entry's would keep one entry of all."""
    whole = lines(feed("予定", [vevent(DRILL), vevent(replace(DRILL, uid="another@renkei.example"))]))
    above = whole[: whole.index("BEGIN:VEVENT")]
    assert [line for line in above if line.startswith("UID")] == []
    assert len([line for line in whole if line.startswith("UID:")]) == 2


def test_a_feed_entry_names_nobody_and_is_private() -> None:
    entry = lines(vevent(DRILL))
    assert "CLASS:PRIVATE" in entry
    assert not [line for line in entry if line.startswith(("ATTENDEE", "ORGANIZER"))]


def test_a_feed_entry_is_stamped_with_its_last_change() -> None:
    assert {"DTSTAMP:20260930T010203Z", "LAST-MODIFIED:20260930T010203Z"} <= set(lines(vevent(DRILL)))


def test_a_cancelled_entry_says_so_in_title_status_and_free_time() -> None:
    entry = lines(vevent(replace(DRILL, status="CANCELLED")))
    assert {"STATUS:CANCELLED", "TRANSP:TRANSPARENT"} <= set(entry)
    assert r"SUMMARY:【中止】共同対処訓練\; 架空電力\, 総合病院" in entry


def test_a_tentative_entry_says_so_in_title_and_status() -> None:
    entry = lines(vevent(replace(DRILL, status="TENTATIVE")))
    assert "STATUS:TENTATIVE" in entry
    assert r"SUMMARY:【調整中】共同対処訓練\; 架空電力\, 総合病院" in entry


def test_an_invitation_names_its_one_recipient_and_asks_for_an_answer() -> None:
    mail = lines(request(DRILL, OFFICE, GUEST, SENT))
    assert [line for line in mail if line.startswith("ATTENDEE")] == [
        'ATTENDEE;CN="𠮷例 次郎";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE'
        ":mailto:jiro@denryoku.example"
    ]
    assert {"METHOD:REQUEST", "SEQUENCE:2", "DTSTAMP:20261001T030405Z"} <= set(mail)


def test_invitation_and_feed_show_the_same_event() -> None:
    shared = ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "STATUS")
    in_feed = [line for line in lines(vevent(DRILL)) if line.startswith(shared)]
    in_mail = lines(request(DRILL, OFFICE, GUEST, SENT))
    assert len(in_feed) == len(shared)
    assert set(in_feed) <= set(in_mail)


def test_a_cancellation_cancels_whatever_the_status_was_and_counts_in_utc() -> None:
    mail = lines(cancel(DRILL, OFFICE, GUEST, SENT))
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "DTSTART:20261105T043000Z", "DTEND:20261105T070000Z"} <= set(mail)


def test_who_is_no_longer_invited_is_not_told_that_the_event_is_off() -> None:
    mail = lines(uninvite(DRILL, OFFICE, GUEST, SENT))
    assert "METHOD:CANCEL" in mail
    assert not [line for line in mail if line.startswith("STATUS") or "中止" in line]


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        vevent(replace(DRILL, starts_at=DRILL.starts_at.replace(tzinfo=None)))


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(KeyError):
        vevent(replace(DRILL, status="DONE"))


def test_an_event_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="end"):
        vevent(replace(DRILL, ends_at=DRILL.starts_at - timedelta(minutes=1)))


def test_reserved_characters_in_an_old_carrier_address_are_encoded() -> None:
    mail = lines(request(DRILL, OFFICE, Party("見本 太郎", "a..b.?/%@docomo.example"), SENT))
    assert [line for line in mail if line.endswith(":mailto:a..b.%3F%2F%25@docomo.example")]


def test_every_status_of_an_appointment_can_be_shown() -> None:
    shown = [lines(vevent(replace(DRILL, status=status))) for status in AppointmentStatus]
    assert [f"STATUS:{status}" in entry for status, entry in zip(AppointmentStatus, shown, strict=True)] == [True] * 3


@pytest.mark.parametrize("answer", PartStat)
def test_every_answer_can_be_told_back_in_an_invitation(answer: PartStat) -> None:
    assert findings(request(DRILL, OFFICE, GUEST, SENT, partstat=answer)) == []


@pytest.mark.parametrize(("sequence", "written"), [(0, []), (1, ["SEQUENCE:1"]), (2, ["SEQUENCE:2"])])
def test_a_refusal_of_another_date_belongs_to_the_version_that_was_answered(sequence: int, written: list[str]) -> None:
    refusal = lines(decline_counter(replace(DRILL, sequence=sequence), OFFICE, SENT))
    assert [line for line in refusal if line.startswith("SEQUENCE")] == written
