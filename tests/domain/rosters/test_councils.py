"""協議会 from a list: new ones come, known ones change only in what is told, and none is founded twice."""

from datetime import date
from typing import Any

import pytest

from domain import rosters
from domain.councils import Council, CouncilKind
from domain.errors import NotAllowed
from domain.rosters import Taken
from tests import make
from tests.domain.rosters.telling import cells, lines, refused
from tests.make import Town

NAME = "見本サイバーセキュリティ協議会"
ONE = {
    "name": NAME,
    "kind": CouncilKind.STATION,
    "founded_on": date(2026, 4, 1),
    "unit": "101",
    "purpose": "情報の共有",
}


def test_a_list_that_comes_again_changes_only_what_it_says(play: Any) -> None:
    async def story(town: Town) -> None:
        there = {**ONE, "unit": "102"}
        assert await rosters.take_in_councils(town.hq, lines(ONE, there), dry_run=True) == Taken(2, 0, 0)
        assert not await Council.exists()
        assert await rosters.take_in_councils(town.hq, lines(ONE, there)) == Taken(2, 0, 0)
        assert await rosters.take_in_councils(town.hq, lines(ONE, there)) == Taken(0, 0, 2)
        empty = {"name": NAME, "kind": None, "founded_on": None, "unit": "", "purpose": "", "members_are_known": True}
        taken = await rosters.take_in_councils(town.officer, lines(empty))
        assert cells(taken) == [(2, "purpose", "情報の共有", ""), (2, "members_are_known", False, True)]
        council = await Council.get(unit_id=town.station.id)
        assert (council.kind, council.founded_on) == (CouncilKind.STATION, date(2026, 4, 1))

    play(story)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"kind": None}, "kind"),
        ({"founded_on": None}, "founded_on"),
        ({"unit": "999"}, "unit"),
        ({"name": NAME, "unit": ""}, "unit"),
    ],
)
def test_what_cannot_be_is_told_by_line_and_column_and_nothing_is_taken_in(
    play: Any, line: dict[str, Any], field: str
) -> None:
    async def story(town: Town) -> None:
        for unit in (town.station, town.other_station):
            await make.council(town.hq, NAME, unit_id=unit.id)
        [problem] = await refused(rosters.take_in_councils, town.hq, {**ONE, "name": "別の協議会", **line})
        assert (problem.number, problem.field) == (2, field)
        assert await Council.all().count() == 2

    play(story)


def test_nobody_is_a_member_before_the_founding_and_a_station_takes_in_its_own_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.member(town.officer, await make.council(town.officer, NAME))
        [problem] = await refused(rosters.take_in_councils, town.hq, {**ONE, "founded_on": date(2026, 4, 2)})
        assert problem.field == "founded_on"
        [problem] = await refused(rosters.take_in_councils, town.other_officer, ONE)
        assert problem.field == "unit"
        with pytest.raises(NotAllowed):
            await rosters.take_in_councils(town.statistician, lines(ONE))
        assert (await Council.get()).founded_on == date(2026, 4, 1)

    play(story)
