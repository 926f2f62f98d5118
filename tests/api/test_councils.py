"""協議会 through the doors: from the founding to the figure, for the secretariat, and for a member its own."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain import meetings
from domain.actor import Actor, Role
from domain.councils import Council, CouncilMembership
from domain.information import CouncilInformation
from domain.meetings import CouncilMeeting
from domain.organizations import Contact
from domain.outbox import Letter
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.make import Town

COUNCILS = """
    query($text: String, $on: Date) {
      councils(first: 10, filter: { text: $text, dissolved: false }) {
        totalCount
        edges { node {
          id kind name membersAreKnown foundedOn unit { name }
          memberships(first: 10, filter: { standingOn: $on }) {
            totalCount
            edges { node { name role sector organization { name } policeUnit { name } } }
          }
        } }
      }
    }"""
CYBER = "CYBER_TERROR"
MEMBERSHIPS = """
    {
      councilMemberships(first: 10) {
        totalCount
        edges { node { name role council { name } organization { name } } }
      }
    }"""
FIGURES = """
    query($period: String!) {
      statistics(period: $period) {
        figures(byKind: true, measures: ["COUNCILS", "COUNCIL_MEMBERS", "COUNCIL_MEMBERS_UNIQUE"]) {
          unitName measure kind value } } }"""


async def done(actor: Actor, mutation: str, **input: Any) -> None:
    answer = await change(actor, mutation, **input)
    assert "errors" not in answer, answer["errors"]


async def founded(town: Town) -> dict[str, str]:
    """Two councils of which one body is a member of both, and a police unit of one."""
    founding = {"kind": "PREFECTURAL", "foundedOn": "2026-04-01", "unitId": f"Unit:{town.station.id}"}
    for name, kind in (("青浜県サイバーセキュリティ協議会", "PREFECTURAL"), ("重要インフラ対策協議会", "CYBER_TERROR")):
        await done(town.hq, "establishCouncil", **founding | {"name": name, "kind": kind})
    ids = {one.name: f"Council:{one.id}" for one in await Council.all()}
    bank, water = [await make.company(town.hq, name) for name in ("例示銀行株式会社", "例示水道企業団")]
    term = {"termFrom": "2026-04-01"}
    for id in ids.values():
        await done(town.hq, "admitToCouncil", councilId=id, organizationId=f"Organization:{bank.id}", **term)
    police = {"policeUnitId": f"Unit:{town.station.id}", "role": "SECRETARIAT"}
    await done(town.hq, "admitToCouncil", councilId=ids["重要インフラ対策協議会"], **police, **term)
    late = {"organizationId": f"Organization:{water.id}", "sector": "WATER", "termFrom": "2026-06-01"}
    await done(town.hq, "admitToCouncil", councilId=ids["重要インフラ対策協議会"], **late)
    return ids


OF_A_BODY = """
    query($id: ID!) { organization(id: $id) {
      councilMemberships { totalCount edges { node { role termFrom council { name } } } } } }"""


def test_of_a_body_its_councils_are_told_as_far_as_their_members_are(play: Any) -> None:
    async def story(town: Town) -> None:
        us, contact = town.officer, await make.contact(town.officer, await make.company(town.officer))
        body = await contact.organization
        for who, name in ((us, "青浜署ネットワーク"), (town.hq, "青浜県サイバーセキュリティ協議会")):
            await make.member(who, await make.council(who, name), body)
        await make.member(us, await make.council(us, "例示の会"), await make.company(us, "例示銀行株式会社"))
        guest = make.outsider(us, Role.PARTNER, contact)
        told = {}
        for who in (us, town.hq, guest, town.statistician, town.other_officer):
            found = (await read(who, OF_A_BODY, id=f"Organization:{body.id}"))["organization"]
            edges = found["councilMemberships"]["edges"] if found else None
            told[who.role, who.unit_id] = edges and sorted(edge["node"]["council"]["name"] for edge in edges)
        both = ["青浜県サイバーセキュリティ協議会", "青浜署ネットワーク"]
        assert list(told.values()) == [both[1:], both, both, None, None]

    play(story)


def test_from_the_founding_to_the_figures_of_the_quarter(play: Any) -> None:
    async def story(town: Town) -> None:
        ids = await founded(town)
        [one] = (await read(town.officer, COUNCILS, text="ｲﾝﾌﾗ", on="2026-07-01"))["councils"]["edges"]
        members = {edge["node"]["name"]: edge["node"]["role"] for edge in one["node"]["memberships"]["edges"]}
        assert members == {"例示銀行株式会社": "MEMBER", "例示水道企業団": "MEMBER", "青浜第1警察署": "SECRETARIAT"}
        leaving = await CouncilMembership.filter(name="例示銀行株式会社").order_by("id")
        await done(town.hq, "endCouncilMembership", membershipId=f"CouncilMembership:{leaving[1].id}", on="2026-06-15")
        asked = make.at(town.statistician, town.hq.now + timedelta(days=120))
        figures = (await read(asked, FIGURES, period="2026Q1"))["statistics"]["figures"]
        own = [one for one in figures if one["unitName"] == "青浜第1警察署"]
        counted = {kind: {one["measure"]: one["value"] for one in own if one["kind"] == kind} for kind in (None, CYBER)}
        assert counted[None] == {"COUNCILS": 2, "COUNCIL_MEMBERS": 2, "COUNCIL_MEMBERS_UNIQUE": 2}
        assert counted[CYBER] == dict.fromkeys(counted[None], 1), "the water works"
        await done(town.hq, "dissolveCouncil", councilId=ids["重要インフラ対策協議会"], on="2026-07-02")
        assert (await read(town.officer, COUNCILS, on="2026-07-01"))["councils"]["totalCount"] == 1

    play(story)


def test_a_partner_reads_its_own_membership_and_counts_nobody_elses(play: Any) -> None:
    async def story(town: Town) -> None:
        await founded(town)
        bank, water = [
            (await CouncilMembership.filter(name=name).first()) for name in ("例示銀行株式会社", "例示水道企業団")
        ]
        contact = await make.contact(town.hq, await bank.organization)
        partner = make.outsider(town.hq, Role.PARTNER, contact)
        seen = (await read(partner, MEMBERSHIPS))["councilMemberships"]
        assert (seen["totalCount"], {edge["node"]["name"] for edge in seen["edges"]}) == (2, {"例示銀行株式会社"})
        listed = (await read(partner, COUNCILS, on="2026-07-01"))["councils"]["edges"]
        assert [edge["node"]["memberships"]["totalCount"] for edge in listed] == [1, 1]
        node = "query($id: ID!) { node(id: $id) { id } }"
        assert (await read(partner, node, id=f"CouncilMembership:{water.id}"))["node"] is None
        infra = await Council.get(id=water.council_id)
        known = {"councilId": f"Council:{infra.id}", "version": infra.version, "membersAreKnown": True}
        await done(town.hq, "correctCouncil", **known)
        seen = (await read(partner, MEMBERSHIPS))["councilMemberships"]["edges"]
        assert {
            "name": "例示水道企業団",
            "role": "MEMBER",
            "council": {"name": "重要インフラ対策協議会"},
            "organization": None,
        } in [edge["node"] for edge in seen], "the name that stands in the list, and nothing more of the body"

    play(story)


def test_whoever_is_not_of_the_secretariat_changes_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        ids = await founded(town)
        before = [one.version for one in await Council.all().order_by("id")]
        end = {"councilId": ids["重要インフラ対策協議会"], "on": "2026-07-02"}
        contact = await make.contact(town.hq, await make.company(town.hq))
        for who in (town.statistician, town.admin, make.outsider(town.hq, Role.PARTNER, contact)):
            assert codes(await change(who, "dissolveCouncil", **end)) == [("NOT_ALLOWED", None)]
        assert codes(await change(town.other_officer, "dissolveCouncil", **end)) == [("NOT_FOUND", None)]
        assert [one.version for one in await Council.all().order_by("id")] == before
        for who in (town.statistician, town.other_officer):
            assert (await read(who, COUNCILS, on="2026-07-01"))["councils"]["totalCount"] == 0

    play(story)


MEETINGS = """
    query($council: ID) {
      councilMeetings(first: 10, filter: { council: $council }, orderBy: STARTS_AT_DESC) {
        totalCount
        edges { node {
          id status title agenda council { name } appointment { uid place }
          quorum memberCount presentCount proxyCount isQuorate minutesText minutesDocument { name }
          attendances(first: 10) { edges { node { jobTitle membership { name } proxyHolder { name } } } }
          resolutions(first: 10) { edges { node { item wording votesFor votesAgainst votesAbstained result } } }
        } }
      }
    }"""
SEEN_BY_A_MEMBER = """
    { councilMeetings { totalCount edges { node { status title agenda replyBy startsAt council { name }
      attendances { totalCount } resolutions { totalCount } } } } }"""
MEETING_FIGURES = """
    query($period: String!) {
      statistics(period: $period) { figures(measures: ["COUNCIL_MEETINGS", "MEETING_BODIES", "MEETING_BODIES_UNIQUE"]) {
        unitName measure value } } }"""


async def asked_members(town: Town) -> tuple[str, list[str], list[Contact]]:
    """A council of two bodies, each with a contact."""
    council = await make.council(town.officer)
    bodies = [await make.company(town.officer, name) for name in ("例示銀行株式会社", "例示水道企業団")]
    members = [await make.member(town.officer, council, body) for body in bodies]
    contacts = [await make.contact(town.officer, body, mail_address=f"{body.id}@a.example") for body in bodies]
    return f"Council:{council.id}", [f"CouncilMembership:{one.id}" for one in members], contacts


def test_a_meeting_runs_from_the_plan_to_the_minutes_and_the_figures(play: Any) -> None:
    async def story(town: Town) -> None:
        council, (first, second), contacts = await asked_members(town)
        dates = {"startsAt": "2026-07-20T14:00:00+09:00", "endsAt": "2026-07-20T16:00:00+09:00"}
        said = {"title": "第1回総会", "agenda": ["事業計画", "役員の選任"], "place": "青浜県警察本部", **dates}
        await done(town.officer, "planCouncilMeeting", councilId=council, **said)
        meeting = f"CouncilMeeting:{(await CouncilMeeting.get()).id}"
        await done(town.officer, "inviteCouncilMembers", meetingId=meeting)
        partner = make.outsider(town.officer, Role.PARTNER, contacts[0])
        [seen] = (await read(partner, SEEN_BY_A_MEMBER))["councilMeetings"]["edges"]
        assert (seen["node"]["status"], seen["node"]["council"]["name"]) == (
            "INVITED",
            "見本サイバーセキュリティ協議会",
        )
        later = {"startsAt": "2026-07-27T14:00:00+09:00", "endsAt": "2026-07-27T16:00:00+09:00"}
        await done(town.officer, "postponeCouncilMeeting", meetingId=meeting, reason="会場の都合", **later)
        after = make.at(town.officer, datetime(2026, 7, 28, tzinfo=UTC))
        came = [{"membershipId": first, "contactId": f"Contact:{contacts[0].id}", "jobTitle": "総務部長"}]
        proxies = [{"membershipId": second, "holderId": first}]
        await done(after, "holdCouncilMeeting", meetingId=meeting, attended=came, proxies=proxies)
        voted = {"wording": "事業計画を承認する", "item": 1, "votesFor": 2, "result": "ADOPTED"}
        await done(after, "recordCouncilResolution", meetingId=meeting, **voted)
        paper = await make.document(after, (await CouncilMeeting.get()).appointment_id, name="議事録.pdf")
        kept = {"minutesText": "原案のとおり可決した。", "documentId": f"Document:{paper.id}"}
        await done(after, "minuteCouncilMeeting", meetingId=meeting, **kept)
        [edge] = (await read(after, MEETINGS, council=council))["councilMeetings"]["edges"]
        node = edge["node"]
        assert (node["status"], node["isQuorate"], node["quorum"]) == ("MINUTED", True, 2)
        assert node["minutesDocument"] == {"name": "議事録.pdf"}
        there = [one["node"] for one in node["attendances"]["edges"]]
        assert {one["membership"]["name"]: one["proxyHolder"] for one in there} == {
            "例示銀行株式会社": None,
            "例示水道企業団": {"name": "例示銀行株式会社"},
        }
        assert [one["node"]["votesFor"] for one in node["resolutions"]["edges"]] == [2]
        asking = make.at(town.statistician, after.now + timedelta(days=120))
        figures = (await read(asking, MEETING_FIGURES, period="2026Q2"))["statistics"]["figures"]
        station = {one["measure"]: one["value"] for one in figures if one["unitName"] == "青浜第1警察署"}
        assert station == {"COUNCIL_MEETINGS": 1, "MEETING_BODIES": 1, "MEETING_BODIES_UNIQUE": 1}

    play(story)


def test_a_meeting_held_before_the_system_is_recorded_with_all_that_is_known_and_counts(play: Any) -> None:
    async def story(town: Town) -> None:
        council, (first, second), _ = await asked_members(town)
        when = {"startsAt": "2026-05-20T14:00:00+09:00", "endsAt": "2026-05-20T16:00:00+09:00"}
        came = {"attended": [{"membershipId": first}], "proxies": [{"membershipId": second, "holderId": first}]}
        tie = {"wording": "会費を改める", "item": 1, "votesFor": 1, "votesAgainst": 1, "result": "ADOPTED"}
        said = {"title": "臨時総会", "agenda": ["会費"], "place": "見本商工会館", "minutesText": "議長が可とした。"}
        whole = {"councilId": council, **when, **came, **said, "resolutions": [{**tie, "isDecidedByChair": True}]}
        for who, code in ((town.statistician, "NOT_ALLOWED"), (town.other_officer, "NOT_FOUND")):
            assert [one for one, _ in codes(await change(who, "recordCouncilMeeting", **whole))] == [code]
        for wrong, field in (
            ({"startsAt": "2026-03-20T14:00:00+09:00", "endsAt": "2026-03-20T16:00:00+09:00"}, "startsAt"),
            ({"startsAt": "2026-08-20T14:00:00+09:00", "endsAt": "2026-08-20T16:00:00+09:00"}, "endsAt"),
            ({"resolutions": [tie]}, "result"),
            ({"attended": []}, "attended"),
        ):
            assert [told for _, told in codes(await change(town.officer, "recordCouncilMeeting", **whole | wrong))] == [
                field
            ]
        assert not await CouncilMeeting.exists()
        await done(town.officer, "recordCouncilMeeting", **whole)
        assert codes(await change(town.officer, "recordCouncilMeeting", **whole)) == [("CONFLICT", "startsAt")]
        assert not await Letter.exists()
        [edge] = (await read(town.officer, MEETINGS, council=council))["councilMeetings"]["edges"]
        node = edge["node"]
        assert (node["status"], node["quorum"], node["presentCount"], node["proxyCount"]) == ("MINUTED", 2, 1, 1)
        assert [one["node"]["result"] for one in node["resolutions"]["edges"]] == ["ADOPTED"]
        asking = make.at(town.statistician, town.officer.now + timedelta(days=120))
        figures = (await read(asking, MEETING_FIGURES, period="2026Q1"))["statistics"]["figures"]
        station = {one["measure"]: one["value"] for one in figures if one["unitName"] == "青浜第1警察署"}
        assert station == {"COUNCIL_MEETINGS": 1, "MEETING_BODIES": 1, "MEETING_BODIES_UNIQUE": 1}

    play(story)


def test_a_member_is_told_nothing_of_who_else_came_nor_how_many(play: Any) -> None:
    async def story(town: Town) -> None:
        _, _, contacts = await asked_members(town)
        meeting = await make.meeting(town.officer, await Council.get())
        await meetings.invite_members(town.officer, meeting.id)
        await make.met(town.officer, meeting, *await CouncilMembership.all())
        partner = make.outsider(town.officer, Role.PARTNER, contacts[0])
        for field in ("presentCount", "memberCount", "isQuorate", "minutesText", "quorum", "version", "reason"):
            answer = await ask(partner, f"{{ councilMeetings {{ edges {{ node {{ {field} }} }} }} }}")
            assert [code for code, _ in codes(answer)] == ["NOT_ALLOWED"], field
        for field in ("attendances", "resolutions"):
            answer = await ask(partner, f"{{ councilMeetings {{ edges {{ node {{ {field} {{ totalCount }} }} }} }} }}")
            told = answer.get("data") and answer["data"]["councilMeetings"]["edges"][0]["node"][field]
            assert not told or told["totalCount"] == 0

    play(story)


def test_nobody_but_the_secretariat_leads_a_meeting(play: Any) -> None:
    async def story(town: Town) -> None:
        _, _, contacts = await asked_members(town)
        meeting = await make.meeting(town.officer, await Council.get())
        partner = make.outsider(town.officer, Role.PARTNER, contacts[0])
        off = {"meetingId": f"CouncilMeeting:{meeting.id}", "reason": "例"}
        for who in (partner, town.statistician):
            assert codes(await change(who, "cancelCouncilMeeting", **off)) == [("NOT_ALLOWED", None)]
        assert codes(await change(town.other_officer, "cancelCouncilMeeting", **off)) == [("NOT_FOUND", None)]
        assert (await CouncilMeeting.get()).version == meeting.version

    play(story)


TOLD = """
    query($status: [InformationStatus!]) {
      councilInformations(first: 10, filter: { status: $status }) {
        totalCount
        edges { node { title theme handling status recipientCount reason unit { name } council { name } } }
      }
    }"""
TOLD_FIGURES = """
    query($period: String!) {
      statistics(period: $period) {
        figures(measures: ["INFORMATION_PROVIDED", "INFORMATION_KEPT_BACK", "INFORMATION_RECIPIENTS"]) {
          unitName measure value } } }"""


def test_information_goes_from_the_station_over_headquarters_to_the_figure(play: Any) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.hq, "情報共有ネットワーク")
        for name in ("例示銀行株式会社", "例示水道企業団"):
            await make.member(town.hq, council, await make.company(town.hq, name))
        envelope = {"councilId": f"Council:{council.id}", "theme": "INFORMATION", "handling": "CONCERNED_ONLY"}
        for title in ("標的型メールの手口", "公表前の件"):
            await done(town.officer, "writeCouncilInformation", title=title, **envelope)
        first, second = [f"CouncilInformation:{one.id}" for one in await CouncilInformation.all().order_by("id")]
        assert codes(await change(town.officer, "provideCouncilInformation", informationId=first)) == [
            ("NOT_ALLOWED", None)
        ]
        assert not await CouncilInformation.exclude(status="WRITTEN").exists()
        await done(town.hq, "provideCouncilInformation", informationId=first)
        await done(town.hq, "refuseCouncilInformation", informationId=second, reason="公表前のため")
        [edge] = (await read(town.officer, TOLD, status=["NOT_PROVIDED"]))["councilInformations"]["edges"]
        assert (edge["node"]["reason"], edge["node"]["council"]) == ("公表前のため", {"name": "情報共有ネットワーク"})
        asked = make.at(town.statistician, town.hq.now + timedelta(days=120))
        figures = (await read(asked, TOLD_FIGURES, period="2026Q2"))["statistics"]["figures"]
        station = {one["measure"]: one["value"] for one in figures if one["unitName"] == "青浜第1警察署"}
        assert station == {"INFORMATION_PROVIDED": 1, "INFORMATION_KEPT_BACK": 1, "INFORMATION_RECIPIENTS": 2}

    play(story)
