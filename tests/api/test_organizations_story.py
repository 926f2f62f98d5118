"""Bodies and their contacts through the door: from the first entry to the figure, by who may, and by nobody else."""

from datetime import date
from typing import Any

import pytest

from domain.actor import Actor, Role
from domain.organizations import Contact, Organization
from tests import make
from tests.api.asking import change, codes, read, refused
from tests.make import Town

CRITICAL = {
    "kind": "COMPANY",
    "name": "架空電力株式会社",
    "size": "LARGE",
    "ciSector": "ELECTRICITY",
    "ceptoar": "電力CEPTOAR",
    "ministry": "経済産業省",
    "bcp": "YES",
}
FIGURES = """query($period: String!, $of: [String!]) { statistics(period: $period, fresh: true) {
    figures(byKind: true, measures: $of) { measure kind value } } }"""
OF = ["CI_BODIES", "CI_BODIES_WITH_BCP", "CI_BODIES_WITH_CONTACT_SYSTEM", "CONTACTS", "CONTACTS_FRESH"]


async def done(who: Actor, mutation: str, shown: str, **input: Any) -> dict[str, Any]:
    """The row that a mutation shows, which is taken."""
    answer = await change(who, mutation, shown, **input)
    assert "errors" not in answer, answer
    [payload] = answer["data"].values()
    [row] = [row for name, row in payload.items() if name != "__typename"]
    found: dict[str, Any] = row
    return found


async def counted(who: Actor) -> dict[tuple[str, str], float]:
    told = await read(who, FIGURES, period="2026-07-31", of=OF)
    return {(one["measure"], one["kind"]): one["value"] for one in told["statistics"]["figures"] if one["value"]}


