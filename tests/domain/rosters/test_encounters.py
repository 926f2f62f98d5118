"""接触記録 from a list: what was kept on paper counts as reported, and nothing that is there is changed by a list."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from domain import encounters, rosters
from domain.encounters import Encounter, EncounterKind, EncounterStatus, EncounterTheme, GuidedBusiness
from domain.errors import NotAllowed
from domain.organizations import Organization
from domain.rosters import Taken
from tests import make
from tests.domain.rosters.telling import lines, refused
from tests.make import Town

MET = {
    "organization": "架空電力株式会社",
    "kind": EncounterKind.VISIT,
    "theme": EncounterTheme.SME_SUPPORT,
    "on": date(2025, 5, 12),
    "clock": time(10, 30),
    "minutes": 40,
    "outcome": "備えの状況を確かめた。",
    "officer": "1011",
    "partner": "総務課長",
    "unit": "101",
}


async def ready(town: Town) -> Organization:
    await make.officer(town.admin, town.station, number="1011", job_title="係長", since=date(2025, 4, 1))
    return await make.company(town.officer)


def test_what_was_kept_on_paper_is_reported_and_checked_by_another(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await ready(town)
        assert await rosters.take_in_encounters(town.hq, lines(MET)) == Taken(1, 0, 0)
        met = await Encounter.get()
        assert (met.unit_id, met.organization_id, met.day) == (town.station.id, body.id, MET["on"])
        assert (met.status, met.minutes, met.theme) == (EncounterStatus.REPORTED, 40, EncounterTheme.SME_SUPPORT)
        there = await encounters.attendances_visible_to(town.officer).order_by("id")
        assert [(one.side, one.job_title) for one in there] == [("POLICE", "係長"), ("PARTNER", "総務課長")]
        with pytest.raises(NotAllowed):
            await encounters.check(town.hq, met.id)
        assert (await encounters.check(town.officer, met.id)).status is EncounterStatus.CHECKED

    play(story)


def test_the_same_list_again_changes_nothing_and_another_text_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        await rosters.take_in_encounters(town.hq, lines(MET))
        assert await rosters.take_in_encounters(town.hq, lines(MET)) == Taken(0, 0, 1)
        [problem] = await refused(rosters.take_in_encounters, town.hq, {**MET, "outcome": "書き直した。"})
        assert "別の内容" in problem.message
        assert (await Encounter.get()).outcome == MET["outcome"]

    play(story)


def test_a_line_without_a_time_is_the_encounter_of_that_day_where_only_one_can_be_meant(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        timeless, later = MET | {"clock": None}, MET | {"clock": time(15)}
        await rosters.take_in_encounters(town.hq, lines(MET))
        assert await rosters.take_in_encounters(town.hq, lines(timeless)) == Taken(0, 0, 1)
        assert await rosters.take_in_encounters(town.hq, lines(later)) == Taken(1, 0, 0)
        [problem] = await refused(rosters.take_in_encounters, town.hq, timeless)
        assert (problem.field, "10:30・15:00" in problem.message) == ("clock", True)
        another_day = date(2025, 5, 13)
        await rosters.take_in_encounters(town.hq, lines(timeless | {"on": another_day}))
        [problem] = await refused(rosters.take_in_encounters, town.hq, MET | {"on": another_day})
        assert (problem.field, "時刻なし" in problem.message) == ("clock", True)

    play(story)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"organization": "例示ガス"}, "organization"),
        ({"officer": "9999"}, "officer"),
        ({"on": date(2026, 7, 2)}, "on"),
        ({"on": date(1955, 5, 12)}, "on"),
        ({"partner": " "}, "partner"),
        ({"outcome": ""}, "outcome"),
        ({"kind": EncounterKind.GUIDANCE}, "business"),
        ({"business": GuidedBusiness.BANK}, "business"),
        ({"unit": "199"}, "unit"),
    ],
)
def test_a_line_that_cannot_be_is_named_and_nothing_is_taken_in(play: Any, line: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        [problem] = await refused(rosters.take_in_encounters, town.hq, {**MET, "kind": EncounterKind.CALL}, MET | line)
        assert (problem.number, problem.field) == (3, field)
        assert not await Encounter.exists()

    play(story)


def test_an_officer_who_had_left_by_then_was_not_there(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        gone = await make.officer(town.admin, town.station, number="1012", since=date(2024, 4, 1))
        await type(gone).filter(id=gone.id).update(retired_on=date(2025, 4, 1))
        [problem] = await refused(rosters.take_in_encounters, town.hq, {**MET, "officer": "1012"})
        assert problem.field == "officer"

    play(story)


def test_a_dry_run_writes_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        later = MET | {"on": MET["on"] + timedelta(days=1), "clock": None}
        assert await rosters.take_in_encounters(town.hq, lines(MET, later), dry_run=True) == Taken(2, 0, 0)
        assert not await Encounter.exists()

    play(story)
