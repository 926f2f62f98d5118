"""The post against real mail servers, kind and unkind, and against a real directory."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from jobs.mail import Envelope, message
from jobs.post import (
    FilePost,
    HandingOver,
    NotPosted,
    PermanentFailure,
    Post,
    SmtpPost,
    TemporaryFailure,
    Tls,
)
from tests.jobs.letters_at_hand import LETTER, Office, letter, open_office, open_socket, trusting_tls


def send(office: Office, envelope: Envelope = LETTER, patience: float = 5) -> NotPosted | None:
    async def scene() -> NotPosted | None:
        async with open_office(office) as port:
            return await outcome(SmtpPost("127.0.0.1", port, "none", patience=patience), envelope)

    return asyncio.run(scene())


async def outcome(post: Post, envelope: Envelope = LETTER, handing_over: HandingOver = nullcontext) -> NotPosted | None:
    try:
        await post.post(envelope, handing_over)
    except NotPosted as failure:
        return failure
    return None


def send_encrypted(office: Office, tls: Tls, trust: ssl.SSLContext | None) -> NotPosted | None:
    async def scene() -> NotPosted | None:
        async with open_office(office, encrypted=True) as port:
            return await outcome(SmtpPost("localhost", port, tls, trust=trust, patience=5))

    return asyncio.run(scene())


def meet(talk, patience: float = 5) -> NotPosted | None:
    async def scene() -> NotPosted | None:
        async with open_socket(talk) as port:
            return await outcome(SmtpPost("127.0.0.1", port, "none", patience=patience))

    return asyncio.run(scene())


def test_an_accepted_letter_arrives_whole_at_its_one_recipient():
    office = Office()
    assert send(office) is None
    assert office.asked == ["taro@partner.example"]
    assert [mail.rstrip() for mail in office.delivered] == [message(LETTER).rstrip()]


def test_what_cannot_be_delivered_comes_back_to_the_sender_or_with_a_tag_to_its_own_address():
    office = Office()
    assert send(office) is None
    assert send(office, letter(tag="0a1b")) is None
    assert office.senders == ["cyber-invite@police.example", "bounce+0a1b@police.example"]


def test_a_name_full_of_commas_and_brackets_leads_to_one_recipient():
    office = Office()
    assert send(office, letter(to_name='"山田", <evil@x.example>, b@x.example')) is None
    assert office.asked == ["taro@partner.example"]


def test_a_server_that_is_busy_makes_the_letter_wait():
    office = Office(at_rcpt="451 4.3.0 try again later")
    failure = send(office)
    assert isinstance(failure, TemporaryFailure)
    assert "451" in failure.reason
    assert office.delivered == []


def test_a_recipient_that_does_not_exist_stops_the_letter():
    office = Office(at_rcpt="550 5.1.1 no such user")
    failure = send(office)
    assert isinstance(failure, PermanentFailure)
    assert "550" in failure.reason
    assert office.delivered == []


def test_a_content_that_is_refused_stops_the_letter():
    failure = send(Office(at_data="554 5.7.1 rejected by policy"))
    assert isinstance(failure, PermanentFailure)


def test_a_refusal_to_let_us_in_makes_the_letter_wait():
    failure = send(Office(at_rcpt="530 5.7.0 authentication required"))
    assert isinstance(failure, TemporaryFailure)


def test_a_line_that_drops_after_the_content_makes_the_letter_wait_although_it_may_have_arrived():
    office = Office(drops_after_data=True)
    assert isinstance(send(office), TemporaryFailure)
    assert len(office.delivered) == 1


def test_a_server_that_never_answers_costs_no_more_than_the_patience():
    assert isinstance(send(Office(hangs_after_data=True), patience=0.3), TemporaryFailure)


class Slow(Office):
    """It answers when nobody else has had a turn for a while, as on a busy machine."""

    async def handle_DATA(self, *told: Any) -> str:
        time.sleep(0.3)  # noqa: ASYNC251 - the whole process stands still
        return await super().handle_DATA(*told)


def test_nothing_is_handed_over_after_patience_has_ended_though_it_ended_unheard():
    @asynccontextmanager
    async def deaf() -> AsyncIterator[None]:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(5)
        yield

    async def scene() -> NotPosted | None:
        async with open_office(office) as port:
            return await outcome(SmtpPost("127.0.0.1", port, "none", patience=0.2), LETTER, deaf)

    office = Office()
    assert isinstance(asyncio.run(scene()), TemporaryFailure)
    assert office.delivered == []


def test_what_is_taken_in_the_moment_in_which_patience_ends_is_not_sent_again():
    @asynccontextmanager
    async def after_others() -> AsyncIterator[None]:
        await asyncio.sleep(0.2)
        yield

    async def scene() -> None:
        async with open_office(office) as port:
            await SmtpPost("127.0.0.1", port, "none", patience=0.4).post(LETTER, after_others)

    office = Slow()
    asyncio.run(scene())
    assert len(office.delivered) == 1


def test_a_server_that_is_not_there_makes_the_letter_wait():
    failure = asyncio.run(outcome(SmtpPost("127.0.0.1", 1, "none", patience=2)))
    assert isinstance(failure, TemporaryFailure)


def test_a_greeting_without_an_end_is_cut_off():
    async def shout(writer: asyncio.StreamWriter) -> None:
        for _ in range(200):
            writer.write(b"220-" + b"x" * 100_000)
            await writer.drain()

    assert isinstance(meet(shout), TemporaryFailure)


def test_a_greeting_that_drips_for_ever_is_cut_off():
    async def drip(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"2")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert isinstance(meet(drip, patience=0.3), TemporaryFailure)


def test_a_server_that_closes_its_door_with_554_makes_the_letter_wait():
    async def refuse(writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 \x1b[31mgo away\r\n")
        await writer.drain()

    failure = meet(refuse)
    assert isinstance(failure, TemporaryFailure)
    assert failure.reason.isprintable()


def test_the_letter_travels_encrypted_to_a_server_that_is_known():
    office = Office()
    assert send_encrypted(office, "starttls", trusting_tls()) is None
    assert len(office.delivered) == 1


def test_nothing_is_sent_to_a_server_whose_certificate_is_unknown():
    office = Office()
    assert isinstance(send_encrypted(office, "starttls", None), TemporaryFailure)
    assert (office.asked, office.delivered) == ([], [])


def test_nothing_is_sent_when_encryption_was_stripped_from_the_line():
    office = Office()

    async def scene() -> NotPosted | None:
        async with open_office(office) as port:
            return await outcome(SmtpPost("127.0.0.1", port, "starttls", patience=5))

    assert isinstance(asyncio.run(scene()), TemporaryFailure)
    assert (office.asked, office.delivered) == ([], [])


def test_a_letter_with_an_impossible_address_is_stopped_before_any_connection():
    office = Office()
    failure = send(office, letter(to_address="a..b.@docomo.ne.jp"))
    assert isinstance(failure, PermanentFailure)
    assert "登録" in failure.reason
    assert office.asked == []


def test_a_letter_becomes_one_file_that_a_mail_program_can_open(tmp_path: Path):
    asyncio.run(FilePost(tmp_path / "mail").post(LETTER))
    [file] = (tmp_path / "mail").iterdir()
    assert file.read_bytes() == message(LETTER)
    assert message_from_bytes(file.read_bytes(), policy=default)["Subject"] == LETTER.subject


def test_the_file_is_named_by_date_and_hash_never_by_a_person(tmp_path: Path):
    asyncio.run(FilePost(tmp_path).post(letter(message_id="<taro@partner.example>")))
    [file] = tmp_path.iterdir()
    assert file.name.startswith("2026-11-21_")
    assert file.suffix == ".eml"
    assert "taro" not in file.name


def test_the_same_letter_posted_again_replaces_its_file(tmp_path: Path):
    for _ in range(2):
        asyncio.run(FilePost(tmp_path).post(LETTER))
    assert len(list(tmp_path.iterdir())) == 1


def test_only_its_owner_may_read_a_letter_on_disk(tmp_path: Path):
    asyncio.run(FilePost(tmp_path).post(LETTER))
    assert [file.stat().st_mode & 0o777 for file in tmp_path.iterdir()] == [0o600]


def test_a_directory_that_cannot_be_written_makes_the_letter_wait(tmp_path: Path):
    (tmp_path / "mail").write_text("a file in the way")
    failure = asyncio.run(outcome(FilePost(tmp_path / "mail")))
    assert isinstance(failure, TemporaryFailure)
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]


def test_a_post_never_shows_its_password():
    assert "secret" not in repr(SmtpPost("h.example", 587, "starttls", "u", "secret"))
