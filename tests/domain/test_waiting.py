"""Whoever asks why a letter has not left is told the one thing that it waits for now."""

from datetime import timedelta
from typing import Any

from domain import drills, gathering, outbox, waiting
from domain.outbox import Letter
from domain.people import Person
from domain.waiting import Reason, Wait
from tests import make
from tests.clock import NOW
from tests.domain.clerks import FIVE, MINUTE, Clock, drill_with
from tests.make import Town


async def why(letter: Letter, now: Any = NOW) -> Reason:
    return (await waiting.reasons(now, [await Letter.get(id=letter.id)], FIVE, None))[letter.id]


def test_a_letter_waits_for_what_else_changes_then_for_its_poster_and_then_while_it_is_posted(play: Any) -> None:
    async def story(town: Town) -> None:
        await drill_with(Clock(town))
        letter = await Letter.get()
        assert await why(letter) == Reason(Wait.GATHERING, NOW + 5 * MINUTE)
        later = NOW + 5 * MINUTE
        await gathering.settle(later, FIVE)
        assert await why(letter, later) == Reason(Wait.NOTHING)
        await outbox.claim(later)
        assert await why(letter, later) == Reason(Wait.POSTED)
        await outbox.mark_failed(later, letter.id, "voll")
        told = await why(letter, later)
        assert (told.wait, told.until) == (Wait.LATER, (await Letter.get()).due_at)

    play(story)


def test_a_letter_waits_for_the_older_one_about_its_date(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, _ = await drill_with(clock)
        await clock.fails("voll", for_good=False)
        await drills.correct(clock.officer, drill.id, place="講堂")
        first, second = await Letter.all().order_by("id")
        assert await why(second, clock.now) == Reason(Wait.BEHIND, behind=first.id)

    play(story)


def test_a_letter_waits_for_the_morning_of_whoever_sleeps_and_for_nothing_where_that_is_too_late(play: Any) -> None:
    async def story(town: Town) -> None:
        near = NOW + timedelta(hours=2)
        for name, over in (("架空電力株式会社", {}), ("見本信用金庫", {"starts_at": near})):
            await make.invited(town.officer, await make.drill(town.officer, **over), name)
        await Person.filter(mail_address="contact1@partner.example").update(quiet_from=8, quiet_to=11)
        far, soon = await Letter.all().order_by("id")
        assert await why(far) == Reason(Wait.ASLEEP, NOW.replace(hour=2, minute=0))
        assert (await why(soon)).wait is Wait.GATHERING

    play(story)
