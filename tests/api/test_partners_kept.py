"""平素から顔の見える関係 through the door, each row from its first entry to its figure: S2, S8, S10, S24, S25, S29,
S36, X5.

Guidance (S23) and what several departments do with one body stand in `test_encounters`, improvements (X3) in
`test_improvements`.
"""

from datetime import timedelta
from typing import Any

from domain.actor import Actor, Role
from domain.encounters import Encounter
from domain.organizations import Contact, Organization
from tests import make
from tests.api.asking import change, codes, read
from tests.make import Town

DAY = timedelta(days=1)
POWER = "架空電力株式会社"
FIGURES = """query($measures: [String!]) { statistics(period: "2026Q2", fresh: true) {
    figures(byKind: true, measures: $measures) { unitName measure kind value } } }"""
MORNING = "{ worklist(kinds: [DRIFTING]) { items { title why settledBy subject } } }"


async def figures(town: Town, *measures: str, kind: str | None = None) -> list[int]:
    """The prefecture's, of all kinds or of one, as the statistician reads them."""
    after = make.at(town.statistician, town.officer.now + 95 * DAY)
    told = (await read(after, FIGURES, measures=list(measures)))["statistics"]["figures"]
    here = {one["measure"]: one["value"] for one in told if one["unitName"] == "青浜県警察" and one["kind"] == kind}
    return [here[measure] for measure in measures]


async def done(who: Actor, mutation: str, shown: str, **input: Any) -> Any:
    answer = await change(who, mutation, shown, **input)
    assert "errors" not in answer, answer
    return answer["data"][mutation]


async def refused_to_others(by: Actor, town: Town, partner: Contact, mutation: str, **input: Any) -> None:
    """At the hour of this officer, to those whose business it is not."""
    for who in (make.outsider(town.officer, Role.PARTNER, partner), town.statistician):
        assert codes(await change(make.at(who, by.now), mutation, **input)) == [("NOT_ALLOWED", None)]
    [(code, _)] = codes(await change(make.at(town.other_officer, by.now), mutation, **input))
    assert code == "NOT_FOUND"


async def contact_of(town: Town) -> Contact:
    return await make.contact(town.officer, await make.company(town.officer, POWER), job_title="総務課長")


def met(who: Actor, contact: Contact, **over: Any) -> dict[str, Any]:
    return {
        "kind": "CALL",
        "organizationId": f"Organization:{contact.organization_id}",
        "theme": "RELATIONSHIP",
        "startsAt": who.now.isoformat(),
        "outcome": "担当者の異動がないことを確かめた。",
        "members": [{"officerId": f"Officer:{who.person_id}"}, {"contactId": f"Contact:{contact.id}"}],
    } | over


