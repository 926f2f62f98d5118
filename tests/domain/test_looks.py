"""Looks at personal data, and whom a leak has touched."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from domain import database, drills, looks, records, replies, tokens, walls
from domain.accounts.account import Credential
from domain.actor import Actor, Role
from domain.calendar import Attendee, PartStat
from domain.drills import Participation
from domain.journal import Entry
from domain.looks import Affected, Door, Look
from domain.outbox import Letter
from domain.people import Person
from domain.register import HOLDINGS
from tests import make
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town

DAY = timedelta(days=1)


async def look(who: Actor, *rows: str) -> None:
    what = (Door.GRAPHQL, "Roster", ["Officer.phone"])
    async with in_transaction("default"), walls.behind(walls.for_reading(who)):
        await database.execute(looks.ADD, *looks.line(who, *what, rows, purpose="名簿の確認"))


def test_a_line_says_who_when_why_which_rows_and_which_fields_and_no_name(play: Any) -> None:
    async def story(town: Town) -> None:
        await look(town.hq, f"Person:{town.officer.person_id}")
        (line,) = await Look.all()
        assert (line.at, line.person_id, line.role) == (NOW, town.hq.person_id, town.hq.role)
        assert (line.operation, line.purpose) == ("Roster", "名簿の確認")
        assert (line.columns, line.rows) == (["Officer.phone"], [f"Person:{town.officer.person_id}"])

    play(story)


def test_those_affected_are_counted_as_persons_whichever_row_showed_them(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.hq, await make.company(town.hq))
        await look(town.hq, f"Contact:{contact.id}", f"Person:{contact.person_id}")
        await look(make.at(town.hq, NOW + DAY), f"Person:{contact.person_id}")
        await look(town.officer, f"Person:{town.admin.person_id}")
        found = await looks.affected(NOW, NOW + 2 * DAY)
        assert found.persons == {contact.person_id: (2, NOW + DAY), town.admin.person_id: (1, NOW)}
        assert (found.looks, found.is_reportable) == (3, False)
        person, post = (HOLDINGS[table].name for table in ("person", "contact"))
        assert found.kinds == {contact.person_id: {person: 1, post: 1}, town.admin.person_id: {person: 1}}
        assert set((await looks.affected(NOW, NOW + DAY, by=town.hq.person_id)).persons) == {contact.person_id}
        assert (await looks.affected(NOW + DAY, NOW + 2 * DAY, by=town.officer.person_id)).persons == {}

    play(story)


def test_what_one_stolen_key_has_shown_is_told_apart_from_what_its_owner_saw_by_another(play: Any) -> None:
    async def story(town: Town) -> None:
        token, secret = await tokens.issue(
            town.admin, person_id=town.hq.person_id, role=Role.HQ_LIAISON, unit_id=town.section.id, label="", days=9
        )
        stolen = await tokens.actor_of(secret, NOW)
        await look(town.hq, f"Person:{town.officer.person_id}")
        await look(stolen, f"Person:{town.admin.person_id}")
        assert set((await looks.affected(NOW, NOW + DAY, key=token.id)).persons) == {town.admin.person_id}
        assert set((await looks.affected(NOW, NOW + DAY, door=Door.EXPORT)).persons) == set()
        assert (await looks.affected(NOW, NOW + DAY, by=stolen.person_id, door=Door.GRAPHQL)).looks == 2

    play(story)


def test_whose_letter_or_whose_history_was_read_is_affected_too(play: Any) -> None:
    async def story(town: Town) -> None:
        (guest,) = await make.invited(town.hq, await make.drill(town.hq))
        letter = await Letter.get(person_id=guest.person_id)
        (written,) = await Entry.filter(kind="Person", row_id=guest.person_id)
        of_contact = await Entry.filter(kind="Contact", row_id=guest.id).first()
        assert of_contact is not None
        for row in (f"Letter:{letter.id}", f"Entry:{written.id}", f"Entry:{of_contact.id}"):
            await look(town.hq, row)
        assert (await looks.affected(NOW, NOW + DAY)).persons == {guest.person_id: (3, NOW)}

    play(story)


def test_the_person_behind_a_credential_is_found_by_way_of_the_account_and_nobody_behind_a_body(play: Any) -> None:
    async def story(town: Town) -> None:
        account = await keys.opened(town, town.officer, "reidai")
        credential = await Credential.get(account_id=account.id)
        body = await make.company(town.hq)
        await look(town.hq, f"Credential:{credential.id}", f"Organization:{body.id}")
        assert (await looks.affected(NOW, NOW + DAY)).persons == {town.officer.person_id: (1, NOW)}

    play(story)


def test_who_stood_in_a_list_that_was_shown_is_affected_as_long_as_the_journal_lasts(play: Any) -> None:
    async def story(town: Town) -> None:
        parts = []
        for number in range(2):
            drill = await make.drill(town.officer, title=f"訓練{number}", starts_at=NOW + timedelta(days=20 + number))
            await make.invited(town.officer, drill, f"{number}社")
            asked = await Attendee.get(appointment_id=drill.appointment_id)
            names = [f"担当 {line}" for line in range(20)]
            await replies.note(town.officer, asked.id, partstat=PartStat.ACCEPTED, names=names)
            parts.append(await Participation.get(drill_id=drill.id))
        await look(town.hq, *(f"Participation:{part.id}" for part in parts))
        await replies.note(make.at(town.officer, NOW + DAY), asked.id, partstat=PartStat.ACCEPTED, names=["係長 例塚"])
        await drills.call_off(make.at(town.officer, NOW + DAY), parts[0].drill_id, reason="台風")
        for day, named in ((0, 40), (2, 41)):
            await look(make.at(town.hq, NOW + day * DAY), f"Participation:{parts[1].id}")
            found = await looks.affected(NOW, NOW + 3 * DAY)
            assert (found.persons, found.named, found.is_reportable) == ({}, named, False)
        reported = Affected({}, 1, looks.MANY + 1)
        assert reported.is_reportable

    play(story)


def test_more_than_a_hundred_persons_are_marked(play: Any) -> None:
    async def story(town: Town) -> None:
        known = {"unit_id": town.station.id, "family_name": "例", "search": "", "kana_order": ""}
        people = await records.create_many(town.hq, Person, "person-told", [known] * 101)
        first, *others = [f"Person:{one.id}" for one in people]
        await look(town.hq, *others)
        assert not (await looks.affected(NOW, NOW + DAY)).is_reportable
        await look(town.hq, first)
        assert (await looks.affected(NOW, NOW + DAY)).is_reportable

    play(story)


def test_nobody_who_looks_can_read_or_take_back_the_line(play: Any) -> None:
    async def story(town: Town) -> None:
        await look(town.hq, f"Person:{town.officer.person_id}")
        for statement in ("SELECT * FROM look", "DELETE FROM look", "UPDATE look SET rows = '[]'"):
            with pytest.raises(OperationalError, match="permission denied"):
                async with in_transaction("default"), walls.behind(walls.for_reading(town.hq)):
                    await database.execute(statement)
        assert await Look.all().count() == 1

    play(story)
