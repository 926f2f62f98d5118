"""宛先の範囲 through the door: counted before anything is sent, in as many statements whatever there is."""

from typing import Any

from domain.actor import Role
from domain.organizations import CiSector
from tests import make
from tests.api.asking import ask, codes, read
from tests.make import Town
from tests.statements import spoken

PREVIEW = """
    query($criteria: AudienceCriteriaInput!, $first: Int! = 20, $after: ID) {
      audience(criteria: $criteria, first: $first, after: $after) {
        bodyCount contactCount withAddress withoutAddress reached { reach count }
        bodies { organization name unit contacts reach }
      }
    }"""


async def two(town: Town) -> None:
    for name, address in (("架空電力株式会社", "megumi@partner.example"), ("架空ガス株式会社", "")):
        body = await make.company(town.officer, name, ci_sector=CiSector.ELECTRICITY)
        await make.contact(town.officer, body, mail_address=address)


def test_it_is_shown_who_is_meant_and_who_gets_no_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        await two(town)
        criteria = {"sectors": ["ELECTRICITY"], "onlyUnitIds": [f"Unit:{town.station.id}"], "roles": ["WORKING"]}
        found = (await read(town.hq, PREVIEW, criteria=criteria, first=1))["audience"]
        assert [found[name] for name in ("bodyCount", "contactCount", "withAddress", "withoutAddress")] == [2, 2, 1, 1]
        assert [one["count"] for one in found["reached"]] == [1, 0, 1, 0]
        [shown] = found["bodies"]
        assert (shown["unit"], shown["contacts"]) == (f"Unit:{town.station.id}", 1)
        rest = (await read(town.hq, PREVIEW, criteria=criteria, after=shown["organization"]))["audience"]["bodies"]
        assert {shown["name"], rest[0]["name"]} == {"架空電力株式会社", "架空ガス株式会社"}

    play(story)


def test_however_many_are_meant_it_is_asked_as_often(play: Any) -> None:
    async def story(town: Town) -> list[int]:
        counts = []
        for _ in range(2):
            with spoken() as seen:
                await read(town.hq, PREVIEW, criteria={"sectors": ["ELECTRICITY"]})
            counts.append(len(seen))
            if len(counts) == 1:
                await two(town)
        return counts

    before, after = play(story)
    assert before == after > 0


def test_a_refusal_names_the_criterion(play: Any) -> None:
    async def story(town: Town) -> None:
        empty, other = {"roles": ["EMERGENCY"]}, {"unitIds": [f"Unit:{town.other_station.id}"]}
        assert codes(await ask(town.officer, PREVIEW, criteria=empty)) == [("INCOMPLETE", "criteria")]
        assert codes(await ask(town.officer, PREVIEW, criteria=other)) == [("NOT_FOUND", "unitIds")]
        wrong = {"organizationIds": [f"Unit:{town.station.id}"]}
        assert codes(await ask(town.officer, PREVIEW, criteria=wrong)) == [("NOT_FOUND", "organizationIds")]

    play(story)


def test_whoever_is_not_on_the_desk_asks_for_no_audience(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        for actor in (town.admin, town.statistician, make.outsider(town.officer, Role.PARTNER, contact)):
            answer = await ask(actor, PREVIEW, criteria={"kinds": ["COMPANY"]})
            assert [code for code, _ in codes(answer)] == ["NOT_ALLOWED"]

    play(story)
