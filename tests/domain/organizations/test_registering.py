"""Bodies are taken in once, by those who may, and put right."""

import asyncio
from datetime import date
from typing import Any

import pytest

from domain import organizations, units
from domain.errors import Conflict, Invalid
from domain.journal import Entry
from domain.organizations import Organization
from tests import make
from tests.make import Town

ON = date(2026, 7, 1)
NPA = "8000012130001"
"""The 法人番号 of 警察庁, as published."""


def test_codes_and_numbers_are_kept_in_one_form(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(
            town.officer,
            corporate_number="８０００－０１２－１３０００１",
            postal_code="〒980-0014",
            phone="００１（０００）７１７１",
            municipality_code="０４１００９",
        )
        assert (body.corporate_number, body.postal_code, body.phone) == (NPA, "9800014", "001-000-7171")
        assert body.municipality_code == "041009"

    play(story)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("corporate_number", "8000012130002"),
        ("corporate_number", "８"),
        ("school_code", "X000000000000"),
        ("municipality_code", "999999"),
        ("postal_code", "98-0014"),
        ("phone", "でんわ"),
        ("name_kana", "カ" * 301),
        ("address", "a\x07b"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name_and_nothing_is_kept(play: Any, column: str, value: str) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        entries = await Entry.all().count()
        for attempt in (
            make.company(town.officer, "別の会社", **{column: value}),
            organizations.correct(town.officer, body.id, version=1, **{column: value}),
        ):
            with pytest.raises(Invalid) as refused:
                await attempt
            assert refused.value.field == column
        assert await Organization.all().count() == 1
        assert await Entry.all().count() == entries

    play(story)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ({"name": "架空電力", "corporate_number": NPA}, {"name": "別名", "corporate_number": NPA}),
        ({"name": "㈱架空電力"}, {"name": "株式会社　架空電力"}),
        ({"name": "ＡＢＣ商会", "municipality_code": "041009"}, {"name": "abc商会", "municipality_code": "041009"}),
    ],
)
def test_the_same_body_is_not_taken_in_twice(play: Any, first: dict[str, str], again: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer, **first)
        with pytest.raises(Conflict, match="すでに登録されています"):
            await make.company(town.officer, **again)
        with pytest.raises(Conflict, match="県本部の連携担当者") as elsewhere:
            await make.company(town.other_officer, **again)
        assert "第1" not in elsewhere.value.message
        assert await Organization.all().count() == 1

    play(story)


def test_two_bodies_of_one_name_in_two_towns_are_two(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer, "見本商店", municipality_code="041009")
        await make.company(town.officer, "見本商店", municipality_code="042021")
        assert await Organization.all().count() == 2

    play(story)


def test_of_two_officers_who_take_in_the_same_body_at_once_one_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        done = await asyncio.gather(
            *[make.company(who, "架空電力") for who in (town.officer, town.other_officer)], return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in done) == ["Conflict", "Organization"]

    play(story)


def test_a_body_that_gets_its_number_becomes_findable_by_it(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, "架空電力")
        await organizations.correct(town.officer, body.id, version=1, corporate_number=NPA)
        with pytest.raises(Conflict):
            await make.company(town.officer, "架空電力ホールディングス", corporate_number=NPA)
        assert await Organization.all().count() == 1

    play(story)


def test_a_correction_does_not_turn_one_body_into_another(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer, "架空電力", corporate_number=NPA)
        other = await make.company(town.officer, "例示商店")
        with pytest.raises(Conflict, match="すでに登録されています"):
            await organizations.correct(town.officer, other.id, version=1, corporate_number=NPA)
        assert (await Organization.get(id=other.id)).corporate_number is None

    play(story)


def test_a_station_takes_bodies_in_for_itself_only_and_headquarters_for_any(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await make.company(town.officer, unit_id=town.other_station.id)
        assert refused.value.field == "unit_id"
        assert await Organization.all().count() == 0
        body = await make.company(town.hq, unit_id=town.other_station.id)
        assert body.unit_id == town.other_station.id
        assert [one.id for one in await organizations.visible_to(town.officer)] == []
        assert [one.id for one in await organizations.visible_to(town.other_officer)] == [body.id]

    play(story)


def test_a_closed_station_takes_in_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        await units.retire(town.admin, town.station.id, version=1, on=ON)
        with pytest.raises(Invalid) as refused:
            await make.company(town.officer)
        assert refused.value.field == "unit_id"
        assert await Organization.all().count() == 0

    play(story)


@pytest.mark.parametrize("facts", [{"corporate_number": NPA}, {"municipality_code": "041009"}])
def test_of_a_body_that_another_station_keeps_a_station_learns_only_that_and_where_to_turn(
    play: Any, facts: dict[str, Any]
) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.other_officer, **facts)
        own = await make.company(town.officer, "例示電力株式会社")
        told = set()
        for is_kept in (True, False):
            if not is_kept:
                await organizations.retire(town.other_officer, body.id, version=body.version, on=ON)
            entries = await Entry.all().count()
            for attempt in (
                make.company(town.officer, body.name, **facts),
                organizations.correct(town.officer, own.id, version=1, name=body.name, **facts),
            ):
                with pytest.raises(Conflict) as refused:
                    await attempt
                told.add(refused.value.message)
            assert await Entry.all().count() == entries
        assert told == {organizations.ELSEWHERE}
        assert "連絡してください" in organizations.ELSEWHERE

    play(story)
