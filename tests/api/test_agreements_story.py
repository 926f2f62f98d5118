"""Agreements as an office lives with them, through the door, from the first entry to the figure; and who is refused."""

from datetime import datetime, timedelta
from typing import Any

from domain import retention
from domain.actor import Actor, Role
from domain.agreements import Agreement, AgreementFile, AgreementParty, PartyNaming, ResearchOutput, SigningCeremony
from domain.calendar import Attendee
from domain.organizations import Organization
from domain.units import Unit
from tests import make
from tests.api.asking import done, read, refused
from tests.api.asking import figures as counted
from tests.api.test_agreement_files import SHOWN
from tests.api.test_document_files import as_, named
from tests.make import PDF, Town

AUTUMN = datetime.fromisoformat("2026-10-05T09:00:00+09:00")
BODIES = ("架空電力株式会社", "見本信用金庫")


async def figures(town: Town, period: str, *measures: str) -> dict[tuple[str, str | None], Any]:
    """What the statistician reads of the first station."""
    return await counted(make.at(town.statistician, AUTUMN), town.station.name, period, *measures)


async def partners(town: Town) -> dict[str, Actor]:
    """A contact of each body, as they come through the door themselves."""
    found = {}
    for number, name in enumerate(BODIES):
        body = await make.company(town.officer, name)
        contact = await make.contact(town.officer, body, mail_address=f"contact{number}@partner.example")
        found[name] = make.outsider(town.officer, Role.PARTNER, contact)
    return found


async def approved(town: Town, kind: str, *names: str) -> str:
    """The id of an agreement that waits to be signed, after each step was refused to whoever may not take it."""
    ids = [f"Organization:{body.id}" for body in await Organization.filter(name__in=names).order_by("id")]
    draft = {"kind": kind, "title": "サイバー犯罪に対する協定", "organizationIds": ids}
    for wrong in (town.statistician, make.at(town.admin, town.officer.now)):
        assert await refused(wrong, "proposeAgreement", **draft) == "NOT_ALLOWED"
    proposed = await done(town.officer, "proposeAgreement", "agreement { id }", **draft)
    id: str = proposed["agreement"]["id"]
    assert await refused(town.other_officer, "negotiateAgreement", agreementId=id) == "NOT_FOUND"
    await done(town.officer, "negotiateAgreement", agreementId=id)
    await done(town.officer, "submitAgreement", agreementId=id)
    assert await refused(town.officer, "approveAgreement", agreementId=id) == "NOT_ALLOWED"
    await done(town.hq, "approveAgreement", agreementId=id)
    return id


async def signatures(id: str) -> list[dict[str, str]]:
    agreement = await Agreement.get(id=id.partition(":")[2])
    signed = await make.signatures(agreement)
    return [
        {"partyId": f"AgreementParty:{one.party_id}", "name": one.name, "jobTitle": one.job_title} for one in signed
    ]


async def party_of(id: str, body: str) -> str:
    organization = await Organization.get(name=body)
    party = await AgreementParty.get(agreement_id=id.partition(":")[2], organization_id=organization.id)
    return f"AgreementParty:{party.id}"


async def invited(town: Town, id: str, own: dict[str, Actor]) -> datetime:
    """A ceremony in a week, to which a contact of each body is asked by the desk and by nobody else; when it begins."""
    us, begins = town.officer, town.officer.now + timedelta(days=7)
    when = {"startsAt": begins.isoformat(), "endsAt": (begins + timedelta(hours=1)).isoformat()}
    planned = await done(us, "planSigning", "signingCeremony { id }", agreementId=id, place="県本部", **when)
    contacts = (await read(us, "{ contacts { edges { node { id } } } }"))["contacts"]["edges"]
    asked = {"ceremonyId": planned["signingCeremony"]["id"]}
    asked |= {"contactIds": [one["node"]["id"] for one in contacts]}
    for wrong in own.values():
        assert await refused(wrong, "inviteToSigning", **asked) == "NOT_ALLOWED"
    await done(us, "inviteToSigning", **asked)
    assert await Attendee.filter(person_id__in=[one.person_id for one in own.values()]).count() == 2
    dates = "{ appointments { edges { node { title place attendees { totalCount } } } } }"
    for partner in own.values():
        [edge] = (await read(partner, dates))["appointments"]["edges"]
        assert edge["node"] == {"title": "共同対処協定締結式", "place": "県本部", "attendees": {"totalCount": 1}}
    return begins


