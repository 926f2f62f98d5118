"""Invitations go out while web and jobs are killed at random moments: everybody is told, and hardly anybody twice."""

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

import httpx

from domain import tokens
from domain.actor import Role
from domain.calendar import Appointment, Attendee
from domain.outbox import WAITING, Letter
from domain.people import Person
from tests import make
from tests.api.serving import wait_until
from tests.clock import NOW
from tests.make import Town
from tests.storms.port import NEXT, PATIENCE, Port, by_reader, differences, invitations, office, port, settle

MORNING = NOW + timedelta(hours=15, minutes=10)
"""Ten past midnight in Japan: letters of one day are the same to the byte."""

BOTH_JOBS = ("jobs 1", "jobs 2")
STRIKES = (("web",), ("web",), ("jobs 1",), ("jobs 2",), BOTH_JOBS, ("web", *BOTH_JOBS))
BODIES = 20


@dataclass
class Desk:
    """An officer at a screen who asks again whatever was not acknowledged, under the same key."""

    port: Port
    token: str
    drill: str
    contacts: list[str]
    acknowledged: int = 0
    again: int = 0
    refused: list[Any] = field(default_factory=list)

    def invite_all(self) -> None:
        """Half of them, then another place for everybody, then the rest."""
        half = len(self.contacts) // 2
        for number, contact in enumerate(self.contacts):
            if number == half:
                self.until_acknowledged("correctDrill", place="青浜県警察本部 講堂", key="moved")
            self.until_acknowledged("inviteToDrill", contactId=contact, key=contact)

    def until_acknowledged(self, mutation: str, key: str, **input: Any) -> None:
        wait_until(lambda: self.is_acknowledged(mutation, key, **input), PATIENCE)

    def is_acknowledged(self, mutation: str, key: str, **input: Any) -> bool:
        try:
            told = self.port.change(self.token, mutation, drillId=self.drill, idempotencyKey=key, **input).json()
        except httpx.TransportError:
            self.again += 1
            return False
        self.refused += told.get("errors", [])
        self.acknowledged += 1
        return True


async def prepared(town: Town, count: int) -> tuple[str, str, list[str]]:
    """A token of an officer, a drill, and so many contacts who are to be invited."""
    person = await Person.get(id=town.officer.person_id)
    _, secret = await tokens.issue(town.admin, person_id=person.id, role=Role.STATION_LIAISON, unit_id=town.station.id)
    drill = await make.drill(town.officer)
    bodies = [await make.company(town.officer, f"架空商事第{number}株式会社") for number in range(BODIES)]
    people = [
        await make.contact(town.officer, bodies[number % BODIES], mail_address=f"contact{number}@partner.example")
        for number in range(count)
    ]
    return secret, f"Drill:{drill.id}", [f"Contact:{one.id}" for one in people]


def storm(here: Port, desk: Desk, taken: list[bytes], strikes: int, draw: Random) -> None:
    """Kill somebody so many times, each when a little more has been done; whoever was killed starts again at once. Each
    kind of strike comes as often as another, and they come in any order."""
    whole = 2 * len(desk.contacts)
    moments = sorted(draw.uniform(0, 0.95) * whole for _ in range(strikes))
    kinds = draw.sample([*islice(cycle(STRIKES), strikes)], strikes)
    assert set(kinds) == set(STRIKES)
    for moment, struck in zip(moments, kinds, strict=True):
        end = time.monotonic() + 0.7
        while desk.acknowledged + len(taken) < moment and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(draw.uniform(0, 0.05))
        here.kill(*struck)
        if set(BOTH_JOBS) <= set(struck):
            here.later(NEXT)
        here.start(*struck)


async def outcome() -> tuple[int, int, Appointment]:
    """How many letters about a date have left, how many people are asked, and the date."""
    letters = await Letter.filter(sent_at__isnull=False, method__isnull=False).count()
    return letters, await Attendee.all().count(), await Appointment.get()


async def is_quiet() -> bool:
    return not await Letter.filter(**WAITING).exists()


def test_whatever_is_killed_everybody_is_told_in_order_and_as_good_as_once(
    run: Any, database_url: str, tmp_path: Path, full: bool, capsys: Any
) -> None:
    seed, count, strikes = (Random().randrange(10**6), 1000, 200) if full else (20260701, 36, len(STRIKES))

    async def begin() -> tuple[str, str, list[str]]:
        return await prepared(await make.town(), count)

    secret, drill, contacts = run(begin())
    with office(Random(seed), drops=0.03) as (box, smtp), port(database_url, smtp, tmp_path, MORNING) as here:
        desk = Desk(here, secret, drill, contacts)
        here.start("web", *BOTH_JOBS)
        officer = threading.Thread(target=desk.invite_all)
        officer.start()
        storm(here, desk, box.taken, strikes, Random(seed))
        officer.join()
        settle(lambda: run(is_quiet()), here)
        kills, of_jobs = sum(here.killed.values()), sum(here.killed[name] for name in BOTH_JOBS)

    mails = invitations(box)
    letters, asked, date = run(outcome())
    with capsys.disabled():
        print(
            f"\nstorm {seed}: {count} invited, {letters} letters, {kills} kills {dict(here.killed)}, "
            f"{box.dropped} replies dropped, {desk.again} requests sent again, {len(mails) - letters} mails twice"
        )
    assert desk.refused == []
    assert asked == count
    assert differences(mails) == []
    assert len({mail.message_id for mail in mails}) == letters
    assert len(mails) <= letters + box.dropped + of_jobs  # a web that is killed repeats no letter
    readers = by_reader(mails)
    assert len(readers) == count
    assert {mail.uid for mail in mails} == {date.uid}
    for theirs in readers.values():
        sequences = [mail.sequence for mail in theirs]
        assert sequences == sorted(sequences)
        assert sequences[-1] == date.sequence
