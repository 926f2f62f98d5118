"""Between a mail server's having a letter and its being marked: the database goes away, or somebody else has it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from api.embedded import EmbeddedServer
from domain import database
from domain.calendar import Attendee
from domain.outbox import LEASE, Letter
from jobs import post_letters
from jobs.mail import Envelope
from jobs.post import HandingOver
from jobs.post_letters import AT_ONCE, Outcome
from tests import make
from tests.clock import NOW
from tests.jobs.test_post_letters import Pigeons, desk
from tests.make import Town
from tests.stage import Stage

NAMES = tuple(f"架空企業{number}" for number in range(AT_ONCE))
Act = Callable[[], Awaitable[Any]]


@dataclass
class Eventful:
    """A post that takes everything; as it takes the first letter, something happens, while the others wait."""

    happens: Act
    taken: list[Envelope] = field(default_factory=list)
    has_happened: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, envelope: Envelope, handing_over: HandingOver) -> None:
        async with handing_over():
            self.taken.append(envelope)
            if len(self.taken) == 1:
                await self.happens()
                self.has_happened.set()


async def many_invited(town: Town) -> None:
    await make.invited(town.officer, await make.drill(town.officer), *NAMES)
    assert await Letter.all().count() == await Attendee.all().count() == AT_ONCE


def test_while_the_database_does_not_answer_nothing_more_is_handed_over_however_long_that_takes(
    play: Any, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post_letters, "LONGEST_TURN", 0.01)

    async def story(town: Town) -> None:
        await many_invited(town)
        silence = stage.hands.transaction()
        await silence.start()
        eventful = Eventful(lambda: stage.hands.execute("LOCK TABLE letter"))
        round = asyncio.create_task(post_letters.post_letters(NOW, desk(eventful)))
        await eventful.has_happened.wait()
        await asyncio.sleep(0.1)
        assert len(eventful.taken) == 1
        await silence.rollback()
        assert await round == {Outcome.POSTED: AT_ONCE}
        assert len({mail.message_id for mail in eventful.taken}) == len(eventful.taken) == AT_ONCE

    play(story)


CUT = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@asynccontextmanager
async def shutting(url: str) -> AsyncIterator[Act]:
    """What cuts everybody off the database, and lets nobody in before the block ends; `url` is the superuser's."""
    superuser = await asyncpg.connect(url)
    name = await superuser.fetchval("SELECT current_database()")

    async def shut() -> None:
        await superuser.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        await superuser.execute(CUT)

    try:
        yield shut
        await superuser.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
    finally:
        await superuser.close()


def test_whoever_loses_the_database_repeats_one_letter_and_hands_over_none_of_those_that_wait(
    migrated_database: str, server: EmbeddedServer
) -> None:
    async def story() -> None:
        await many_invited(await make.town())
        async with shutting(server.superuser_url(urlsplit(migrated_database).path[1:])) as shut:
            eventful = Eventful(shut)
            with pytest.raises(ExceptionGroup) as failed:
                await post_letters.post_letters(NOW, desk(eventful))
        assert failed.group_contains(post_letters.Unmarked)
        [begun] = eventful.taken
        assert await Letter.filter(attempts=0, sent_at=None, last_error=None).count() == AT_ONCE

        heir = Pigeons()
        assert await post_letters.post_letters(NOW + LEASE, desk(heir)) == {Outcome.POSTED: AT_ONCE}
        assert begun in heir.taken
        assert len({mail.message_id for mail in heir.taken}) == len(heir.taken) == AT_ONCE

    async def whole() -> None:
        async with database.opened(migrated_database):
            await story()

    asyncio.run(whole())


def test_whoever_slept_beyond_their_lease_hands_nothing_over_that_somebody_else_has_by_then(play: Any) -> None:
    async def story(town: Town) -> None:
        await many_invited(town)
        heir = Pigeons()
        slept = Eventful(lambda: post_letters.post_letters(NOW + LEASE, desk(heir)))
        assert await post_letters.post_letters(NOW, desk(slept)) == {Outcome.POSTED: 1, Outcome.FAILED: AT_ONCE - 1}
        assert len(slept.taken) == 1
        assert len({mail.message_id for mail in heir.taken}) == len(heir.taken) == AT_ONCE
        assert {letter.last_error for letter in await Letter.all()} == {None}

    play(story)


def test_a_mail_server_that_needs_long_for_one_letter_keeps_the_others_waiting_no_longer(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post_letters, "LONGEST_TURN", 0.01)

    async def story(town: Town) -> None:
        await many_invited(town)
        others = asyncio.Event()
        slow = Slow(others)
        assert await post_letters.post_letters(NOW, desk(slow)) == {Outcome.POSTED: AT_ONCE}
        assert slow.under_way == AT_ONCE

    play(story)


@dataclass
class Slow:
    """A post that has done with nothing before it has begun with everything."""

    all_begun: asyncio.Event
    under_way: int = 0

    async def post(self, _: Envelope, handing_over: HandingOver) -> None:
        async with handing_over():
            self.under_way += 1
            if self.under_way == AT_ONCE:
                self.all_begun.set()
            await self.all_begun.wait()
