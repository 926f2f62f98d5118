"""Bodies from a file that comes again: what it does not tell stays, and nobody's name is guessed."""

from datetime import date
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain import database, organizations, records, rosters
from domain.organizations import Contact, Establishment, Organization, OrganizationKind
from domain.people import Person
from domain.rosters import Taken
from tests import make
from tests.domain.rosters.telling import cells, lines, refused
from tests.make import Town
from tests.statements import spoken

NUMBER, OTHER = "8999900000001", "7999900000002"
POWER = {
    "name": "架空電力株式会社",
    "kind": OrganizationKind.COMPANY,
    "corporate_number": NUMBER,
    "municipality_code": "482013",
    "address": "見本市例示町1-2-3",
    "phone": "000-0000-0001",
    "industry": "電気業",
    "unit": "101",
}
SHOP = {"name": "例示商店", "kind": OrganizationKind.COMPANY}


def test_a_file_without_some_columns_leaves_what_they_would_say(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_organizations(town.hq, lines(POWER))
        short = {"corporate_number": NUMBER, "name": "架空電力㈱", "kind": OrganizationKind.COMPANY}
        taken = await rosters.take_in_organizations(town.hq, lines(short))
        assert (taken, cells(taken)) == (Taken(0, 1, 0), [(2, "name", "架空電力株式会社", "架空電力㈱")])
        body = await Organization.get()
        assert (body.address, body.phone, body.industry) == ("見本市例示町1-2-3", "000-0000-0001", "電気業")
        assert (body.municipality_code, body.unit_id) == ("482013", town.station.id)

    play(story)


def test_an_empty_cell_empties_and_is_told_before_it_does(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_organizations(town.hq, lines(POWER))
        emptied = lines({**POWER, "address": None, "industry": ""})
        expected = [(2, "address", "見本市例示町1-2-3", ""), (2, "industry", "電気業", "")]
        for dry_run, address in ((True, "見本市例示町1-2-3"), (False, "")):
            assert cells(await rosters.take_in_organizations(town.hq, emptied, dry_run=dry_run)) == expected
            assert (await Organization.get()).address == address

    play(story)


def test_an_empty_unit_moves_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_organizations(town.hq, lines(POWER))
        assert await rosters.take_in_organizations(town.hq, lines({**POWER, "unit": ""})) == Taken(0, 0, 1)
        assert (await Organization.get()).unit_id == town.station.id

    play(story)


def test_a_body_that_a_file_puts_under_another_unit_takes_its_places_and_contacts_along(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_organizations(town.hq, lines(POWER))
        body = await Organization.get()
        place = await organizations.add_establishment(town.officer, organization_id=body.id, name="本店")
        contact = await make.contact(town.officer, body)
        taken = await rosters.take_in_organizations(town.hq, lines({**POWER, "unit": "青浜第2警察署"}))
        assert cells(taken) == [(2, "unit", "青浜第1警察署", "青浜第2警察署")]
        for row in (
            await Organization.get(id=body.id),
            await Establishment.get(id=place.id),
            await Contact.get(id=contact.id),
            await Person.get(id=contact.person_id),
        ):
            assert row.unit_id == town.other_station.id

    play(story)


def test_the_known_school_keeps_its_kind_where_the_file_tells_none(play: Any) -> None:
    async def story(town: Town) -> None:
        college = await organizations.register(town.hq, kind=OrganizationKind.UNIVERSITY, name="例示大学")
        taken = await rosters.take_in_schools(town.hq, lines({"name": "例示大学"}, {"name": "見本小学校"}))
        assert taken == Taken(1, 0, 1)
        assert (await Organization.get(id=college.id)).kind is OrganizationKind.UNIVERSITY
        assert (await Organization.get(name="見本小学校")).kind is OrganizationKind.SCHOOL

    play(story)


@pytest.mark.parametrize(
    "said",
    [
        {"name": "架空電力株式会社"},
        {"name": "㈱架空電力"},
        {"name": "架空電力", "municipality_code": "482013"},
        {"name": "株式会社架空電力", "municipality_code": ""},
    ],
)
def test_a_line_that_may_mean_a_known_body_is_asked_about(play: Any, said: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_organizations(town.hq, lines(POWER))
        line = {"kind": OrganizationKind.COMPANY, **said}
        [problem] = await refused(rosters.take_in_organizations, town.hq, line)
        assert (problem.number, problem.field) == (2, "name")
        assert f"登録済みの「架空電力株式会社」（{NUMBER}）と同じ団体ですか" in problem.message

    play(story)


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ({"name": "㈱架空電力"}, {"name": "架空電力株式会社"}),
        (
            {"name": "㈱例示商店", "municipality_code": "482013"},
            {"name": "例示商店株式会社", "municipality_code": "482013"},
        ),
        ({"name": "例示商店", "municipality_code": "482013"}, {"name": "例示商店"}),
        ({"name": "例示商店", "corporate_number": NUMBER}, {"name": "例示商店"}),
    ],
)
def test_two_lines_that_may_mean_one_body_are_asked_about(
    play: Any, one: dict[str, str], another: dict[str, str]
) -> None:
    async def story(town: Town) -> None:
        problems = await refused(rosters.take_in_organizations, town.hq, {**SHOP, **one}, {**SHOP, **another})
        assert [(problem.number, problem.field) for problem in problems] == [(3, "name")]
        assert f"2行目の「{one['name']}」と同じ団体ですか" in problems[0].message

    play(story)


def test_what_tells_bodies_of_one_name_apart_is_their_number_or_their_town(play: Any) -> None:
    async def story(town: Town) -> None:
        numbered = lines({**SHOP, "corporate_number": NUMBER}, {**SHOP, "corporate_number": OTHER})
        assert await rosters.take_in_organizations(town.hq, numbered) == Taken(2, 0, 0)
        placed = [{**SHOP, "name": "見本商店", "municipality_code": code} for code in ("041009", "042021")]
        assert await rosters.take_in_organizations(town.hq, lines(*placed)) == Taken(2, 0, 0)

    play(story)


def test_a_body_that_was_retired_is_refused_with_the_way_back(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_organizations(town.hq, lines(POWER))
        body = await Organization.get()
        await organizations.retire(town.hq, body.id, version=1, on=date(2026, 6, 30))
        [problem] = await refused(rosters.take_in_organizations, town.hq, {**POWER, "phone": ""})
        assert "2026年6月30日付けで登録から外れています" in problem.message
        person = {"organization": NUMBER, "family_name": "例塚", "mail_address": "a@b.example"}
        [problem] = await refused(rosters.take_in_contacts, town.hq, person)
        assert (problem.field, "復活" in problem.message) == ("organization", True)

    play(story)


def test_a_station_is_sent_to_headquarters_and_learns_nothing_of_another_stations_body(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_organizations(town.hq, lines({**POWER, "unit": "102"}))
        same = {"name": "架空電力株式会社", "kind": OrganizationKind.COMPANY, "corporate_number": NUMBER}
        for line in (same, {**SHOP, "name": "㈱架空電力"}):
            [problem] = await refused(rosters.take_in_organizations, town.officer, line)
            assert "県本部の連携担当者" in problem.message
            assert NUMBER not in problem.message
            assert "第2" not in problem.message

    play(story)


READ = "SELECT seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_xact_user_tables WHERE relname = 'organization'"


def test_a_long_roster_is_written_piece_by_piece_and_no_line_costs_more_for_those_before_it(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Branches below branches, as a prefecture's register has them, into a table that PostgreSQL knows to be all but
    empty. It follows each up to the top, so that none comes to stand below itself."""
    monkeypatch.setattr(records, "BATCH", 100)
    heads = {n: {"parent_organization": f"架空商店第{n // 7}号"} for n in range(7, 300)}
    shops = [{**SHOP, "name": f"架空商店第{n}号", **heads.get(n, {"parent_organization": ""})} for n in range(1, 300)]

    async def story(town: Town) -> None:
        await make.company(town.officer)
        await database.execute("ANALYZE organization")
        async with in_transaction("default"):
            [before] = await database.rows(READ)
            with spoken() as said:
                taken = await rosters.take_in_organizations(town.hq, lines(*shops))
            [after] = await database.rows(READ)
        assert taken == Taken(299, 0, 0)
        assert sum("INSERT INTO organization" in statement for statement in said) == 3
        assert after["rows"] - before["rows"] < 6 * 299

    play(story)
