"""Replies in the many forms in which calendars write them, and what is none: read leniently, never believed."""

from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.japanese import storable
from jobs import answers
from tests.clock import NOW
from tests.jobs.replying import ADDRESS, DESK, GENUINE, UID, bounce, calendar, mail

OURS = "mx.police.example"


def read(raw: bytes, proves: str | None = OURS) -> Any:
    return answers.read(raw, NOW, proves)


def said(raw: bytes) -> tuple[str, str, str, str, int]:
    told = read(raw)
    return told.method, told.uid, told.attendee, told.partstat, told.sequence


YES = ("REPLY", UID, ADDRESS, "ACCEPTED", 2)


@pytest.mark.parametrize(
    "raw",
    [
        mail(calendar()),
        mail(calendar(), params={"charset": "UTF-8"}),
        mail(calendar(), kind="application/ics", params={"name": "invite.ics"}),
        mail(calendar(), kind="application/octet-stream", params={"name": "Invite.ICS"}),
        mail(calendar(method="reply")),
        mail(calendar(attendee=f"ATTENDEE;PARTSTAT=accepted:MAILTO:{ADDRESS}")),
        mail(calendar(more="BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nEND:VALARM")),
        mail(calendar(start="20260729", end=None)),
        mail(calendar().replace(f"ORGANIZER:mailto:{DESK}\r\n".encode(), b"")),
    ],
    ids=["plain", "no method", "ics", "by name", "small", "MAILTO", "alarm", "day", "Exchange"],
)
def test_a_yes_is_a_yes_in_every_form_that_programs_give_it(raw: bytes) -> None:
    assert said(raw) == YES


def test_a_reply_tells_its_version_its_moment_and_its_words() -> None:
    told = read(mail(calendar(sequence=None, comment="2名で伺います。\\n駐車場を\\,1台お願いします")))
    assert (told.sequence, told.stamp) == (0, NOW + timedelta(hours=1))
    assert told.remark == "2名で伺います。 駐車場を,1台お願いします"
    assert (told.sender, told.to) == (ADDRESS, (DESK,))


def test_of_a_delegation_it_is_the_one_who_stays_away() -> None:
    stays = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:new@partner.example":mailto:{ADDRESS}'
    two = f"{stays}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:new@partner.example"
    assert said(mail(calendar(attendee=two))) == ("REPLY", UID, ADDRESS, "DELEGATED", 2)
    assert read(mail(calendar(attendee=two))).delegate == "new@partner.example"


def test_of_several_delegates_none_is_named() -> None:
    several = 'DELEGATED-TO="mailto:a@partner.example","mailto:b@partner.example"'
    told = read(mail(calendar(attendee=f"ATTENDEE;PARTSTAT=DELEGATED;{several}:mailto:{ADDRESS}")))
    assert (told.partstat, told.delegate) == ("DELEGATED", "")


