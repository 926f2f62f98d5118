"""広報啓発 through the door, from the plan to the checked report; a co-host sees its own event and nothing of the
report, anybody else nothing at all."""

from datetime import timedelta
from typing import Any

import pytest

from domain import organizations
from domain.actor import Role
from domain.organizations import Contact, OrganizationKind
from domain.outreach import OutreachEvent, OutreachStatus
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.make import Town

WHOLE = """
    query($id: ID!) {
      outreachEvent(id: $id) {
        status allowedTransitions kind theme audience title urgesReporting summary bodyCount peopleCount mediaCount
        copiesCount checkedBy { id } appointment { place status }
        hosts { edges { node { role organization { name kind } } } }
        materials { edges { node { name copies } } }
        activities { edges { node { title attendedCount } } }
      }
    }"""
LISTED = """
    query($text: String!) {
      outreachEvents(filter: { text: $text }) { totalCount edges { node {
        title hosts { totalCount edges { node { organization { name } } } }
        materials { totalCount } activities { totalCount }
      } } }
    }"""
FIGURES = """
    query($period: String!) {
      statistics(period: $period, fresh: true) {
        figures(measures: [
          "OUTREACH", "OUTREACH_URGING", "OUTREACH_PEOPLE", "OUTREACH_BODIES", "OUTREACH_VISITORS", "OUTREACH_COPIES",
          "OUTREACH_MEDIA", "THEME_OUTREACH", "THEME_OUTREACH_PEOPLE", "AUDIENCE_OUTREACH_PEOPLE", "OUTREACH_HOSTS",
          "OUTREACH_HOSTS_UNIQUE"
        ]) { unitId measure kind value }
      }
    }"""
SHOWN = "outreachEvent { id version status allowedTransitions }"


async def insurer(town: Town) -> Contact:
    body = await organizations.register(
        town.officer, kind=OrganizationKind.NON_LIFE_INSURER, name="見本損害保険株式会社"
    )
    return await make.contact(town.officer, body)


async def planned(town: Town, contact: Contact, **over: Any) -> dict[str, Any]:
    chamber = await organizations.register(
        town.officer, kind=OrganizationKind.CHAMBER_OF_COMMERCE, name="見本商工会議所"
    )
    told = {
        "kind": "SEMINAR",
        "theme": "SME_SUPPORT",
        "audience": "SME",
        "title": "サイバー保険と備えのセミナー",
        "startsAt": "2026-07-22T14:00:00+09:00",
        "endsAt": "2026-07-22T16:00:00+09:00",
        "place": "見本商工会館",
        "urgesReporting": True,
        "hosts": [
            {"organizationId": f"Organization:{contact.organization_id}"},
            {"organizationId": f"Organization:{chamber.id}", "role": "SUPPORTER"},
        ],
    }
    answer = await change(town.officer, "planOutreach", SHOWN, **(told | over))
    assert "errors" not in answer, answer
    event: dict[str, Any] = answer["data"]["planOutreach"]["outreachEvent"]
    return event


async def reported(town: Town, event: dict[str, Any]) -> None:
    after = make.at(town.officer, town.officer.now + timedelta(days=22))
    await change(after, "holdOutreach", outreachEventId=event["id"])
    told = {
        "summary": "備えの手順を説明した。",
        "results": {"bodyCount": 24, "peopleCount": 31, "officerCount": 2, "mediaCount": 1},
        "materials": [{"name": "備えの手引き", "copies": 40}, {"name": "通報のご案内", "copies": 40}],
    }
    answer = await change(after, "reportOutreach", SHOWN, outreachEventId=event["id"], **told)
    assert answer["data"]["reportOutreach"]["outreachEvent"]["allowedTransitions"] == ["CHECKED", "HELD", "CANCELLED"]


def test_a_seminar_with_an_insurer_goes_from_the_plan_to_the_checked_report(play: Any) -> None:
    async def story(town: Town) -> None:
        event = await planned(town, await insurer(town))
        assert event["allowedTransitions"] == ["HELD", "CANCELLED"]
        activity = {"kind": "PUBLICITY", "title": "受付の手伝い", "outreachEventId": event["id"]}
        times = {"startsAt": "2026-07-22T13:00:00+09:00", "endsAt": "2026-07-22T16:00:00+09:00"}
        await change(town.officer, "planActivity", **activity, **times)
        await reported(town, event)
        checker = make.at(town.hq, town.hq.now + timedelta(days=23))
        own = await change(make.at(town.officer, checker.now), "checkOutreach", outreachEventId=event["id"])
        assert codes(own) == [("NOT_ALLOWED", None)]
        assert (await OutreachEvent.get()).status is OutreachStatus.REPORTED
        await change(checker, "checkOutreach", outreachEventId=event["id"])
        seen = (await read(town.officer, WHOLE, id=event["id"]))["outreachEvent"]
        assert (seen["status"], seen["peopleCount"], seen["bodyCount"], seen["copiesCount"]) == ("CHECKED", 31, 24, 80)
        assert seen["checkedBy"] == {"id": f"Person:{town.hq.person_id}"}
        hosts = [(one["node"]["role"], one["node"]["organization"]["kind"]) for one in seen["hosts"]["edges"]]
        assert hosts == [("CO_HOST", "NON_LIFE_INSURER"), ("SUPPORTER", "CHAMBER_OF_COMMERCE")]
        assert [one["node"]["title"] for one in seen["activities"]["edges"]] == ["受付の手伝い"]
        assert await counted(town) == {
            "OUTREACH": 1,
            "OUTREACH_URGING": 1,
            "OUTREACH_PEOPLE": 31,
            "OUTREACH_BODIES": 24,
            "OUTREACH_COPIES": 80,
            "OUTREACH_MEDIA": 1,
            "THEME_OUTREACH": 1,
            "THEME_OUTREACH_PEOPLE": 31,
            "AUDIENCE_OUTREACH_PEOPLE": 31,
            "OUTREACH_HOSTS": 2,
            "OUTREACH_HOSTS_UNIQUE": 2,
        }

    play(story)


