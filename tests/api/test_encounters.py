"""接触記録 through the door, from the first entry to the figure of the quarter; nobody but the desk comes in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import encounters
from domain.actor import Actor, Role
from domain.encounters import Encounter, EncounterStatus
from domain.organizations import Contact
from domain.outbox import Letter
from tests import make
from tests.api.asking import change, codes, read
from tests.clock import NOW
from tests.make import Town

WHOLE = """
    query($id: ID!) {
      encounter(id: $id) {
        status allowedTransitions kind theme business startsAt minutes outcome nextStep nextDueOn nextDoneOn
        organization { name } unit { name } nextOwner { familyName } checkedBy { familyName }
        attendances { edges { node { side isLead jobTitle department person { familyName } policeUnit { name } } } }
        checks { edges { node { item answer contact { verifiedOn } } } }
      }
    }"""
FIGURES = """
    query($period: String!) {
      statistics(period: $period, fresh: true) {
        figures(measures: ["ENCOUNTERS", "ENCOUNTER_BODIES", "THEME_ENCOUNTERS", "GUIDANCE", "GUIDED_BODIES"]) {
          unitId measure kind value
        }
      }
    }"""


async def visit(town: Town, who: Actor, contact: Contact, **over: Any) -> dict[str, Any]:
    told = {
        "kind": "VISIT",
        "organizationId": f"Organization:{contact.organization_id}",
        "theme": "SME_SUPPORT",
        "startsAt": "2026-07-08T10:00:00+09:00",
        "purpose": "備えの状況を確かめる。",
    }
    shown = "encounter { id version status allowedTransitions inTouch { edges { node { kind unit { name } } } } }"
    answer = await change(who, "planEncounter", shown, **(told | over))
    planned: dict[str, Any] = answer["data"]["planEncounter"]["encounter"]
    return planned


def test_a_visit_goes_from_the_plan_to_the_figure_of_the_quarter(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer), job_title="総務課長")
        planned = await visit(town, town.officer, contact)
        assert planned["allowedTransitions"] == ["REPORTED", "CANCELLED"]
        assert planned["inTouch"]["edges"] == []
        after, checker = [make.at(who, NOW + timedelta(days=8)) for who in (town.officer, town.hq)]
        us = {"officerId": f"Officer:{town.officer.person_id}", "isLead": True}
        them = {"contactId": f"Contact:{contact.id}"}
        emergency = {"item": "EMERGENCY_CONTACT", "answer": "YES", **them}
        report = {"members": [us, them], "checklist": [emergency], "outcome": "備えは進んでいる。", "minutes": 40}
        step = {"what": "訓練の案内を送る", "dueOn": "2026-07-20"}
        await change(after, "reportEncounter", encounterId=planned["id"], **report, nextStep=step)
        await change(checker, "checkEncounter", encounterId=planned["id"])
        await change(after, "settleNextStep", encounterId=planned["id"], doneOn="2026-07-09")
        seen = (await read(after, WHOLE, id=planned["id"]))["encounter"]
        assert (seen["status"], seen["outcome"], seen["minutes"]) == ("CHECKED", "備えは進んでいる。", 40)
        assert (seen["nextStep"], seen["nextDueOn"], seen["nextDoneOn"]) == (*step.values(), "2026-07-09")
        sides = {one["node"]["side"]: one["node"] for one in seen["attendances"]["edges"]}
        assert sides["POLICE"]["policeUnit"] == {"name": "青浜第1警察署"}
        assert (sides["PARTNER"]["jobTitle"], sides["PARTNER"]["person"]) == ("総務課長", {"familyName": "例塚"})
        check = {"item": "EMERGENCY_CONTACT", "answer": "YES", "contact": {"verifiedOn": "2026-07-08"}}
        assert [one["node"] for one in seen["checks"]["edges"]] == [check]
        once = {"ENCOUNTERS": 1, "ENCOUNTER_BODIES": 1, "THEME_ENCOUNTERS": 1}
        assert await counted(town) == once | {"GUIDANCE": 0, "GUIDED_BODIES": 0}

    play(story)


async def counted(town: Town) -> dict[str, int]:
    """The figures of the first station, of all kinds together."""
    later = make.at(town.statistician, NOW + timedelta(days=100))
    figures = (await read(later, FIGURES, period="2026Q2"))["statistics"]["figures"]
    own = [one for one in figures if one["unitId"] == f"Unit:{town.station.id}" and not one["kind"]]
    return {one["measure"]: int(one["value"]) for one in own}


def test_guidance_of_an_internet_cafe_counts_by_its_business_and_one_that_was_taken_back_does_not(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, "見本ネットカフェ")
        told = {
            "kind": "GUIDANCE",
            "business": "INTERNET_CAFE",
            "theme": "IDENTITY_CHECK",
            "organizationId": f"Organization:{body.id}",
            "outcome": "本人確認の徹底を求めた。",
            "members": [{"officerId": f"Officer:{town.officer.person_id}"}, {"jobTitle": "店長"}],
        }
        shown = "encounter { id status }"
        for hour in (10, 14):
            at = f"2026-07-01T{hour}:00:00+09:00"
            noted = await change(
                make.at(town.officer, NOW + timedelta(hours=9)), "noteEncounter", shown, **told, startsAt=at
            )
        twice = noted["data"]["noteEncounter"]["encounter"]["id"]
        found = await counted(town)
        assert (found["GUIDANCE"], found["GUIDED_BODIES"]) == (2, 1)
        await change(town.officer, "cancelEncounter", encounterId=twice, reason="二重の入力")
        assert set((await counted(town)).values()) == {1}

    play(story)


def test_who_plans_is_warned_of_another_department_that_is_in_touch_and_goes_on(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        first = await visit(town, town.hq, contact, startsAt="2026-07-20T10:00:00+09:00")
        second = await visit(town, town.officer, contact)
        assert (first["inTouch"]["edges"], second["status"]) == ([], "PLANNED")
        hq = {"kind": "VISIT", "unit": {"name": town.section.name}}
        assert [one["node"] for one in second["inTouch"]["edges"]] == [hq]
        hidden = "query($id: ID!) { encounter(id: $id) { outcome } }"
        assert (await read(town.officer, hidden, id=first["id"]))["encounter"] is None

    play(story)


def test_the_reports_of_the_week_are_checked_at_once_by_whoever_has_written_none_of_them(play: Any) -> None:
    async def story(town: Town) -> None:
        names = ("架空電力株式会社", "例示銀行")
        bodies = [await make.company(town.officer, name) for name in names]
        told = [await make.encounter(town.officer, body=body) for body in bodies]
        reports = [{"encounterId": f"Encounter:{one.id}", "version": one.version} for one in told]
        own = await change(town.officer, "checkEncounters", reports=reports)
        assert codes(own) == [("NOT_ALLOWED", "reports")]
        assert all(name in own["errors"][0]["message"] for name in names)
        for role in (Role.STATISTICIAN, Role.PARTNER):
            assert codes(await change(replace(town.hq, role=role), "checkEncounters", reports=reports))
        assert await Encounter.filter(status=EncounterStatus.REPORTED).count() == 2
        shown = "encounterReview { count checkedBy { familyName } encounters { edges { node { status } } } }"
        review = (await change(town.hq, "checkEncounters", shown, reports=reports))["data"]["checkEncounters"]
        assert review["encounterReview"]["count"] == 2
        nodes = review["encounterReview"]["encounters"]["edges"]
        assert [one["node"]["status"] for one in nodes] == ["CHECKED", "CHECKED"]

    play(story)


def test_how_near_another_departments_encounter_is_told_is_headquarters_to_say(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        early = await visit(town, town.hq, contact, startsAt="2026-07-20T10:00:00+09:00")
        late = (await visit(town, town.officer, contact, startsAt="2026-09-08T10:00:00+09:00"))["id"]
        near = "query($id: ID!) { encounter(id: $id) { inTouch { edges { node { kind } } } } }"
        assert (await read(town.officer, near, id=late))["encounter"]["inTouch"]["edges"] == []
        assert codes(await change(town.officer, "setThresholds", touchDays=60)) == [("NOT_ALLOWED", None)]
        assert (await read(town.officer, near, id=late))["encounter"]["inTouch"]["edges"] == []
        await change(town.hq, "setThresholds", touchDays=60)
        for who, one in ((town.officer, late), (town.hq, early["id"])):
            assert len((await read(who, near, id=one))["encounter"]["inTouch"]["edges"]) == 1

    play(story)


def test_bodies_that_nobody_has_met_for_a_while_are_found_whichever_department_it_was(play: Any) -> None:
    async def story(town: Town) -> None:
        never, planned, met, cancelled = [
            await make.company(town.officer, name) for name in ("甲社", "乙社", "丙社", "丁社")
        ]
        await make.planned_encounter(town.officer, body=planned)
        await make.encounter(town.hq, body=met)
        gone = await make.encounter(town.officer, body=cancelled)
        await encounters.cancel(town.officer, gone.id, reason="二重の入力")
        document = """query($since: DateTime!) {
            organizations(filter: { notMetSince: $since }) { edges { node { name lastMetOn } } } }"""
        found = {}
        for since in ("2026-06-01T00:00:00+09:00", "2026-07-01T08:30:00+09:00"):
            edges = (await read(town.officer, document, since=since))["organizations"]["edges"]
            found[since[:10]] = {edge["node"]["name"]: edge["node"]["lastMetOn"] for edge in edges}
        unmet = dict.fromkeys((never.name, planned.name, cancelled.name))
        assert found == {"2026-06-01": unmet, "2026-07-01": unmet | {met.name: "2026-07-01"}}

    play(story)


def test_what_is_overdue_and_whose_it_is_are_found_by_a_filter(play: Any) -> None:
    async def story(town: Town) -> None:
        noted = await make.encounter(town.officer)
        given = {"encounterId": f"Encounter:{noted.id}", "what": "電話する", "dueOn": "2026-07-03"}
        await change(town.officer, "assignNextStep", **given)
        document = """query($before: Date, $owner: ID) { encounters(
            filter: { nextOpen: true, nextDueBefore: $before, nextOwner: $owner }, orderBy: NEXT_DUE_ON_ASC
        ) { totalCount } }"""
        found = {}
        for owner in (town.officer, town.hq):
            for day in ("2026-07-03", "2026-07-04"):
                asked = {"before": day, "owner": f"Officer:{owner.person_id}"}
                found[owner.role, day] = (await read(town.officer, document, **asked))["encounters"]["totalCount"]
        assert [key for key, count in found.items() if count] == [(Role.STATION_LIAISON, "2026-07-04")]

    play(story)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.SCHOOL, Role.VOLUNTEER, Role.STATISTICIAN, Role.ADMIN])
def test_an_encounter_is_entered_and_read_by_the_desk_alone(play: Any, role: Role) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        noted = await make.encounter(town.officer, body=await make.company(town.officer, "例示ガス"))
        stranger = make.outsider(town.officer, role, contact)
        assert (await read(stranger, "{ encounters { totalCount } }"))["encounters"]["totalCount"] == 0
        answer = await change(stranger, "cancelEncounter", encounterId=f"Encounter:{noted.id}", reason="見たい")
        assert codes(answer) == [("NOT_ALLOWED", None)]
        assert (await Encounter.get()).status is EncounterStatus.REPORTED

    play(story)


def test_a_visit_that_invites_stands_in_the_calendar_of_whoever_is_met_and_says_nothing_of_its_purpose(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        quiet = await visit(town, town.officer, contact)
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        dates = "{ appointments { totalCount edges { node { title place status } } } encounters { totalCount } }"
        assert (await read(partner, dates))["appointments"]["totalCount"] == 0
        ask = {"encounterId": quiet["id"], "contactIds": [f"Contact:{contact.id}"], "place": "架空電力本社"}
        for who in (town.other_officer, partner):
            assert codes(await change(who, "inviteToEncounter", **ask))
        assert not await Letter.exists()
        shown = "encounter { version appointment { sequence attendees { edges { node { role partstat } } } } }"
        asked = (await change(town.officer, "inviteToEncounter", shown, **ask))["data"]["inviteToEncounter"][
            "encounter"
        ]
        [node] = [one["node"] for one in asked["appointment"]["attendees"]["edges"]]
        assert node == {"role": "PARTICIPANT", "partstat": "NEEDS_ACTION"}
        seen = await read(partner, dates)
        assert seen["encounters"]["totalCount"] == 0
        [date] = [one["node"] for one in seen["appointments"]["edges"]]
        assert (date["place"], date["status"]) == ("架空電力本社", "CONFIRMED")
        assert "備え" not in date["title"]
        await change(town.officer, "cancelEncounter", encounterId=quiet["id"], reason="先方の都合")
        [date] = [one["node"] for one in (await read(partner, dates))["appointments"]["edges"]]
        assert date["status"] == "CANCELLED"

    play(story)