async def signed_there(id: str, later: Actor, partner: Actor) -> None:
    """At the ceremony, of which the signing says that it was held and where."""
    day = later.today.isoformat()
    signed = {"agreementId": id, "signedOn": day, "signatures": await signatures(id)}
    ends = {"effectiveOn": day, "expiresOn": "2027-03-31"}
    assert await refused(partner, "signAgreement", **signed, **ends) == "NOT_ALLOWED"
    shown = await done(later, "signAgreement", "agreement { status signedAt validity }", **signed, **ends)
    assert (shown["agreement"]["status"], shown["agreement"]["signedAt"]) == ("IN_FORCE", "県本部")
    assert shown["agreement"]["validity"].endswith("から2027年3月31日まで")
    assert (await SigningCeremony.get()).status == "HELD"


async def goes_on(id: str, later: Actor, wrong: Actor, other_station: Unit) -> None:
    """A body and a station join, another body leaves, and both sides extend it."""
    day = later.today.isoformat()
    body = await make.company(later, "例示運送株式会社")
    joins = {"organizationId": f"Organization:{body.id}", "signatoryName": "例山 恵"}
    await done(later, "accedeToAgreement", agreementId=id, on=day, **joins)
    police = {"policeUnitId": f"Unit:{other_station.id}", "signatoryName": "例山 署長"}
    assert await refused(wrong, "accedeToAgreement", agreementId=id, on=day, **police) == "NOT_ALLOWED"
    assert not await AgreementParty.exists(police_unit_id=other_station.id)
    await done(later, "accedeToAgreement", agreementId=id, on=day, **police)
    leaves = {"partyId": await party_of(id, BODIES[1]), "on": (later.today + timedelta(days=1)).isoformat()}
    await done(later, "withdrawAgreementParty", **leaves)
    why = {"until": "2027-09-30", "reason": "協議に時間を要するため"}
    assert await refused(wrong, "extendAgreement", agreementId=id, **why) == "NOT_ALLOWED"
    await done(later, "extendAgreement", agreementId=id, **why)


async def is_described(later: Actor, wrong: Actor) -> None:
    """What a body does and has ready is entered."""
    body = await Organization.get(name=BODIES[0])
    told = {"organizationId": f"Organization:{body.id}", "version": body.version}
    told |= {"industry": "電気業", "bcp": "YES", "contactSystem": "YES"}
    assert await refused(wrong, "correctOrganization", **told) == "NOT_ALLOWED"
    await done(later, "correctOrganization", **told)


FIGURES = {
    "AGREEMENTS_IN_FORCE": 1,
    "AGREEMENTS_NEW": 1,
    "AGREEMENTS_EXTENDED": 1,
    "PARTIES_UNIQUE": 2,
    "PARTIES_BY_BUSINESS": 2,
    "PARTIES_BY_INDUSTRY": 2,
    "AGREEMENTS_BY_BUSINESS": 1,
    "AGREEMENTS_BY_INDUSTRY": 1,
    "PARTNERS": 2,
    "PARTNERS_WITH_BCP": 1,
    "PARTNERS_WITH_CONTACT_SYSTEM": 1,
    "PARTNERS_DRILLED": 0,
    "RELATIONSHIPS": 2,
}
OF_KINDS = {
    ("PARTIES_BY_BUSINESS", "COMPANY"): 2,
    ("AGREEMENTS_BY_BUSINESS", "COMPANY"): 1,
    ("RELATIONSHIPS", "GOOD"): 1,
    ("RELATIONSHIPS", "DRIFTING"): 1,
    **{(f"{what}_BY_INDUSTRY", "UTILITIES"): 1 for what in ("PARTIES", "AGREEMENTS")},
    **{(what, "UTILITIES"): 1 for what in ("PARTNERS", "PARTNERS_WITH_BCP", "PARTNERS_WITH_CONTACT_SYSTEM")},
}


def test_s1_an_agreement_is_signed_at_its_ceremony_goes_on_and_is_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        own = await partners(town)
        id = await approved(town, "JOINT_RESPONSE", *BODIES)
        begins = await invited(town, id, own)
        later = make.at(town.officer, begins + timedelta(hours=2))
        await signed_there(id, later, own[BODIES[0]])
        await goes_on(id, later, town.statistician, town.other_station)
        await is_described(later, town.statistician)
        found = await figures(town, "2026Q2", *FIGURES)
        shown = (None, "COMPANY", "UTILITIES", "GOOD", "DRIFTING")
        assert {key: value for key, value in found.items() if key[1] in shown and value} == {
            **{(key, None): value for key, value in FIGURES.items() if value},
            **OF_KINDS,
        }

    play(story)


