"""団体一覧, 担当者連絡先一覧: what leaves as a list can be taken in again and says the same; only the second names
persons, and each who is named leaves a line in the record of looks."""

import json
from pathlib import Path
from typing import Any

import pytest

import exports.contacts
import exports.schools
from api import intake
from api.downloads import produce
from api.intake import CONTACTS, ORGANIZATIONS, SCHOOLS
from domain import organizations, rosters
from domain.actor import Actor
from domain.errors import NotAllowed
from domain.looks import Door, Look
from domain.organizations import CiSector, ContactRole, InPlace, Organization, OrganizationKind, OrganizationSize
from domain.rosters import Taken
from exports.organizations import COLUMNS
from tests import make
from tests.make import Town

POWER = "架空電力株式会社"


async def kept(town: Town) -> Organization:
    """A body of which everything is known, one below it, one of another station, a school, and one that is gone."""
    known: dict[str, Any] = {
        "name_kana": "カクウデンリョク",
        "municipality_code": "482013",
        "postal_code": "999-0001",
        "address": "見本市例示町1-2-3",
        "phone": "000-0000-0001",
        "industry": "電気業",
        "size": OrganizationSize.LARGE,
        "ci_sector": CiSector.ELECTRICITY,
        "ceptoar": "電力セプター",
        "ministry": "経済産業省",
        "bcp": InPlace.YES,
        "contact_system": InPlace.NO,
    }
    power = await make.company(town.officer, POWER, corporate_number="8999900000001", **known)
    await make.company(town.officer, "例示配電合同会社", parent_organization_id=power.id, size=OrganizationSize.SMALL)
    await organizations.register(town.other_officer, kind=OrganizationKind.FINANCIAL_INSTITUTION, name="見本信用金庫")
    await make.school(town.officer, school_code="B148299990018")
    gone = await make.company(town.officer, "試行商店")
    await organizations.retire(town.officer, gone.id, version=gone.version, on=town.officer.today)
    await make.contact(town.officer, power, family_name="髙見本", mail_address="megumi@partner.example")
    return power


async def taken_again(who: Actor, format: str, place: Path) -> Taken:
    file = await produce(who, "organizations", "", format)
    path = place / file.name
    path.write_bytes(file.content)
    read = intake.parse(ORGANIZATIONS, intake.read_table(path, file.name))
    assert not read.is_refused, read.problems
    return await rosters.take_in_organizations(who, intake.lines(ORGANIZATIONS, read), dry_run=True)


