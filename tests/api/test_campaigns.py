"""疎通確認 through the doors: from whom it asks to the share that was reached, and for nobody else."""

from datetime import timedelta
from typing import Any

from domain import campaigns, tokens
from domain.actor import Role
from domain.campaigns import CampaignContact, ContactProposal
from domain.organizations import CiSector, Contact
from domain.outbox import Letter
from tests import make
from tests.api.asking import change, codes, read
from tests.api.entering import Clock, browser, text_of
from tests.domain.accounts.keys import GATE
from tests.make import Town

DAY = timedelta(days=1)
CAMPAIGN = """
    query($id: ID!, $on: Date) {
      campaign(id: $id) {
        version status askedCount reachedCount reachRate kinds roles bodiesLeftOut
        phoneList(first: 10, filter: { toCallOn: $on }) {
          totalCount
          edges { node { id version reply calls organization { name phone } contact { person { familyName phone } } } }
        }
      }
    }"""
PROPOSALS = """{
    contactProposals(first: 5, filter: { status: [WAITING] }) {
      edges { node { id version jobTitle phone remark contact { role } } }
    }
  }"""
RATES = "query($id: ID!) { campaignReach(campaignId: $id) { by label asked reached percent sector role id } }"
AUDIENCE = "query($id: ID!) { campaignAudience(campaignId: $id) { bodyCount contactCount withoutAddress } }"
STALE = """{
    staleContacts { unit name contacts stale }
    contacts(first: 10, filter: { unverifiedSince: "2027-04-01", retired: false }) { totalCount }
  }"""
FIGURES = """
    query($period: String!, $measures: [String!]) {
      statistics(period: $period) { figures(measures: $measures, byKind: true) { unitName measure kind value } } }"""
MEASURES = [
    *("CONTACTS_ASKED", "CONTACTS_REACHED", "CONTACT_REACH"),
    *("COUNCIL_CONTACTS_ASKED", "COUNCIL_CONTACTS_REACHED", "COUNCIL_CONTACT_REACH"),
    *("SECTOR_CONTACTS_ASKED", "SECTOR_CONTACTS_REACHED", "SECTOR_CONTACT_REACH"),
]


async def done(actor: Any, mutation: str, shown: str = "__typename", **input: Any) -> dict[str, Any]:
    answer = await change(actor, mutation, shown, **input)
    assert "errors" not in answer, answer["errors"]
    payload: dict[str, Any] = answer["data"][mutation]
    return payload


async def three(town: Town) -> list[Contact]:
    """Of three companies, two of them in the station's council; the third has only a telephone."""
    about: dict[str, Any] = {"電力": {}, "ガス": {}, "鉄道": {"ci_sector": CiSector.RAILWAYS}}
    bodies = [await make.company(town.officer, name, phone="000-0000-0100", **more) for name, more in about.items()]
    council = await make.council(town.officer)
    for body in bodies[1:]:
        await make.member(town.officer, council, body)
    addresses = ("d@partner.example", "g@partner.example", "")
    return [
        await make.contact(town.officer, body, mail_address=mail) for body, mail in zip(bodies, addresses, strict=True)
    ]


async def page(line: CampaignContact, now: Any, **form: str) -> str:
    async with browser(Clock(now)) as one:
        path = f"/confirm/{tokens.derive(GATE.secret, campaigns.PURPOSE, line.id)}"
        return text_of(await one.post(path, **form))


async def sent(who: Any) -> str:
    """A campaign, drafted and sent to three contacts, of whom two get a letter."""
    drafted = await done(
        who,
        "draftCampaign",
        "campaign { id version }",
        title="令和8年度 連絡先の確認",
        dueOn=f"{who.today + 14 * DAY}",
        message="年度初めの確認です。",
        criteria={"kinds": ["COMPANY"], "roles": ["WORKING"]},
    )
    id, version = drafted["campaign"]["id"], drafted["campaign"]["version"]
    whom = (await read(who, AUDIENCE, id=id))["campaignAudience"]
    assert whom == {"bodyCount": 3, "contactCount": 3, "withoutAddress": 1}
    await done(who, "sendCampaign", campaignId=id, version=version)
    assert await Letter.filter(kind="contact-check").count() == 2
    return str(id)


async def silent(who: Any, id: str) -> dict[str, Any]:
    """The one whom there is to call."""
    found = (await read(who, CAMPAIGN, id=id, on=f"{who.today}"))["campaign"]
    assert (found["askedCount"], found["reachedCount"], found["reachRate"]) == (3, 2, "66.7")
    [line] = [edge["node"] for edge in found["phoneList"]["edges"]]
    assert line["organization"]["name"] == "鉄道"
    return dict(line)


