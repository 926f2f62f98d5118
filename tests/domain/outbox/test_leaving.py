"""Letters are posted by one worker at a time, in order, and dated when they leave."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from domain import database, outbox
from domain.errors import TooLarge
from domain.outbox import LEASE, Letter, leaving
from tests.clock import NOW
from tests.domain.outbox.telling import DRILL, OTHER_DRILL, UNIT, claimed, known, owe


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
        later = (await known("invited")).due_at
        assert await claimed(later) == ["invited"]
        await outbox.mark_sent(later, (await known("invited")).id)
        assert await claimed(later) == ["cancelled"]

    run(story())


async def stamps(*keys: str) -> list[datetime | None]:
    return [(await known(key)).stamped_at for key in keys]


@pytest.mark.parametrize(
    ("first", "second", "stamped"),
    [
        (NOW, NOW + timedelta(minutes=3), NOW + timedelta(minutes=3)),
        (NOW, NOW, NOW + timedelta(seconds=1)),
        (NOW + timedelta(milliseconds=100), NOW + timedelta(milliseconds=900), NOW + timedelta(seconds=1)),
        (NOW + timedelta(milliseconds=900), NOW + timedelta(milliseconds=1100), NOW + timedelta(seconds=1)),
    ],
)
def test_a_letter_is_dated_when_it_leaves_and_in_one_mailbox_dtstamp_rises_by_whole_seconds(
    run: Any, first: datetime, second: datetime, stamped: datetime
) -> None:
    async def story() -> None:
        for key in ("d:1", "d:2", "d:3"):
            await owe(key, DRILL, owed_at=NOW - timedelta(hours=9))
        await owe("elsewhere", DRILL, to="b@partner.example", owed_at=NOW - timedelta(hours=9))
        assert await stamps("d:1") == [None]
        for now in (first, second):
            for letter in await outbox.claim(now):
                await outbox.mark_sent(now, letter.id)
        assert await stamps("elsewhere", "d:1", "d:2", "d:3") == [NOW, NOW, stamped, None]

    run(story())


def test_a_letter_that_is_tried_again_keeps_its_date_until_the_day_is_over_in_japan(run: Any) -> None:
    async def story() -> None:
        await owe("d:1", DRILL)
        midnight = NOW + timedelta(hours=15)
        for now in (NOW, NOW + timedelta(hours=1), midnight - timedelta(seconds=1)):
            [letter] = await outbox.claim(now)
            assert letter.stamped_at == NOW
            await outbox.mark_failed(now, letter.id, "451 later", for_good=False)
            await Letter.all().update(due_at=now)
        assert [letter.stamped_at for letter in await outbox.claim(midnight)] == [midnight]

    run(story())


@pytest.mark.parametrize("state", ["53200", "57014"])
def test_a_database_that_has_no_room_or_is_stopped_costs_no_letter(
    run: Any, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    async def fails(*_: Any) -> None:
        await database.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$")

    async def story() -> None:
        await owe("drill:1")
        await owe("drill:2")
        before = await Letter.all().order_by("id").values()
        monkeypatch.setattr(leaving, "RENEWALS", [fails])
        with pytest.raises((TooLarge, asyncpg.OutOfMemoryError)):
            await claimed()
        async with in_transaction("default"):
            with pytest.raises((asyncpg.QueryCanceledError, asyncpg.OutOfMemoryError)):
                await outbox.see_to_each(NOW, [{"id": one["id"]} for one in before], fails)
        assert await Letter.all().order_by("id").values() == before

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


def test_what_has_left_has_left_though_somebody_else_has_given_it_up_meanwhile(run: Any) -> None:
    """Whose calendar has it is told when it is off (`gathering`)."""

    async def story() -> None:
        await owe("drill:1", DRILL)
        [slow] = await outbox.claim(NOW)
        [heir] = await outbox.claim(NOW + LEASE)
        await outbox.mark_failed(NOW + LEASE, heir.id, "550 unknown", for_good=True)
        await outbox.mark_sent(NOW, slow.id)
        left = await known("drill:1")
        assert (left.sent_at, left.given_up_at, left.leased_until) == (NOW, None, None)

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