def test_the_columns_are_those_that_the_import_takes() -> None:
    assert [column.heading for column in COLUMNS] == [field.headings[0] for field in ORGANIZATIONS.fields]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_what_left_as_a_list_comes_back_and_changes_nothing(play: Any, format: str, tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        await kept(town)
        assert await taken_again(town.hq, format, tmp_path) == Taken(0, 0, 3)
        assert await taken_again(town.officer, format, tmp_path) == Taken(0, 0, 2)

    play(story)


def test_a_list_that_was_edited_says_what_will_change(play: Any, tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        await kept(town)
        file = await produce(town.hq, "organizations", "", "csv")
        path = tmp_path / "edited.csv"
        path.write_bytes(file.content.decode("utf-8-sig").replace("電気業", "発電業").encode("utf-8-sig"))
        read = intake.parse(ORGANIZATIONS, intake.read_table(path, path.name))
        taken = await rosters.take_in_organizations(town.hq, intake.lines(ORGANIZATIONS, read))
        assert [(one.field, one.before, one.after) for one in taken.changes] == [("industry", "電気業", "発電業")]

    play(story)


def test_no_person_and_nothing_of_another_station_stands_in_it(play: Any) -> None:
    async def story(town: Town) -> None:
        await kept(town)
        for format in ("csv", "json"):
            told = (await produce(town.officer, "organizations", "", format)).content.decode("utf-8-sig")
            assert POWER in told
            for hidden in ("髙見本", "megumi", "見本信用金庫", "小学校", "試行商店"):
                assert hidden not in told
        for who in (town.statistician, town.admin):
            with pytest.raises(NotAllowed):
                await produce(who, "organizations", "", "csv")

    play(story)


# ------------------------------------------------------------------ schools, which go by their 学校コード


def test_the_columns_of_schools_are_those_that_the_import_takes() -> None:
    told = [(column.heading, column.key) for column in exports.schools.COLUMNS]
    assert told == [(field.headings[0], field.name) for field in SCHOOLS.fields]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_schools_that_left_as_a_list_come_back_and_change_nothing(play: Any, format: str, tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        await kept(town)
        await make.school(town.officer, "見本幼稚園", municipality_code="482013")
        college = {"kind": OrganizationKind.UNIVERSITY, "school_code": "F148110000016", "name": "例示大学"}
        await organizations.register(town.other_officer, **college)
        told = json.loads((await produce(town.hq, "schools", "", "json")).content)
        assert {(one["学校名"], one["校種"]) for one in told} == {
            *(("見本市立見本小学校", "小学校"), ("見本幼稚園", "")),
            ("例示大学", "大学"),
        }
        for who, count in ((town.hq, 3), (town.officer, 2)):
            file = await produce(who, "schools", "", format)
            path = tmp_path / file.name
            path.write_bytes(file.content)
            read = intake.parse(SCHOOLS, intake.read_table(path, file.name))
            assert not read.is_refused, read.problems
            lines = intake.lines(SCHOOLS, read)
            assert await rosters.take_in_schools(who, lines, dry_run=True) == Taken(0, 0, count)
        listed = (await produce(town.hq, "organizations", "", "json")).content.decode()
        assert not [name for name in ("見本幼稚園", "例示大学") if name in listed], "each stands in one list"
        with pytest.raises(NotAllowed):
            await produce(town.statistician, "schools", "", format)

    play(story)


# ------------------------------------------------------------------ contacts, which is a list of its own


def test_the_columns_of_contacts_are_among_those_that_the_import_takes() -> None:
    taken = {field.headings[0]: field.name for field in CONTACTS.fields}
    assert [taken[column.heading] for column in exports.contacts.COLUMNS] == [
        column.key for column in exports.contacts.COLUMNS
    ]


def test_contacts_that_left_as_a_list_come_back_and_change_nothing(play: Any, tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        power = await kept(town)
        facts = {"role": ContactRole.EMERGENCY, "department": "総務部", "extension": "3484", "reachable": "夜間"}
        await make.contact(town.officer, power, family_name="例森", mail_address="mori@partner.example", **facts)
        file = await produce(town.officer, "contacts", "", "csv", purpose="連絡先の点検")
        path = tmp_path / file.name
        path.write_bytes(file.content)
        read = intake.parse(CONTACTS, intake.read_table(path, file.name))
        assert not read.is_refused, read.problems
        told = intake.lines(CONTACTS, read)
        assert await rosters.take_in_contacts(town.officer, told, dry_run=True) == Taken(0, 0, 2)

    play(story)


def test_whoever_has_the_list_of_contacts_was_shown_them_and_nobody_else_gets_it(play: Any) -> None:
    async def story(town: Town) -> None:
        await kept(town)
        for who in (town.statistician, town.admin):
            with pytest.raises(NotAllowed):
                await produce(who, "contacts", "", "csv")
        assert not await Look.exists()
        other = (await produce(town.other_officer, "contacts", "", "json")).content
        assert other == b"[]"
        told = (await produce(town.officer, "contacts", "", "json", purpose="連絡先の点検")).content.decode()
        assert "megumi@partner.example" in told
        look = await Look.get()
        assert (look.door, look.operation, look.purpose) == (Door.EXPORT, "contacts", "連絡先の点検")
        assert {row.partition(":")[0] for row in look.rows} == {"Person", "Contact"}

    play(story)
