"""Volunteers and their activities through the door: appointed with consent, asked, held; and what stays hidden."""

import json
import re
from typing import Any

import pytest

from domain import activities, rosters
from domain.activities import ActivityParticipation, ParticipationStatus
from domain.actor import Role
from domain.rosters import Line, Rejected
from domain.volunteers import AgeBand, Commission, GroupBase, Volunteer, VolunteerGroup, VolunteerStatus
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.make import Town
from tests.test_readme import README

OWN = """{
  volunteers { totalCount edges { node {
    status termTo number ageBand affiliation person { familyName mailAddress } group { name }
    commissions { totalCount edges { node { number authority termFrom termTo volunteer { status } } } }
    participations { totalCount edges { node { status activity { title } } } }
  } } }
  volunteerActivities { totalCount edges { node {
    title status appointment { place attendees { totalCount } }
    participations { totalCount edges { node { volunteer { person { familyName } } } } }
  } } }
}"""
EVERYTHING = """{
  volunteers { totalCount }
  volunteerGroups { totalCount }
  volunteerActivities { totalCount }
  activityParticipations { totalCount }
}"""


def id_of(row: Any, kind: str | None = None) -> str:
    return f"{kind or type(row).__name__}:{row.id}"


async def recommended(town: Town, **over: Any) -> dict[str, Any]:
    values = {"kind": "CYBER_VOLUNTEER", "ageBand": "ADULT", "familyName": "髙見本", "givenName": "一郎"}
    answer = await change(
        town.officer,
        "recommendVolunteer",
        "volunteer { id version status allowedTransitions person { familyName } recommendedBy { familyName } }",
        **(values | over),
    )
    volunteer: dict[str, Any] = answer["data"]["recommendVolunteer"]["volunteer"]
    return volunteer


