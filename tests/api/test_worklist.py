"""朝の仕事 through the door: one statement for whatever is asked, and what it names is settled by what it names."""

from datetime import timedelta
from typing import Any

from domain.actor import Role
from domain.encounters import Encounter, NextStep
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.make import Town
from tests.statements import spoken

LIST = """
    query($unit: ID, $kinds: [WorkKind!], $mine: Boolean! = false) {
      worklist(unit: $unit, kinds: $kinds, isMine: $mine) {
        totalCount overdueCount counts { kind label count }
        items { kind label subject title why settledBy unit owner since dueOn isOverdue }
      }
    }"""
STANDING = """
    query($grades: [RelationshipGrade!]) {
      relationships(grades: $grades) {
        organization name grade reasons { kind day told } metOn verifiedOn partnerSince
      }
    }"""


async def a_step(town: Town, days: int = 3) -> Encounter:
    step = NextStep("資料を届ける", town.officer.today + timedelta(days=days))
    return await make.encounter(town.officer, next_step=step)


def test_a_line_says_why_and_leads_to_what_settles_it(play: Any) -> None:
    async def story(town: Town) -> None:
        met = await a_step(town)
        later = make.at(town.officer, town.officer.now + timedelta(days=5))
        found = (await read(later, LIST, kinds=["STEP_DUE"]))["worklist"]
        [line] = found["items"]
        assert found["counts"] == [{"kind": "STEP_DUE", "label": "次の対応", "count": 1}]
        assert (found["totalCount"], found["overdueCount"], line["isOverdue"]) == (1, 1, True)
        assert line["why"] == "次の対応の期限は令和８年７月４日です。"
        assert (line["subject"], line["settledBy"][0]) == (f"Encounter:{met.id}", "settleNextStep")
        assert line["owner"] == f"Officer:{town.officer.person_id}"
        answer = await change(later, line["settledBy"][0], encounterId=line["subject"])
        assert "errors" not in answer
        assert (await read(later, LIST))["worklist"]["totalCount"] == 0

    play(story)


def test_whatever_waits_is_found_in_as_many_statements(play: Any) -> None:
    async def story(town: Town) -> tuple[int, int]:
        counts = []
        for turn in range(2):
            with spoken() as seen:
                await read(town.hq, LIST)
            counts.append(len(seen))
            if turn == 0:
                await a_step(town)
                await make.in_force(town, "例示銀行", expires_on=None)
                await make.lecture(town.officer)
        return counts[0], counts[1]

    before, after = play(story)
    assert before == after > 0


def test_how_a_partner_stands_is_told_with_its_reasons(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.in_force(town, "例示銀行", expires_on=None)
        later = make.at(town.hq, town.hq.now + timedelta(days=200))
        [one] = (await read(later, STANDING, grades=["DRIFTING"]))["relationships"]
        assert (one["name"], one["grade"], one["metOn"]) == ("例示銀行", "DRIFTING", None)
        assert [reason["kind"] for reason in one["reasons"]] == ["NOBODY_KNOWN", "NEVER_MET"]

    play(story)


def test_headquarters_sets_the_days_and_a_station_does_not(play: Any) -> None:
    async def story(town: Town) -> None:
        assert codes(await change(town.officer, "setThresholds", metDays=90)) == [("NOT_ALLOWED", None)]
        assert codes(await change(town.hq, "setThresholds")) == [("INCOMPLETE", "metDays")]
        answer = await change(town.hq, "setThresholds", "thresholds { metDays endingDays version }", metDays=90)
        assert answer["data"]["setThresholds"]["thresholds"] == {"metDays": 90, "endingDays": 90, "version": 1}

    play(story)


def test_whoever_is_not_on_the_desk_has_no_such_list(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        for actor in (town.admin, town.statistician, partner):
            for document in (LIST, STANDING):
                answer = await ask(actor, document)
                assert [code for code, _ in codes(answer)] == ["NOT_ALLOWED"]

    play(story)
