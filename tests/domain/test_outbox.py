"""Letters that are owed: told once, posted by one worker at a time, in order, and again until they have left."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tortoise.transactions import in_transaction

from domain import outbox
from domain.outbox import LEASE, LONGEST_PAUSE, MOST_ATTEMPTS, Letter
from tests.clock import NOW

UNIT = uuid4()
DRILL, OTHER_DRILL = uuid4(), uuid4()


async def owe(key: str, about: UUID | None = None, to: str = "a@partner.example", owed_at: datetime = NOW) -> None:
    await outbox.owe(
        key, "drill-invitation", unit_id=UNIT, to=("例塚", to), facts={"n": key}, owed_at=owed_at, appointment_id=about
    )


async def claimed(now: datetime = NOW, most: int = 20) -> list[str]:
    return [letter.key for letter in await outbox.claim(now, most)]


async def known(key: str) -> Letter:
    return await Letter.get(key=key)


def test_the_same_fact_told_twice_is_one_letter(run: Any) -> None:
    async def story() -> None:
        await owe("drill:1", to="a@partner.example")
        await owe("drill:1", to="b@partner.example")
        [letter] = await Letter.all()
        assert letter.to_address == "a@partner.example"

    run(story())


def test_a_letter_of_a_fact_that_was_taken_back_is_not_owed(run: Any) -> None:
    async def told_and_taken_back() -> None:
        async with in_transaction():
            await owe("drill:1")
            raise ZeroDivisionError

    async def story() -> None:
        with pytest.raises(ZeroDivisionError):
            await told_and_taken_back()
        assert await Letter.all().count() == 0

    run(story())


def test_two_workers_at_once_never_hold_the_same_letter(run: Any) -> None:
    async def story() -> None:
        for number in range(30):
            await owe(f"drill:{number}", to=f"{number}@partner.example")
        hands = await asyncio.gather(*[claimed(most=8) for _ in range(5)])
        held = [key for hand in hands for key in hand]
        assert len(held) == len(set(held))
        assert len(held) >= 8
        assert all(len(hand) <= 8 for hand in hands)
        rest = await claimed(most=100)
        assert sorted([*held, *rest]) == sorted(f"drill:{number}" for number in range(30))

    run(story())


def test_a_letter_whose_worker_has_died_is_free_after_its_lease(run: Any) -> None:
    async def story() -> None:
        await owe("drill:1")
        assert await claimed() == ["drill:1"]
        assert await claimed(NOW + LEASE - timedelta(seconds=1)) == []
        assert await claimed(NOW + LEASE) == ["drill:1"]

    run(story())


def test_a_letter_is_not_claimed_before_it_is_due(run: Any) -> None:
    async def story() -> None:
        tomorrow = NOW + timedelta(days=1)
        await outbox.owe(
            "drill:1",
            "drill-invitation",
            unit_id=UNIT,
            to=("例塚", "a@x.example"),
            facts={},
            owed_at=NOW,
            due_at=tomorrow,
        )
        assert await claimed(tomorrow - timedelta(seconds=1)) == []
        assert await claimed(tomorrow) == ["drill:1"]

    run(story())


def test_letters_about_one_date_to_one_address_leave_in_the_order_they_were_told(run: Any) -> None:
    async def story() -> None:
        for key in ("invited", "moved", "cancelled"):
            await owe(key, DRILL)
        await owe("another date", OTHER_DRILL)
        await owe("another person", DRILL, "b@partner.example")
        assert sorted(await claimed()) == ["another date", "another person", "invited"]
        assert await claimed() == []
        await outbox.mark_sent(NOW, (await known("invited")).id)
        assert await claimed() == ["moved"]
        await outbox.mark_sent(NOW, (await known("moved")).id)
        assert await claimed() == ["cancelled"]

    run(story())


def test_the_order_is_that_of_the_changes_whenever_their_officers_had_begun(run: Any) -> None:
    """An officer who began first may have waited for the other's change: the later change is told last."""

    async def story() -> None:
        await owe("first change", DRILL, owed_at=NOW + timedelta(seconds=1))
        await owe("second change", DRILL, owed_at=NOW)
        assert await claimed(NOW + timedelta(minutes=1)) == ["first change"]

    run(story())


def test_a_letter_without_a_date_waits_for_no_other(run: Any) -> None:
    async def story() -> None:
        await owe("feed-address:1")
        await owe("feed-address:2")
        assert len(await claimed()) == 2

    run(story())


