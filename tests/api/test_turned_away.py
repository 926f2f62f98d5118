"""Who comes too often to a page or a feed, or was shown too many people: told when to come again; nobody else waits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from api.allowance import ROWS, Budget, Budgets
from api.app import make_app
from api.house import House
from domain import database, feeds, looks, tokens
from domain.actor import OUTSIDERS, Actor, Role
from domain.looks import Door
from domain.watching import SHARES, Share
from tests import make
from tests.api.test_guessing import BASE, ELSEWHERE, GUESSER, SECRET, Clock, feed_path
from tests.domain.accounts import keys
from tests.make import Town

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ROSTER = {"query": "{ officers { edges { node { familyName } } } }"}
RETIRING = {"query": 'mutation { retireUnit(input: {unitId: "x", version: 1, on: "2026-07-10"}) { __typename } }'}


class Place:
    """The whole program, and browsers that come to it from any network."""

    def __init__(self, budgets: Budgets | None = None, **over: Any) -> None:
        self.clock = Clock()
        self.house = House(SECRET, BASE, self.clock, budgets=budgets or Budgets(), **over)
        self.app = make_app(self.house, "postgres://nobody@nowhere/nothing")

    @asynccontextmanager
    async def browser(self, address: str = GUESSER, secret: str = "") -> AsyncIterator[httpx.AsyncClient]:
        cookies = {"__Host-renkei": secret} if secret else {}
        transport = httpx.ASGITransport(self.app, client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url=BASE, cookies=cookies) as client:
            yield client


def refused(answer: httpx.Response, said: str, wait: int) -> None:
    assert (answer.status_code, answer.headers["retry-after"]) == (429, str(wait))
    assert said in answer.text


async def statuses(client: httpx.AsyncClient, path: str, count: int) -> list[int]:
    return [(await client.get(path)).status_code for _ in range(count)]


async def logged_in(town: Town) -> str:
    """The session of a partner, who needs no second factor."""
    await keys.partner(town)
    return (await keys.enter("megumi@partner.example")).secret


def test_whoever_opens_their_account_too_often_waits_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        place = Place(Budgets(pages=Budget(per_second=0.5, most=3)))
        async with place.browser(secret=await logged_in(town)) as often, place.browser() as beside:
            assert await statuses(often, "/account", 3) == [200] * 3
            refused(await often.get("/account"), "回数が多すぎます", 2)
            refused(await often.post("/account/sessions/end", headers={"origin": BASE}), "回数が多すぎます", 2)
            assert await statuses(beside, "/login", 5) == [200] * 5
            place.clock.now += 2 * SECOND
            assert await statuses(often, "/account", 2) == [200, 429]

    play(story)


def test_strangers_of_one_network_wait_together_and_who_has_come_in_there_does_not(play: Any) -> None:
    async def story(town: Town) -> None:
        place = Place(Budgets(network=Budget(per_second=1, most=4)))
        async with (
            place.browser() as one,
            place.browser(GUESSER.replace(".7", ".8")) as neighbour,
            place.browser(secret=await logged_in(town)) as inside,
            place.browser(ELSEWHERE) as elsewhere,
            place.browser(secret="never given") as pretending,
        ):
            assert await statuses(one, "/login", 2) == [200] * 2
            assert await statuses(neighbour, "/password/reset", 2) == [200] * 2
            for client in (one, neighbour, pretending):
                refused(await client.get("/login"), "回数が多すぎます", 1)
            refused(await one.get("/welcome/x"), "回数が多すぎます", 1)
            refused(await one.post("/login", headers={"origin": BASE}, data={"login": "a"}), "回数が多すぎます", 1)
            assert await statuses(inside, "/account", 5) == [200] * 5
            assert await statuses(elsewhere, "/login", 1) == [200]

    play(story)


def test_a_feed_that_is_fetched_too_often_waits_and_the_next_one_does_not(play: Any) -> None:
    async def story(town: Town) -> None:
        place = Place(Budgets(feed=Budget(per_second=0.1, most=2)))
        mine = await make.told(await feeds.subscribe(town.officer, person_id=town.officer.person_id))
        stations = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        async with place.browser() as client:
            assert await statuses(client, feed_path(mine), 2) == [200] * 2
            refused(await client.get(feed_path(mine)), "予定表の取得が多すぎます", 10)
            assert await statuses(client, feed_path(stations), 1) == [200]
            place.clock.now += 10 * SECOND
            assert await statuses(client, feed_path(mine), 1) == [200]

    play(story)


def test_whoever_goes_on_fetching_a_replaced_address_starves_nobody_who_has_the_new_one(play: Any) -> None:
    async def story(town: Town) -> None:
        place = Place(Budgets(feed=Budget(per_second=0.1, most=2)))
        mine = await make.told(await feeds.subscribe(town.officer, person_id=town.officer.person_id))
        old = feed_path(mine)
        mine = await make.told(await feeds.rotate(town.officer, mine.id))
        async with place.browser() as client:
            assert await statuses(client, old, 3) == [410, 410, 429]
            assert await statuses(client, feed_path(mine), 2) == [200] * 2

    play(story)


def test_a_station_full_of_calendar_programs_and_a_whole_prefecture_at_half_past_eight_are_within_the_budgets() -> None:
    given = Budgets()
    programs, minutes = 100, 5
    assert programs / (minutes * 60) < given.feed.per_second
    assert programs <= given.feed.most
    officers, pages, half_an_hour = 22 * 100, 6, 1800
    assert officers * pages / half_an_hour < given.network.per_second
    assert 400 * pages <= given.network.most


def test_outsiders_are_granted_a_fraction_of_the_rows_and_still_the_dearest_question() -> None:
    for role in OUTSIDERS:
        assert ROWS[role].per_second * 50 <= ROWS[Role.HQ_LIAISON].per_second
        assert 20_000 <= ROWS[role].most <= ROWS[Role.HQ_LIAISON].most / 5


async def was_shown(who: Actor, count: int) -> None:
    rows = [f"Person:{uuid4()}" for _ in range(count)]
    await database.execute(looks.ADD, *looks.line(who, Door.GRAPHQL, "名簿", ["Officer.phone"], rows))


async def bearing(town: Town, who: Actor) -> dict[str, str]:
    _, secret = await tokens.issue(town.admin, person_id=who.person_id, role=who.role, unit_id=who.unit_id, days=1)
    return {"Authorization": f"Bearer {secret}"}


def test_who_has_read_all_their_rows_is_told_by_http_too_when_to_come_again(play: Any) -> None:
    async def story(town: Town) -> None:
        place = Place(Budgets(rows={**ROWS, Role.STATION_LIAISON: Budget(per_second=10, most=100)}))
        asked = {"query": "{ units(first: 60) { edges { node { id } } } }"}
        async with place.browser() as client:
            headers = await bearing(town, town.officer)
            assert (await client.post("/graphql", json=asked, headers=headers)).status_code == 200
            answer = await client.post("/graphql", json=asked, headers=headers)
            refused(answer, "読み取る量が多すぎます", 2)
            assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
            place.clock.now += 2 * SECOND
            assert (await client.post("/graphql", json=asked, headers=headers)).status_code == 200

    play(story)


def test_an_account_that_was_shown_its_share_of_people_is_shown_and_changes_nothing_more(play: Any) -> None:
    async def story(town: Town) -> None:
        few = SHARES[Role.STATION_LIAISON]._replace(hour=10)
        place = Place(Budgets(shares={**SHARES, Role.STATION_LIAISON: few}))
        reader, other = await bearing(town, town.officer), await bearing(town, town.other_officer)
        async with place.browser() as client:
            assert (await client.post("/graphql", json=ROSTER, headers=reader)).status_code == 200
            await was_shown(town.officer, 10)
            place.clock.now += MINUTE
            before = await looks.Look.all().count()
            for asked in (ROSTER, RETIRING):
                answer = await client.post("/graphql", json=asked, headers=reader)
                refused(answer, "1時間に表示できる個人情報の量（10件）に達しました", 600)
                assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
            download = await client.get("/exports/statistics?format=csv", headers=reader)
            refused(download, "個人情報の量", 600)
            assert await looks.Look.all().count() == before
            assert (await client.post("/graphql", json=ROSTER, headers=other)).status_code == 200
            place.clock.now += 60 * MINUTE
            assert (await client.post("/graphql", json=ROSTER, headers=reader)).status_code == 200

    play(story)


def test_what_another_process_has_shown_counts_within_a_minute(play: Any) -> None:
    async def story(town: Town) -> None:
        budgets = Budgets(shares={Role.HQ_LIAISON: Share(hour=5, day=9, unusual=3)})
        one, two = Place(budgets), Place(budgets)
        reader = await bearing(town, town.hq)
        async with one.browser() as first, two.browser() as second:
            found = [
                (await client.post("/graphql", json=ROSTER, headers=reader)).status_code for client in (first, second)
            ]
            assert found == [200, 429]
            one.clock.now += MINUTE
            assert (await first.post("/graphql", json=ROSTER, headers=reader)).status_code == 429

    play(story)


def test_in_a_demonstration_anybody_sees_any_number_of_the_people_who_do_not_exist(play: Any) -> None:
    async def story(town: Town) -> None:
        await was_shown(town.hq, SHARES[Role.HQ_LIAISON].hour)
        reader = await bearing(town, town.hq)
        for is_demo, status in ((False, 429), (True, 200)):
            async with Place(is_demo=is_demo).browser() as client:
                assert (await client.post("/graphql", json=ROSTER, headers=reader)).status_code == status

    play(story)
