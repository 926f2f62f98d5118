"""The waiting list: a seat that becomes free is offered to the first in the line, for a while, and then to the next."""

import asyncio
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from domain import activities, gathering, outbox, replies, running, volunteers
from domain.activities import Activity, ActivityParticipation, ParticipationStatus
from domain.activities.seating import LONGEST_OFFER
from domain.calendar import Attendee, PartStat
from domain.errors import Conflict
from domain.gathering import Gathering
from domain.japanese import clock
from domain.outbox import Letter, Method
from domain.people import Person
from domain.quiet import QuietHours
from domain.volunteers import Volunteer
from tests import make
from tests.clock import NOW
from tests.make import Town

HOUR = timedelta(hours=1)
CONFIRMED, WAITLISTED = ParticipationStatus.CONFIRMED, ParticipationStatus.WAITLISTED
NAMES = ("髙見本", "試﨑", "𠮷例", "例塚")


class Line:
    """An activity with few seats, and volunteers who all say yes, one after the other."""

    def __init__(self, town: Town, activity: Activity, people: list[Volunteer]) -> None:
        self.town, self.activity, self.people = town, activity, people
        self.now = NOW

    async def answer(self, number: int, partstat: PartStat, now: datetime | None = None) -> None:
        self.now = now or self.now + timedelta(minutes=1)
        whose = {"person_id": self.people[number].person_id, "appointment_id": self.activity.appointment_id}
        attendee = await Attendee.get(**whose)
        await replies.answer_by_link(self.now, attendee.id, partstat=partstat)

    async def part(self, number: int) -> ActivityParticipation:
        return await ActivityParticipation.get(volunteer_id=self.people[number].id, activity_id=self.activity.id)

    async def hear(self, now: datetime) -> None:
        """Whatever was owed by then has left."""
        await outbox.settle_before(now + HOUR, now + HOUR)

    async def states(self) -> list[tuple[ParticipationStatus, int | None, bool]]:
        """Each one's status, turn, and whether a seat is kept for them."""
        parts = [await self.part(number) for number in range(len(self.people))]
        return [(part.status, part.turn, part.offered_until is not None) for part in parts]

    async def letters(self, kind: str) -> list[int]:
        """Who has got letters of this kind, in order."""
        whose = {person.person_id: number for number, person in enumerate(self.people)}
        written = await Letter.filter(kind=kind).order_by("id")
        assert {one.method for one in written} <= {Method.REQUEST}
        return [whose[one.person_id] for one in written if one.person_id]


async def line_of(town: Town, names: tuple[str, ...] = NAMES[:3]) -> list[Volunteer]:
    return [
        await make.volunteer(town, family_name=name, mail_address=f"{n}@volunteer.example")
        for n, name in enumerate(names)
    ]


async def line(town: Town, *, seats: int = 1, names: tuple[str, ...] = NAMES[:3], **over: Any) -> Line:
    return await in_line(town, await line_of(town, names), seats=seats, **over)


async def in_line(town: Town, people: list[Volunteer], *, seats: int = 1, **over: Any) -> Line:
    activity = await make.activity(town.officer, capacity=seats, **over)
    await activities.invite(town.officer, activity.id, volunteer_ids=[one.id for one in people])
    waiting = Line(town, activity, people)
    for number in range(len(people)):
        await waiting.answer(number, PartStat.ACCEPTED)
    return waiting


