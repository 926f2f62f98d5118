"""The seal on the journal: whatever is done to it afterwards shows, with its place."""

import asyncio
import random
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tortoise.transactions import in_transaction

from domain import database, records, sealing
from domain.journal import Entry
from domain.outbox import Letter
from domain.people import Person
from domain.sealing import Head, KeptHead
from tests import make
from tests.clock import NOW
from tests.make import Town


class PutBack(Exception):
    """Ends a transaction that was only to show what would be found."""


LATER = NOW + timedelta(hours=2)


async def sealed(town: Town, bodies: int = 20) -> int:
    """How many entries a small year has left, all of them sealed."""
    for number in range(bodies):
        await make.company(town.hq, f"架空商事第{number}株式会社")
    done = 0
    while count := await sealing.seal(NOW, 7):
        done += count
    assert done == await Entry.all().count()
    return done


async def places() -> list[int]:
    return [fault.number for fault in await sealing.verify(NOW)]


async def found_after(statement: str, number: int) -> list[int]:
    """What would be found after this, which is then put back."""
    found: list[int] = []
    with suppress(PutBack):
        async with in_transaction("default"):
            await database.execute(statement, number)
            found = await places()
            raise PutBack
    return found


def test_a_journal_that_nobody_touched_is_as_it_was_sealed(play: Any) -> None:
    async def story(town: Town) -> None:
        count = await sealed(town)
        assert await sealing.verify(NOW) == []
        assert (await sealing.newest()).number == count
        assert await sealing.seal(NOW) == 0

    play(story)


def test_every_changed_entry_is_found_with_its_place(play: Any) -> None:
    changes = {
        "fact": "'nothing-happened'",
        "at": "at + interval '1 microsecond'",
        "person_id": f"'{uuid4()}'",
        "row_id": f"'{uuid4()}'",
        "role": "'NATIONAL'",
        "after": """after || '{"x": 1}'""",
        "before": """'{"name": "例"}'""",
        "digest": "repeat('0', 64)",
    }

    async def story(town: Town) -> None:
        count = await sealed(town)
        draw = random.Random(3)
        for _ in range(60):
            number, column = draw.randint(1, count), draw.choice(sorted(changes))
            statement = f"UPDATE journal SET {column} = {changes[column]} WHERE number = $1"  # noqa: S608 our own
            assert (await found_after(statement, number))[0] == number, column
        assert await sealing.verify(NOW) == []

    play(story)


def test_an_entry_that_is_missing_or_in_anothers_place_is_found(play: Any) -> None:
    async def story(town: Town) -> None:
        await sealed(town)
        await database.execute("UPDATE journal SET number = -number WHERE number IN (4, 9)")
        await database.execute("UPDATE journal SET number = 13 + number WHERE number < 0")
        assert 4 in await places()
        await database.execute("DELETE FROM journal WHERE number IN (4, 9)")
        found = await sealing.verify(NOW)
        assert found[0].number == 5
        assert "4番から4番" in found[0].what

    play(story)


def test_an_end_that_was_cut_off_or_a_chain_made_anew_shows_against_a_head_kept_outside(play: Any) -> None:
    async def story(town: Town) -> None:
        count = await sealed(town)
        kept = await sealing.newest()
        await database.execute("DELETE FROM journal WHERE number > $1", count - 3)
        assert await sealing.verify(NOW) == []
        assert [fault.number for fault in await sealing.verify(NOW, [kept])] == [count]
        await database.execute("UPDATE journal SET fact = 'forged' WHERE number = 2")
        await database.execute("UPDATE journal SET number = NULL, digest = NULL, seal = NULL")
        while await sealing.seal(NOW):
            pass
        assert await sealing.verify(NOW) == []
        early = Head(2, "f" * 64)
        assert [fault.number for fault in await sealing.verify(NOW, [early])] == [2]

    play(story)


def test_values_may_be_erased_and_the_chain_still_holds_but_not_be_put_in_again(play: Any) -> None:
    async def story(town: Town) -> None:
        await sealed(town)
        await database.execute("UPDATE journal SET before = '{}', after = '{}', salt = '' WHERE number IN (3, 5)")
        [silent] = await sealing.verify(NOW)
        assert "2件の値が空に" in silent.what
        person = await Person.get(id=town.officer.person_id)
        await records.note(town.admin, person, "person-erased", **{sealing.TOLD: await sealing.count_erased()})
        await sealing.seal(NOW)
        assert await sealing.verify(NOW) == []
        await database.execute("""UPDATE journal SET after = '{"name": "偽"}' WHERE number = 3""")
        assert await places() == [3]

    play(story)


def test_two_sealers_at_once_make_one_chain_and_no_writer_waits(play: Any) -> None:
    async def story(town: Town) -> None:
        async def write() -> None:
            for number in range(10):
                await make.company(town.hq, f"例示工業第{number}有限会社")

        async def seal() -> None:
            for _ in range(15):
                await sealing.seal(NOW, 2)

        await asyncio.gather(write(), seal(), seal(), seal())
        while await sealing.seal(NOW):
            pass
        assert await sealing.verify(NOW) == []
        assert (await sealing.newest()).number == await Entry.all().count()

    play(story)


def test_entries_that_nobody_seals_are_a_fault_after_an_hour(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.hq)
        assert await sealing.verify(NOW) == []
        (fault,) = await sealing.verify(LATER)
        assert "まだ封がありません" in fault.what

    play(story)


def test_the_head_leaves_the_machine_once_for_what_was_sealed_since(play: Any) -> None:
    async def story(town: Town) -> None:
        await sealed(town)
        head = await sealing.newest()
        assert await sealing.tell_head(NOW) == 1
        letter = await Letter.get(kind="journal-head")
        assert letter.facts["head"] == f"{head.number}:{head.seal}"
        assert letter.to_address == town.prefecture.mail_address
        assert await sealing.tell_head(LATER) == 0
        assert await KeptHead.all().count() == 1

    play(story)
