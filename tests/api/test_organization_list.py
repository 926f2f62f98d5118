"""団体一覧: what leaves as a list can be taken in again and says the same; no person stands in it."""

from pathlib import Path
from typing import Any

import pytest

from api import intake
from api.downloads import produce
from api.intake import ORGANIZATIONS
from domain import organizations, rosters
from domain.actor import Actor
from domain.errors import NotAllowed
from domain.organizations import CiSector, InPlace, Organization, OrganizationKind, OrganizationSize
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
