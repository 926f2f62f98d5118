"""Whatever officers do and however badly the mail runs: what each reader has got, in the order in which it came, leads
their calendar to the date as it stands. Several workers, retries, a mail server that is down for an hour, letters that
arrive twice or come back, workers that die, addresses that are put right; readers who sleep, and are woken by nothing
that can wait; and nobody waits long for what somebody else, or they, were told in vain before."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from domain import drills, errors, gathering, organizations, outbox, quiet
from domain.actor import TOKYO
from domain.calendar import Appointment, Attendee, sequence_for
from domain.drills import Drill
from domain.gathering import Gathering
from domain.organizations import Contact
from domain.outbox import LEASE, Letter
from domain.people import Person
from tests import make
from tests.clock import NOW
from tests.make import Town

HOLD = Gathering(timedelta(minutes=3))
PLACES = ("第１会議室", "講堂", "体育館", "市民会館")


@dataclass
class Storm:
    """A drill, its officers and its post, by the dice."""

    town: Town
    dice: Random
    drill: Drill
    contacts: list[Contact]
    is_pressing: bool = False
    now: datetime = NOW
    arrived: dict[Any, list[Letter]] = field(default_factory=dict)
    lost: set[Any] = field(default_factory=set)
    cannot_wait: bool = False
    is_down: bool = False

    async def step(self) -> None:
        officers = [self.move_room, self.rename, self.put_off, self.turn_over, self.put_address_right]
        officers += [self.choose_hours, self.break_down]
        await self.dice.choice([self.let_time_pass, self.post, self.post, self.post, *officers])()

    async def let_time_pass(self) -> None:
        self.now += timedelta(seconds=self.dice.choice([0, 1, 30, 90, 240, 400]))

    async def move_room(self) -> None:
        await drills.correct(self.officer, self.drill.id, place=self.dice.choice(PLACES))

    async def rename(self) -> None:
        await drills.correct(self.officer, self.drill.id, title=f"訓練{self.dice.randrange(3)}")

    async def put_off(self) -> None:
        soon = self.is_pressing and self.dice.random() < 0.5
        starts_at = NOW + timedelta(days=1 if soon else 30, hours=self.dice.randrange(5))
        when = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
        try:
            await drills.postpone(self.officer, self.drill.id, reason="台風", **when)
            await drills.resume_inviting(self.officer, self.drill.id)
        except errors.Refused:  # the same date as now, or nobody left
            return
        self.cannot_wait |= soon

    async def turn_over(self) -> None:
        """Somebody is let go, or asked again."""
        contact = self.dice.choice(self.contacts)
        asked = await Attendee.get(appointment_id=self.drill.appointment_id, person_id=contact.person_id)
        if asked.removed_at is None:
            await drills.uninvite(self.officer, self.drill.id, attendee_id=asked.id)
        else:
            await drills.invite(self.officer, self.drill.id, contact_id=contact.id)

    async def put_address_right(self) -> None:
        """They read both mailboxes in one calendar, but the old one may take nothing any more."""
        contact = await Contact.get(id=self.dice.choice(self.contacts).id)
        address = f"contact{self.dice.randrange(10**6)}@partner.example"
        await organizations.correct_contact(self.officer, contact.id, version=contact.version, mail_address=address)

    async def choose_hours(self) -> None:
        """Somebody sleeps by day from now on: for ten hours, or until what comes tomorrow could not be told in time."""
        contact, hour = self.dice.choice(self.contacts), self.now.astimezone(TOKYO).hour
        ends = (hour + (23 if self.is_pressing else 10)) % 24
        await Person.filter(id=contact.person_id).update(quiet_from=hour, quiet_to=ends)

    async def break_down(self) -> None:
        """The mail server takes nothing for about an hour: pauses grow."""
        self.is_down = True
        for minutes in (1, 2, 4, 8, 16, 32):
            await self.post()
            self.now += timedelta(minutes=minutes * 5 / 4)
        self.is_down = False

    @property
    def officer(self) -> Any:
        return make.at(self.town.officer, self.now)

    async def post(self) -> None:
        """Two workers at once; each letter arrives or not, and they hear of it or not, or only by a mail that returns
        it."""
        await asyncio.gather(*[gathering.settle(self.now, HOLD) for _ in range(2)])
        hands = await asyncio.gather(*[outbox.claim(self.now, 3) for _ in range(2)])
        taken = [letter for hand in hands for letter in hand]
        sleepers = await quiet.asleep(self.now, None, [letter.person_id for letter in taken])
        assert self.cannot_wait or not sleepers
        for letter in taken:
            luck = 0.8 if self.is_down else self.dice.random()
            if luck < 0.7:
                self.arrived.setdefault(letter.person_id, []).append(letter)
                self.lost.discard(letter.person_id)
            if luck < 0.55 or luck > 0.93:
                await outbox.mark_sent(self.now, letter.id)
            elif luck < 0.85:
                await outbox.mark_failed(self.now, letter.id, "451 later", for_good=False)
            # else the worker dies, and its lease runs out
            if luck > 0.93:
                await outbox.mark_returned(letter, self.now, "5.2.2")
                self.lost.add(letter.person_id)
        await self.nobody_waits_long()

    async def nobody_waits_long(self) -> None:
        """What is new is tried again before twice as long has passed as it has waited, whatever is in front of it."""
        waiting = await Letter.filter(**outbox.WAITING).order_by("id")
        for newest in waiting:
            reader = (newest.to_address, newest.person_id)
            before = [one for one in waiting if one.id <= newest.id and (one.to_address, one.person_id) == reader]
            has_waited = self.now - newest.owed_at
            longest = (has_waited + timedelta(minutes=1)) * 5 / 4
            assert min(one.due_at for one in (before[0], newest)) <= self.now + longest

    async def calm_down(self) -> None:
        while await Letter.filter(**outbox.WAITING).exists():
            self.now += LEASE
            await self.post()


def for_the_calendar(letters: list[Letter]) -> list[Letter]:
    """What came with a calendar part, each once, as it came first."""
    return list({letter.id: letter for letter in letters if letter.method}.values())


def must_lead_there(letters: list[Letter], *, may_have_got_more: bool) -> None:
    """Each newer than the one before; no CANCEL without a REQUEST, and with a higher SEQUENCE (RFC 5546 §2.1.4). What
    was tried at an address that was put right meanwhile may have come or not: it is taken back, or said again.
    """
    had = None
    for letter in letters:
        assert had is not None or letter.method == "REQUEST" or may_have_got_more
        if had is not None:
            assert (letter.stamped_at or NOW) > (had.stamped_at or NOW)
            assert letter.facts["sequence"] >= had.facts["sequence"]
            if "CANCEL" in (letter.method, had.method):
                assert letter.facts["sequence"] > had.facts["sequence"]
                assert letter.method != had.method or may_have_got_more
        had = letter


async def was_overtaken(person_id: Any) -> bool:
    """Whether something was tried at an address, and then let go because another had been told something newer."""
    return await Letter.filter(person_id=person_id, spared_at__isnull=False, stamped_at__isnull=False).exists()


@pytest.mark.parametrize("is_pressing", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_every_reader_is_led_to_the_date_as_it_stands(play: Any, seed: int, is_pressing: bool) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        contacts = await make.invited(town.officer, drill, "架空電力株式会社", "見本信用金庫", "例示ガス株式会社")
        storm = Storm(town, Random(seed), drill, contacts, is_pressing)
        for _ in range(60):
            await storm.step()
        await storm.calm_down()
        appointment = await Appointment.get(id=drill.appointment_id)
        for attendee in await Attendee.filter(appointment_id=appointment.id).prefetch_related("person"):
            letters = for_the_calendar(storm.arrived.get(attendee.person_id, []))
            must_lead_there(letters, may_have_got_more=await was_overtaken(attendee.person_id))
            if attendee.person_id in storm.lost:  # the officer hears of it, who asks again
                continue
            if attendee.removed_at is None:
                last = letters[-1]
                assert (last.method, last.facts["sequence"]) == ("REQUEST", sequence_for(appointment, attendee))
                assert (last.facts["place"], last.facts["title"]) == (appointment.place, appointment.title)
            else:
                assert letters == [] or letters[-1].method == "CANCEL"

    play(story)
