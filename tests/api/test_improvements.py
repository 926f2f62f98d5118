"""改善事項 through the door, from the drill to the figure (X3): who may do what, and what a refusal leaves."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.downloads import produce
from domain.actor import Actor, Role
from domain.drills import Improvement, ImprovementStatus
from domain.errors import Invalid, NotAllowed, NotFound
from domain.looks import Look
from tests import make
from tests.api.asking import change, codes, read
from tests.make import Town

DAY = timedelta(days=1)
POWER = "架空電力株式会社"
SHOWN = "improvement { id version status allowedTransitions settledOn }"
FIGURES = """{ statistics(period: "2026Q2", fresh: true) { figures(measures: [
    "IMPROVEMENTS_NEW", "IMPROVEMENTS_VERIFIED", "IMPROVEMENTS_OPEN"]) { unitName measure kind value } } }"""
GRADE = "{ relationships { name grade openImprovements reasons { kind } } }"


async def figures(town: Town, at: Any) -> dict[str, int]:
    told = (await read(make.at(town.statistician, at), FIGURES))["statistics"]["figures"]
    return {one["measure"]: one["value"] for one in told if one["unitName"] == "青浜県警察" and not one["kind"]}


async def step(who: Actor, mutation: str, item: str, **more: Any) -> dict[str, Any]:
    answer = await change(who, mutation, SHOWN, improvementId=item, **more)
    assert "errors" not in answer, answer
    told: dict[str, Any] = answer["data"][mutation]["improvement"]
    return told


async def raised(town: Town, **more: Any) -> str:
    """What a drill has left to a partner of an agreement."""
    await make.in_force(town, POWER, expires_on=None)
    power = await make.Organization.get(name=POWER)
    await make.contact(town.officer, power)
    drill = await make.held_drill(town.officer, power)
    ids = {"drillId": f"Drill:{drill.id}", "organizationId": f"Organization:{power.id}"}
    answer = await change(
        town.officer, "raiseImprovement", SHOWN, what="夜間の連絡先", dueOn="2026-07-20", **ids, **more
    )
    told: str = answer["data"]["raiseImprovement"]["improvement"]["id"]
    return told


def test_what_a_drill_has_left_is_seen_in_the_partners_grade_until_it_is_verified_and_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        item = await raised(town)
        late = make.at(town.officer, town.officer.now + 30 * DAY)
        [power] = (await read(late, GRADE))["relationships"]
        assert (power["grade"], power["openImprovements"]) == ("WATCH", 1)
        assert power["reasons"] == [{"kind": "IMPROVEMENT_OVERDUE"}]
        work = "{ worklist(kinds: [IMPROVEMENT_DUE]) { items { subject isOverdue settledBy } } }"
        [line] = (await read(late, work))["worklist"]["items"]
        assert (line["subject"], line["isOverdue"], line["settledBy"][0]) == (item, True, "finishImprovement")
        await step(late, "beginImprovement", item)
        await step(late, "finishImprovement", item, evidence="連絡網を改めた。")
        verified = await step(make.at(town.hq, late.now), "verifyImprovement", item)
        assert (verified["status"], verified["settledOn"]) == ("VERIFIED", "2026-07-31")
        [power] = (await read(late, GRADE))["relationships"]
        assert (power["grade"], power["openImprovements"]) == ("GOOD", 0)
        counted = await figures(town, late.now + 90 * DAY)
        assert counted == {"IMPROVEMENTS_NEW": 1, "IMPROVEMENTS_VERIFIED": 1, "IMPROVEMENTS_OPEN": 0}

    play(story)


def test_it_goes_on_into_the_objectives_that_whoever_is_invited_next_reads(play: Any) -> None:
    async def story(town: Town) -> None:
        item, after = await raised(town), await make.drill(town.officer)
        words = "夜間の緊急連絡先に10分以内につながる"
        await step(town.officer, "carryOverImprovement", item, toDrillId=f"Drill:{after.id}", objective=words)
        shown = "query($id: ID!) { improvement(id: $id) { status carriedTo { objectives } drill { title } } }"
        told = (await read(town.officer, shown, id=item))["improvement"]
        assert told["status"] == "CARRIED_OVER"
        assert told["carriedTo"]["objectives"][-1] == words

    play(story)


def test_whoever_is_not_of_the_desk_or_has_done_it_themself_verifies_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        item = await raised(town)
        await step(town.officer, "beginImprovement", item)
        await step(town.officer, "finishImprovement", item, evidence="連絡網を改めた。")
        for who in (town.officer, town.statistician, replace(town.hq, role=Role.PARTNER)):
            assert codes(await change(who, "verifyImprovement", improvementId=item)) == [("NOT_ALLOWED", None)]
        assert codes(await change(town.other_officer, "verifyImprovement", improvementId=item)) == [("NOT_FOUND", None)]
        assert (await read(town.other_officer, "{ improvements { totalCount } }"))["improvements"]["totalCount"] == 0
        assert (await Improvement.get()).status is ImprovementStatus.DONE

    play(story)


async def listed(who: Actor, **narrowed: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads((await produce(who, "improvements", "", "json", narrowed=narrowed)).content)
    return told


def test_what_is_left_to_be_done_leaves_as_a_list_that_says_whose_it_is_and_who_was_shown_that(play: Any) -> None:
    async def story(town: Town) -> None:
        owner = await make.officer(town.admin, town.station, family_name="髙見本")
        item = await raised(town, ownerId=f"Person:{owner.id}")
        late = make.at(town.officer, town.officer.now + 30 * DAY)
        [line] = await listed(late)
        assert [line[name] for name in ("団体名", "改善事項", "状態", "期限")] == [
            *(POWER, "夜間の連絡先"),
            *("未着手", "2026-07-20"),
        ]
        assert (line["期限超過"], line["担当者"]) == ("○", "髙見本 花子")
        look = await Look.get()
        assert (look.operation, look.rows) == ("improvements", [f"Person:{owner.id}"])
        power = await make.Organization.get(name=POWER)
        found: list[dict[str, str]] = [
            {"settled": "false", "status": "OPEN,DONE", "dueBefore": "2026-07-21", "unit": "101"},
            {"owner": f"Officer:{owner.id}", "organization": f"Organization:{power.id}"},
        ]
        for narrowed in found:
            assert len(await listed(late, **narrowed)) == 1, narrowed
        none: list[dict[str, str]] = [
            *({"settled": "true"}, {"status": "CLOSED"}, {"dueBefore": "2026-07-20"}),
            {"owner": f"Officer:{town.hq.person_id}"},
        ]
        for narrowed in none:
            assert await listed(late, **narrowed) == [], narrowed
        for narrowed in ({"settled": "yes"}, {"drill": item}):
            with pytest.raises((Invalid, NotFound)) as refused:
                await listed(late, **narrowed)
            assert refused.value.field in ("settled", "drill")
        assert await listed(make.at(town.other_officer, late.now)) == []
        for who in (town.statistician, town.admin):
            with pytest.raises(NotAllowed):
                await listed(who)

    play(story)
