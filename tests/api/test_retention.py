"""What is to be erased, as headquarters decides it through GraphQL."""

from typing import Any

from domain import retention
from domain.people import Person
from tests import make
from tests.api.asking import change, codes, read
from tests.domain.retention.test_due import late, left
from tests.domain.retention.test_lists import SPRING, second
from tests.make import Town

LISTS = """{ erasureLists(first: 5) { edges { node { id status allowedTransitions items(first: 5) {
    edges { node { rule dueOn count mentions person { familyName } } } } } } } }"""


def test_two_officers_of_headquarters_decide_what_is_erased(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await left(town, "2026-09-01")
        talk = await make.activity(town.officer, remarks="髙見本一郎さんの紹介")
        await retention.draw_up(late(SPRING))
        hq, other = make.at(town.hq, late(SPRING)), await second(town)
        (edge,) = (await read(hq, LISTS))["erasureLists"]["edges"]
        node, item = edge["node"], {"rule": "VOLUNTEER", "dueOn": "2028-04-01", "count": 1}
        item |= {"mentions": [f"VolunteerActivity:{talk.id} 備考"]}
        assert (node["status"], node["allowedTransitions"]) == ("DRAWN_UP", ["REVIEWED"])
        assert [one["node"] for one in node["items"]["edges"]] == [item | {"person": {"familyName": "髙見本"}}]
        for who, mutation in ((hq, "reviewErasure"), (other, "approveErasure")):
            answer = await change(who, mutation, "erasureList { status }", listId=node["id"])
            assert "errors" not in answer
        await retention.carry_out(late(SPRING))
        assert (await Person.get(id=volunteer.person_id)).erased_at == late(SPRING)

    play(story)


def test_a_hold_is_given_and_lifted_with_its_reasons(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        person = {"personId": f"Person:{volunteer.person_id}", "reason": "訴訟のため"}
        answer = await change(town.hq, "holdErasure", "legalHold { id reason }", **person)
        hold = answer["data"]["holdErasure"]["legalHold"]
        assert hold["reason"] == "訴訟のため"
        assert codes(await change(town.hq, "holdErasure", **person)) == [("CONFLICT", "personId")]
        lifted = await change(town.hq, "liftHold", "legalHold { liftedBecause }", holdId=hold["id"], reason="終結")
        assert lifted["data"]["liftHold"]["legalHold"] == {"liftedBecause": "終結"}

    play(story)


def test_nobody_but_headquarters_sees_lists_or_holds(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await left(town, "2026-09-01")
        await retention.hold(town.hq, person_id=volunteer.person_id, reason="訴訟のため")
        await make.volunteer(town)
        await retention.draw_up(late("2031-07-02"))
        asked = "{ erasureLists { totalCount } legalHolds { totalCount } }"
        for who in (town.officer, town.admin, town.statistician, make.oneself(town.hq, volunteer)):
            seen = await read(who, asked)
            assert seen == {"erasureLists": {"totalCount": 0}, "legalHolds": {"totalCount": 0}}
        assert await read(town.hq, asked) == {"erasureLists": {"totalCount": 1}, "legalHolds": {"totalCount": 1}}

    play(story)