def test_a_minor_is_recommended_consented_screened_and_appointed(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await recommended(town, ageBand="FROM_15_TO_17", mailAddress="ichiro@volunteer.example")
        assert minor["allowedTransitions"] == ["SCREENING", "REJECTED", "RESIGNED"]
        assert (minor["person"]["familyName"], minor["recommendedBy"]["familyName"]) == ("髙見本", "試﨑")
        await change(town.hq, "screenVolunteer", volunteerId=minor["id"])
        appointing = {"volunteerId": minor["id"], "authority": "生活安全部長"}
        refused = await change(town.hq, "appointVolunteer", **appointing)
        assert codes(refused) == [("INCOMPLETE", "volunteerId")]
        consent = {"volunteerId": minor["id"], "guardianName": "髙見本 保", "givenOn": "2026-07-01"}
        answer = await change(town.officer, "recordGuardianConsent", "guardianConsent { scope expiresOn }", **consent)
        assert answer["data"]["recordGuardianConsent"]["guardianConsent"] == {"scope": "ALL", "expiresOn": None}
        shown = "volunteer { status termTo commissions { edges { node { number authority termFrom } } } }"
        answer = await change(town.hq, "appointVolunteer", shown, **appointing)
        term = {"number": "令和８年度第１号", "authority": "生活安全部長", "termFrom": "2026-07-01"}
        assert answer["data"]["appointVolunteer"]["volunteer"] == {
            "status": "ACTIVE",
            "termTo": "2027-03-31",
            "commissions": {"edges": [{"node": term}]},
        }

    play(story)


def test_a_station_that_appoints_is_refused_and_nothing_changes(play: Any) -> None:
    async def story(town: Town) -> None:
        candidate = await make.screened(town)
        answer = await change(town.officer, "appointVolunteer", volunteerId=id_of(candidate), authority="生活安全部長")
        assert codes(answer)[0][0] == "NOT_ALLOWED"
        assert (await Volunteer.get()).status is VolunteerStatus.SCREENING
        assert await Commission.all().count() == 0

    play(story)


def test_volunteers_are_found_by_name_kana_and_state(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.volunteer(town, number="V-2")
        await recommended(town, familyName="例塚", familyNameKana="レイヅカ")
        document = "query($f: VolunteerFilter) { volunteers(filter: $f) { edges { node { person { familyName } } } } }"
        asked: list[tuple[dict[str, Any], list[str]]] = [
            ({"text": "れいづか"}, ["例塚"]),
            ({"text": "高見本"}, ["髙見本"]),
            ({"status": ["ACTIVE"]}, ["髙見本"]),
            ({"number": "V-2"}, ["髙見本"]),
            ({"termToBefore": "2027-03-31"}, []),
            ({"ageBand": ["ADULT"]}, ["髙見本", "例塚"]),
        ]
        for filter, names in asked:
            edges = (await read(town.officer, document, f=filter))["volunteers"]["edges"]
            assert [edge["node"]["person"]["familyName"] for edge in edges] == names, filter

    play(story)


def test_a_roster_is_reappointed_in_one_act(play: Any) -> None:
    async def story(town: Town) -> None:
        staying, leaving = await make.volunteer(town), await make.volunteer(town, family_name="試﨑")
        shown = "reappointment { count termFrom commissions { edges { node { reappointed termTo } } } }"
        answer = await change(town.hq, "reappointRoster", shown, endingOn="2027-03-31", leavingOut=[id_of(leaving)])
        assert answer["data"]["reappointRoster"]["reappointment"] == {
            "count": 1,
            "termFrom": "2027-04-01",
            "commissions": {"edges": [{"node": {"reappointed": True, "termTo": "2028-03-31"}}]},
        }
        assert await Commission.filter(volunteer_id=staying.id).count() == 2

    play(story)


def test_an_activity_is_planned_asked_to_held_and_its_hours_approved(play: Any) -> None:
    async def story(town: Town) -> None:
        helper = await make.volunteer(town)
        answer = await change(
            town.officer,
            "planActivity",
            "volunteerActivity { id status allowedTransitions appointment { title place } }",
            kind="PUBLICITY",
            title="駅前での広報啓発活動",
            startsAt="2026-07-10T09:00:00+09:00",
            endsAt="2026-07-10T11:00:00+09:00",
            place="見本駅前広場",
            capacity=5,
        )
        planned = answer["data"]["planActivity"]["volunteerActivity"]
        assert (planned["status"], planned["appointment"]["place"]) == ("PLANNED", "見本駅前広場")
        asked = {"activityId": planned["id"], "volunteerIds": [id_of(helper)]}
        await change(town.officer, "registerForActivity", **asked)
        await change(town.officer, "confirmActivity", activityId=planned["id"])
        taking_part = await ActivityParticipation.get()
        after = make.at(town.officer, taking_part.starts_at)
        shown = "volunteerActivity { status attendedCount copiesCount minutesApproved }"
        answer = await change(
            after,
            "holdActivity",
            shown,
            activityId=planned["id"],
            attended=[{"participationId": id_of(taking_part), "minutes": 90}],
            results={"copiesCount": 120},
        )
        held = {"status": "HELD", "attendedCount": 1, "copiesCount": 120, "minutesApproved": 0}
        assert answer["data"]["holdActivity"]["volunteerActivity"] == held
        assert codes(await change(after, "approveActivityMinutes", activityId=planned["id"]))[0][0] == "NOT_ALLOWED"
        answer = await change(make.at(town.hq, after.now), "approveActivityMinutes", shown, activityId=planned["id"])
        assert answer["data"]["approveActivityMinutes"]["volunteerActivity"] == held | {"minutesApproved": 90}

    play(story)


def test_a_minor_is_not_asked_to_patrol_through_the_door(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await make.volunteer(town, age_band=AgeBand.FROM_15_TO_17)
        patrol = await make.activity(town.officer, kind=activities.ActivityKind.PURIFICATION)
        asked = {"activityId": id_of(patrol, "VolunteerActivity"), "volunteerIds": [id_of(minor)]}
        assert codes(await change(town.officer, "inviteToActivity", **asked)) == [("INVALID", "volunteerIds")]
        assert await ActivityParticipation.all().count() == 0

    play(story)


def test_a_volunteer_reads_themself_and_nobody_else(play: Any) -> None:
    async def story(town: Town) -> None:
        group = await make.group(town.officer)
        helper = await make.volunteer(town, group_id=group.id)
        minor = await make.volunteer(town, family_name="例塚", age_band=AgeBand.FROM_15_TO_17)
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[helper.id, minor.id])
        data = await read(make.oneself(town.officer, helper), OWN)
        assert "例塚" not in str(data)
        assert data["volunteers"]["totalCount"] == 1
        own = data["volunteers"]["edges"][0]["node"]
        assert (own["person"]["familyName"], own["group"]["name"]) == ("髙見本", group.name)
        assert own["commissions"]["totalCount"] == own["participations"]["totalCount"] == 1
        asked_to = data["volunteerActivities"]["edges"][0]["node"]
        assert asked_to["participations"]["totalCount"] == asked_to["appointment"]["attendees"]["totalCount"] == 1

    play(story)


def test_of_a_guardian_nobody_outside_the_police_reads(play: Any) -> None:
    document = "{ volunteers { edges { node { consents { edges { node { guardianName } } } } } } }"

    async def story(town: Town) -> None:
        minor = await make.volunteer(town, age_band=AgeBand.FROM_15_TO_17)
        edges = (await read(town.officer, document))["volunteers"]["edges"]
        assert edges[0]["node"]["consents"]["edges"] == [{"node": {"guardianName": "髙見本 保"}}]
        assert codes(await ask(make.oneself(town.officer, minor), document))[0][0] == "NOT_ALLOWED"

    play(story)


def test_partners_schools_and_statisticians_see_no_volunteers_at_all(play: Any) -> None:
    async def story(town: Town) -> None:
        group = await make.group(town.officer)
        helper = await make.volunteer(town, group_id=group.id)
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[helper.id])
        guest = await make.contact(town.officer, await make.company(town.officer))
        outsiders = [make.outsider(town.officer, role, guest) for role in (Role.PARTNER, Role.SCHOOL)]
        for actor in (*outsiders, town.admin, town.statistician, town.other_officer):
            data = await read(actor, EVERYTHING)
            assert {page["totalCount"] for page in data.values()} == {0}, actor.role
            node = "query($id: ID!) { node(id: $id) { id } }"
            for id in (id_of(helper), id_of(group), id_of(activity, "VolunteerActivity")):
                assert (await read(actor, node, id=id))["node"] is None

    play(story)


def test_a_volunteer_resigns_by_themself(play: Any) -> None:
    async def story(town: Town) -> None:
        helper = await make.volunteer(town)
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[helper.id])
        own = make.oneself(town.officer, helper)
        answer = await change(own, "resignVolunteer", "volunteer { status leftOn }", volunteerId=id_of(helper))
        resigned = {"status": "RESIGNED", "leftOn": "2026-07-01"}
        assert answer["data"]["resignVolunteer"]["volunteer"] == resigned
        assert (await ActivityParticipation.get()).status is ParticipationStatus.DECLINED

    play(story)


