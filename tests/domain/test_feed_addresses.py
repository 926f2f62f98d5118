"""The addresses of feeds: each opens once it was told, is kept as its digest, and ends with what took its place."""

import asyncio
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain import feeds, outbox, tokens
from domain.actor import Bearer
from domain.errors import WrongState
from domain.feeds import FeedAddress, Subscription
from domain.outbox import Letter
from domain.retention.erasing import erase
from tests import make
from tests.clock import NOW
from tests.domain.accounts.test_races import somebody_waits
from tests.make import Town

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEY, ANOTHER = "k" * 43, "n" * 43


async def stations(town: Town) -> Subscription:
    return await feeds.subscribe_unit(town.officer, unit_id=town.station.id)


async def told() -> list[tuple[str, int, datetime, datetime | None]]:
    """What was told: the digest, its generation, since when, until when."""
    rows = await FeedAddress.all().order_by("generation", "told_at")
    return [(one.sha256, one.generation, one.told_at, one.ended_at) for one in rows]


def test_what_is_kept_of_an_address_is_its_digest_however_often_it_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        assert await told() == []  # its letter waits
        secrets = [await feeds.hand_out(at, KEY, feed.id, 1) for at in (NOW, NOW + HOUR)]
        assert secrets == [feeds.secret_in(KEY, feed.id, 1)] * 2
        assert await told() == [(tokens.digest(secrets[0]), 1, NOW, None)]

    play(story)


def test_under_another_key_a_feed_has_one_address_more_and_both_end_together(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        first, second = [await feeds.hand_out(NOW, key, feed.id, 1) for key in (KEY, ANOTHER)]
        assert first != second
        await feeds.rotate(make.at(town.officer, NOW + HOUR), feed.id)
        assert [(generation, ended) for _, generation, _, ended in await told()] == [(1, NOW + HOUR)] * 2

    play(story)


@pytest.mark.parametrize("what", ["replaced", "to come", "revoked", "another"])
def test_no_address_is_told_of_a_feed_that_has_ended_or_of_another_generation_than_the_present(
    play: Any, what: str
) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        if what == "replaced":
            await feeds.rotate(town.officer, feed.id)
        elif what == "revoked":
            await feeds.revoke(town.officer, feed.id)
        id, generation = town.station.id if what == "another" else feed.id, 2 if what == "to come" else 1
        with pytest.raises(WrongState, match="取り替えられたか"):
            await feeds.hand_out(NOW, KEY, id, generation)
        assert await told() == []

    play(story)


def test_an_address_that_would_be_told_while_it_is_being_replaced_does_not_open(play: Any) -> None:
    async def story(town: Town) -> None:
        feed, elsewhere = await stations(town), copy_context()
        async with in_transaction("default"):
            await feeds.rotate(town.officer, feed.id)
            telling = asyncio.create_task(make.told(feed), context=elsewhere)
            assert await somebody_waits()
        with pytest.raises(WrongState):
            await telling
        assert await told() == []

    play(story)


def test_a_letter_whose_address_was_replaced_or_has_ended_before_it_left_is_spared_with_its_copy(play: Any) -> None:
    async def story(town: Town) -> None:
        replaced, ended, present = await stations(town), await stations(town), await stations(town)
        first = await Letter.get(key=f"feed-address:{replaced.id}:1")
        copied = {
            "unit_id": town.station.id,
            "to": ("髙見本 保", "tamotsu@guardian.example"),
            "facts": {},
            "owed_at": NOW,
        }
        await outbox.owe(outbox.copy_key(first.key), first.kind, **copied)
        await feeds.rotate(town.officer, replaced.id)
        await feeds.revoke(town.officer, ended.id)
        assert await feeds.settle(NOW) == 3
        left = {letter.key for letter in await Letter.filter(spared_at=None)}
        assert left == {f"feed-address:{replaced.id}:2", f"feed-address:{present.id}:1"}
        assert await feeds.settle(NOW) == 0

    play(story)


def test_a_letter_that_somebody_is_posting_is_left_to_them(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        assert len(await outbox.claim(NOW)) == 1
        await feeds.rotate(town.officer, feed.id)
        assert await feeds.settle(NOW) == 0
        assert await feeds.settle(NOW + outbox.LEASE) == 1

    play(story)


def test_the_clock_forgets_an_address_ninety_days_after_it_or_its_feed_has_ended(play: Any) -> None:
    async def story(town: Town) -> None:
        replaced, revoked, living = [await make.told(await stations(town)) for _ in range(3)]
        await make.told(await feeds.rotate(town.officer, replaced.id))
        await feeds.revoke(make.at(town.officer, NOW + HOUR), revoked.id)
        for at, known in ((NOW + 90 * DAY - HOUR, 4), (NOW + 90 * DAY, 3), (NOW + 90 * DAY + HOUR, 2)):
            await feeds.tidy(at)
            assert await FeedAddress.all().count() == known
        assert {one.subscription_id for one in await FeedAddress.all()} == {replaced.id, living.id}

    play(story)


def test_the_addresses_of_whoever_is_erased_open_nothing_and_are_forgotten_with_all_others(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        feed = await feeds.subscribe(town.officer, person_id=contact.person_id)
        assert (await make.looked_at(feed)).is_open(NOW)
        async with in_transaction("default"):
            await erase(Bearer(NOW), [contact.person_id], None)
        found = await feeds.look(tokens.digest(feeds.secret_in(KEY, feed.id, 1)))
        assert found is not None
        assert not found.is_open(NOW)
        await feeds.tidy(NOW + 90 * DAY)
        assert await told() == []

    play(story)
