"""Statements written once for every question of their form: each is answered as if it had been written anew."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tortoise.exceptions import DoesNotExist, MultipleObjectsReturned
from tortoise.expressions import Q
from tortoise.models import ModelMeta
from tortoise.queryset import QuerySet

from domain import table
from domain.calendar import Appointment
from domain.criteria import any_of
from domain.organizations import Organization, OrganizationKind
from domain.people import Person
from tests import make
from tests.clock import NOW
from tests.make import Town

NOBODY = UUID(int=7)


def questions(town: Town) -> list[tuple[QuerySet[Any], QuerySet[Any]]]:
    """Two of each form, which are not to be answered alike."""
    station, other = town.station.id, town.other_station.id
    company, name = Organization.filter(unit_id=station), "架空電力株式会社"
    later = NOW + timedelta(days=20)
    return [
        (company, Organization.filter(unit_id=other)),
        (company.filter(name=name), company.filter(name="見本信用金庫")),
        (company.filter(kind=OrganizationKind.COMPANY), company.filter(kind=OrganizationKind.SCHOOL)),
        (company.exclude(name=name), company.exclude(name="見本信用金庫")),
        (company.filter(Q(name=name) | Q(unit_id=other)), company.filter(Q(name="無い") | Q(unit_id=other))),
        (company.filter(is_small=True), company.filter(is_small=False)),
        (company.filter(retired_on=None), company.filter(retired_on=NOW.date())),
        (company.filter(name__in=[name]), company.filter(name__in=[name, "見本信用金庫"])),
        (Organization.filter(any_of(Organization, "unit_id", [station])), Organization.filter(id=NOBODY)),
        (Organization.all().order_by("name").limit(1), Organization.all().order_by("-name").limit(1)),
        (Organization.all().order_by("name").limit(1), Organization.all().order_by("name").limit(2)),
        (Organization.all().order_by("name").offset(1).limit(5), Organization.all().order_by("name").limit(5)),
        (Appointment.filter(starts_at__gt=later), Appointment.filter(starts_at__lte=later)),
        (Appointment.filter(unit_id=station, ends_at__gte=NOW), Appointment.filter(unit_id=other, ends_at__gte=NOW)),
    ]


async def told(question: QuerySet[Any]) -> set[str]:
    return {str(row.id) for row in await question}


async def anew(question: QuerySet[Any]) -> set[str]:
    """As Tortoise answers by itself."""
    plain = question._clone()
    plain.__class__ = QuerySet
    return await told(plain)


def test_questions_of_one_form_are_each_answered_with_their_own_values(play: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(table, "STATEMENTS", {})

    async def story(town: Town) -> list[tuple[set[str], set[str]]]:
        for body in (await make.company(town.officer), await make.company(town.officer, "見本信用金庫", is_small=True)):
            await make.contact(town.officer, body)
        await make.company(town.other_officer, "例示保険")
        await make.school(town.officer)
        for days in (10, 30):
            await make.activity(town.officer, starts_at=NOW + timedelta(days=days))
        found = []
        for pair in questions(town):
            for one in (*pair, *pair):
                found.append((await told(one), await anew(one)))
            assert found[-1][0] != found[-2][0]
        return found

    assert [ours for ours, plain in play(story) if ours != plain] == []
    assert any(statement is not None for statement in table.STATEMENTS.values())


def test_one_row_is_found_locked_and_brought_with_its_relations_as_ever(play: Any) -> None:
    async def story(town: Town) -> None:
        for name in ("架空電力", "見本信用金庫"):
            body = await make.company(town.officer, name)
            assert (await Organization.get(id=body.id).prefetch_related("unit")).unit.name == town.station.name
            assert (await Organization.filter(id=body.id).select_for_update().first()) == body
            assert await Organization.get_or_none(id=NOBODY) is None
            assert await Organization.filter(name=name).first() == body
        assert await Person.filter(id=NOBODY).first() is None

    play(story)


def test_what_is_not_there_is_told_and_so_is_what_is_there_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        for _ in range(2):
            with pytest.raises(DoesNotExist):
                await Organization.get(id=NOBODY)
            with pytest.raises(MultipleObjectsReturned):
                await Person.get(unit_id=town.section.id)

    play(story)


def test_rows_are_asked_for_by_each_column_in_every_way_that_tortoise_knows(play: Any) -> None:
    async def story(town: Town) -> None:
        for model in table.models().values():
            columns = {name: model._meta.fields_map[name] for name in model._meta.fields_db_projection}
            _, written_down_at_the_start, *_ = ModelMeta._dispatch_fields(dict(columns), {}, False)
            assert len(written_down_at_the_start) > 10
            for key, way in written_down_at_the_start.items():
                asked = model._meta.filters[key]
                assert (asked["field"], asked["source_field"]) == (way["field"], way["source_field"])
            assert "id__no_such_way" not in model._meta.filters
            assert model._meta.filters.get("no_such_column__gt") is None

    play(story)
