"""さがす: what was written is found again by a word of it or by whose it is, and by nobody who may not read that."""

from datetime import timedelta
from functools import partial as bound
from typing import Any

from tortoise import Tortoise

from api.benchmarks import filling, plans
from domain import database, meetings, organizations
from domain.actor import Actor, Role
from domain.encounters import NextStep
from domain.organizations import Contact, Organization
from tests import make
from tests.api.asking import ask, codes, read
from tests.domain.notices.telling import partner, sent
from tests.make import Town

LISTS = ("encounters", "notices", "campaigns", "councilMeetings", "councilInformations")


async def found(who: Actor, text: str) -> set[str]:
    """The lists in which something is found by a text."""
    asked = " ".join(f"{name}(filter: {{ text: $text }}) {{ totalCount edges {{ node {{ id }} }} }}" for name in LISTS)
    data = await read(who, f"query($text: String!) {{ {asked} }}", text=text)
    for page in data.values():
        assert len(page["edges"]) == page["totalCount"]
    return {name for name, page in data.items() if page["totalCount"]}


async def written(us: Actor, contact: Contact) -> None:
    """One of each with this body, whose name stands in no text of theirs."""
    body = await contact.organization
    step = NextStep("資料を送る", us.today + timedelta(days=9))
    await make.encounter(us, body=body, outcome="ﾌｨｯｼﾝｸﾞ対策の相談先を伝えた。", next_step=step)
    await sent(us, contact)
    await make.asked(us, title="春の確認", message="担当の交代を教えてください。")
    council = await make.council(us)
    term = await make.member(us, council, body)
    meeting = await make.meeting(us, council, agenda=["事業計画", "フィッシングの動向"])
    await make.met(us, meeting, term)
    after = make.at(us, meeting.starts_at + timedelta(days=1))
    await meetings.minute(after, meeting.id, minutes_text="予算は次回に審議する。")
    await make.information_for(us, council)


def test_words_and_names_find_what_was_written_as_far_as_whoever_asks_may_read_them(play: Any) -> None:
    async def story(town: Town) -> None:
        us, others = town.officer, town.other_officer
        contact = await partner(us, "架空電力株式会社")
        await written(us, contact)
        known = {
            "ふぃっしんぐ": {"encounters", "notices", "councilMeetings"},
            "資料を送": {"encounters"},
            "交代": {"campaigns"},
            "予算": {"councilMeetings"},
            "見本ｻｲﾊﾞｰ": {"councilMeetings", "councilInformations"},
            "送る春の": set(),
            "㈱架空電力": {"encounters", "notices", "campaigns", "councilMeetings"},
        }
        for who in (us, town.hq):
            assert {text: await found(who, text) for text in known} == known
        for text in known:
            assert await found(others, text) == set()
        version = (await Organization.get(id=contact.organization_id)).version
        await organizations.transfer(town.hq, contact.organization_id, version=version, unit_id=town.other_station.id)
        known |= {"㈱架空電力": set()}  # what was written is theirs still, whose it is is not
        assert {text: await found(us, text) for text in known} == known
        assert await found(others, "ふぃっしんぐ") == {"notices"}
        assert await found(others, "㈱架空電力") == {"notices", "campaigns"}

    play(story)


def test_a_partner_finds_its_notices_by_their_words_and_nothing_by_the_minutes(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer, "架空電力株式会社")
        await written(town.officer, contact)
        await sent(town.officer, await partner(town.officer, "例示銀行", "bank@partner.example"), title="振込の詐欺")
        guest, counted = make.outsider(town.officer, Role.PARTNER, contact), "{ totalCount }"
        asked = "query($text: String!) { notices(filter: { text: $text }) { totalCount } }"
        counts = [(await read(guest, asked, text=text))["notices"]["totalCount"] for text in ("ﾒｰﾙ", "振込", "例示")]
        assert counts == [1, 0, 0]
        refused = await ask(guest, f'{{ councilMeetings(filter: {{ text: "予算" }}) {counted} }}')
        assert codes(refused) == [("NOT_ALLOWED", "text")]

    play(story)


def test_from_two_characters_on_no_encounter_is_looked_at_in_vain(play: Any) -> None:
    async def story(town: Town) -> None:
        units, ours = [town.station.id, town.other_station.id], (town.hq.person_id, town.officer.person_id)
        shared = (town.hq.now, units, town.prefecture.id)
        await database.execute(filling.ORGANIZATIONS, *shared, 300)
        await database.execute(filling.ENCOUNTERS, *shared, 3_000, *ours)
        await Tortoise.get_connection("default").execute_script("ANALYZE organization; ANALYZE encounter")
        asked = "query($text: String!) { encounters(filter: { text: $text }) { edges { node { id } } } }"
        for who in (town.hq, town.officer):
            for text in ("第2999回", "29", "架空商事123"):
                nodes = await plans.nodes_of(plans.Hot(text, bound(read, who, asked, text=text)))
                steps = [plans.step(node) for node in nodes if node.get("Relation Name") == "encounter"]
                assert len(steps) == 2, (who.role, text, steps)
                assert all("encounter_organization_start" in step or "encounter_pkey" in step for step in steps)

    play(story)