def test_from_whom_it_asks_to_the_share_that_was_reached(play: Any) -> None:
    async def story(town: Town) -> None:
        who, contacts = town.officer, await three(town)
        id = await sent(who)
        lines = [await CampaignContact.get(contact_id=contact.id) for contact in contacts]
        assert "ありがとうございました" in await page(lines[0], who.now + DAY, act="confirm")
        assert "変わったところを承りました" in await page(lines[1], who.now + DAY, act="change", job_title="課長")
        late = make.at(who, who.now + 15 * DAY)
        [said] = (await read(late, PROPOSALS))["contactProposals"]["edges"]
        assert (said["node"]["jobTitle"], said["node"]["phone"]) == ("課長", None)
        await done(late, "acceptContactProposal", proposalId=said["node"]["id"], version=said["node"]["version"])
        assert (await Contact.get(id=contacts[1].id)).job_title == "課長"
        line = await silent(late, id)
        call = {"askedId": line["id"], "version": line["version"], "result": "NOT_REACHED", "remark": "留守番電話"}
        await done(late, "noteCampaignCall", **call)
        again = await silent(late, id)
        assert (again["reply"], again["calls"]) == ("NOT_REACHED", 1)
        rates = (await read(late, RATES, id=id))["campaignReach"]
        assert {one["by"]: (one["reached"], one["asked"]) for one in rates if one["label"] != "分野なし"} == {
            **{by: (2, 3) for by in ("ALL", "UNIT", "ROLE")},
            "COUNCIL": (1, 2),
            "SECTOR": (0, 1),
        }
        version = (await read(late, CAMPAIGN, id=id))["campaign"]["version"]
        await done(late, "closeCampaign", campaignId=id, version=version)
        counting = make.at(town.statistician, who.now + 180 * DAY)
        answer = await read(counting, FIGURES, period="2026Q2", measures=MEASURES)
        told = [one for one in answer["statistics"]["figures"] if one["unitName"] == "青浜第1警察署"]
        found = {(one["measure"], one["kind"]): float(one["value"]) for one in told if one["value"] is not None}
        assert [found[key, None] for key in MEASURES] == [3, 2, 66.7, 2, 1, 50, 1, 0, 0]
        assert [found[key, "STATION"] for key in MEASURES[3:6]] == [2, 1, 50]
        assert [found[key, "RAILWAYS"] for key in MEASURES[6:]] == [1, 0, 0]

    play(story)


def test_whoever_is_not_of_the_desk_or_of_another_station_changes_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        proposal = await make.proposal(town.officer)
        line = await CampaignContact.get(id=proposal.asked_id)
        campaign, version = f"Campaign:{line.campaign_id}", 2
        partner = make.outsider(town.officer, Role.PARTNER, await line.contact)
        tries: list[tuple[str, dict[str, Any]]] = [
            ("closeCampaign", {"campaignId": campaign, "version": version}),
            ("cancelCampaign", {"campaignId": campaign, "version": version, "reason": "誤り"}),
            ("noteCampaignCall", {"askedId": f"CampaignContact:{line.id}", "version": line.version, "result": "GONE"}),
            ("acceptContactProposal", {"proposalId": f"ContactProposal:{proposal.id}", "version": proposal.version}),
        ]
        for mutation, input in tries:
            for actor, code in (
                (partner, "NOT_ALLOWED"),
                (town.admin, "NOT_ALLOWED"),
                (town.other_officer, "NOT_FOUND"),
            ):
                assert [code for code, _ in codes(await change(actor, mutation, **input))] == [code], mutation
        hidden = await read(town.other_officer, CAMPAIGN, id=campaign)
        assert hidden == {"campaign": None}
        for actor in (partner, town.statistician):
            assert (await read(actor, "{ campaigns { totalCount } }"))["campaigns"]["totalCount"] == 0
        assert (await CampaignContact.get(id=line.id)).version == line.version
        assert (await ContactProposal.get(id=proposal.id)).version == proposal.version

    play(story)


def test_after_the_transfers_of_spring_it_is_told_by_station_who_has_to_be_asked(play: Any) -> None:
    async def story(town: Town) -> None:
        await three(town)
        april = make.at(town.hq, town.hq.now + 300 * DAY)
        found = await read(april, STALE)
        assert found["staleContacts"] == [
            {"unit": f"Unit:{town.station.id}", "name": "青浜第1警察署", "contacts": 3, "stale": 3}
        ]
        assert found["contacts"]["totalCount"] == 3

    play(story)