BY_KIND = """query($period: String!) { statistics(period: $period, fresh: true) {
    figures(byKind: true, measures: ["OUTREACH", "OUTREACH_VISITORS", "OUTREACH_COPIES", "THEME_OUTREACH",
      "AUDIENCE_OUTREACH"]) { unitId measure kind value } } }"""


def test_what_volunteers_do_is_shown_at_events_and_guardians_hear_of_filters_and_both_are_counted(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        shown = {"kind": "ACTIVITY_EXAMPLES", "theme": "VOLUNTEERS", "audience": "PUBLIC", "title": "活動紹介展"}
        told = {"kind": "EXHIBITION", "theme": "FILTERING", "audience": "GUARDIAN", "title": "親子ネット安全ひろば"}
        times = {"startsAt": "2026-06-20T10:00:00+09:00", "endsAt": "2026-06-20T16:00:00+09:00"}
        for event, visitors in ((shown, 900), (told, 240)):
            reached = {"results": {"visitorCount": visitors}, "materials": [{"name": "ちらし", "copies": 300}]}
            await change(town.officer, "recordOutreach", SHOWN, **event, **times, **reached, summary="紹介した。")
        wrong = await change(town.statistician, "recordOutreach", SHOWN, **shown, **times, summary="紹介した。")
        assert codes(wrong) == [("NOT_ALLOWED", None)]
        later = make.at(town.statistician, town.statistician.now + timedelta(days=1))
        figures = (await read(later, BY_KIND, period="2026Q1"))["statistics"]["figures"]
        own = [one for one in figures if one["unitId"] == f"Unit:{town.station.id}" and one["kind"] and one["value"]]
        assert {(one["measure"], one["kind"]): one["value"] for one in own} == {
            ("OUTREACH", "ACTIVITY_EXAMPLES"): 1,
            ("OUTREACH", "EXHIBITION"): 1,
            ("OUTREACH_VISITORS", "ACTIVITY_EXAMPLES"): 900,
            ("OUTREACH_VISITORS", "EXHIBITION"): 240,
            ("OUTREACH_COPIES", "ACTIVITY_EXAMPLES"): 300,
            ("OUTREACH_COPIES", "EXHIBITION"): 300,
            ("THEME_OUTREACH", "VOLUNTEERS"): 1,
            ("THEME_OUTREACH", "FILTERING"): 1,
            ("AUDIENCE_OUTREACH", "PUBLIC"): 1,
            ("AUDIENCE_OUTREACH", "GUARDIAN"): 1,
        }

    play(story)


async def counted(town: Town) -> dict[str, int]:
    """What is not none of the first station in its quarter, of all kinds together."""
    later = make.at(town.statistician, town.statistician.now + timedelta(days=100))
    figures = (await read(later, FIGURES, period="2026Q2"))["statistics"]["figures"]
    own = [one for one in figures if one["unitId"] == f"Unit:{town.station.id}" and not one["kind"]]
    return {one["measure"]: int(one["value"]) for one in own if one["value"]}


def test_a_co_host_sees_its_own_event_without_the_report_and_without_the_others(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await insurer(town)
        event = await planned(town, contact)
        await reported(town, event)
        other = await make.contact(town.officer, await make.company(town.officer), mail_address="b@partner.example")
        mine, theirs = [make.outsider(town.officer, Role.PARTNER, one) for one in (contact, other)]
        [edge] = (await read(mine, LISTED, text="備えの"))["outreachEvents"]["edges"]
        [host] = edge["node"]["hosts"]["edges"]
        assert host["node"]["organization"]["name"] == "見本損害保険株式会社"
        assert edge["node"]["hosts"]["totalCount"] == 1
        assert (edge["node"]["materials"]["totalCount"], edge["node"]["activities"]["totalCount"]) == (0, 0)
        for hidden in ("summary", "peopleCount", "copiesCount", "remarks", "reason", "version"):
            answer = await ask(mine, f"query($id: ID!) {{ outreachEvent(id: $id) {{ {hidden} }} }}", id=event["id"])
            assert codes(answer) == [("NOT_ALLOWED", hidden)]
        assert (await read(theirs, LISTED, text="備えの"))["outreachEvents"] == {"totalCount": 0, "edges": []}
        assert (await read(theirs, "query($id: ID!) { outreachEvent(id: $id) { title } }", id=event["id"])) == {
            "outreachEvent": None
        }

    play(story)


@pytest.mark.parametrize("role", [Role.STATISTICIAN, Role.ADMIN, Role.PARTNER, Role.STATION_LIAISON])
def test_nobody_but_the_station_and_headquarters_changes_an_event(play: Any, role: Role) -> None:
    async def story(town: Town) -> None:
        contact = await insurer(town)
        event = await planned(town, contact)
        who = {
            Role.STATISTICIAN: town.statistician,
            Role.ADMIN: town.admin,
            Role.PARTNER: make.outsider(town.officer, Role.PARTNER, contact),
            Role.STATION_LIAISON: town.other_officer,
        }[role]
        answer = await change(who, "cancelOutreach", outreachEventId=event["id"], reason="会場の都合")
        is_blind = role is Role.STATION_LIAISON
        assert codes(answer) == [("NOT_FOUND", None) if is_blind else ("NOT_ALLOWED", None)]
        kept = await OutreachEvent.get()
        assert (kept.status, kept.version) == (OutreachStatus.PLANNED, event["version"])

    play(story)
