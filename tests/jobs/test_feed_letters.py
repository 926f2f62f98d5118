"""The letters that tell the address of a feed: it opens when they leave, and none leaves with one that was replaced."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from domain import feeds, tokens
from domain.feeds import FeedAddress
from domain.outbox import LEASE, Letter
from jobs import post_letters
from jobs.mail import Envelope
from jobs.post import HandingOver
from jobs.post_letters import Outcome
from tests import make
from tests.clock import NOW
from tests.jobs.letters_at_hand import Office
from tests.jobs.test_post_letters import POSTED, SECRET, Pigeons, desk, post_all, text_of
from tests.make import Town

SOON, QUARTER = NOW + timedelta(minutes=1), timedelta(seconds=15)


def test_the_address_of_a_feed_is_told_by_letter_only(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        [mail] = await post_all(Office())
        secret = feeds.secret_in(SECRET, feed.id, 1)
        assert f"https://renkei.example/cal/{secret}/calendar.ics" in text_of(mail)
        assert all(secret not in str(letter.facts) for letter in await Letter.all())

    play(story)


def test_the_address_of_a_feed_opens_when_its_letter_leaves_and_not_before(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        seen: list[int] = []

        class Watching(Pigeons):
            async def post(self, envelope: Envelope, handing_over: HandingOver = nullcontext) -> None:
                seen.append(await FeedAddress.all().count())
                async with handing_over():
                    seen.append(await FeedAddress.all().count())

        assert await post_letters.post_letters(NOW, desk(Watching())) == {POSTED: 1}
        assert seen == [0, 1]
        [address] = await FeedAddress.all()
        assert address.sha256 == tokens.digest(feeds.secret_in(SECRET, feed.id, 1))

    play(story)


def test_an_address_that_was_replaced_before_its_letter_left_is_told_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        await feeds.rotate(make.at(town.officer, NOW + QUARTER), feed.id)
        post = Pigeons()
        assert await post_letters.post_letters(SOON, desk(post)) == {POSTED: 1}
        [letter] = post.taken
        assert feeds.secret_in(SECRET, feed.id, 2) in letter.text
        assert await Letter.filter(spared_at=SOON, sent_at=None).count() == 1

    play(story)


def test_an_address_that_is_replaced_while_its_letter_is_being_posted_is_told_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)

        class Slow(Pigeons):
            async def post(self, envelope: Envelope, handing_over: HandingOver = nullcontext) -> None:
                if feeds.secret_in(SECRET, feed.id, 1) in envelope.text:
                    await feeds.rotate(town.officer, feed.id)
                await super().post(envelope, handing_over)

        post = Slow()
        assert await post_letters.post_letters(NOW, desk(post)) == {Outcome.FAILED: 1}
        assert (post.taken, await FeedAddress.all().count()) == ([], 0)
        assert await post_letters.post_letters(NOW + LEASE, desk(post)) == {POSTED: 1}
        assert [feeds.secret_in(SECRET, feed.id, 2) in letter.text for letter in post.taken] == [True]

    play(story)
