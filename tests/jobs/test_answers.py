"""Replies in the many forms in which calendars write them, and what is none: read leniently, never believed."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

import api
import domain
import exports
import jobs
import seed
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
ALONE = f"From: {ADDRESS}\r\nContent-Type: text/calendar; method=REPLY; charset=UTF-8\r\n\r\n".encode() + calendar()
"""As Outlook on the web writes it: without a text beside it, and without parts."""


@pytest.mark.parametrize(
    "raw",
    [
        mail(calendar()),
        mail(calendar(), params={"charset": "UTF-8"}),
        mail(calendar(), kind="application/ics", params={"name": "invite.ics"}),
        mail(calendar(), kind="application/ics", params={}),
        ALONE,
        mail(calendar(), kind="application/octet-stream", params={"name": "Invite.ICS"}),
        mail(calendar(method="reply")),
        mail(calendar(attendee=f"ATTENDEE;PARTSTAT=accepted:MAILTO:{ADDRESS}")),
        mail(calendar(more="BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nEND:VALARM")),
        mail(calendar(start="20260729", end=None)),
        mail(calendar().replace(f"ORGANIZER:mailto:{DESK}\r\n".encode(), b"")),
    ],
    ids=["plain", "no method", "ics", "by type", "alone", "by name", "small", "MAILTO", "alarm", "day", "Exchange"],
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


RINGS = "TRIGGER:-PT15M\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nREPEAT:100000000\r\nDURATION:PT1M"
ALARM = f"BEGIN:VALARM\r\n{RINGS}\r\nEND:VALARM"
HEAD = b"From: a@b.example\r\nMIME-Version: 1.0\r\n"
BORDER = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'


def nested(depth: int) -> bytes:
    each = (b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return HEAD + b"".join(each) + b"Content-Type: text/plain\r\n\r\nx\r\n"


BOMBS = {
    "10 MB in one part": lambda: mail(calendar(more="X-LONG:" + "x" * 10_000_000)),
    "10 MB in one folded property": lambda: mail(calendar(more="X-LONG:" + "\r\n ".join(["y" * 70] * 140_000))),
    "10,000 components": lambda: mail(calendar(more="BEGIN:VALARM\r\nEND:VALARM\r\n" * 10_000)),
    "components in each other": lambda: mail(calendar(more="BEGIN:X\r\n" * 10_000 + "END:X\r\n" * 10_000)),
    "900 parts in each other": lambda: nested(900),
    "20,000 parts in each other": lambda: nested(20_000),
    "mails in each other": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3000,
    "100,000 parts": lambda: HEAD + BORDER + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 100_000 + b"--b--\r\n",
    "100,000 headers": lambda: HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\nx",
    "200,000 recipients": lambda: HEAD + b"To: " + b"a@b.example, " * 200_000 + b"\r\n\r\nx",
    "200,000 findings": lambda: (
        b"Authentication-Results: mx.police.example;" + b" dkim=pass;" * 200_000 + b"\r\n" + HEAD
    ),
    "comments in each other": lambda: b"From: " + b"(" * 8_000 + b"\r\n\r\nx",
    "20,000 parameters": lambda: HEAD + b"Content-Type: text/calendar; " + b'a*0*="x"; ' * 20_000 + b"\r\n\r\nx",
    "a file name of 20,000 pieces": lambda: (
        HEAD + BORDER + b"--b\r\nContent-Disposition: x; " + b'filename*0*="x"; ' * 20_000 + b"\r\n\r\nx\r\n--b--\r\n"
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_would_keep_a_parser_busy_for_minutes_is_put_aside_within_a_second(bomb: str) -> None:
    raw, began = BOMBS[bomb](), process_time()
    assert said(raw) == ("", "", "", "", 0)
    assert process_time() - began < 1


def test_an_alarm_that_repeats_a_hundred_million_times_rings_for_nobody() -> None:
    began = process_time()
    assert said(mail(calendar(more=ALARM))) == YES
    assert process_time() - began < 1


def test_of_a_mail_that_is_not_read_whole_it_is_still_known_from_whom_it_came_and_whether_a_program_sent_it() -> None:
    body = b"--b\r\n\r\nx\r\n" * 1000
    told = read(b"Auto-Submitted: auto-replied\r\nMessage-ID:\r\n <1@x.example>\r\n" + HEAD + BORDER + body)
    assert (told.sender, told.is_automatic) == ("a@b.example", True)
    assert told.digest == read(b"Message-ID: <1@x.example>\r\n" + HEAD + b"\r\nanother body").digest


def test_a_calendar_that_came_by_mail_is_read_as_bytes_and_nowhere_else() -> None:
    """The library takes a text that is a path for the file of that name, and reads it."""
    rooms = [Path(room.__file__).parent for room in (api, domain, exports, jobs, seed)]
    calls = [
        (path.name, ast.unparse(call))
        for room in rooms
        for path in room.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "from_ical"
    ]
    assert calls == [("answers.py", "Calendar.from_ical(content)")]
    assert answers._reply.__annotations__["content"] == "bytes"