def test_s28_joint_research_has_a_theme_a_period_and_results_that_are_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        us, own = town.officer, await partners(town)
        id = await approved(town, "JOINT_RESEARCH", BODIES[0])
        signed = {"signedOn": us.today.isoformat(), "signatures": await signatures(id), "expiresOn": "2027-03-31"}
        await done(us, "signAgreement", agreementId=id, **signed)
        theme = {"agreementId": id, "theme": "不正通信の分析", "startsOn": us.today.isoformat(), "endsOn": "2027-03-31"}
        result = {"agreementId": id, "kind": "METHOD", "title": "分析の手法", "producedOn": us.today.isoformat()}
        for wrong, code in (
            (own[BODIES[0]], "NOT_ALLOWED"),
            (town.statistician, "NOT_ALLOWED"),
            (town.other_officer, "NOT_FOUND"),
        ):
            assert await refused(wrong, "planJointResearch", **theme) == code
            assert await refused(wrong, "noteResearchOutput", **result) == code
        assert not await ResearchOutput.exists()
        await done(us, "planJointResearch", **theme)
        await done(us, "noteResearchOutput", **result)
        read_back = await read(own[BODIES[0]], "{ agreements { edges { node { kind researchTheme } } } }")
        assert read_back["agreements"]["edges"] == [
            {"node": {"kind": "JOINT_RESEARCH", "researchTheme": "不正通信の分析"}}
        ]
        found = await figures(town, "2026Q2", "RESEARCH_OUTPUTS", "AGREEMENTS_NEW")
        assert found == {
            ("RESEARCH_OUTPUTS", None): 1,
            ("RESEARCH_OUTPUTS", "METHOD"): 1,
            ("AGREEMENTS_NEW", None): 1,
            ("AGREEMENTS_NEW", "JOINT_RESEARCH"): 1,
        }

    play(story)


LISTED = "{ erasureLists { edges { node { items { edges { node { rule count } } } } } } }"


def test_s35_the_signed_document_is_filed_kept_handed_out_and_listed_when_its_period_is_over(play: Any) -> None:
    async def story(town: Town) -> None:
        us, own = town.officer, await partners(town)
        id = await approved(town, "MEMORANDUM", *BODIES)
        door = named(f"/agreements/{id}/files", "協定書.pdf")
        async with as_(town, us) as desk:
            assert (await desk.post(door, content=PDF)).status_code == 400, "nothing is signed yet"
            signed = {"signedOn": us.today.isoformat(), "signatures": await signatures(id), "expiresOn": "2027-03-31"}
            await done(us, "signAgreement", agreementId=id, **signed)
            kept = await desk.post(door, content=PDF)
        filed = {"agreementId": id, "classificationCode": "Ｆ－3", "moreNumbers": ["県例第12号"], "retentionYears": 1}
        assert await refused(own[BODIES[0]], "fileAgreement", **filed) == "NOT_ALLOWED"
        assert await refused(town.other_officer, "fileAgreement", **filed) == "NOT_FOUND"
        shown = await done(us, "fileAgreement", "agreement { retentionUntil }", **filed)
        assert shown["agreement"]["retentionUntil"] == "2028-03-31"
        partner, address = own[BODIES[0]], kept.headers["location"]
        async with as_(town, partner) as guest, as_(town, town.other_officer) as stranger:
            assert (await guest.get(address)).status_code == 404, "it names the other"
            for body in BODIES:
                await done(us, "nameAgreementParty", partyId=await party_of(id, body))
            assert (await guest.get(address)).content == PDF
            assert (await stranger.get(address)).status_code == 404
        [edge] = (await read(partner, SHOWN))["agreements"]["edges"]
        assert edge["node"]["files"]["edges"][0]["node"]["sha256"] == (await AgreementFile.get()).sha256
        assert await PartyNaming.all().count() == 2
        after = datetime.fromisoformat("2028-04-01T03:00:00+09:00")
        await retention.draw_up(after)
        listed = (await read(make.at(town.hq, after), LISTED))["erasureLists"]["edges"]
        items = [item["node"] for one in listed for item in one["node"]["items"]["edges"]]
        assert {"rule": "PAPERS", "count": 1} in items

    play(story)
