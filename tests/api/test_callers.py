"""Whoever asks is remembered, and proved in the very statement that reads for them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api import callers
from api.app import make_app
from api.house import House
from domain import organizations, tokens, units
from domain.actor import Actor, Role
from domain.people import Person
from domain.tokens import Token
from domain.units import Unit, UnitKind
from tests import make
from tests.api.asking import WHY
from tests.clock import NOW
from tests.make import Town
from tests.statements import spoken

UNITS = "{ units(first: 50) { edges { node { id } } } }"
NOBODY = '{ node(id: "x") { id } }'


@pytest.fixture(autouse=True)
def remembered() -> Iterator[callers.Memory]:
    callers.REMEMBERED.clear()
    yield callers.REMEMBERED
    callers.REMEMBERED.clear()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now


def asking(token: str, clock: Clock | None = None, **over: Any) -> httpx.AsyncClient:
    house = House("a key that is only ever used in tests", "https://renkei.example.jp", clock or Clock(), **over)
    app = make_app(house, "postgres://nobody@nowhere/nothing")
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=house.base_url, headers=headers)


async def token(town: Town, who: Actor) -> str:
    person, unit = await Person.get(id=who.person_id), await Unit.get(id=who.unit_id)
    _, secret = await tokens.mint(town.admin, person, who.role, unit, "試験", NOW + timedelta(days=1))
    return secret


async def everybody(town: Town) -> list[Actor]:
    """One of each role, those from outside too."""
    partner = await make.contact(town.officer, await make.company(town.officer))
    teacher = await make.contact(town.officer, await make.school(town.officer))
    outside = [make.outsider(town.officer, *one) for one in ((Role.PARTNER, partner), (Role.SCHOOL, teacher))]
    outside.append(make.oneself(town.officer, await make.volunteer(town)))
    return [town.admin, town.hq, town.officer, town.statistician, *outside]


async def ask(client: httpx.AsyncClient, document: str, **variables: Any) -> Any:
    asked = {"query": document, "variables": variables, "extensions": {"purpose": WHY}}
    return (await client.post("/graphql", json=asked)).json()


def test_whoever_asks_again_is_read_for_in_one_statement_whatever_their_role(play: Any) -> None:
    async def story(town: Town) -> None:
        for who in await everybody(town):
            async with asking(await token(town, who)) as client:
                first = await ask(client, UNITS)
                with spoken() as said:
                    again = await ask(client, UNITS)
            assert "errors" not in first, who.role
            assert again == first
            assert len(said) == 1, (who.role, said)

    play(story)


def test_a_token_that_was_revoked_opens_nothing_from_the_next_question_on(play: Any) -> None:
    async def story(town: Town) -> None:
        secret = await token(town, town.officer)
        async with asking(secret) as client:
            assert "data" in await ask(client, UNITS)
            await tokens.revoke(town.admin, (await Token.get(sha256=tokens.digest(secret))).id)
            for document in (UNITS, NOBODY, "{ units @skip(if: true) { totalCount } }"):
                answer = await ask(client, document)
                assert (answer.keys(), answer["errors"][0]["extensions"]["code"]) == ({"errors"}, "UNAUTHENTICATED")

    play(story)


def test_a_token_ends_at_its_hour_though_its_bearer_was_there_just_before(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock()
        async with asking(await token(town, town.officer), clock) as client:
            clock.now = NOW + timedelta(days=1, seconds=-1)
            assert "data" in await ask(client, UNITS)
            clock.now = NOW + timedelta(days=1)
            assert (await ask(client, UNITS))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"

    play(story)


def test_a_station_that_gets_a_section_sees_it_in_the_next_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        document = "{ lectures { totalCount } }"
        async with asking(await token(town, town.officer)) as client:
            before = await ask(client, document)
            section = await units.establish(
                town.admin,
                parent_id=town.station.id,
                kind=UnitKind.SECTION,
                code="901",
                name="生活安全課",
                name_kana="セイカツアンゼンカ",
            )
            within = await make.actor(town.admin, Role.STATION_LIAISON, section, (section.id,))
            await make.lecture(within)
            after = await ask(client, document)
        counts = [answer["data"]["lectures"]["totalCount"] for answer in (before, after)]
        assert counts == [0, 1]

    play(story)


def test_whoever_is_given_another_role_is_found_in_it_by_the_next_question(play: Any) -> None:
    async def story(town: Town) -> None:
        secret = await token(town, town.officer)
        async with asking(secret) as client:
            for role in (Role.HQ_LIAISON, Role.STATISTICIAN, Role.STATION_LIAISON, Role.PARTNER, Role.STATION_LIAISON):
                await ask(client, UNITS)
                await Token.filter(sha256=tokens.digest(secret)).update(role=role)
                assert "errors" not in await ask(client, UNITS)
                found = callers.REMEMBERED[tokens.digest(secret)].acting.actor
                assert found.role is role
                assert found.units == await covered(town, role)

    play(story)


async def covered(town: Town, role: Role) -> tuple[UUID, ...]:
    """What somebody of the station covers in this role."""
    if role is Role.PARTNER:
        return ()
    top = town.station if role is Role.STATION_LIAISON else town.prefecture
    return tuple(sorted(await units.below(town.prefecture.id, top.id)))


def test_a_contact_whose_body_comes_under_another_unit_is_asked_about_as_that_ones(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        secret = await token(town, make.outsider(town.officer, Role.PARTNER, contact))
        async with asking(secret) as client:
            await ask(client, UNITS)
            await organizations.transfer(town.hq, body.id, version=body.version, unit_id=town.other_station.id)
            assert "errors" not in await ask(client, UNITS)
        known = callers.REMEMBERED[tokens.digest(secret)]
        assert known.acting.actor.unit_id == town.other_station.id

    play(story)


def test_a_row_that_is_not_there_is_no_reason_to_find_out_anew_who_asks(play: Any) -> None:
    async def story(town: Town) -> None:
        missing = f'{{ node(id: "Lecture:{town.station.id}") {{ id }} }}'
        async with asking(await token(town, town.officer)) as client:
            await ask(client, UNITS)
            with spoken() as said:
                assert await ask(client, missing) == {"data": {"node": None}, "extensions": {"cost": 0}}
        assert len(said) == 2

    play(story)


def test_a_look_at_personal_data_is_written_down_for_whoever_is_remembered_too(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        name = f'{{ node(id: "Person:{contact.person_id}") {{ ... on Person {{ familyName }} }} }}'
        async with asking(await token(town, town.officer)) as client:
            first = await ask(client, name)
            with spoken() as said:
                assert await ask(client, name) == first
        assert first["data"]["node"].keys() == {"familyName"}
        assert [said[0], "INSERT INTO look" in said[2], said[3]] == ["BEGIN READ WRITE", True, "COMMIT"], said

    play(story)


def test_only_so_many_are_remembered(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(town: Town) -> None:
        monkeypatch.setattr(callers, "MOST_REMEMBERED", 1)
        for who in (town.officer, town.hq):
            async with asking(await token(town, who)) as client:
                await ask(client, UNITS)
        assert [known.acting.actor.person_id for known in callers.REMEMBERED.values()] == [town.hq.person_id]

    play(story)