def test_a_letter_that_failed_keeps_the_next_one_waiting_until_it_has_left(run: Any) -> None:
    async def story() -> None:
        await owe("invited", DRILL)
        await owe("cancelled", DRILL)
        await claimed()
        await outbox.mark_failed(NOW, (await known("invited")).id, "451", for_good=False)
        assert await claimed() == []
        later = NOW + timedelta(minutes=1)
        assert await claimed(later) == ["invited"]
        await outbox.mark_sent(later, (await known("invited")).id)
        assert await claimed(later) == ["cancelled"]

    run(story())


def test_a_letter_that_was_given_up_blocks_nothing(run: Any) -> None:
    async def story() -> None:
        await owe("invited", DRILL)
        await owe("cancelled", DRILL)
        await claimed()
        await outbox.mark_failed(NOW, (await known("invited")).id, "550 no such user", for_good=True)
        given_up = await known("invited")
        assert (given_up.given_up_at, given_up.last_error, given_up.attempts) == (NOW, "550 no such user", 1)
        assert await claimed() == ["cancelled"]

    run(story())


def test_those_who_wait_do_not_keep_others_in_the_house(run: Any) -> None:
    async def story() -> None:
        for number in range(6):
            await owe(f"{number} invited", DRILL, f"{number}@full.example")
            await owe(f"{number} moved", DRILL, f"{number}@full.example")
        for key in await claimed(most=6):
            await outbox.mark_failed(NOW, (await known(key)).id, "452 mailbox full", for_good=False)
        await owe("somebody else", DRILL, "z@partner.example")
        assert await claimed(most=3) == ["somebody else"]

    run(story())


def test_each_pause_is_twice_the_last_until_the_longest_and_then_it_is_given_up(run: Any) -> None:
    async def story() -> None:
        await owe("drill:1")
        now, pauses = NOW, []
        for _ in range(MOST_ATTEMPTS):
            assert await claimed(now) == ["drill:1"]
            letter = await known("drill:1")
            await outbox.mark_failed(now, letter.id, "451 later", for_good=False)
            after = await known("drill:1")
            pauses.append(after.due_at - now)
            now = after.due_at
        assert [pause / timedelta(minutes=1) for pause in pauses[:5]] == [1, 2, 4, 8, 16]
        assert max(pauses) == pauses[-1] == LONGEST_PAUSE
        assert (after.attempts, after.given_up_at) == (MOST_ATTEMPTS, now - LONGEST_PAUSE)
        assert await claimed(now + timedelta(days=365)) == []

    run(story())


def test_what_has_left_is_not_taken_back_by_a_late_failure(run: Any) -> None:
    async def story() -> None:
        await owe("drill:1")
        letter = await known("drill:1")
        await claimed()
        await outbox.mark_sent(NOW, letter.id)
        await outbox.mark_failed(NOW, letter.id, "too late", for_good=True)
        after = await known("drill:1")
        assert (after.sent_at, after.given_up_at, after.last_error, after.attempts) == (NOW, None, None, 1)
        assert await claimed(NOW + timedelta(days=1)) == []

    run(story())


def test_a_long_story_of_a_failure_is_cut(run: Any) -> None:
    async def story() -> None:
        await owe("drill:1")
        await outbox.mark_failed(NOW, (await known("drill:1")).id, "長" * 5000, for_good=False)
        assert (await known("drill:1")).last_error == "長" * 300

    run(story())


def test_letters_of_the_past_can_be_counted_as_gone_without_being_posted(run: Any) -> None:
    async def story() -> None:
        dawn = NOW - timedelta(hours=8)
        await owe("yesterday", owed_at=dawn - timedelta(hours=1))
        await owe("today", owed_at=dawn)
        assert await outbox.settle_before(NOW, dawn) == 1
        gone = await known("yesterday")
        assert (gone.sent_at, gone.attempts) == (gone.due_at, 0)
        assert await claimed() == ["today"]

    run(story())


def test_no_letter_of_the_future_counts_as_gone(run: Any) -> None:
    async def story() -> None:
        await owe("tomorrow", owed_at=NOW + timedelta(days=1))
        assert await outbox.settle_before(NOW, NOW + timedelta(days=7)) == 0
        assert (await known("tomorrow")).sent_at is None

    run(story())