def test_a_critical_operator_is_entered_assessed_and_found_by_sector_and_counted_with_its_contact(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await done(town.officer, "registerOrganization", "organization { id version }", **CRITICAL)
        added = {"organizationId": body["id"], "role": "EMERGENCY", "familyName": "例塚", "extension": "110"}
        added["reachable"] = "平日17時30分から翌8時30分まで、土日祝日は終日"
        contact = await done(town.officer, "addContact", "contact { id version reachable verifiedOn }", **added)
        assert contact["verifiedOn"] == "2026-07-01"
        later = make.at(town.officer, town.officer.now.replace(day=30))
        about = {"contactId": contact["id"], "version": contact["version"]}
        seen = await done(later, "confirmContact", "contact { verifiedOn verifiedBy { id } }", **about)
        assert seen == {"verifiedOn": "2026-07-30", "verifiedBy": {"id": f"Person:{town.officer.person_id}"}}
        listed = await read(
            town.hq,
            "{ organizations(filter: { ciSector: [ELECTRICITY], bcp: [YES] }) { edges { node {"
            " name size isSmall ceptoar ministry bcp contactSystem assessedOn lastDrillOn } } } }",
        )
        [edge] = listed["organizations"]["edges"]
        assert edge["node"] == {
            **{name: CRITICAL[name] for name in ("name", "size", "ceptoar", "ministry", "bcp")},
            **{"isSmall": False, "contactSystem": "UNKNOWN", "assessedOn": "2026-07-01", "lastDrillOn": None},
        }
        figures = await counted(make.at(town.statistician, later.now.replace(month=8, day=1)))
        wanted = {("CI_BODIES", "ELECTRICITY"), ("CI_BODIES_WITH_BCP", "ELECTRICITY"), ("CONTACTS", "EMERGENCY")}
        assert {key: 1 for key in wanted}.items() <= figures.items()
        assert ("CI_BODIES_WITH_CONTACT_SYSTEM", "ELECTRICITY") not in figures

    play(story)


def test_a_department_that_is_shown_a_body_finds_it_and_whoever_is_not_finds_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        ask = "{ organizations { totalCount edges { node { coOwners { edges { node { reason unit { name } } } } } } } }"
        assert (await read(town.other_officer, ask))["organizations"]["totalCount"] == 0
        shown = await done(
            town.officer,
            "shareOrganization",
            "organizationCoOwner { id version }",
            organizationId=f"Organization:{contact.organization_id}",
            unitId=f"Unit:{town.other_station.id}",
            reason="経済安全保障",
        )
        [edge] = (await read(town.other_officer, ask))["organizations"]["edges"]
        [row] = edge["node"]["coOwners"]["edges"]
        assert row["node"] == {"reason": "経済安全保障", "unit": {"name": "青浜第2警察署"}}
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        own = (await read(partner, ask))["organizations"]["edges"][0]["node"]
        assert own == {"coOwners": {"edges": []}}
        ended = {"coOwnerId": shown["id"], "version": shown["version"]}
        await done(town.other_officer, "endOrganizationSharing", "organizationCoOwner { endedOn }", **ended)
        assert (await read(town.other_officer, ask))["organizations"]["totalCount"] == 0

    play(story)


def test_a_branch_stands_below_its_head_office_for_the_station_that_keeps_it_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        head, branch = [
            await done(town.officer, "registerOrganization", "organization { id version }", kind="COMPANY", name=name)
            for name in ("架空電力株式会社", "架空電力株式会社見本支社")
        ]
        contact = await make.contact(town.officer, await Organization.get(name="架空電力株式会社"))
        below = {"organizationId": branch["id"], "version": branch["version"], "parentOrganizationId": head["id"]}
        for who, code in (
            (town.statistician, "NOT_ALLOWED"),
            (make.outsider(town.officer, Role.PARTNER, contact), "NOT_ALLOWED"),
            (town.other_officer, "NOT_FOUND"),
        ):
            assert await refused(who, "placeOrganizationBelow", **below) == code
        placed = await done(town.officer, "placeOrganizationBelow", "organization { parent { id } }", **below)
        assert placed["parent"] == {"id": head["id"]}
        tree = "query($id: ID!) { organization(id: $id) { children { edges { node { id } } } } }"
        assert (await read(town.officer, tree, id=head["id"]))["organization"]["children"]["edges"] == [
            {"node": {"id": branch["id"]}}
        ]
        upside_down = {"organizationId": head["id"], "version": head["version"], "parentOrganizationId": branch["id"]}
        assert await refused(town.officer, "placeOrganizationBelow", **upside_down) == "CONFLICT"

    play(story)


def test_headquarters_merges_what_is_offered_as_one_and_takes_it_back(play: Any) -> None:
    async def story(town: Town) -> None:
        kept = await make.company(town.officer, "架空電力株式会社")
        gone = await make.company(town.other_officer, "㈱架空電力")
        contact = await make.contact(town.other_officer, gone)
        [pair] = (await read(town.hq, "{ possibleDuplicates { organizationId otherId reasons } }"))[
            "possibleDuplicates"
        ]
        assert pair["reasons"] == ["NAME"]
        about = {"goneId": pair["otherId"], "keptId": pair["organizationId"], "version": 1, "reason": "同じ会社のため"}
        made = await done(town.hq, "mergeOrganizations", "organizationMerge { id version movedCount }", **about)
        assert made["movedCount"] == 1
        told = "query($id: ID!) { organization(id: $id) { mergedInto { id } contacts { totalCount } } }"
        shown = (await read(town.hq, told, id=f"Organization:{gone.id}"))["organization"]
        assert shown == {"mergedInto": {"id": f"Organization:{kept.id}"}, "contacts": {"totalCount": 0}}
        back = {"mergeId": made["id"], "version": made["version"]}
        undone = await done(town.hq, "undoOrganizationMerge", "organizationMerge { leftBehind undoneAt }", **back)
        assert undone["leftBehind"] == []
        assert (await Contact.get(id=contact.id)).organization_id == gone.id

    play(story)


@pytest.mark.parametrize("who", ["statistician", "admin"])
def test_who_keeps_no_desk_neither_enters_nor_reads_a_body(play: Any, who: str) -> None:
    async def story(town: Town) -> None:
        actor: Actor = getattr(town, who)
        assert codes(await change(actor, "registerOrganization", **CRITICAL)) == [("NOT_ALLOWED", None)]
        await make.contact(town.officer, await make.company(town.officer))
        found = await read(actor, "{ organizations { totalCount } contacts { totalCount } }")
        assert found == {"organizations": {"totalCount": 0}, "contacts": {"totalCount": 0}}
        assert await Organization.all().count() == 1

    play(story)


def test_a_station_merges_nothing_and_a_partner_confirms_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        other = await make.company(town.officer, "例示ガス")
        about = {"goneId": f"Organization:{other.id}", "keptId": f"Organization:{contact.organization_id}"}
        refused = await change(town.officer, "mergeOrganizations", **about, version=1, reason="例")
        assert codes(refused) == [("NOT_ALLOWED", None)]
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        refused = await change(partner, "confirmContact", contactId=f"Contact:{contact.id}", version=1)
        assert codes(refused) == [("NOT_ALLOWED", None)]
        assert (await Contact.get(id=contact.id)).verified_on == date(2026, 7, 1)

    play(story)
