"""Files of an office, taken in by the domain's rosters: nothing is lost between the two."""

from __future__ import annotations

from typing import Any

import pytest

from api.intake import KINDS, Kind, lines, parse, placed, read_table
from api.intake.table import Table
from domain import rosters
from domain.organizations import Contact, Organization, OrganizationKind
from domain.people import Person
from domain.rosters import Line, Rejected, Taken
from domain.units import Unit
from tests.api.intake.books import book
from tests.make import Town

UNITS = book(
    ["署コード", "所属名", "区分", "上位所属", "代表電話", "内線"],
    ["0300", "見本警察署", "警察署", None, "０００−００００−０３００", None],
    ["0301", "生活安全課", "署の課", "見本警察署", None, "３４８４"],
)
OFFICERS = book(["職員番号", "氏名", "所属", "職名", "検定"], ["00123", "髙見本　一郎", "0300", "係長", "中級"])
PARTNERS = book(
    ["法人番号", "団体名", "種別", "規模", "団体コード", "管轄署"],
    [8999900000001, "㈱架空電力", "企業", "大企業", "482013", "青浜第1警察署"],
    [None, "例示町商工会", "商工会", None, "483010", None],
)
SCHOOLS = book(["学校コード", "学校名", "校種"], ["B148299990018", "見本市立例示小学校", "小"])
CONTACTS = book(
    ["会社名", "担当者名", "区分", "E-mail"],
    ["株式会社架空電力", "𠮷例 次郎", "緊急", "jiro@denryoku.example"],
    ["見本市立例示小学校", "例塚 恵", None, "megumi@school.example"],
)


def table_of(content: bytes) -> Table:
    return read_table(content, "名簿.xlsx")


def roster(name: str, content: bytes) -> list[Line]:
    kind: Kind[Any] = KINDS[name]
    intake = parse(kind, table_of(content))
    assert not intake.is_refused
    return lines(kind, intake)


async def take_in_everything(town: Town) -> list[Taken]:
    return [
        await rosters.take_in_units(town.admin, roster("units", UNITS)),
        await rosters.take_in_officers(town.hq, roster("officers", OFFICERS)),
        await rosters.take_in_organizations(town.hq, roster("organizations", PARTNERS)),
        await rosters.take_in_schools(town.hq, roster("schools", SCHOOLS)),
        await rosters.take_in_contacts(town.hq, roster("contacts", CONTACTS)),
    ]


def test_the_rosters_of_an_office_are_taken_in_and_a_second_time_change_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await take_in_everything(town) == [Taken(n, 0, 0) for n in (2, 1, 2, 1, 2)]
        assert await take_in_everything(town) == [Taken(0, 0, n) for n in (2, 1, 2, 1, 2)]

    play(story)


def test_a_line_tells_what_the_file_has_a_column_for_and_nothing_else():
    [line] = roster("contacts", book(["会社名", "氏名", "携帯電話"], ["架空電力", "見本 太郎", None]))
    assert line.facts == {"organization": "架空電力", "family_name": "見本", "given_name": "太郎", "phone": ""}
    [school] = roster("schools", book(["学校名", "校種"], ["例示大学", None]))
    assert school.facts == {"name": "例示大学"}


def test_what_the_files_say_stands_in_the_records(play: Any) -> None:
    async def story(town: Town) -> None:
        await take_in_everything(town)
        section = await Unit.get(code="0301")
        assert (section.extension, section.parent_id) == ("3484", (await Unit.get(code="0300")).id)
        assert (await Person.get(number="00123")).family_name == "髙見本"
        power = await Organization.get(corporate_number="8999900000001")
        assert (power.name, power.unit_id, power.is_small) == ("㈱架空電力", town.station.id, False)
        assert (await Organization.get(school_code="B148299990018")).kind is OrganizationKind.SCHOOL
        assert await Contact.filter(organization_id=power.id).count() == 1

    play(story)


def test_a_refusal_of_the_domain_is_told_at_its_place_in_the_file(play: Any) -> None:
    async def story(town: Town) -> None:
        content = book(
            ["番号", "氏名", "所属"], ["00123", "見本 太郎", "青浜第1警察署"], ["00124", "例示 花子", "どこか署"]
        )
        before = await Person.all().count()
        with pytest.raises(Rejected) as refused:
            await rosters.take_in_officers(town.hq, roster("officers", content))
        assert await Person.all().count() == before
        [told] = placed(KINDS["officers"], table_of(content), refused.value.problems)
        assert (told.row, told.column, told.found) == (3, "C列「所属」", "どこか署")

    play(story)
