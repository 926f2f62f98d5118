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
from domain import database, organizations, volunteers
from domain.calendar import Attendee
from domain.organizations import Contact
from domain.outbox import LEASE, Letter
from jobs import post_letters
from jobs.mail import Envelope
from jobs.post import HandingOver
from jobs.post_letters import AT_ONCE, Outcome
from tests import make
from tests.clock import NOW
from tests.domain.test_guardians import PARENT, RIGHT, serving
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


async def many_invited(town: Town) -> list[Contact]:
    contacts = await make.invited(town.officer, await make.drill(town.officer), *NAMES)
    assert await Letter.all().count() == await Attendee.all().count() == AT_ONCE
    return contacts


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
            at_work = desk(eventful)
            with pytest.raises(ExceptionGroup) as failed:
                await post_letters.post_letters(NOW, at_work)
        assert failed.group_contains(post_letters.Unmarked)
        [begun] = eventful.taken
        assert [f"<{id}@" for id in at_work.unmarked] == [f"{begun.message_id.partition('@')[0]}@"]
        assert await Letter.filter(attempts=0, sent_at=None, last_error=None).count() == AT_ONCE

        heir = Pigeons()
        assert await post_letters.post_letters(NOW + LEASE, desk(heir)) == {Outcome.POSTED: AT_ONCE}
        assert begun in heir.taken
        assert len({mail.message_id for mail in heir.taken}) == len(heir.taken) == AT_ONCE

    async def whole() -> None:
        async with database.opened(migrated_database):
            await story()

    asyncio.run(whole())


@asynccontextmanager
async def unmarkable(stage: Stage, address: str) -> AsyncIterator[None]:
    """A database that does not take it that a letter to this address has left."""
    takes = f"CHECK (sent_at IS NULL OR to_address <> '{address}')"
    await stage.hands.execute(f"ALTER TABLE letter ADD CONSTRAINT unmarkable {takes}")
    try:
        yield
    finally:
        await stage.hands.execute("ALTER TABLE letter DROP CONSTRAINT unmarkable")


def test_a_letter_that_cannot_be_marked_is_posted_once_and_keeps_no_other_in_the_house(
    play: Any, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(town: Town) -> None:
        await many_invited(town)
        odd, *others = await Letter.all().order_by("id")
        pigeons = Pigeons()
        at_work = desk(pigeons)
        async with unmarkable(stage, odd.to_address):
            with pytest.raises(ExceptionGroup):
                await post_letters.post_letters(NOW, at_work)
            for rounds in range(1, 4):
                await post_letters.post_letters(NOW + rounds * LEASE, at_work)
        assert {one.to_address for one in pigeons.taken} == {one.to_address for one in (odd, *others)}
        assert len(pigeons.taken) == AT_ONCE
        assert [one.id for one in await Letter.filter(sent_at=None)] == [odd.id]
        assert f"letter {odd.id} has left, but cannot be marked" in caplog.text
        caplog.clear()
        assert await post_letters.post_letters(NOW + 4 * LEASE, at_work) == {}
        assert (await Letter.get(id=odd.id)).sent_at == NOW
        assert len(pigeons.taken) == AT_ONCE

    play(story)


async def put_right(town: Town, contact: Contact) -> None:
    version = (await Contact.get(id=contact.id)).version
    await organizations.correct_contact(town.officer, contact.id, version=version, mail_address=RIGHT)


def test_whose_address_is_put_right_before_their_letter_is_handed_over_reads_it_there_and_nowhere_else(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        [*_, last] = await many_invited(town)
        post, heir = Eventful(lambda: put_right(town, last)), Pigeons()
        assert await post_letters.post_letters(NOW, desk(post)) == {Outcome.POSTED: AT_ONCE - 1, Outcome.FAILED: 1}
        assert await post_letters.post_letters(NOW + LEASE, desk(heir)) == {Outcome.POSTED: 1}
        assert [mail.to_address for mail in heir.taken] == [RIGHT]
        assert len({mail.message_id for mail in [*post.taken, *heir.taken]}) == AT_ONCE

    play(story)


def test_a_copy_goes_to_no_guardian_who_has_another_address_by_then(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await serving(town, guardian_mail_address=PARENT)
        again = {"guardian_name": "例塚 守", "given_on": NOW.date(), "guardian_mail_address": RIGHT}
        post, heir = Eventful(lambda: volunteers.record_consent(town.officer, minor.id, **again)), Pigeons()
        assert await post_letters.post_letters(NOW, desk(post)) == {Outcome.POSTED: 1, Outcome.FAILED: 1}
        assert [mail.to_address for mail in post.taken] == ["ko@minor.example"]
        await post_letters.post_letters(NOW + LEASE, desk(heir))
        assert [mail.to_address for mail in heir.taken] == [RIGHT]

    play(story)


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
