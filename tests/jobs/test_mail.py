"""What a letter looks like to a mail program, judged by the standard library's own parser."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.errors import Invalid
from jobs.mail import Envelope, message
from tests.jobs.letters_at_hand import ICS, letter

HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
ONE_LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=120)


def read(envelope: Envelope) -> EmailMessage:
    parsed = message_from_bytes(message(envelope), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def kinds(mail: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in mail.walk()]


def decoded(mail: EmailMessage, header: str) -> str:
    """Exactly what stands before the address; `display_name` itself spoils runs of spaces in long names."""
    raw = dict(mail.raw_items())[header]
    words = decode_header(raw)[0][0]
    return words.decode() if isinstance(words, bytes) else words.split("\n")[0].rstrip("\r")


def test_an_invitation_has_the_shape_that_calendar_programs_expect():
    assert kinds(read(letter())) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]


def test_the_calendar_part_is_shown_inline_and_its_copy_is_attached_byte_for_byte():
    shown, copy = list(read(letter()).walk())[-2:]
    assert dict(shown["Content-Type"].params) == {
        "method": "REQUEST",
        "charset": "UTF-8",
        "component": "VEVENT",
        "name": "invite.ics",
    }
    assert shown["Content-Disposition"] is None
    assert shown["Content-Transfer-Encoding"] == "base64"
    assert copy["Content-Disposition"] == 'attachment; filename="invite.ics"'
    assert shown.get_payload(decode=True) == copy.get_payload(decode=True) == ICS


def test_a_letter_without_a_calendar_is_text_and_its_html():
    assert kinds(read(letter(calendar=None))) == ["multipart/alternative", "text/plain", "text/html"]


def test_a_letter_of_text_alone_is_one_part():
    assert kinds(read(letter(calendar=None, html=None))) == ["text/plain"]


def test_an_invitation_without_html_still_ends_its_alternatives_with_the_calendar():
    assert kinds(read(letter(html=None)))[1:4] == ["multipart/alternative", "text/plain", "text/calendar"]


def test_every_byte_on_the_wire_is_ascii_and_every_line_short():
    wire = message(letter(subject="髙﨑𠮷" * 80, to_name="見本 太郎" * 30, text="葛󠄀" * 3000))
    assert wire.isascii()
    assert max(map(len, wire.split(b"\r\n"))) <= 78
    assert b"\n" not in wire.replace(b"\r\n", b"")


def test_the_text_arrives_as_it_was_written():
    mail = read(letter(text="見本様\n\n御案内\n"))
    assert mail.get_body(("plain",)).get_content() == "見本様\r\n\r\n御案内\r\n"


def test_the_same_letter_is_the_same_bytes_at_every_attempt():
    assert message(letter()) == message(letter())


def test_a_letter_says_that_a_program_wrote_it_and_belongs_to_no_list():
    mail = read(letter())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [name for name in mail if name.startswith("List-")] == []
    assert mail["Message-ID"] == "<01JDRILL.3@renkei.example>"


def test_the_date_is_the_given_instant_in_japan():
    mail = read(letter(date=datetime(2026, 11, 20, 15, 30, tzinfo=UTC)))
    assert mail["Date"] == "Sat, 21 Nov 2026 00:30:00 +0900"


def test_a_name_with_a_comma_is_still_one_recipient():
    recipients = read(letter(to_name="山田, evil@x.example <a@x.example>"))["To"].addresses
    assert [(one.display_name, one.addr_spec) for one in recipients] == [
        ("山田, evil@x.example <a@x.example>", "taro@partner.example")
    ]


def test_a_recipient_without_a_name_is_addressed_by_the_address_alone():
    assert read(letter(to_name=""))["To"] == "taro@partner.example"


@settings(deadline=None)
@given(ONE_LINE, ONE_LINE)
@example("=?utf-8?q?x?=", "a" * 1000)
@example("\ufeff", "見本" * 500)
@example("塚(U+FA10) 神", "#1, <a@b>; c:")
def test_whatever_the_name_and_the_title_no_header_and_no_recipient_is_added(name: str, title: str):
    try:
        mail = read(letter(to_name=name, sender_name=name, subject=title))
    except Invalid:
        return
    assert list(mail.keys()) == HEADERS
    assert [one.addr_spec for one in mail["To"].addresses] == ["taro@partner.example"]
    assert [one.addr_spec for one in mail["From"].addresses] == ["cyber-invite@police.example"]
    assert decoded(mail, "To") == name
    assert decoded(mail, "Subject") == title


@pytest.mark.parametrize(
    "hidden", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\u202e", "\u2066"]
)
@pytest.mark.parametrize("place", ["to_name", "sender_name", "subject"])
def test_what_could_end_a_header_or_turn_its_direction_is_refused(hidden: str, place: str):
    with pytest.raises(Invalid) as refused:
        message(letter(**{place: f"山田{hidden}Bcc: evil@x.example"}))
    assert refused.value.field == place


@pytest.mark.parametrize(
    "address",
    [
        "a..b.@docomo.ne.jp",
        "",
        "taro",
        "@partner.example",
        "a b@partner.example",
        "太郎@partner.example",
        "a@partner.example\r\nBcc: b@x.example",
        "a@x.example, b@x.example",
        "a@x.example\u2028",
        "<a@x.example>",
        "a" * 250 + "@x.example",
    ],
)
def test_an_address_that_no_mail_server_takes_is_refused_by_name(address: str):
    with pytest.raises(Invalid) as refused:
        message(letter(to_address=address))
    assert refused.value.field == "to_address"


def test_a_calendar_that_carries_another_method_than_announced_is_a_bug():
    with pytest.raises(ValueError, match="METHOD:CANCEL"):
        message(letter(calendar=("CANCEL", ICS)))


@pytest.mark.parametrize("message_id", ["01J@renkei.example", "<a b@x.example>", "<a@x.example>\r\nX: y", "<>"])
def test_a_message_id_that_is_none_is_a_bug(message_id: str):
    with pytest.raises(ValueError, match="Message-ID"):
        message(letter(message_id=message_id))


def test_a_date_without_a_time_zone_is_a_bug():
    with pytest.raises(ValueError, match="time zone"):
        message(letter(date=datetime(2026, 11, 21, 9)))  # noqa: DTZ001 that it is naive is the point


def test_with_a_tag_answers_and_what_comes_back_know_their_letter_and_the_organizer_stays_who_it_is():
    tagged = letter(tag="0a1b")
    assert read(tagged)["Reply-To"] == "cyber-invite+0a1b@police.example"
    assert read(tagged)["From"].addresses[0].addr_spec == "cyber-invite@police.example"
    assert tagged.returns_to == "bounce+0a1b@police.example"


def test_without_a_tag_nothing_is_said_of_where_to_answer():
    assert read(letter())["Reply-To"] is None
    assert letter().returns_to == "cyber-invite@police.example"
