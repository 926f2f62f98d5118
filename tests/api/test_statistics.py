"""Statistics through the GraphQL door: computed, kept, traced, and paid for."""

from dataclasses import replace
from typing import Any

import pytest

from domain.actor import Role
from domain.installation import found_national
from domain.statistics import Run
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.domain import random_year
from tests.domain.random_year import AFTERWARDS
from tests.make import Town

QUARTER = """
    query($measures: [String!], $byKind: Boolean = false, $fresh: Boolean = false) {
      statistics(period: "2027Q4", fresh: $fresh) {
        name period periodLabel basis startsOn endsOn asOf computedAt isPreliminary
        figures(byKind: $byKind, measures: $measures) {
          unitId unitName isTotal subjectLabel kind kindLabel measure label unitLabel when counting value
        }
      }
    }"""


async def drawn(town: Town) -> None:
    await random_year.drawn(town, 1, size=12)


def at(actor: Any) -> Any:
    return make.at(actor, AFTERWARDS)


def test_a_figure_says_all_that_it_means(play: Any) -> None:
    async def story(town: Town) -> None:
        await drawn(town)
        said = (await read(at(town.statistician), QUARTER, measures=["LECTURE_PEOPLE"]))["statistics"]
        assert {key: value for key, value in said.items() if key != "figures"} == {
            "name": "青浜県警察",
            "period": "2027Q4",
            "periodLabel": "令和９年度第４四半期",
            "basis": "FISCAL_YEAR",
            "startsOn": "2028-01-01",
            "endsOn": "2028-03-31",
            "asOf": "2028-03-31",
            "computedAt": "2028-06-01T00:00:00+09:00",
            "isPreliminary": False,
        }
        *units, total = said["figures"]
        assert [one["unitName"] for one in units] == ["青浜県警察本部", "青浜第1警察署", "青浜第2警察署"]
        assert total == {
            "unitId": f"Unit:{town.prefecture.id}",
            "unitName": "青浜県警察",
            "isTotal": True,
            "subjectLabel": "講義",
            "kind": None,
            "kindLabel": None,
            "measure": "LECTURE_PEOPLE",
            "label": "受講者",
            "unitLabel": "人",
            "when": "DURING",
            "counting": "TOTAL",
            "value": sum(one["value"] for one in units),
        }

    play(story)


def test_kinds_are_told_when_they_are_asked_for(play: Any) -> None:
    async def story(town: Town) -> None:
        answer = await read(at(town.officer), QUARTER, measures=["LECTURES"], byKind=True)
        kinds = [one["kindLabel"] for one in answer["statistics"]["figures"]]
        assert kinds == [None, "出張講義・講話", "教職員研修", "サイバーセキュリティ・カレッジ"]

    play(story)


def test_a_run_is_kept_once_per_key_and_listed(play: Any) -> None:
    async def story(town: Town) -> None:
        shown = "statisticsRun { basis measure startsOn endsOn asOf computedAt unit { name } }"
        for _ in range(2):
            asked = {"period": "2027Q4", "idempotencyKey": "締め"}
            answer = await change(at(town.statistician), "computeStatistics", shown, **asked)
        run = answer["data"]["computeStatistics"]["statisticsRun"]
        assert (run["startsOn"], run["unit"]["name"]) == ("2028-01-01", "青浜県警察")
        listed = "{ statisticsRuns { totalCount edges { node { id } } } }"
        assert (await read(at(town.officer), listed))["statisticsRuns"]["totalCount"] == 1
        other = replace(town.hq, role=Role.NATIONAL, prefecture_id=(await found_national(AFTERWARDS)).id)
        assert (await read(at(other), listed))["statisticsRuns"]["totalCount"] == 0

    play(story)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PARTNER, Role.SCHOOL, Role.VOLUNTEER])
def test_other_roles_are_refused_and_find_no_run(role: Role, play: Any) -> None:
    async def story(town: Town) -> None:
        await change(at(town.hq), "computeStatistics", period="2027Q4")
        stranger = at(replace(town.admin, role=role))
        assert codes(await ask(stranger, QUARTER)) == [("NOT_ALLOWED", None)]
        assert codes(await change(stranger, "computeStatistics", period="2027Q4")) == [("NOT_ALLOWED", None)]
        assert (await read(stranger, "{ statisticsRuns { totalCount } }"))["statisticsRuns"]["totalCount"] == 0
        assert await Run.all().count() == 1

    play(story)


def test_records_behind_a_figure_are_ids_that_open(play: Any) -> None:
    async def story(town: Town) -> None:
        await drawn(town)
        hq, unit = at(town.hq), f"Unit:{town.prefecture.id}"
        asked = f'measure: "DRILL_PEOPLE", unitId: "{unit}", period: "2027Q4"'
        found = (await read(hq, f"{{ statisticsRecords({asked}) }}"))["statisticsRecords"]
        node = await read(hq, "query($id: ID!) { node(id: $id) { __typename id } }", id=found[0])
        assert node["node"] == {"__typename": "DrillParticipation", "id": found[0]}
        assert codes(await ask(at(town.statistician), f"{{ statisticsRecords({asked}) }}")) == [("NOT_ALLOWED", None)]
        assert codes(await ask(at(town.officer), f"{{ statisticsRecords({asked}) }}")) == [("NOT_FOUND", "unitId")]

    play(story)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ('statistics(period: "Q2") { name }', ("INVALID", "period")),
        ('statistics(period: "2099") { name }', ("INVALID", "period")),
        ('statisticsRecords(measure: "X", unitId: "Unit:1", period: "2026") ', ("NOT_FOUND", "unitId")),
        ('statisticsRecords(measure: "\\u0000", unitId: "Unit:1", period: "2026") ', ("INVALID", "measure")),
    ],
)
def test_what_is_wrong_is_told_with_code_and_field(question: str, code: tuple[str, str], play: Any) -> None:
    async def story(town: Town) -> None:
        assert codes(await ask(at(town.hq), f"{{ {question} }}")) == [code]

    play(story)


def test_counting_has_its_price_and_a_document_its_budget(play: Any) -> None:
    async def story(town: Town) -> None:
        one = 'statistics(period: "2026") { name }'
        answer = await ask(at(town.statistician), f"{{ {one} }}")
        assert answer["extensions"]["cost"] == 2_000
        many = " ".join(f"a{n}: {one}" for n in range(10))
        runs = "statisticsRuns(first: 1) { totalCount }"
        assert codes(await ask(at(town.statistician), f"{{ {many} }}")) == []
        many = " ".join(f"a{n}: {one}" for n in range(9))
        spent = f"{runs} a9: {one}"
        assert [code for code, _ in codes(await ask(at(town.statistician), f"{{ {many} {spent} }}"))] == ["TOO_LARGE"]

    play(story)
