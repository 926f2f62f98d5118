"""The mail server is down, silent, forgetful or choosy: nothing is lost or told out of order, the web stays fast."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from icalendar import Calendar
from tortoise.expressions import Q

from domain import digests, drills, tokens
from domain.actor import Role
from domain.calendar import Appointment
from domain.outbox import WAITING, Letter
from domain.people import Person
from jobs.post import SmtpPost
from jobs.post_letters import Outcome, post_letters
from tests import make
from tests.api.asking import read
from tests.api.serving import wait_until
from tests.clock import NOW
from tests.jobs.letters_at_hand import Office, open_office
from tests.jobs.test_post_letters import desk
from tests.make import Town
from tests.storms.port import PATIENCE, Mail, Port, by_reader, calendar_in, invitations, office, port
from tests.storms.port import Office as Gate
from tests.storms.test_kills import prepared
from tests.year.desk import _free_port

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NAMES = ("架空電力株式会社", "架空銀行", "例示鉄道株式会社", "例示大学", "見本通信株式会社")
NOBODY = 1
"""A port at which nobody listens."""


@dataclass
class Choosy(Office):
    """Some readers are refused, each with an answer of their own."""

    refuses: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuses:
            return self.refuses[address]
        return await super().handle_RCPT(server, session, envelope, address, options)


WEATHER = {
    "refusing connections": {},
    "hanging after DATA": {"hangs_after_data": True},
    "dropping after DATA": {"drops_after_data": True},
    "greylisting": {"at_rcpt": "451 4.7.1 greylisted"},
    "full": {"at_data": "452 4.3.1 insufficient storage"},
}


def calm(box: Office) -> None:
    box.at_rcpt = box.at_data = "250 OK"
    box.hangs_after_data = box.drops_after_data = False


def told(box: Office) -> dict[str, list[tuple[int, bytes]]]:
    """What each reader's calendar was told, in order: its SEQUENCE, and the whole mail."""
    heard: dict[str, list[tuple[int, bytes]]] = {}
    for content in box.delivered:
        mail: Any = message_from_bytes(content, policy=policy.default)
        calendar = calendar_in(mail)
        if not calendar:
            continue  # the desk is told in words
        event = Calendar.from_ical(calendar).events[0]
        heard.setdefault(mail["To"].addresses[0].addr_spec, []).append((event.sequence, content))
    return heard


@pytest.mark.parametrize("weather", WEATHER)
def test_after_an_hour_of_bad_weather_everybody_is_told_in_order(play: Any, weather: str) -> None:
    async def story(town: Town) -> None:
        drill, box = await make.drill(town.officer), Office(**WEATHER[weather])  # type: ignore[arg-type]
        await make.invited(town.officer, drill, *NAMES)
        async with open_office(box) as there:
            reached = NOBODY if weather == "refusing connections" else there
            await post_for_an_hour(town, drill, reached)
            lost = len(box.delivered)
            assert await Letter.filter(sent_at__isnull=False).count() == 0
            tried = await Letter.filter(stamped_at__isnull=False)  # the invitations: the new room waits behind them
            assert len(tried) == len(NAMES)
            assert {letter.attempts for letter in tried} <= {5, 6}
            calm(box)
            for minutes in range(60, 180, 5):
                await post_letters(NOW + minutes * MINUTE, desk(SmtpPost("127.0.0.1", there, "none")))
        heard, date = told(box), await Appointment.get()
        assert not await Letter.filter(**WAITING).exists()
        assert len(heard) == len(NAMES)
        assert len(box.delivered) == lost + await Letter.filter(sent_at__isnull=False).count()
        for mails in heard.values():
            sequences = [sequence for sequence, _ in mails]
            assert sequences == sorted(sequences)
            assert sequences[-1] == date.sequence
            assert len({content for _, content in mails}) == len(set(sequences))

    play(story)


async def post_for_an_hour(town: Town, drill: drills.Drill, at: int) -> None:
    """Half-way the drill is moved to another room."""
    at_work = desk(SmtpPost("127.0.0.1", at, "none", patience=0.3))
    for minutes in range(0, 60, 5):
        if minutes == 30:
            await drills.correct(make.at(town.officer, NOW + HOUR / 2), drill.id, place="青浜県警察本部 講堂")
        outcomes = await post_letters(NOW + minutes * MINUTE, at_work)
        assert set(outcomes) <= {Outcome.FAILED}


async def wanting_digests(town: Town) -> None:
    officer = await Person.get(id=town.officer.person_id)
    await Person.filter(id=officer.id).update(wants_digest=True)
    await tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON, unit_id=town.station.id)


