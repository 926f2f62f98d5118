"""What every row has in common: found once, changed once, written down once, and never more than a column holds."""

import asyncio
from typing import Any

import pytest

from domain import organizations, records, units
from domain.actor import Role
from domain.calendar import Appointment
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.journal import Entry
from domain.lectures import Lecture
from domain.organizations import Organization, OrganizationKind
from domain.people import Person
from tests import make
from tests.make import Town

LONG = "長" * 1001


async def known(name: str) -> list[Organization]:
    return await Organization.filter(name=name)


def test_a_new_row_has_one_entry_that_says_who_when_and_what(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, "架空電力株式会社")
        entry = await Entry.get(row_id=body.id)
        assert (entry.fact, entry.kind, entry.at) == ("organization-registered", "Organization", town.officer.now)
        assert (entry.person_id, entry.role, entry.unit_id) == (
            town.officer.person_id,
            Role.STATION_LIAISON,
            town.station.id,
        )
        assert entry.before == {}
        assert entry.after["name"] == "架空電力株式会社"

    play(story)


def test_a_change_has_one_entry_with_what_was_and_what_is_and_nothing_else(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, address="青浜市1丁目")
        after = await organizations.correct(town.officer, body.id, version=1, address="青浜市2丁目")
        entry = await Entry.get(row_id=body.id, fact="organization-corrected")
        assert (entry.before, entry.after) == ({"address": "青浜市1丁目"}, {"address": "青浜市2丁目"})
        assert after.version == 2

    play(story)


def test_what_is_said_again_is_no_change_and_leaves_no_entry(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        later = make.at(town.officer, town.officer.now.replace(hour=5))
        again = await organizations.correct(later, body.id, version=1, name=body.name)
        assert again.version == 1
        assert (await Organization.get(id=body.id)).updated_at == town.officer.now
        assert await Entry.filter(row_id=body.id).count() == 1

    play(story)


def test_of_two_who_have_read_the_same_version_the_second_must_read_again(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        tries = [
            organizations.correct(who, body.id, version=1, industry=industry)
            for who, industry in ((town.officer, "電気"), (town.hq, "ガス"))
        ]
        done = await asyncio.gather(*tries, return_exceptions=True)
        [refusal] = [one for one in done if isinstance(one, Conflict)]
        assert refusal.field == "version"
        assert await Entry.filter(row_id=body.id, fact="organization-corrected").count() == 1

    play(story)


def test_another_stations_row_is_missing_like_one_that_never_was(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        answers = []
        for id in (body.id, town.prefecture.id):
            with pytest.raises(NotFound) as refused:
                await organizations.correct(town.other_officer, id, version=1, name="書換")
            answers.append((refused.value.message, refused.value.field))
        assert answers[0] == answers[1]
        assert await known("書換") == []

    play(story)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("name", "名" * 201),
        ("name_kana", "ナ" * 301),
        ("address", LONG),
        ("industry", LONG),
        ("name", "架空\x00電力"),
        ("address", "青浜市\x1b[31m"),
        ("address", "青浜市\u202e目丁1"),
        ("industry", "電\ud800気"),
        ("name", "架空\u2028電力"),
    ],
)
def test_a_text_that_its_column_cannot_hold_is_refused_by_name(play: Any, column: str, text: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await make.company(town.officer, **{"name": "架空電力", column: text})
        assert refused.value.field == column
        assert await Organization.all().count() == 0
        assert await Entry.filter(kind="Organization").count() == 0

    play(story)


def test_a_correction_is_held_to_the_same_columns(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        with pytest.raises(Invalid, match="300字以内で入力してください（いまは1,001字です）") as refused:
            await organizations.correct(town.officer, body.id, version=1, address=LONG)
        assert refused.value.field == "address"
        assert (await Organization.get(id=body.id)).version == 1

    play(story)


@pytest.mark.parametrize("count", [2**31, 10**30])
def test_a_number_beyond_its_column_is_refused_by_name(play: Any, count: int) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await make.lecture(town.officer, expected_count=count)
        assert refused.value.field == "expected_count"
        assert await Lecture.all().count() == await Appointment.all().count() == 0

    play(story)


@pytest.mark.parametrize(
    "name",
    [
        "架空電力,株式会社",
        "架空\"電力\" 'ガス'",
        "株式会社𠮷野家﨑髙",
        "神\ufa19塚\ufa10商会",
        "葛󠄀城商店",
        "見本👮‍♀️商会🇯🇵",
        "'; DROP TABLE organization; --",
        "  前後に空白  ",
        "100%_架空\\",
    ],
)
def test_a_name_is_kept_exactly_as_it_was_typed(play: Any, name: str) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, name)
        assert (await Organization.get(id=body.id)).name == name
        assert (await Entry.get(row_id=body.id)).after["name"] == name

    play(story)


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\n"])
def test_a_body_a_place_a_person_and_a_unit_need_a_name(play: Any, blank: str) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        entries = await Entry.all().count()
        station = {"parent_id": town.prefecture.id, "kind": units.UnitKind.STATION, "code": "199"}
        tries = [
            ("name", organizations.register(town.officer, kind=OrganizationKind.COMPANY, name=blank)),
            ("name", organizations.correct(town.officer, body.id, version=1, name=blank)),
            ("name", organizations.add_establishment(town.officer, organization_id=body.id, name=blank)),
            ("family_name", make.contact(town.officer, body, family_name=blank)),
            ("family_name", make.officer(town.hq, town.station, family_name=blank)),
            ("name", units.establish(town.admin, **station, name=blank)),
            ("code", units.establish(town.admin, **(station | {"code": blank}), name="青浜第9警察署")),
        ]
        for field, attempt in tries:
            with pytest.raises(Invalid) as refused:
                await attempt
            assert refused.value.field == field
        assert await Entry.all().count() == entries

    play(story)


def test_a_role_that_does_not_do_this_is_refused_before_anything_is_read(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(NotAllowed):
            await organizations.retire(town.statistician, town.prefecture.id, version=1, on=town.hq.today)

    play(story)


def test_a_row_whose_facts_stand_in_another_changes_its_version_with_it(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        await records.touch(town.officer, body)
        assert (await Organization.get(id=body.id)).version == 2

    play(story)


def test_a_broken_rule_of_the_database_is_told_in_words_and_any_other_is_a_bug(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.officer(town.hq, town.station, number="0001")
        with pytest.raises(Conflict, match="同じ番号の人"):
            await make.officer(town.hq, town.station, number="0001")
        assert await Person.filter(number="0001").count() == 1

    play(story)
