import httpx
import pytest

from api.app import make_app
from api.house import House
from domain import database, tokens
from tests.clock import NOW

HOUSE = House("a key that is only ever used in tests", "https://renkei.example.jp", lambda: NOW)
QUESTION = {"query": "{ units { totalCount } }"}


def client(**headers: str) -> httpx.AsyncClient:
    app = make_app(HOUSE, "postgres://nobody@nowhere/nothing")
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOUSE.base_url, headers=headers)


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


def test_there_is_no_desk_unless_it_is_given(run):
    async def story():
        async with client() as nobody:
            return await nobody.get("/graphql")

    assert run(story()).status_code == 405


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
