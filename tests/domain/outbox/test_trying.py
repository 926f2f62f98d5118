"""Letters that were not taken are tried again until they have left, or make no sense any more."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain import outbox
from domain.errors import NotFound, WrongState
from domain.outbox import LONGEST_PAUSE, Letter
from tests.clock import NOW
from tests.domain.outbox.telling import DRILL, OTHER_DRILL, claimed, known, owe

FEED = str(uuid4())


async def refused_until(now: datetime, end: datetime, key: str) -> list[timedelta]:
    """The pauses between the attempts of a letter that no server takes for the time being."""
    pauses = []
    while now < end and await claimed(now) == [key]:
        letter = await known(key)
        await outbox.mark_failed(now, letter.id, "451 later", for_good=False)
        after = await known(key)
        pauses.append(after.due_at - now)
        now = after.due_at
    return pauses


def test_a_new_word_never_waits_for_the_pause_of_an_older_one_and_the_order_is_kept(run: Any) -> None:
    async def story() -> None:
        over = {"ends_at": NOW + timedelta(days=60)}
        await owe("invited", DRILL, **over)
        later = await tried_until(NOW + timedelta(days=2))
        assert (await known("invited")).due_at - later > timedelta(hours=1)
        await owe("moved", DRILL, owed_at=later, **over)
        for minutes in (1, 2, 4):
            assert await claimed(later) == ["invited"]
            await outbox.mark_failed(later, (await known("invited")).id, "451 later", for_good=False)
            assert await claimed(later + timedelta(seconds=59)) == []
            later += timedelta(minutes=minutes * 5 / 4)
        assert await claimed(later) == ["invited"]
        await outbox.mark_sent(later, (await known("invited")).id)
        assert await claimed(later + timedelta(minutes=10)) == ["moved"]

    run(story())


async def tried_until(instant: datetime) -> datetime:
    """When the one letter that waits is tried last before this instant, each time in vain."""
    now = NOW
    while True:
        [letter] = await outbox.claim(now)
        await outbox.mark_failed(now, letter.id, "451 later", for_good=False)
        due_at = (await known(letter.key)).due_at
        if due_at > instant:
            return now + timedelta(seconds=1)
        now = due_at


def test_a_letter_without_a_date_is_tried_for_two_weeks_at_the_longest_pause_and_then_given_up(run: Any) -> None:
    async def story() -> None:
        await owe("feed-address:1")
        pauses = await refused_until(NOW, NOW + timedelta(days=60), "feed-address:1")
        minutes = [1, 2, 4, 8, 16, 32, 64, 128, 256, *[LONGEST_PAUSE // timedelta(minutes=1)] * (len(pauses) - 9)]
        longer = {round(pause / timedelta(minutes=planned), 6) for pause, planned in zip(pauses, minutes, strict=True)}
        assert len(longer) == 1
        assert 1 <= longer.pop() < 1.25
        after = await known("feed-address:1")
        assert after.given_up_at is not None
        tried = after.given_up_at - NOW
        assert timedelta(days=14) <= tried < timedelta(days=19)
        assert await claimed(NOW + timedelta(days=365)) == []

    run(story())


def test_what_failed_together_does_not_come_back_together(run: Any) -> None:
    async def story() -> None:
        for number in range(200):
            await owe(f"letter {number}")
        for letter in await outbox.claim(NOW, most=200):
            await outbox.mark_failed(NOW, letter.id, "421 closing", for_good=False)
        seconds = Counter(int((letter.due_at - NOW).total_seconds()) for letter in await Letter.all())
        assert 60 <= min(seconds) <= max(seconds) < 75
        assert len(seconds) > 10
        assert max(seconds.values()) < 50

    run(story())


def test_a_letter_about_a_date_is_tried_until_that_is_over(run: Any) -> None:
    async def story() -> None:
        ends_at = NOW + timedelta(days=61)  # enough also for the letter whose pauses are the longest
        await owe("drill:1", DRILL, ends_at=ends_at)
        pauses = await refused_until(NOW, ends_at, "drill:1")
        assert len(pauses) > 200
        letter = await known("drill:1")
        assert letter.given_up_at is None
        assert letter.due_at >= ends_at
        assert [letter.is_over(now) for now in (ends_at - timedelta(seconds=1), ends_at)] == [False, True]

    run(story())


def test_the_nearer_a_date_the_sooner_what_tells_of_it_is_tried_again(run: Any) -> None:
    async def story() -> None:
        starts_at = NOW + timedelta(days=7)
        await owe("drill:1", DRILL, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
        now = NOW
        for pause in await refused_until(NOW, starts_at, "drill:1"):
            assert pause <= max(timedelta(minutes=1), (starts_at - now) / 4) * 5 / 4
            now += pause
        assert now - starts_at < timedelta(minutes=2)

    run(story())


def test_a_clock_that_stood_still_for_a_month_gives_nothing_up(run: Any) -> None:
    async def story() -> None:
        await owe("feed-address:1")
        later = NOW + timedelta(days=31)
        assert await claimed(later) == ["feed-address:1"]
        await outbox.mark_failed(later, (await known("feed-address:1")).id, "451 later", for_good=False)
        assert (await known("feed-address:1")).given_up_at is None

    run(story())


async def given_up(key: str, about: UUID | None = None, **over: Any) -> Letter:
    await owe(key, about, **over)
    await outbox.mark_failed(NOW, (await known(key)).id, "550 no such user", for_good=True)
    return await known(key)


def test_a_letter_that_was_given_up_is_sent_again_as_the_same_letter(run: Any) -> None:
    async def story() -> None:
        letter, other = await given_up("drill:1"), await given_up("drill:2")
        later = NOW + timedelta(days=3)
        assert await outbox.resend(later, letter.id) == 1
        again = await known("drill:1")
        assert (again.id, again.given_up_at, again.attempts, again.owed_at) == (letter.id, None, 0, NOW)
        assert (letter.last_error, again.last_error) == ("550 no such user", None)
        assert await claimed(later) == ["drill:1"]
        assert (await known("drill:2")).given_up_at == other.given_up_at

    run(story())


def test_whatever_is_stuck_is_sent_again_at_once_in_its_order(run: Any) -> None:
    async def story() -> None:
        await given_up("invited", DRILL)
        await owe("waits", OTHER_DRILL)
        await outbox.mark_failed(NOW, (await known("waits")).id, "451 later", for_good=False)
        await given_up("moved", DRILL)
        await owe("never tried", owed_at=NOW + timedelta(hours=1))
        assert await outbox.resend(NOW) == 3
        assert await claimed() == ["invited", "waits"]
        await outbox.mark_sent(NOW, (await known("invited")).id)
        assert await claimed() == ["moved"]
        assert await outbox.resend(NOW + timedelta(minutes=1)) == 0

    run(story())


def test_what_makes_no_sense_any_more_is_not_sent_again(run: Any) -> None:
    async def story() -> None:
        over = await given_up("over", DRILL, ends_at=NOW + timedelta(days=1))
        erased = await given_up("erased")
        await Letter.filter(id=erased.id).update(to_address="", facts={})
        overtaken = await given_up("overtaken", OTHER_DRILL)
        await owe("newer", OTHER_DRILL)
        await outbox.mark_sent(NOW, (await known("newer")).id)
        replaced = await given_up("old link", subscription_id=FEED)
        await owe("new link", subscription_id=FEED)
        left = await known("newer")
        later = NOW + timedelta(days=2)
        for letter in (over, erased, overtaken, replaced, left):
            before = await known(letter.key)
            with pytest.raises(WrongState):
                await outbox.resend(later, letter.id)
            assert (await known(letter.key)).given_up_at == before.given_up_at
        with pytest.raises(NotFound):
            await outbox.resend(later, uuid4())
        assert await outbox.resend(later) == 0
        assert await claimed(later) == ["new link"]

    run(story())


def test_a_link_is_replaced_by_another_to_the_same_only_and_by_none_that_does_not_leave(run: Any) -> None:
    """A volunteer may have two feeds, and a letter about the second brings nothing of the first."""

    async def story() -> None:
        letter = await given_up("feed", subscription_id=FEED)
        await owe("another feed", subscription_id=str(uuid4()))
        await outbox.mark_sent(NOW, (await known("another feed")).id)
        await given_up("as little heard of", subscription_id=FEED)
        assert await outbox.resend(NOW, letter.id) == 1

    run(story())


def test_a_long_story_of_a_failure_is_cut(run: Any) -> None:
    async def story() -> None:
        await owe("drill:1")
        await outbox.mark_failed(NOW, (await known("drill:1")).id, "長" * 5000, for_good=False)
        assert (await known("drill:1")).last_error == "長" * 300

    run(story())