def test_s2_x5_a_partner_whom_nobody_called_is_on_the_list_with_the_reason_until_somebody_does(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.in_force(town, POWER, expires_on=None)
        body = await Organization.get(name=POWER)
        contact = await make.contact(town.officer, body, job_title="総務課長")
        await done(town.hq, "setThresholds", "thresholds { metDays }", metDays=30)
        late = make.at(town.officer, town.officer.now + 40 * DAY)
        [line] = (await read(late, MORNING))["worklist"]["items"]
        assert (line["title"], line["settledBy"][0]) == (POWER, "noteEncounter")
        assert "接触の記録がありません" in line["why"]
        for other in (town.other_officer, town.hq):
            seen = (await read(make.at(other, late.now), MORNING))["worklist"]["items"]
            assert len(seen) == (other is town.hq)
        call = met(make.at(late, late.now), contact)
        await refused_to_others(late, town, contact, "noteEncounter", **call)
        assert not await Encounter.exists()
        shown = "encounter { attendances { edges { node { side jobTitle } } } }"
        noted = await done(late, "noteEncounter", shown, **call)
        posts = {one["node"]["side"]: one["node"]["jobTitle"] for one in noted["encounter"]["attendances"]["edges"]}
        assert posts["PARTNER"] == "総務課長", "the post held that day"
        assert (await read(late, MORNING))["worklist"]["items"] == []
        assert await figures(town, "ENCOUNTERS", "ENCOUNTER_BODIES", "RELATIONSHIPS") == [1, 1, 1]
        stands = [await figures(town, "RELATIONSHIPS", kind=grade) for grade in ("GOOD", "WATCH", "DRIFTING")]
        assert stands == [[1], [0], [0]]

    play(story)


def test_s8_visits_confirm_who_is_reached_at_night_and_count_by_visits_and_by_bodies(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await contact_of(town)
        plan = {name: value for name, value in met(town.officer, contact, kind="VISIT").items() if name != "outcome"}
        plan = {name: value for name, value in plan.items() if name != "members"}
        for day in (2, 9):
            at = make.at(town.officer, town.officer.now + day * DAY)
            planned = await done(
                town.officer, "planEncounter", "encounter { id }", **(plan | {"startsAt": at.now.isoformat()})
            )
            after = make.at(at, at.now + timedelta(hours=1))
            asked = {"item": "EMERGENCY_CONTACT", "answer": "YES", "contactId": f"Contact:{contact.id}"}
            told = {"outcome": "備えは進んでいる。", "members": met(after, contact)["members"], "checklist": [asked]}
            report = {"encounterId": planned["encounter"]["id"], **told}
            await refused_to_others(after, town, contact, "reportEncounter", **report)
            await done(after, "reportEncounter", "encounter { status }", **report)
        known = "query($id: ID!) { contact(id: $id) { verifiedOn } }"
        assert (await read(town.officer, known, id=f"Contact:{contact.id}"))["contact"]["verifiedOn"] == "2026-07-10"
        assert await figures(town, "ENCOUNTERS", "ENCOUNTER_BODIES", kind="VISIT") == [2, 1]

    play(story)


def test_s10_an_operator_of_critical_infrastructure_is_known_by_its_ceptoar_and_ministry_and_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        facts = {"kind": "COMPANY", "name": POWER, "ciSector": "ELECTRICITY", "ceptoar": "電力セプター"}
        facts |= {"ministry": "経済産業省", "bcp": "YES", "contactSystem": "YES"}
        for who in (town.statistician, town.admin):
            assert codes(await change(who, "registerOrganization", **facts)) == [("NOT_ALLOWED", None)]
        assert not await Organization.exists()
        shown = "organization { id ciSector ceptoar ministry bcp assessedOn }"
        body = (await done(town.officer, "registerOrganization", shown, **facts))["organization"]
        assert (body["ceptoar"], body["ministry"], body["assessedOn"]) == ("電力セプター", "経済産業省", "2026-07-01")
        ready = ("CI_BODIES", "CI_BODIES_WITH_BCP", "CI_BODIES_WITH_CONTACT_SYSTEM")
        assert await figures(town, *ready, kind="ELECTRICITY") == [1, 1, 1]
        hidden = "query($id: ID!) { organization(id: $id) { ceptoar } }"
        assert (await read(town.other_officer, hidden, id=body["id"]))["organization"] is None

    play(story)


def test_s24_an_approach_to_a_provider_counts_by_its_theme_as_that_is_put_right_after_the_check(play: Any) -> None:
    async def story(town: Town) -> None:
        us, contact = town.officer, await contact_of(town)
        noted = await done(us, "noteEncounter", "encounter { id version }", **met(us, contact, theme="FINANCIAL_FRAUD"))
        id = {"encounterId": noted["encounter"]["id"]}
        right = {**id, "version": noted["encounter"]["version"], "theme": "LOG_RETENTION", "reason": "テーマの誤り"}
        assert codes(await change(us, "correctCheckedEncounter", **right)) == [("WRONG_STATE", "status")]
        await refused_to_others(us, town, contact, "checkEncounter", **id)
        assert codes(await change(us, "checkEncounter", **id)) == [("NOT_ALLOWED", None)]
        checked = await done(town.hq, "checkEncounter", "encounter { version }", **id)
        right["version"] = checked["encounter"]["version"]
        await refused_to_others(us, town, contact, "correctCheckedEncounter", **right)
        assert await figures(town, "THEME_ENCOUNTERS", "THEME_BODIES", kind="FINANCIAL_FRAUD") == [1, 1]
        put_right = await done(us, "correctCheckedEncounter", "encounter { status theme }", **right)
        assert put_right["encounter"] == {"status": "CHECKED", "theme": "LOG_RETENTION"}
        assert await figures(town, "THEME_ENCOUNTERS", "THEME_BODIES", kind="FINANCIAL_FRAUD") == [0, 0]
        assert await figures(town, "THEME_ENCOUNTERS", "THEME_BODIES", kind="LOG_RETENTION") == [1, 1]

    play(story)


def test_s25_a_body_is_shared_with_another_department_which_is_warned_and_changes_nothing_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await contact_of(town)
        body = f"Organization:{contact.organization_id}"
        share = {"organizationId": body, "unitId": f"Unit:{town.other_station.id}", "reason": "経済安全保障"}
        await refused_to_others(town.officer, town, contact, "shareOrganization", **share)
        await done(town.officer, "noteEncounter", "encounter { id }", **met(town.officer, contact))
        shared = await done(town.officer, "shareOrganization", "organizationCoOwner { id version }", **share)
        name = "query($id: ID!) { organization(id: $id) { name version } }"
        seen = (await read(town.other_officer, name, id=body))["organization"]
        assert seen["name"] == POWER
        other = town.other_officer
        call = met(other, contact, startsAt=other.now.isoformat())
        call["members"] = [{"officerId": f"Officer:{other.person_id}"}, {"jobTitle": "総務課長"}]
        warned = "encounter { inTouch { edges { node { kind unit { name } } } } }"
        noted = await done(other, "noteEncounter", warned, **call)
        [near] = [one["node"] for one in noted["encounter"]["inTouch"]["edges"]]
        assert near == {"kind": "CALL", "unit": {"name": town.station.name}}
        wrong = {"organizationId": body, "version": seen["version"], "phone": "000-0000-0009"}
        assert codes(await change(other, "correctOrganization", **wrong)) == [("NOT_ALLOWED", None)]
        ended = {"coOwnerId": shared["organizationCoOwner"]["id"], "version": 1}
        await done(town.officer, "endOrganizationSharing", "organizationCoOwner { id }", **ended)
        assert (await read(other, name, id=body))["organization"] is None
        assert await figures(town, "ENCOUNTERS", "ENCOUNTER_BODIES") == [2, 1]

    play(story)


def test_s29_good_relations_for_recruiting_talks_are_a_theme_and_no_more(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await contact_of(town)
        call = met(town.officer, contact, theme="RECRUITMENT_PR", outcome="採用説明会の日程を相談した。")
        await refused_to_others(town.officer, town, contact, "noteEncounter", **call)
        await done(town.officer, "noteEncounter", "encounter { theme }", **call)
        assert await figures(town, "THEME_ENCOUNTERS", "THEME_BODIES", kind="RECRUITMENT_PR") == [1, 1]
        assert await figures(town, "THEME_ENCOUNTERS", "THEME_BODIES") == [1, 1]

    play(story)


def test_s36_a_contact_has_a_unit_and_an_extension_is_confirmed_and_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        known = await contact_of(town)
        facts: dict[str, Any] = {"organizationId": f"Organization:{known.organization_id}", "role": "EMERGENCY"}
        facts |= {"familyName": "例森", "department": "総務部総務課", "extension": "3484", "phone": "000-0000-0001"}
        facts |= {"reachable": "平日夜間と土日祝日は終日"}
        await refused_to_others(town.officer, town, known, "addContact", **facts)
        assert await Contact.all().count() == 1
        shown = "contact { id version department reachable verifiedOn person { extension } }"
        added = (await done(town.officer, "addContact", shown, **facts))["contact"]
        assert (added["department"], added["person"]["extension"]) == ("総務部総務課", "3484")
        confirm = {"contactId": added["id"], "version": added["version"]}
        await refused_to_others(town.officer, town, known, "confirmContact", **confirm)
        later = make.at(town.officer, town.officer.now + 20 * DAY)
        confirmed = await done(later, "confirmContact", "contact { verifiedOn }", **confirm)
        assert confirmed["contact"]["verifiedOn"] == "2026-07-21"
        found = await figures(town, "CONTACTS", "CONTACTS_FRESH", "CONTACT_FRESHNESS", kind="EMERGENCY")
        assert found == [1, 1, 100]

    play(story)
