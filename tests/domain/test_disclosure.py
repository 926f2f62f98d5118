"""開示: whoever asks gets everything that is stored about them, and nothing of anybody else."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain import activities, answering, database, disclosure, looks, people, records, replies, volunteers, walls
from domain.activities import ActivityResults
from domain.answering import AnswerAddressKind
from domain.calendar import Attendee, PartStat
from domain.disclosure import MASKED, Disclosure
from domain.errors import Incomplete
from domain.incoming import IncomingMail
from domain.looks import Door, Look
from domain.people import Person
from domain.register import HOLDINGS, rows_of
from domain.volunteers import AgeBand
from tests import make
from tests.clock import NOW
from tests.domain.retention.test_erasing import CANARY, canary, contact, planted, volunteer
from tests.make import Town


async def of(town: Town, person_id: Any) -> Disclosure:
    return await disclosure.disclose(NOW, town.admin, person_id, "開示請求 第3号")


def test_every_table_of_the_register_that_holds_rows_of_the_person_is_disclosed(play: Any) -> None:
    async def story(town: Town) -> None:
        first = (await planted(town, 6))[0]
        holding = {table for table, ids in (await rows_of([first.id])).items() if ids}
        found = await of(town, first.id)
        assert set(found.tables) == holding | {"journal"}
        assert {"person", "volunteer", "commission", "letter", "attendee", "token", "subscription"} < holding

    play(story)


def test_every_table_that_says_of_a_person_can_be_disclosed() -> None:
    personal = {table for table, holding in HOLDINGS.items() if holding.of_persons}
    own = {table for table, holding in HOLDINGS.items() if holding.person} | {"journal", "look"}
    assert personal - own == {"agreement_party", "drill_participation"}  # a name alone, of nobody whom we know


def test_what_is_known_of_the_person_is_told_in_full(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await volunteer(town, 1)
        found = await of(town, asked.person_id)
        (person,) = found.tables["person"]
        assert {name: person[name] for name in canary(1)} == canary(1)
        (about,) = found.tables["volunteer"]
        assert (about["remarks"], about["affiliation"]) == (f"{CANARY}備考1", f"{CANARY}学校1")

    play(story)


def test_nobody_else_is_named_in_what_is_disclosed(play: Any) -> None:
    async def story(town: Town) -> None:
        asked, other = await volunteer(town, 1), await volunteer(town, 2)
        body = await make.company(town.officer)
        await contact(town, body, 3)
        friend = await Person.get(id=other.person_id)
        told = f"{friend.name}と{friend.family_name}{friend.given_name}の友人。連絡は{friend.mail_address}へ"
        await volunteers.correct(town.officer, asked.id, version=(await current(asked)).version, remarks=told)
        found = await of(town, asked.person_id)
        text = str(found.tables)
        for word in (f"{CANARY}氏2", f"{CANARY}名2", "canary2@", f"{CANARY}氏3", f"{CANARY}保護者1", "試﨑 花子"):
            assert word not in text, word
        assert found.tables["volunteer"][0]["remarks"] == f"{MASKED}と{MASKED}の友人。連絡は{MASKED}へ"
        assert found.tables["volunteer"][0]["recommended_by_id"] == MASKED
        assert found.tables["guardian_consent"][0]["guardian_name"] == MASKED
        assert f"{CANARY}氏1" in text

    play(story)


def test_whoever_answers_for_them_is_named_as_little_as_anybody_else_and_their_own_other_address_is_told(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        asked = await contact(town, await make.company(town.officer), 1)
        for kind, address, holder in (
            (AnswerAddressKind.PROXY, "Hisho@Canary.example", f"{CANARY}秘書"),
            (AnswerAddressKind.ALIAS, "jitaku@canary.example", ""),
        ):
            said = {"kind": kind, "mail_address": address, "holder": holder}
            await answering.allow(town.officer, person_id=asked.person_id, **said)
        values = {"unit_id": town.station.id, "digest": "0" * 64, "kind": "OTHER", "status": "FILED"}
        senders = {"sender": "hisho@canary.example", "delegate": "dairi@canary.example"}
        mail = {**values, **senders, "received_at": NOW, "person_id": asked.person_id}
        await records.create(town.officer, IncomingMail, "mail-received", **mail)
        found = await of(town, asked.person_id)
        addresses = {row["kind"]: row["mail_address"] for row in found.tables["answer_address"]}
        assert addresses == {"PROXY": MASKED, "ALIAS": "jitaku@canary.example"}
        assert [(row["sender"], row["delegate"]) for row in found.tables["incoming_mail"]] == [(MASKED, MASKED)]
        text = str(found.tables).casefold()
        for word in ("hisho@", "dairi@", f"{CANARY}秘書"):
            assert word.casefold() not in text, word

    play(story)


async def current(row: Any) -> Any:
    return await type(row).get(id=row.id)


def test_no_secret_leaves_with_what_is_disclosed(play: Any) -> None:
    async def story(town: Town) -> None:
        persons = await planted(town, 6)
        (token,) = await database.rows("SELECT sha256 FROM token WHERE person_id = $1", persons[0].id)
        assert token["sha256"] not in str((await of(town, persons[0].id)).tables)

    play(story)


def test_the_person_learns_when_in_which_role_and_what_was_looked_at_and_not_by_whom(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await make.volunteer(town)
        async with in_transaction("default"), walls.behind(walls.for_reading(town.hq)):
            row = f"Person:{asked.person_id}"
            await database.execute(looks.ADD, *looks.line(town.hq, Door.GRAPHQL, "名簿", ["Person.phone"], [row]))
        found = await of(town, asked.person_id)
        assert found.tables["look"] == [
            {"at": "2026-07-01", "role": "HQ_LIAISON", "door": "GRAPHQL", "columns": ["Person.phone"]}
        ]
        assert str(town.hq.person_id) not in str(found.tables)

    play(story)


def test_a_disclosure_is_itself_a_look_with_its_purpose(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await make.volunteer(town)
        await of(town, asked.person_id)
        (look,) = await Look.all()
        assert (look.door, look.purpose, look.person_id) == (Door.CONSOLE, "開示請求 第3号", town.admin.person_id)
        assert look.rows == [f"Person:{asked.person_id}"]
        assert "volunteer.affiliation" in look.columns

    play(story)


def test_nobody_is_disclosed_without_a_purpose(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await make.volunteer(town)
        with pytest.raises(Incomplete) as refused:
            await disclosure.disclose(NOW, town.admin, asked.person_id, " ")
        assert (refused.value.field, await Look.all().count()) == ("purpose", 0)

    play(story)


def test_what_somebody_did_to_others_is_told_without_the_others(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = town.officer.person_id
        asked = await make.volunteer(town, **canary(7))
        found = await of(town, officer)
        facts = [row["fact"] for row in found.tables["journal"]]
        assert "volunteer-recommended" in facts
        assert CANARY not in str(found.tables)
        assert str(asked.person_id) not in str(found.tables)

    play(story)


def test_a_minors_answers_and_hours_are_disclosed_too(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await make.volunteer(town, age_band=AgeBand.FROM_15_TO_17)
        activity = await make.activity(town.officer)
        await activities.register(town.officer, activity.id, volunteer_ids=[minor.id])
        await activities.confirm(town.officer, activity.id)
        (attendee,) = await Attendee.all()
        await replies.note(town.officer, attendee.id, partstat=PartStat.ACCEPTED, remark="少し遅れます")
        after = make.at(town.officer, activity.starts_at + timedelta(hours=3))
        (part,) = await activities.ActivityParticipation.all()
        came = [activities.Presence(part.id, 75)]
        await activities.hold(after, activity.id, attended=came, results=ActivityResults(audience_count=5))
        found = await of(town, minor.person_id)
        assert found.tables["attendee"][0]["remark"] == "少し遅れます"
        assert found.tables["activity_participation"][0]["minutes_reported"] == 75
        assert await people.visible_to(town.hq).filter(id=minor.person_id).count() == 1

    play(story)
