"""The tree of units from a file: in any order, never a circle, and headquarters stays headquarters."""

from datetime import date
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from domain import database, rosters, units
from domain.errors import Incomplete
from domain.japanese import Period
from domain.rosters import Taken
from domain.statistics import show
from domain.units import Unit, UnitKind
from tests.domain.rosters.telling import cells, lines, refused
from tests.make import Town

STATION = {"code": "201", "name": "見本東警察署", "kind": UnitKind.STATION, "phone": "000-0000-0201", "extension": "1"}
OFFICE = {"code": "201-1", "name": "生活安全課", "kind": UnitKind.SECTION, "parent": "見本東警察署"}
DESK = {"code": "201-1-1", "name": "サイバー係", "kind": UnitKind.SECTION, "parent": "201-1"}
QUARTER = Period.of_quarter(2026, 1)


def test_a_section_may_stand_above_its_station_in_the_file(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await rosters.take_in_units(town.admin, lines(DESK, OFFICE, STATION)) == Taken(3, 0, 0)
        station, desk = await Unit.get(code="201"), await Unit.get(code="201-1-1")
        assert desk.id in await units.below(town.prefecture.id, station.id)

    play(story)


def test_two_sections_change_places_in_one_file(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_units(town.admin, lines(STATION, OFFICE, DESK))
        turned = lines({**OFFICE, "parent": "201-1-1"}, {**DESK, "parent": "201"})
        assert await rosters.take_in_units(town.admin, turned) == Taken(0, 2, 0)
        desk, office = await Unit.get(code="201-1-1"), await Unit.get(code="201-1")
        assert (office.parent_id, desk.parent_id) == (desk.id, (await Unit.get(code="201")).id)

    play(story)


def test_units_that_would_stand_below_each_other_are_refused_by_their_lines(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_units(town.admin, lines(STATION, OFFICE, DESK))
        circle = await refused(rosters.take_in_units, town.admin, STATION, {**OFFICE, "parent": "201-1-1"}, DESK)
        assert [(one.number, one.field) for one in circle] == [(3, "parent"), (4, "parent")]
        itself = await refused(rosters.take_in_units, town.admin, {**OFFICE, "parent": "201-1"})
        assert [(one.number, one.field) for one in itself] == [(2, "parent")]

    play(story)


def test_the_database_itself_refuses_a_circle(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_units(town.admin, lines(STATION, OFFICE))
        station, office = await Unit.get(code="201"), await Unit.get(code="201-1")
        with pytest.raises(IntegrityError):
            await Unit.filter(id=station.id).update(parent_id=office.id)
        assert (await Unit.get(id=station.id)).parent_id == town.prefecture.id

    play(story)


def test_a_circle_that_is_there_already_ends_the_counting_and_does_not_hang_it(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_units(town.admin, lines(STATION, OFFICE, DESK))
        office, desk = await Unit.get(code="201-1"), await Unit.get(code="201-1-1")
        await database.execute("ALTER TABLE unit DISABLE TRIGGER unit_below_itself")
        try:
            await Unit.filter(id=office.id).update(parent_id=desk.id)
        finally:
            await database.execute("ALTER TABLE unit ENABLE TRIGGER unit_below_itself")
        assert set(await units.below(town.prefecture.id, office.id)) == {office.id, desk.id}
        report = await show(town.statistician, QUARTER)
        assert {unit.name for unit in report.units} == {
            "青浜県警察本部",
            "青浜第1警察署",
            "青浜第2警察署",
            "見本東警察署",
        }

    play(story)


def test_headquarters_keeps_its_kind_and_its_place_whatever_a_file_says(play: Any) -> None:
    async def story(town: Town) -> None:
        for line, field in (
            ({"code": "00", "name": "青浜県警察本部", "kind": UnitKind.STATION, "parent": ""}, "kind"),
            ({"code": "00", "name": "青浜県警察本部", "kind": UnitKind.HEADQUARTERS, "parent": "101"}, "parent"),
            ({"code": "01", "name": "青浜県警察", "kind": UnitKind.HEADQUARTERS}, "kind"),
            ({"code": "101", "name": "青浜第1警察署", "kind": UnitKind.SECTION}, "kind"),
        ):
            [problem] = await refused(rosters.take_in_units, town.admin, line)
            assert (problem.number, problem.field) == (2, field)
        assert (await show(town.statistician, QUARTER)).units[0].name == "青浜県警察本部"

    play(story)


def test_a_unit_whose_code_sorts_first_does_not_become_headquarters(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_units(town.admin, lines({"code": "0", "name": "別館", "kind": UnitKind.HEADQUARTERS}))
        assert (await show(town.statistician, QUARTER)).units[0].name == "青浜県警察本部"

    play(story)


def test_without_headquarters_the_figures_say_what_is_missing(play: Any) -> None:
    async def story(town: Town) -> None:
        await Unit.filter(code="00").update(kind=UnitKind.STATION)
        with pytest.raises(Incomplete, match="本部がありません"):
            await show(town.statistician, QUARTER)

    play(story)


def test_a_file_without_some_columns_leaves_what_they_would_say(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_units(town.admin, lines(STATION, OFFICE))
        short = lines(
            {"code": "201", "name": "見本東署", "kind": UnitKind.STATION}, {"code": "201-1", "name": "生安課"}
        )
        taken = await rosters.take_in_units(town.admin, short)
        assert cells(taken) == [(2, "name", "見本東警察署", "見本東署"), (3, "name", "生活安全課", "生安課")]
        station, office = await Unit.get(code="201"), await Unit.get(code="201-1")
        assert (station.phone, station.extension, office.parent_id) == ("000-0000-0201", "1", station.id)

    play(story)


def test_an_empty_cell_empties_and_is_told_before_it_does(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_units(town.admin, lines(STATION))
        emptied = lines({**STATION, "phone": ""})
        for dry_run, phone in ((True, "000-0000-0201"), (False, "")):
            taken = await rosters.take_in_units(town.admin, emptied, dry_run=dry_run)
            assert cells(taken) == [(2, "phone", "000-0000-0201", "")]
            assert (await Unit.get(code="201")).phone == phone

    play(story)


def test_of_two_sections_of_one_name_the_code_is_asked_for(play: Any) -> None:
    async def story(town: Town) -> None:
        others = {**OFFICE, "code": "101-1", "parent": "101"}
        await rosters.take_in_units(town.admin, lines(STATION, OFFICE, others))
        [problem] = await refused(rosters.take_in_units, town.admin, {**DESK, "parent": "生活安全課"})
        assert (problem.field, "2つあります" in problem.message) == ("parent", True)
        officer = {"number": "A-1", "family_name": "見本", "unit": "生活安全課"}
        [problem] = await refused(rosters.take_in_officers, town.hq, officer)
        assert (problem.field, "所属コードで" in problem.message) == ("unit", True)

    play(story)


def test_a_closed_unit_is_not_changed_by_a_file(play: Any) -> None:
    async def story(town: Town) -> None:
        await units.retire(town.admin, town.other_station.id, version=1, on=date(2026, 6, 1))
        line = {"code": "102", "name": "青浜第2警察署", "kind": UnitKind.STATION}
        [problem] = await refused(rosters.take_in_units, town.admin, line)
        assert (problem.field, "廃止された所属" in problem.message) == ("code", True)

    play(story)
