"""協議会の会員 from a list: new terms come, known ones change only in what is told, nobody is a member twice."""

from datetime import date
from typing import Any

import pytest

from domain import organizations, rosters
from domain.councils import CouncilMembership, CouncilRole
from domain.errors import NotAllowed
from domain.organizations import CiSector, Organization
from domain.rosters import Taken
from tests import make
from tests.domain.rosters.telling import cells, lines, refused
from tests.make import Town

NAME = "見本サイバーセキュリティ協議会"
APRIL, MARCH = date(2026, 4, 1), date(2028, 3, 31)
POWER = {"council": NAME, "organization": "架空電力株式会社", "role": CouncilRole.CHAIR, "term_from": APRIL}


async def founded(town: Town) -> None:
    await make.council(town.hq, NAME)
    await make.company(town.officer, ci_sector=CiSector.ELECTRICITY)


def test_a_list_that_comes_again_changes_only_what_it_says(play: Any) -> None:
    async def story(town: Town) -> None:
        await founded(town)
        police = {"council": NAME, "police_unit": "青浜第1警察署", "role": CouncilRole.SECRETARIAT, "term_from": APRIL}
        assert await rosters.take_in_council_members(town.hq, lines(POWER, police)) == Taken(2, 0, 0)
        assert await rosters.take_in_council_members(town.hq, lines(POWER, police)) == Taken(0, 0, 2)
        power = await CouncilMembership.get(organization_id__not_isnull=True)
        assert (power.role, power.sector, power.name) == (CouncilRole.CHAIR, CiSector.ELECTRICITY, "架空電力株式会社")
        ending = {"council": NAME, "organization": "架空電力㈱", "term_from": None, "term_to": MARCH}
        taken = await rosters.take_in_council_members(town.hq, lines(ending))
        assert cells(taken) == [(2, "term_to", None, MARCH)], "the term that stands today, and its role stays"
        body = await Organization.get(name="架空電力株式会社")
        await organizations.retire(town.officer, body.id, version=body.version, on=town.officer.today)
        assert await rosters.take_in_council_members(town.hq, lines(POWER)) == Taken(0, 0, 1), (
            "also of one that has closed"
        )
        again = POWER | {"term_from": date(2028, 4, 1)}
        [problem] = await refused(rosters.take_in_council_members, town.hq, POWER, again)
        assert (problem.number, problem.field) == (3, "organization")

    play(story)


def test_a_dry_run_writes_nothing_and_a_station_takes_in_members_of_its_own_councils_only(play: Any) -> None:
    async def story(town: Town) -> None:
        await founded(town)
        assert await rosters.take_in_council_members(town.hq, lines(POWER), dry_run=True) == Taken(1, 0, 0)
        assert [one.field for one in await refused(rosters.take_in_council_members, town.officer, POWER)] == ["council"]
        with pytest.raises(NotAllowed):
            await rosters.take_in_council_members(town.statistician, lines(POWER))
        assert not await CouncilMembership.exists()

    play(story)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"council": "知らない協議会"}, "council"),
        ({"organization": "知らない会社"}, "organization"),
        ({"police_unit": "青浜第1警察署"}, "police_unit"),
        ({"organization": "", "police_unit": "知らない署"}, "police_unit"),
        ({"term_from": date(2026, 3, 31)}, "term_from"),
        ({"term_to": date(2026, 3, 31)}, "term_to"),
        ({"unit": "101"}, "council"),
    ],
)
def test_what_cannot_be_is_told_by_line_and_column_and_nothing_is_taken_in(
    play: Any, line: dict[str, Any], field: str
) -> None:
    async def story(town: Town) -> None:
        await founded(town)
        [problem] = await refused(rosters.take_in_council_members, town.hq, {**POWER, **line})
        assert (problem.number, problem.field) == (2, field)
        assert not await CouncilMembership.exists()

    play(story)


def test_a_term_that_overlaps_a_known_one_is_refused_by_its_line(play: Any) -> None:
    async def story(town: Town) -> None:
        await founded(town)
        await rosters.take_in_council_members(town.hq, lines(POWER))
        later = {**POWER, "term_from": date(2026, 6, 1)}
        [problem] = await refused(rosters.take_in_council_members, town.hq, later)
        assert problem.field == "term_from"
        assert await CouncilMembership.all().count() == 1

    play(story)