def test_whoever_comes_too_late_stands_in_line_in_the_order_of_their_answers(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        assert await waiting.states() == [(CONFIRMED, None, False), (WAITLISTED, 1, False), (WAITLISTED, 2, False)]
        await waiting.answer(1, PartStat.ACCEPTED)
        assert (await waiting.part(1)).turn == 1

    play(story)


def test_a_seat_that_becomes_free_is_offered_to_the_first_in_line_and_kept_for_them(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        await waiting.answer(0, PartStat.DECLINED)
        assert (await waiting.states())[1:] == [(WAITLISTED, 1, True), (WAITLISTED, 2, False)]
        assert (await waiting.part(1)).offered_until == waiting.now + LONGEST_OFFER
        assert await waiting.letters("activity-seat-offered") == [1]
        late = await make.volunteer(town, family_name="後田", mail_address="late@volunteer.example")
        with pytest.raises(Conflict, match="定員"):
            await activities.register(town.officer, waiting.activity.id, volunteer_ids=[late.id])
        with pytest.raises(Conflict, match="定員"):
            await activities.admit(town.officer, (await waiting.part(2)).id)
        await waiting.answer(0, PartStat.ACCEPTED)
        assert (await waiting.states())[0] == (WAITLISTED, 3, False)

    play(story)


def test_whoever_takes_the_offer_up_has_the_seat_and_their_calendar_says_so(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        await waiting.answer(0, PartStat.DECLINED)
        await waiting.answer(1, PartStat.ACCEPTED)
        assert (await waiting.states())[1:] == [(CONFIRMED, None, False), (WAITLISTED, 2, False)]
        last = await Letter.filter(person_id=waiting.people[1].person_id).order_by("-id").first()
        assert last is not None
        assert (last.kind, last.facts["partstat"]) == ("answer-received", "ACCEPTED")
        assert (await Attendee.get(person_id=waiting.people[1].person_id)).busy_from == waiting.activity.starts_at

    play(story)


@pytest.mark.parametrize("partstat", [PartStat.DECLINED, PartStat.TENTATIVE])
def test_whoever_says_no_to_the_offer_leaves_it_to_the_next(play: Any, partstat: PartStat) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        await waiting.answer(0, PartStat.DECLINED)
        await waiting.answer(1, partstat)
        assert (await waiting.states())[2] == (WAITLISTED, 2, True)
        assert await waiting.letters("activity-seat-offered") == [1, 2]

    play(story)


def test_an_offer_that_is_not_taken_up_in_time_goes_on_to_the_one_after(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        await waiting.answer(0, PartStat.DECLINED)
        ends = (await waiting.part(1)).offered_until
        assert ends is not None
        await waiting.hear(waiting.now)
        assert await activities.pass_on(ends - timedelta(seconds=1)) == 0
        assert await activities.pass_on(ends) == 1
        assert await activities.pass_on(ends) == 0
        assert (await waiting.states())[1:] == [(WAITLISTED, None, False), (WAITLISTED, 2, True)]
        assert await waiting.letters("activity-offer-lapsed") == [1]
        assert await waiting.letters("activity-seat-offered") == [1, 2]
        await waiting.hear(ends)
        assert await activities.pass_on(ends + LONGEST_OFFER) == 1
        assert await waiting.letters("activity-seat-offered") == [1, 2]

    play(story)


def test_whoever_let_an_offer_lapse_and_says_yes_again_gets_the_free_seat_or_the_end_of_the_line(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        await waiting.answer(0, PartStat.DECLINED)
        ends = (await waiting.part(1)).offered_until
        assert ends is not None
        await waiting.hear(waiting.now)
        await activities.pass_on(ends)
        await waiting.answer(1, PartStat.ACCEPTED, ends + HOUR)
        assert (await waiting.part(1)).turn == 3
        await waiting.hear(ends + HOUR)
        await activities.pass_on(ends + LONGEST_OFFER)
        assert (await waiting.states())[1] == (WAITLISTED, 3, True)
        await waiting.hear(ends + LONGEST_OFFER)
        await activities.pass_on(ends + 2 * LONGEST_OFFER)
        await waiting.answer(2, PartStat.ACCEPTED, ends + 2 * LONGEST_OFFER + HOUR)
        assert (await waiting.states())[2] == (CONFIRMED, None, False)

    play(story)


def test_nobody_is_told_of_the_loss_of_somebody_who_only_waited(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        await waiting.answer(2, PartStat.DECLINED)
        assert await Letter.filter(kind="attendee-lost").count() == 0
        await waiting.answer(0, PartStat.DECLINED)
        assert await Letter.filter(kind="attendee-lost").count() == 1

    play(story)


def test_shortly_before_it_begins_an_offer_lasts_half_of_the_time_that_is_left(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town, starts_at=NOW + 10 * HOUR)
        await waiting.answer(0, PartStat.DECLINED, NOW + 2 * HOUR)
        assert (await waiting.part(1)).offered_until == NOW + 6 * HOUR

    play(story)


async def release(waiting: Line) -> None:
    await activities.release(waiting.town.officer, (await waiting.part(0)).id, reason="人数の調整")


async def leave(waiting: Line) -> None:
    await volunteers.resign(waiting.town.hq, waiting.people[0].id, reason="転居")


async def add_seats(waiting: Line) -> None:
    version = (await Activity.get(id=waiting.activity.id)).version
    await activities.correct(waiting.town.officer, waiting.activity.id, version=version, capacity=2)


@pytest.mark.parametrize("free", [release, leave, add_seats])
def test_however_a_seat_becomes_free_it_is_offered(play: Any, free: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        await free(waiting)
        assert (await waiting.states())[1:] == [(WAITLISTED, 1, True), (WAITLISTED, 2, False)]
        assert await waiting.letters("activity-seat-offered") == [1]

    play(story)


def test_without_a_limit_everybody_who_waits_is_offered_a_seat(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        version = (await Activity.get(id=waiting.activity.id)).version
        await activities.correct(town.officer, waiting.activity.id, version=version, capacity=None)
        assert await waiting.letters("activity-seat-offered") == [1, 2]

    play(story)


def test_another_date_asks_everybody_anew_and_keeps_no_line(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        await waiting.answer(0, PartStat.DECLINED)
        later = waiting.activity.starts_at + timedelta(days=7)
        await activities.reschedule(town.officer, waiting.activity.id, starts_at=later, ends_at=later + HOUR)
        assert (await waiting.states())[1:] == [(ParticipationStatus.REQUESTED, None, False)] * 2

    play(story)


def test_of_what_is_called_off_no_seat_is_offered_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        await waiting.answer(0, PartStat.DECLINED)
        await activities.cancel(town.officer, waiting.activity.id, reason="大雨")
        assert await activities.pass_on(waiting.now + LONGEST_OFFER) == 1
        assert await waiting.letters("activity-offer-lapsed") == []
        assert await waiting.letters("activity-seat-offered") == [1]

    play(story)


def test_many_who_answer_at_once_get_exactly_the_seats_there_are(play: Any) -> None:
    async def story(town: Town) -> None:
        people = [
            await make.volunteer(town, family_name=f"例{n}", mail_address=f"{n}@volunteer.example") for n in range(12)
        ]
        activity = await make.activity(town.officer, capacity=5)
        await activities.invite(town.officer, activity.id, volunteer_ids=[one.id for one in people])
        asked = await Attendee.filter(appointment_id=activity.appointment_id)
        yes = [replies.answer_by_link(NOW, one.id, partstat=PartStat.ACCEPTED) for one in asked]
        await asyncio.gather(*yes)
        parts = await ActivityParticipation.all()
        assert sum(part.status is CONFIRMED for part in parts) == 5
        assert sorted(part.turn for part in parts if part.turn is not None) == list(range(1, 8))

    play(story)


def test_two_clocks_pass_a_seat_on_once(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town)
        await waiting.answer(0, PartStat.DECLINED)
        await waiting.hear(waiting.now)
        then = waiting.now + LONGEST_OFFER
        assert sorted(await asyncio.gather(activities.pass_on(then), activities.pass_on(then))) == [0, 1]
        assert await waiting.letters("activity-seat-offered") == [1, 2]

    play(story)


MIDNIGHT = NOW - 9 * HOUR
"""The first midnight in Japan."""


async def posted_at(line: Line, house: QuietHours, hold: timedelta = HOUR / 20) -> datetime:
    """When the letter leaves with the newest offer, where changes are gathered and the clock ticks slowly."""
    now = line.now
    while True:
        await gathering.settle(now, Gathering(hold), house)
        while letters := await outbox.claim(now, 50, house):
            for letter in letters:
                await outbox.mark_sent(now, letter.id)
        offer = await Letter.filter(kind="activity-seat-offered").order_by("-id").first()
        if offer and offer.sent_at is not None:
            return now
        await activities.pass_on(now)
        now += HOUR / 6


@pytest.mark.parametrize(("begins", "ends"), [(21, 7), (0, 6), (18, 9), (12, 13)])
@pytest.mark.parametrize(("own", "hold"), [(None, HOUR / 20), (None, HOUR), ((20, 10), HOUR / 20)])
def test_nobody_loses_a_seat_that_they_could_not_hear_of(
    play: Any, full: bool, begins: int, ends: int, own: tuple[int, int] | None, hold: timedelta
) -> None:
    """Whenever it becomes free and whenever the activity begins, whoever it is offered to has their half of what is
    left from when the letter leaves; and nobody else is offered it meanwhile."""

    async def story(town: Town) -> None:
        house, dice = QuietHours(begins, ends), Random(begins)
        people = await line_of(town)
        if own:
            await Person.filter(id=people[1].person_id).update(quiet_from=own[0], quiet_to=own[1])
        for day in range(3, 27, 4 if full else 12):
            freed = MIDNIGHT + timedelta(days=day, hours=dice.randrange(24), minutes=dice.choice([0, 15, 59]))
            starts_at = freed + dice.choice([3, 9, 12, 14, 30, 60]) * HOUR
            waiting = await in_line(town, people, starts_at=starts_at)
            with running.begun(hours=house):
                await waiting.answer(0, PartStat.DECLINED, now=freed)
                left = await posted_at(waiting, house, hold)
            until = (await waiting.part(1)).offered_until
            assert until is not None
            assert until - left >= min(LONGEST_OFFER, (starts_at - left) / 2) - HOUR / 3
            assert until < starts_at
            assert (await waiting.part(2)).offered_until is None
            letter = await Letter.filter(kind="activity-seat-offered").order_by("-id").first()
            assert letter is not None
            assert clock(until, wide=True) in letter.facts["reply_by"]

    play(story)


async def refused_until(line: Line, end: datetime) -> datetime:
    """A mail server that is busy until then, and the clock meanwhile; answers when it takes the offer."""
    now = line.now
    while True:
        await gathering.settle(now)
        for letter in await outbox.claim(now, 50):
            if now < end:
                await outbox.mark_failed(now, letter.id, "451 later", for_good=False)
            else:
                await outbox.mark_sent(now, letter.id)
        if await Letter.filter(kind="activity-seat-offered", sent_at__isnull=False).exists():
            return now
        await activities.pass_on(now)
        now += HOUR


def test_after_a_weekend_without_mail_nobody_has_lost_their_turn(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town, starts_at=NOW + timedelta(days=10))
        await waiting.answer(0, PartStat.DECLINED)
        left = await refused_until(waiting, waiting.now + 60 * HOUR)
        until = (await waiting.part(1)).offered_until
        assert until == left + LONGEST_OFFER
        letter = await Letter.get(kind="activity-seat-offered")
        assert clock(until, wide=True) in letter.facts["reply_by"]
        assert (await waiting.states())[1:] == [(WAITLISTED, 1, True), (WAITLISTED, 2, False)]

    play(story)


def test_whoever_cannot_be_written_to_for_half_of_the_time_that_is_left_leaves_the_seat_to_the_next(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = await line(town, starts_at=NOW + timedelta(days=10))
        await waiting.answer(0, PartStat.DECLINED)
        assert await activities.pass_on(waiting.now + timedelta(days=4)) == 0
        assert await activities.pass_on(waiting.now + timedelta(days=5)) == 1
        assert (await waiting.states())[1:] == [(WAITLISTED, None, False), (WAITLISTED, 2, True)]

    play(story)