def test_who_is_refused_for_good_stops_nobody_else_and_the_officer_reads_why(play: Any) -> None:
    async def story(town: Town) -> None:
        await wanting_digests(town)
        drill = await make.drill(town.officer)
        await make.invited(town.officer, drill, *NAMES)
        box = Choosy(
            refuses={
                "contact2@partner.example": "550 5.1.1 no such user",
                "contact3@partner.example": "451 4.7.1 later",
            }
        )
        async with open_office(box) as there:
            outcomes = await post_letters(NOW, desk(SmtpPost("127.0.0.1", there, "none")))
            box.refuses.pop("contact3@partner.example")
            for minutes in (2, 10, 300):
                await post_letters(NOW + minutes * MINUTE, desk(SmtpPost("127.0.0.1", there, "none")))
        assert outcomes == {Outcome.POSTED: 3, Outcome.FAILED: 2}
        assert sorted(told(box)) == [f"contact{number}@partner.example" for number in (1, 3, 4, 5)]
        assert box.asked.count("contact2@partner.example") == 0
        asked = "{ letters(filter: {status: [GIVEN_UP]}) { edges { node { toAddress attempts lastError } } } }"
        [edge] = (await read(town.officer, asked))["letters"]["edges"]
        assert edge["node"]["toAddress"] == "contact2@partner.example"
        assert edge["node"]["attempts"] == 1
        assert "宛先を確認してください" in edge["node"]["lastError"]
        returned = await Letter.get(kind="letter-returned")
        assert (returned.unit_id, returned.sent_at is not None) == (town.station.id, True)
        await digests.owe(NOW + 24 * HOUR - MINUTE)
        morning = await Letter.get(kind="digest")
        assert "・この1日に届けられなかった手紙 1通" in morning.facts["waiting"]

    play(story)


@contextmanager
def silence(at: int) -> Iterator[None]:
    """A mail server that takes every connection and never says a word."""
    with closing(socket.create_server(("127.0.0.1", at), backlog=200)):
        yield


@dataclass
class Hanging(Gate):
    """Hears a mail to its end, and says nothing to it."""

    async def handle_DATA(self, *_: Any) -> str:
        await asyncio.sleep(PATIENCE)
        return "451 4.3.0 too late"


TEMPERS: dict[str, Callable[[int], AbstractContextManager[object]]] = {
    "well": lambda at: office(Random(0), at=at),
    "silent": silence,
    "hanging after DATA": lambda at: office(Random(0), at=at, of=Hanging),
    "dropping after DATA": lambda at: office(Random(0), drops=1, at=at),
}
SLOWER = 5
"""So many times as long as beside a mail server that is well may half of all changes take, on a machine that is busy
with other things: whoever waited for the mail server would wait twenty times as long."""


def seconds(here: Port, token: str, drill: str, contact: str) -> float:
    """What an officer waits who invites somebody."""
    began = time.monotonic()
    answer = here.change(token, "inviteToDrill", drillId=drill, contactId=contact)
    assert "errors" not in answer.json()
    return time.monotonic() - began


async def tried() -> int:
    """How many letters have been tried, where nobody is at it any more."""
    told = Letter.filter(appointment_id__isnull=False)
    return 0 if await told.filter(leased_until__isnull=False).exists() else await told.filter(attempts=1).count()


async def left() -> int:
    return await Letter.filter(sent_at__isnull=False, appointment_id__isnull=False).count()


async def is_calm(now: datetime) -> bool:
    """Whether nobody posts anything, nor would before the clock goes on."""
    waiting = Letter.filter(**WAITING)
    return not await waiting.filter(Q(leased_until__isnull=False) | Q(due_at__lte=now)).exists()


def test_however_the_mail_server_is_the_web_is_as_fast_and_then_all_are_told_once(
    run: Any, database_url: str, tmp_path: Path, full: bool, capsys: Any
) -> None:
    each, patience = (50, 3) if full else (6, 1)
    count = each * len(TEMPERS)

    async def begin() -> tuple[str, str, list[str]]:
        return await prepared(await make.town(), count)

    secret, drill, contacts = run(begin())
    smtp, took, mails = _free_port(), dict[str, list[float]](), list[Mail]()
    with port(database_url, smtp, tmp_path, NOW + HOUR, patience=patience) as here:
        here.start("web", "jobs 1", "jobs 2")
        wait_until(here.is_open, PATIENCE)
        for number, (temper, opened) in enumerate(TEMPERS.items(), 1):
            asked = contacts[(number - 1) * each : number * each]
            with opened(smtp) as taking:
                took[temper] = sorted(seconds(here, secret, drill, contact) for contact in asked)
                wait_until(lambda least=number * each: run(tried()) == least, PATIENCE)
            mails += invitations(taking[0]) if isinstance(taking, tuple) else []
        assert run(left()) == each  # beside the one that is well, and no other
        with office(Random(0), at=smtp) as (box, _):
            for _ in range(10):
                here.later(10 * MINUTE)
                wait_until(lambda: run(is_calm(here.now)), PATIENCE)
            mails += invitations(box)
        assert run(left()) == count
    half = {temper: waited[each // 2] for temper, waited in took.items()}
    with capsys.disabled():
        print(f"\n{each} invited beside a mail server that is: {half}; at most {max(map(max, took.values())):.3f} s")
    assert {temper: waited for temper, waited in half.items() if waited > SLOWER * half["well"]} == {}
    assert max(map(max, took.values())) < 5
    assert sorted(len({mail.message_id for mail in theirs}) for theirs in by_reader(mails).values()) == [1] * count
