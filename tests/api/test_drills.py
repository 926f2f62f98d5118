"""A drill through the door: planned, invited to, postponed, attended; and what a partner cannot get out of it."""

from typing import Any

import pytest

from api.schema import schema
from domain import drills
from domain.actor import LIAISONS, Role
from domain.drills import Drill, DrillStatus, Participation
from domain.looks import Look
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.api.reading.implied import proven
from tests.domain.drills.asking import attendee_of, confirmed, everything, finished, participation_of
from tests.make import Town

WHOLE = """
    query($id: ID!) {
      drill(id: $id) {
        title status allowedTransitions format threat scenario objectives attendedCount policeCount
        appointment { sequence status place attendees { edges { node { partstat attended organization { name } } } } }
        participations { totalCount edges { node { reply plannedCount attendedCount organization { name } } } }
      }
    }"""
OUTSIDE = """
    query($id: ID!) {
      drills { totalCount edges { node { title status purpose objectives startsAt } } }
      drill(id: $id) {
        appointment { place attendees { totalCount edges { node { partstat person { familyName } } } } }
        participations { totalCount edges { node { reply organization { name } } } }
      }
      drillParticipations { totalCount edges { node { plannedCount drill { title } organization { name } } } }
    }"""


def id_of(row: Any, kind: str | None = None) -> str:
    return f"{kind or type(row).__name__}:{row.id}"


async def planned(town: Town, **over: Any) -> dict[str, Any]:
    values = {
        "title": "第1回共同対処訓練",
        "format": "TABLETOP",
        "threat": "RANSOMWARE",
        "startsAt": "2026-07-29T09:00:00+09:00",
        "endsAt": "2026-07-29T12:00:00+09:00",
        "objectives": ["警察への通報を15分以内に行う"],
        "scenario": "午前10時、\n受付の端末に画面が出る。",
        "place": "大会議室",
    }
    shown = "drill { id version status allowedTransitions objectives scenario appointment { title place } }"
    return await change(town.officer, "planDrill", shown, **(values | over))


