"""Letters that are owed: told once, posted by one worker at a time, in order, and again until they have left."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from domain import database, outbox
from domain.errors import NotFound, TooLarge, WrongState
from domain.journal import plain
from domain.outbox import LEASE, LONGEST_PAUSE, Letter
from tests.clock import NOW

UNIT = uuid4()
DRILL, OTHER_DRILL = uuid4(), uuid4()


async def owe(
    key: str, about: UUID | None = None, to: str = "a@partner.example", owed_at: datetime = NOW, **facts: Any
) -> None:
    said = {"n": key, **{name: plain(value) for name, value in facts.items()}}
    await outbox.owe(
        key, "drill-invitation", unit_id=UNIT, to=("例塚", to), facts=said, owed_at=owed_at, appointment_id=about
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
        async with in_transaction("default"):
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
        monkeypatch.setattr(outbox, "RENEWALS", [fails])
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
        replaced = await given_up("old link", generation=1)
        await owe("new link", generation=2)
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