@pytest.mark.parametrize("address", ["a b@x.example", "a%0Ab@x.example", "nobody", "a@" + "x" * 300])
def test_what_is_no_address_is_nobodys(address: str) -> None:
    assert read(mail(calendar(attendee=f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{address}"))).attendee == ""


def test_a_counter_tells_when_it_should_begin_instead() -> None:
    ics = calendar(method="COUNTER", start="20260805T010000Z", end="20260805T040000Z")
    told = read(mail(ics, params={"method": "COUNTER"}))
    assert told.proposed == (datetime(2026, 8, 5, 1, tzinfo=UTC), datetime(2026, 8, 5, 4, tzinfo=UTC))
    assert told.method == "COUNTER"


@pytest.mark.parametrize("lasts", [{"end": None, "more": "DURATION:PT3H"}, {"end": "20260805T130000"}])
def test_a_proposed_time_without_a_zone_is_our_own_and_may_be_told_by_how_long_it_lasts(lasts: dict[str, Any]) -> None:
    told = read(mail(calendar(method="COUNTER", start="20260805T100000", **lasts), params={"method": "COUNTER"}))
    assert told.proposed == (datetime(2026, 8, 5, 1, tzinfo=UTC), datetime(2026, 8, 5, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    "raw",
    [
        mail(None),
        mail(calendar(), params={"method": "REQUEST"}),
        mail(calendar(more="RECURRENCE-ID:20260729T000000Z")),
        mail(calendar().replace(b"END:VEVENT\r\n", b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT\r\n")),
        mail(b"no calendar"),
        mail(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"),
        mail(b"/etc/passwd"),
        mail(calendar(more="X-LONG:" + "x" * 300_000)),
        mail(calendar(more="BEGIN:VALARM\r\nEND:VALARM\r\n" * 30)),
        b"",
        b"\xff\xfe\x00" * 100,
    ],
    ids=["none", "REQUEST", "instance", "two", "text", "cut", "path", "large", "many", "empty", "bytes"],
)
def test_what_is_no_reply_says_nothing(raw: bytes) -> None:
    assert said(raw) == ("", "", "", "", 0)


def test_several_who_answer_at_once_are_nobody() -> None:
    many = "\r\n".join(f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:a{n}@partner.example" for n in range(1000))
    assert said(mail(calendar(attendee=many))) == ("REPLY", UID, "", "", 2)


def test_a_rule_that_repeats_a_hundred_million_times_is_not_followed() -> None:
    began = process_time()
    assert said(mail(calendar(more="RRULE:FREQ=SECONDLY;COUNT=100000000"))) == YES
    assert process_time() - began < 1


@pytest.mark.parametrize(
    ("found", "is_proven"),
    [
        (GENUINE, True),
        ("mx.police.example; dkim=pass header.d=partner.example", True),
        ("mx.police.example; dkim=pass header.i=@partner.example", True),
        ("mx.police.example; dmarc=pass (p=reject) header.from=partner.example", True),
        ("mx.police.example; dkim=pass header.d=evil.example", False),
        ("mx.police.example; dkim=pass header.d=example", False),
        ("mx.police.example; dkim=fail header.d=partner.example", False),
        ("mx.police.example; spf=pass smtp.mailfrom=partner.example", False),
        ("mx.police.example; dmarc=fail (dmarc=pass header.from=partner.example)", False),
        ("mx.evil.example; dkim=pass header.d=partner.example", False),
        ("mx.police.example; none", False),
    ],
)
def test_who_sent_it_is_proven_only_by_our_own_server(found: str, is_proven: bool) -> None:
    assert read(mail(calendar(), Authentication_Results=found)).is_proven is is_proven


def test_without_a_server_of_ours_nothing_is_proven() -> None:
    assert not read(mail(calendar(), Authentication_Results=GENUINE), proves=None).is_proven
    assert not read(mail(calendar())).is_proven


def test_only_the_finding_on_top_counts_for_those_below_may_have_come_with_the_mail() -> None:
    raw = mail(calendar(), Authentication_Results=GENUINE)
    ours = b"Authentication-Results: mx.police.example; dkim=fail header.d=partner.example\r\n"
    assert not read(ours + raw).is_proven


def test_of_several_senders_nobody_can_say_whose_word_it_is() -> None:
    raw = mail(calendar(), sender="a@partner.example, b@partner.example", Authentication_Results=GENUINE)
    assert (read(raw).sender, read(raw).is_proven) == ("", False)


@pytest.mark.parametrize(
    ("headers", "is_automatic"),
    [
        ({}, False),
        ({"Auto_Submitted": "no"}, False),
        ({"Auto_Submitted": "auto-replied; owner-email=x"}, True),
        ({"Precedence": "Bulk"}, True),
        ({"Return_Path": "<>"}, True),
    ],
)
def test_what_a_program_sends_by_itself_is_told_apart(headers: dict[str, str], is_automatic: bool) -> None:
    assert read(mail(None, **headers)).is_automatic is is_automatic


def test_a_letter_of_ours_that_could_not_be_delivered_is_known_by_its_number() -> None:
    letter = uuid4()
    told = read(bounce(f"<{letter}@police.example>"))
    assert (told.returned, told.returned_code) == (letter, "5.1.1")
    assert read(bounce(f"<{letter}@police.example>", action="delayed")).returned is None
    assert read(bounce("<somebody-else@elsewhere.example>")).returned is None
    tagged = bounce("<somebody-else@elsewhere.example>").replace(
        DESK.encode(), f"bounce+{letter.hex}@x.example".encode()
    )
    assert read(tagged).returned == letter


def test_two_copies_of_a_mail_are_one_and_two_mails_are_two() -> None:
    first, second = mail(calendar(), Received="by a"), mail(calendar(), Received="by b")
    assert read(first).digest == read(second).digest
    assert read(mail(calendar(), message_id="<reply-2@partner.example>")).digest != read(first).digest
    assert read(b"From: a@b.example\r\n\r\none").digest != read(b"From: a@b.example\r\n\r\ntwo").digest


@given(some.binary(max_size=400))
def test_no_bytes_end_the_reading(raw: bytes) -> None:
    for whole in (raw, mail(raw), b"From: " + raw, b"Authentication-Results: mx.police.example; " + raw + b"\r\n\r\n"):
        read(whole)


@given(some.text(max_size=600))
def test_whatever_was_typed_as_a_comment_can_be_kept(typed: str) -> None:
    ics = calendar(comment=typed.replace("\r", "").replace("\n", "\\n").encode(errors="replace").decode())
    remark = read(mail(ics)).remark
    assert len(remark) <= 500
    assert storable(remark) == remark
