from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.allowance import Budget, Budgets
from api.app import make_app
from api.house import House, Marks
from domain import database, replies, tokens
from domain.answering import AnswerAddress
from domain.calendar import Attendee
from domain.quiet import QuietHours
from tests import make
from tests.clock import NOW
from tests.domain.test_seating import line

HOUSE = House("a key that is only ever used in tests", "https://renkei.example.jp", lambda: NOW)
QUESTION = {"query": "{ units { totalCount } }"}


def client(house: House = HOUSE, **headers: str) -> httpx.AsyncClient:
    app = make_app(house, "postgres://nobody@nowhere/nothing")
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=house.base_url, headers=headers)


async def token_of(town) -> str:
    _, secret = await tokens.issue(
        town.admin,
        person_id=town.officer.person_id,
        role=town.officer.role,
        unit_id=town.station.id,
        label="test",
        days=1,
    )
    return secret


def test_a_bearer_of_a_token_is_answered_with_what_the_post_may_see(play):
    async def story(town):
        async with client(Authorization=f"bearer {await token_of(town)}") as officer:
            return (await officer.post("/graphql", json=QUESTION)).json()

    assert play(story)["data"]["units"]["totalCount"] > 0


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dTpw", "Bearer rk_wrong", "Bearer \x00"])
def test_without_a_valid_token_nothing_is_answered(run, header):
    async def story():
        async with client(**({} if header is None else {"Authorization": header})) as nobody:
            return await nobody.post("/graphql", json={"query": "{ __schema { types { name } } }"})

    answer = run(story())
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (answer.json().keys(), answer.json()["errors"][0]["extensions"]["code"]) == ({"errors"}, "UNAUTHENTICATED")


def test_who_asks_too_often_is_told_when_to_come_again(play):
    async def story(town):
        house = replace(HOUSE, budgets=Budgets(requests=Budget(per_second=0.1, most=2)))
        async with client(house, Authorization=f"bearer {await token_of(town)}") as officer:
            return [await officer.post("/graphql", json=QUESTION) for _ in range(3)]

    *answered, refused = play(story)
    assert [answer.status_code for answer in answered] == [200, 200]
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


def test_there_is_no_desk_unless_it_is_given(run):
    async def story():
        async with client() as nobody:
            return await nobody.get("/graphql")

    assert run(story()).status_code == 405


def asked_from(origin: str, house: House) -> Coroutine[Any, Any, int]:
    """The status of a question that a page of this origin asks without a token: 401 is past the guard."""

    async def story() -> int:
        async with client(house, Origin=origin) as page:
            return (await page.post("/graphql", json=QUESTION)).status_code

    return story()


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8123", "http://localhost:8123"])
def test_a_demonstration_answers_its_page_under_either_name_of_its_machine(run, origin):
    assert run(asked_from(origin, replace(HOUSE, base_url="http://127.0.0.1:8123", is_demo=True))) == 401


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost",
        "http://localhost:8124",
        "https://localhost:8123",
        "http://localhost.evil.example:8123",
        "http://192.0.2.1:8123",
        "null",
    ],
)
def test_a_demonstration_answers_no_page_of_another_address(run, origin):
    assert run(asked_from(origin, replace(HOUSE, base_url="http://127.0.0.1:8123", is_demo=True))) == 403


@pytest.mark.parametrize(
    "house",
    [
        replace(HOUSE, base_url="http://127.0.0.1:8123"),
        replace(HOUSE, base_url="http://192.0.2.1:8123", is_demo=True),
    ],
)
def test_only_a_demonstration_on_its_own_machine_has_a_second_name(run, house):
    assert run(asked_from("http://localhost:8123", house)) == 403
    assert run(asked_from(house.base_url, house)) == 401


def test_a_database_that_lacks_a_step_is_not_ready_though_the_process_lives(run):
    async def story():
        async with client() as balancer:
            await database.execute("UPDATE tortoise_migrations SET name = 'x' || name WHERE name = '0001_initial'")
            try:
                return await balancer.get("/healthz"), await balancer.get("/readyz")
            finally:
                await database.execute("UPDATE tortoise_migrations SET name = '0001_initial' WHERE name LIKE 'x%'")

    alive, ready = run(story())
    assert (alive.status_code, ready.status_code, ready.text) == (200, 503, "the database is not migrated\n")


@pytest.mark.parametrize("path", ["/cal/secret/calendar.ics/", "/rsvp/secret/", "/login/", "/graphql/"])
def test_no_address_is_repeated_to_a_host_that_a_stranger_has_named(run, path):
    async def story():
        async with client(Host="evil.example") as stranger:
            return [await stranger.get(path), await stranger.post(path, data={"password": "x"})]

    for answer in run(story()):
        assert (answer.status_code, "evil.example" in answer.text + str(answer.headers)) == (404, False)


def test_a_seat_that_becomes_free_on_the_page_at_night_is_kept_until_the_morning(play: Any) -> None:
    async def story(town: Any) -> None:
        waiting = await line(town, starts_at=NOW + timedelta(hours=25))
        first = await Attendee.get(person_id=waiting.people[0].person_id)
        night, morning = NOW + timedelta(hours=13), NOW + timedelta(hours=22)
        house = replace(HOUSE, clock=lambda: night, quiet=QuietHours(21, 7))
        async with client(house) as bearer:
            page = f"/rsvp/{tokens.derive(house.secret, replies.PURPOSE, first.id)}"
            assert (await bearer.post(page, data={"partstat": "DECLINED"})).status_code == 200
        assert (await waiting.part(1)).offered_until == morning + timedelta(minutes=90)

    play(story)


def test_the_houses_own_address_answers_for_nobody(play: Any) -> None:
    async def story(town: Any) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        house = replace(HOUSE, marks=Marks(sender="renkei@police.example"))
        asked = "mutation($input: AllowAnswerAddressInput!) { allowAnswerAddress(input: $input) { __typename } }"
        said = {"personId": f"Person:{contact.person_id}", "kind": "ALIAS", "mailAddress": house.marks.sender}
        async with client(house, Authorization=f"Bearer {await token_of(town)}") as officer:
            answer = await officer.post("/graphql", json={"query": asked, "variables": {"input": said}})
        [refused] = answer.json()["errors"]
        assert (refused["extensions"]["code"], refused["extensions"]["field"]) == ("CONFLICT", "mailAddress")
        assert not await AnswerAddress.exists()

    play(story)
