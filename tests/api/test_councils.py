"""協議会 through the doors: from the founding to the figure, for the secretariat, and for a member its own."""

from datetime import timedelta
from typing import Any

from domain.actor import Actor, Role
from domain.councils import Council, CouncilMembership
from tests import make
from tests.api.asking import change, codes, read
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
MEMBERSHIPS = """
    query($organization: ID) {
      councilMemberships(first: 10, filter: { organization: $organization }) {
        totalCount
        edges { node { name role council { name } organization { name } } }
      }
    }"""
FIGURES = """
    query($period: String!) {
      statistics(period: $period) {
        figures(measures: ["COUNCILS", "COUNCIL_MEMBERS", "COUNCIL_MEMBERS_UNIQUE"]) { unitName measure value } } }"""


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
        station = {one["measure"]: one["value"] for one in figures if one["unitName"] == "青浜第1警察署"}
        assert station == {"COUNCILS": 2, "COUNCIL_MEMBERS": 2, "COUNCIL_MEMBERS_UNIQUE": 2}
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
        other = f"Organization:{water.organization_id}"
        assert (await read(partner, MEMBERSHIPS, organization=other))["councilMemberships"]["totalCount"] == 0
        node = "query($id: ID!) { node(id: $id) { id } }"
        assert (await read(partner, node, id=f"CouncilMembership:{water.id}"))["node"] is None
        infra = await Council.get(id=water.council_id)
        known = {"councilId": f"Council:{infra.id}", "version": infra.version, "membersAreKnown": True}
        await done(town.hq, "correctCouncil", **known)
        seen = (await read(partner, MEMBERSHIPS, organization=other))["councilMemberships"]["edges"]
        assert seen[0]["node"] == {
            "name": "例示水道企業団",
            "role": "MEMBER",
            "council": {"name": "重要インフラ対策協議会"},
            "organization": None,
        }, "the name that stands in the list, and nothing more of the body"

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