def test_a_group_is_established_as_the_readme_says_once_however_often_it_is_asked_for(play: Any) -> None:
    [example] = re.findall(r"-d '(\{[^']*establishVolunteerGroup[^']*\})'", README)
    asked = json.loads(example)

    async def story(town: Town) -> None:
        first, again = [await read(town.officer, asked["query"], **asked["variables"]) for _ in range(2)]
        assert first == again
        [group] = await VolunteerGroup.all()
        told = first["establishVolunteerGroup"]["volunteerGroup"]
        assert told == {"id": f"VolunteerGroup:{group.id}", "name": "青浜例示大学サイバー防犯隊"}
        assert (group.base, group.unit_id) == (GroupBase.STUDENT, town.station.id)

    play(story)
    bases = README.partition("(`base`: ")[2].partition(";")[0]
    assert re.findall("`([A-Z]+)`", bases) == [base.value for base in GroupBase]


def test_the_roster_says_by_which_verb_a_group_that_is_missing_is_taken_in_and_takes_in_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        facts = {"family_name": "髙見本", "given_name": "一郎", "age_band": AgeBand.ADULT, "group": "無い会"}
        with pytest.raises(Rejected) as refused:
            await rosters.take_in_volunteers(town.hq, [Line(2, facts)])
        [said] = [one.message for one in refused.value.problems if one.field == "group"]
        assert "establishVolunteerGroup" in said
        assert "「団体名」の列" in said
        assert await Volunteer.all().count() == 0

    play(story)
