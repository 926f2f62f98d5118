"""A unit stands for all below it: whoever asks for a station's rows gets those of its sections."""

from dataclasses import replace
from typing import Any

from graphql import GraphQLInputObjectType

from api.context import Context
from api.reading import encode
from api.reading.choices import METADATA
from api.schema import schema
from domain import feeds, units
from domain.actor import Actor
from domain.units import Unit, UnitKind
from tests import make
from tests.api.asking import ask, read
from tests.make import Town

DATES = "query($unit: ID!) { appointments(filter: { unit: $unit }) { totalCount edges { node { title } } } }"


async def section_of(town: Town) -> tuple[Unit, Actor]:
    """A section of the first station, and an officer of the station who looks after both."""
    section = await units.establish(
        town.admin, parent_id=town.station.id, kind=UnitKind.SECTION, code="101-1", name="生活安全課"
    )
    return section, replace(town.officer, units=(town.station.id, section.id))


async def dates(who: Actor, unit: Unit) -> list[str]:
    page = (await read(who, DATES, unit=encode("Unit", unit.id)))["appointments"]
    titles = sorted(edge["node"]["title"] for edge in page["edges"])
    assert page["totalCount"] == len(titles)
    return titles


async def planned(town: Town) -> tuple[Unit, Actor]:
    """One drill of the station, one of its section, one of the other station."""
    section, officer = await section_of(town)
    for who, unit, title in ((officer, town.station, "署"), (officer, section, "課"), (town.other_officer, None, "他")):
        await make.drill(who, title=title, **({"unit_id": unit.id} if unit else {}))
    return section, replace(town.hq, units=(*town.hq.units, section.id))


def test_a_stations_dates_are_those_of_its_sections_too_as_in_its_feed(play: Any) -> None:
    async def story(town: Town) -> None:
        section, hq = await planned(town)
        assert await dates(hq, town.station) == ["署", "課"]
        assert await dates(hq, section) == ["課"]
        assert await dates(hq, town.prefecture) == ["他", "署", "課"]
        feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        assert sorted(date.shown.summary for date in await feeds.dates_in(feed, "", town.hq.now)) == [
            "署",
            "課",
        ]

    play(story)


def test_whoever_names_another_unit_sees_no_more_than_they_may(play: Any) -> None:
    async def story(town: Town) -> None:
        await planned(town)
        assert await dates(town.other_officer, town.prefecture) == ["他"]
        assert await dates(town.other_officer, town.station) == []
        for nonsense in ("Unit:x", "Drill:1", ""):
            answer = await ask(town.hq, DATES, unit=nonsense)
            assert answer["data"]["appointments"]["edges"] == []

    play(story)


def test_the_units_below_are_found_in_the_same_statement(play: Any) -> None:
    async def story(town: Town) -> int:
        _, hq = await planned(town)
        context = Context(hq)
        within = {"unit": encode("Unit", town.station.id)}
        assert (await schema.execute(DATES, within, context)).errors is None
        return context.statements

    assert play(story) == 1


def test_every_filter_by_unit_means_all_below_it() -> None:
    inputs = [kind for kind in schema._schema.type_map.values() if isinstance(kind, GraphQLInputObjectType)]
    filters = [kind for kind in inputs if kind.name.endswith("Filter") and "unit" in kind.fields]
    declared = [kind.fields["unit"].extensions["strawberry-definition"].metadata[METADATA] for kind in filters]
    assert len(declared) > 10
    assert all(one.descends for one in declared)


def test_the_rows_of_every_list_are_found_under_the_unit_above(play: Any) -> None:
    async def story(town: Town) -> dict[str, int]:
        section, officer = await section_of(town)
        in_section = replace(officer, unit_id=section.id)
        await make.lecture(in_section, school=await make.school(in_section, unit_id=section.id))
        await make.proposed(in_section)
        lists = ("lectures", "organizations", "agreements", "contacts")
        fields = " ".join(f"{name}(filter: {{ unit: $unit }}) {{ totalCount }}" for name in lists)
        unit = encode("Unit", town.station.id)
        found = await read(officer, f"query($unit: ID!) {{ {fields} }}", unit=unit)
        return {name: found[name]["totalCount"] for name in lists}

    assert play(story) == {"lectures": 1, "organizations": 2, "agreements": 1, "contacts": 1}