def test_a_drill_is_planned_opened_and_an_organisation_invited(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = (await planned(town))["data"]["planDrill"]["drill"]
        assert drill["allowedTransitions"] == ["PLANNING", "CANCELLED"]
        assert drill["appointment"] == {"title": "第1回共同対処訓練", "place": "大会議室"}
        assert drill["scenario"].splitlines()[0] == "午前10時、"
        contact = await make.contact(town.officer, await make.company(town.officer))
        await change(town.officer, "openDrillPlanning", drillId=drill["id"], version=drill["version"])
        answer = await change(
            town.officer,
            "inviteToDrill",
            "drill { status participations { edges { node { role reply plannedCount organization { name } } } } }",
            drillId=drill["id"],
            contactId=id_of(contact),
            role="CO_HOST",
            plannedCount=4,
        )
        part = {"role": "CO_HOST", "reply": "AWAITED", "plannedCount": 4, "organization": {"name": "架空電力株式会社"}}
        shown = {"status": "INVITING", "participations": {"edges": [{"node": part}]}}
        assert answer["data"]["inviteToDrill"]["drill"] == shown

    play(story)


def test_a_postponed_drill_keeps_its_uid_and_raises_its_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        shown = "drill { status appointment { uid sequence startsAt attendees { edges { node { partstat } } } } }"
        uid = (await drill.appointment).uid
        answer = await change(
            town.officer,
            "postponeDrill",
            shown,
            drillId=id_of(drill),
            reason="台風",
            startsAt="2026-08-05T09:00:00+09:00",
            endsAt="2026-08-05T12:00:00+09:00",
        )
        assert answer["data"]["postponeDrill"]["drill"] == {
            "status": "PLANNING",
            "appointment": {
                "uid": uid,
                "sequence": 2,
                "startsAt": "2026-08-05T09:00:00+09:00",
                "attendees": {"edges": [{"node": {"partstat": "NEEDS_ACTION"}}]},
            },
        }

    play(story)


def test_the_attendance_is_entered_and_corrected_by_ids_of_the_door(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed(town)
        during = make.at(town.officer, drill.starts_at)
        await change(during, "startDrill", drillId=id_of(drill))
        one = {
            "participationId": id_of(await participation_of(contact), "DrillParticipation"),
            "count": 3,
            "attendeeIds": [id_of(await attendee_of(contact))],
        }
        await change(during, "finishDrill", drillId=id_of(drill), attendance=[one], policeCount=9)
        corrected = {"drillId": id_of(drill), "attendance": [one | {"count": 5}], "reason": "写し間違い"}
        await change(during, "correctDrillAttendance", **corrected)
        seen = (await read(during, WHOLE, id=id_of(drill)))["drill"]
        assert (seen["status"], seen["attendedCount"], seen["policeCount"]) == ("FINISHED", 5, 9)
        assert seen["appointment"]["attendees"]["edges"][0]["node"] == {
            "partstat": "ACCEPTED",
            "attended": True,
            "organization": {"name": "架空電力株式会社"},
        }

    play(story)


def test_a_drill_is_evaluated_reported_and_approved_by_another(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town)
        await change(town.officer, "evaluateDrill", drillId=id_of(drill))
        report = {"drillId": id_of(drill), "summary": "通報は12分。\n連絡先が古かった。"}
        await change(town.hq, "submitDrillReport", **report)
        assert codes(await change(town.hq, "closeDrill", drillId=id_of(drill)))[0][0] == "NOT_ALLOWED"
        chief = await make.actor(town.admin, Role.HQ_LIAISON, town.section, town.hq.units)
        await change(chief, "returnDrillReport", drillId=id_of(drill), reason="課題を加える")
        await change(town.officer, "submitDrillReport", **report)
        answer = await change(
            chief, "closeDrill", "drill { status reportedBy { id } approvedBy { id } }", drillId=id_of(drill)
        )
        assert answer["data"]["closeDrill"]["drill"] == {
            "status": "CLOSED",
            "reportedBy": {"id": f"Person:{town.officer.person_id}"},
            "approvedBy": {"id": f"Person:{chief.person_id}"},
        }

    play(story)


def test_a_partner_sees_its_own_part_and_nothing_that_tells_of_the_others(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [a, b] = await confirmed(town, "架空電力株式会社", "見本信用金庫")
        partner = make.outsider(town.officer, Role.PARTNER, b)
        seen = await read(partner, OUTSIDE, id=id_of(drill))
        assert seen["drills"]["totalCount"] == 1
        assert seen["drill"]["participations"] == {
            "totalCount": 1,
            "edges": [{"node": {"reply": "ACCEPTED", "organization": {"name": "見本信用金庫"}}}],
        }
        assert seen["drill"]["appointment"]["attendees"]["totalCount"] == 1
        assert seen["drillParticipations"]["totalCount"] == 1
        assert "架空電力" not in str(seen)
        other = f"DrillParticipation:{(await participation_of(a)).id}"
        assert (await read(partner, "query($id: ID!) { node(id: $id) { id } }", id=other))["node"] is None

    play(story)


COMING = "query($id: ID!) { drillParticipation(id: $id) { plannedCount names } }"


def test_who_comes_is_noted_and_read_by_officers_and_by_their_own_company_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        contact, other = await make.invited(town.officer, drill, "架空電力株式会社", "見本信用金庫")
        noted = {"plannedCount": 3, "names": ["課長 例塚 恵", "主任 例森 空"]}
        said = {"attendeeId": id_of(await attendee_of(contact)), "partstat": "ACCEPTED", **noted}
        refused = codes(await change(town.officer, "noteReply", **(said | {"plannedCount": 1})))
        assert refused == [("INVALID", "plannedCount")]
        await change(town.officer, "noteReply", **said)
        part = id_of(await participation_of(contact), "DrillParticipation")
        colleague = await make.contact(town.officer, await contact.organization, family_name="例山")
        for who in (town.officer, town.hq, make.outsider(town.officer, Role.PARTNER, colleague)):
            assert (await read(who, COMING, id=part))["drillParticipation"] == noted
        for who in (town.other_officer, town.admin, make.outsider(town.officer, Role.PARTNER, other)):
            assert (await read(who, COMING, id=part))["drillParticipation"] is None
        assert codes(await ask(town.statistician, COMING, id=part))[0][0] == "NOT_ALLOWED"
        assert [one.columns for one in await Look.all()] == [["DrillParticipation.names"]] * 3

    play(story)


@pytest.mark.parametrize(
    "selection",
    [
        *("scenario", "threat", "reason", "summary", "capacity", "policeCount", "attendedCount"),
        *("reportedAt", "closedAt", "reportedBy { id }", "approvedBy { id }"),
    ],
)
def test_a_partner_may_not_even_ask_for_what_is_the_polices_own(play: Any, selection: str) -> None:
    async def story(town: Town) -> None:
        _, [contact] = await confirmed(town)
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        answer = await ask(partner, f"{{ drills {{ edges {{ node {{ {selection} }} }} }} }}")
        assert codes(answer)[0][0] == "NOT_ALLOWED"
        assert answer.get("data") is None

    play(story)


def test_a_partner_may_not_find_out_the_threat_by_filtering(play: Any) -> None:
    async def story(town: Town) -> None:
        _, [contact] = await confirmed(town)
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        answer = await ask(partner, "{ drills(filter: {threat: [RANSOMWARE]}) { totalCount } }")
        assert codes(answer)[0][0] == "NOT_ALLOWED"

    play(story)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.STATISTICIAN, Role.NATIONAL, Role.SCHOOL, Role.VOLUNTEER])
def test_nobody_else_sees_that_there_is_a_drill(play: Any, role: Role) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed(town)
        other = make.outsider(town.officer, role, contact)
        seen = await read(
            other,
            "query($id: ID!) { drills { totalCount } drillParticipations { totalCount } drill(id: $id) { title } }",
            id=id_of(drill),
        )
        assert seen == {"drills": {"totalCount": 0}, "drillParticipations": {"totalCount": 0}, "drill": None}

    play(story)


def test_drills_are_found_by_title_state_threat_and_date(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer, title="ﾗﾝｻﾑｳｪｱ対処訓練")
        other = await make.drill(town.officer, title="秋の机上訓練", starts_at=drill.starts_at.replace(month=10))
        finds = """query($filter: DrillFilter) {
          drills(filter: $filter, orderBy: STARTS_AT_DESC) { edges { node { id } } } }"""
        both = [id_of(other), id_of(drill)]
        for filter_, found in (
            ({"text": "ランサムウェア"}, both[1:]),
            ({"status": ["PLANNING"]}, both),
            ({"status": ["CLOSED"]}, []),
            ({"threat": ["RANSOMWARE"], "format": ["TABLETOP"]}, both),
            ({"startsFrom": "2026-10-01T00:00:00+09:00"}, both[:1]),
            ({"startsBefore": "2026-10-01T00:00:00+09:00", "unit": f"Unit:{town.station.id}"}, both[1:]),
            ({"unit": f"Unit:{town.other_station.id}"}, []),
        ):
            edges = (await read(town.officer, finds, filter=filter_))["drills"]["edges"]
            assert [edge["node"]["id"] for edge in edges] == found, filter_

    play(story)


@pytest.mark.parametrize(
    ("input", "refusal"),
    [
        ({"title": " "}, ("INVALID", "title")),
        ({"title": "訓" * 201}, ("INVALID", "title")),
        ({"title": None}, ("INVALID", "title")),
        ({"title": "訓\u202e練"}, ("INVALID", "title")),
        ({"objectives": ["a"] * 21}, ("INVALID", "objectives")),
        ({"onlineUrl": "javascript:alert(1)"}, ("INVALID", "onlineUrl")),
        ({"capacity": 0}, ("INVALID", "capacity")),
        ({"replyBy": "2020-01-01"}, ("INVALID", "replyBy")),
        ({"place": ""}, ("INCOMPLETE", "place")),
        ({"version": 99}, ("CONFLICT", "version")),
        ({"drillId": "Drill:00000000-0000-0000-0000-000000000000"}, ("NOT_FOUND", None)),
        ({"drillId": "Lecture:00000000-0000-0000-0000-000000000000"}, ("NOT_FOUND", "drillId")),
    ],
)
def test_a_correction_that_cannot_be_carries_its_code_and_changes_nothing(
    play: Any, input: dict[str, Any], refusal: tuple[str, str | None]
) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        before = await everything()
        answer = await change(town.officer, "correctDrill", **({"drillId": id_of(drill)} | input))
        assert codes(answer) == [refusal]
        assert await everything() == before

    play(story)


def test_out_of_state_out_of_station_and_out_of_role_each_have_their_code(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await finished(town)
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        before = await everything()
        late = {"drillId": id_of(drill), "reason": "大雨"}
        assert codes(await change(town.officer, "callOffDrill", **late)) == [("WRONG_STATE", "status")]
        assert codes(await change(town.other_officer, "callOffDrill", **late)) == [("NOT_FOUND", None)]
        assert codes(await change(partner, "callOffDrill", **late)) == [("NOT_ALLOWED", None)]
        assert await everything() == before

    play(story)


def test_an_invitation_is_taken_back_and_a_part_corrected_through_the_door(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [first, second] = await confirmed(town, "架空電力株式会社", "見本信用金庫")
        part = id_of(await participation_of(first), "DrillParticipation")
        answer = await change(
            town.officer,
            "correctDrillParticipation",
            "drillParticipation { plannedCount role version }",
            participationId=part,
            plannedCount=6,
            version=2,
        )
        shown = {"plannedCount": 6, "role": "TRAINEE", "version": 3}
        assert answer["data"]["correctDrillParticipation"]["drillParticipation"] == shown
        nobody = await change(town.officer, "correctDrillParticipation", participationId=part, names=[])
        assert codes(nobody) == [("WRONG_STATE", "names")]
        await change(
            town.officer, "uninviteFromDrill", drillId=id_of(drill), attendeeId=id_of(await attendee_of(second))
        )
        seen = (await read(town.officer, WHOLE, id=id_of(drill)))["drill"]["participations"]["edges"]
        assert [edge["node"]["reply"] for edge in seen] == ["ACCEPTED", "WITHDRAWN"]

    play(story)


def test_what_is_implied_of_a_drill_shows_nobody_what_is_hidden(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [first, second] = await confirmed(town, "架空電力株式会社", "見本信用金庫")
        await change(
            town.officer, "uninviteFromDrill", drillId=id_of(drill), attendeeId=id_of(await attendee_of(second))
        )
        await finished(town, "例示水道株式会社")
        partners = [make.outsider(town.officer, Role.PARTNER, contact) for contact in (first, second)]
        followed = await proven(schema, [town.hq, town.officer, town.other_officer, *partners])
        both, officers = {*LIAISONS, Role.PARTNER}, set(LIAISONS)
        assert {name: roles for name, roles in followed.items() if name.startswith("Drill")} == {
            "Drill.appointment": both,
            "Drill.participations": officers,
            "DrillParticipation.drill": both,
            "DrillParticipation.organization": {Role.PARTNER},
        }

    play(story)


def test_the_state_that_the_door_shows_is_the_domains(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town)
        assert (await Drill.get(id=drill.id)).status is DrillStatus.FINISHED
        seen = (await read(town.hq, WHOLE, id=id_of(drill)))["drill"]
        assert seen["allowedTransitions"] == [state.value for state in drills.MOVES[DrillStatus.FINISHED]]
        assert seen["participations"]["totalCount"] == await Participation.all().count() == 1

    play(story)
