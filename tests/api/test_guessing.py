"""Guessing addresses and tokens: none opens, the guesser is slowed down, and whoever has a true one notices nothing.

Nor does anything that a request says of itself (its host, what a proxy has seen, what stands behind the path) change
what is answered, where it leads to, or what a letter says.
"""

from asyncio import gather
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp

from api.allowance import Budget, Budgets
from api.app import make_app
from api.house import House
from domain import accounts, feeds, replies, tokens
from domain.accounts import Link
from domain.actor import Role
from domain.calendar import Attendee
from domain.feeds import Subscription
from jobs.clock import tick
from jobs.post_letters import Desk
from tests import make
from tests.api.asgi import chunked, http_scope, say
from tests.api.entering import OURS
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.domain.lectures.giving import confirmed
from tests.jobs.test_post_letters import Pigeons
from tests.make import Town

SECRET = keys.GATE.secret
BASE = "https://renkei.example"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SAMPLE, AT_ONCE = 400, 40
ALL_FEEDS, ALL_LINKS = 100_000, 20_000
"""With `--full`. A link that is forged is not even looked for in the database, so fewer of them tell as much."""
GUESSER, ELSEWHERE = "203.0.113.7", "198.51.100.9"


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def whole(budgets: Budgets | None = None, clock: Clock | None = None) -> Starlette:
    """The whole program."""
    house = House(SECRET, BASE, clock or Clock(), budgets=budgets or Budgets())
    return make_app(house, "postgres://nobody@nowhere/nothing")


@asynccontextmanager
async def reached(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """As it is reached from one network behind one address."""
    transport = httpx.ASGITransport(app, client=(GUESSER, 5000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client


@asynccontextmanager
async def at_the_door(clock: Clock | None = None, budgets: Budgets | None = None) -> AsyncIterator[httpx.AsyncClient]:
    async with reached(whole(budgets, clock)) as client:
        yield client


def feed_path(feed: Subscription, secret: str = SECRET) -> str:
    return f"/cal/{feeds.secret_in(secret, feed.id, feed.generation)}/calendar.ics"


async def own_feed(town: Town) -> Subscription:
    await confirmed(town)
    return await make.told(await feeds.subscribe(town.officer, person_id=town.officer.person_id))


def guesses(random: Random, true: str, id: UUID) -> Iterator[str]:
    """What somebody tries who knows how a token is made, and even the id in a true one."""
    while True:
        drawn = "".join(random.choice(LETTERS) for _ in range(65))
        at = random.randrange(65)
        other = random.choice(LETTERS.replace(true[at], ""))
        yield drawn
        yield true[:22] + drawn[22:]
        yield drawn[:22] + true[22:]
        yield f"{true[:at]}{other}{true[at + 1 :]}" if at < 64 else true[:-1]
        yield feeds.secret_in(drawn, id, random.randrange(3))


async def knock(app: ASGIApp, path: str) -> int:
    """The status of one GET, without what a client of its own costs: a guesser is quicker than ours."""
    start, *_ = await say(app, {**http_scope("GET", path, ()), "client": (GUESSER, 5000)}, chunked(b""))
    return int(start["status"])


async def guessed(app: ASGIApp, form: str, true: str, id: UUID, count: int) -> dict[int, int]:
    """How often which status came, many asking at once; the true address is asked for among them, and is answered
    each time."""
    tried = guesses(Random(13), true, id)
    found: Counter[int] = Counter()
    for begun in range(0, count, AT_ONCE):
        paths = [form.format(next(tried)) for _ in range(min(AT_ONCE, count - begun))]
        *wrong, right = await gather(*(knock(app, path) for path in [*paths, form.format(true)]))
        assert right == 200, begun
        found.update(wrong)
    return dict(found)


def test_no_guess_of_a_feed_opens_and_the_subscriber_beside_the_guesser_is_served(play: Any, full: bool) -> None:
    async def story(town: Town) -> None:
        feed = await own_feed(town)
        true = feed_path(feed).split("/")[2]
        count, most = ALL_FEEDS if full else SAMPLE, int(Budgets().guesses.most)
        budgets = Budgets(feed=Budget(per_second=1, most=count))
        found = await guessed(whole(budgets), "/cal/{}/calendar.ics", true, feed.id, count)
        assert found == {404: most, 429: count - most}

    play(story)


def test_no_guess_of_an_answer_link_opens_or_answers_and_the_guest_beside_it_is_let_in(play: Any, full: bool) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        guest = await Attendee.get(person_id=town.officer.person_id)
        before, true = guest.partstat, tokens.derive(SECRET, replies.PURPOSE, guest.id)
        count, most = ALL_LINKS if full else SAMPLE, int(Budgets().guesses.most)
        budgets = Budgets(pages=Budget(per_second=1, most=count))
        app = whole(budgets)
        found = await guessed(app, "/rsvp/{}", true, guest.id, count)
        async with reached(app) as client:
            forged = tokens.derive("not ours", replies.PURPOSE, guest.id)
            refused = await client.post(f"/rsvp/{forged}", data={"partstat": "DECLINED"})
        assert found == {404: most, 429: count - most}
        assert refused.status_code == 429
        assert (await Attendee.get(id=guest.id)).partstat is before

    play(story)


def test_a_guesser_is_told_in_japanese_when_to_come_again_and_may_then(play: Any) -> None:
    async def story(town: Town) -> None:
        clock, budgets = Clock(), Budgets(guesses=Budget(per_second=0.5, most=2))
        async with at_the_door(clock, budgets) as client:
            for path in ("/cal/x/calendar.ics", "/rsvp/x", "/welcome/x", "/password/reset/x"):
                clock.now += timedelta(seconds=10)
                answers = [await client.get(path) for _ in range(3)]
                assert [answer.status_code for answer in answers] == [404, 404, 429], path
                assert answers[2].headers["retry-after"] == "2"
                assert "使えないアドレスが何度も開かれました" in answers[2].text
            clock.now += timedelta(seconds=10)
            bearer = {"Authorization": "Bearer rk_nothing"}
            asked = [await client.post("/graphql", json={"query": "{me{role}}"}, headers=bearer) for _ in range(3)]
            assert [answer.status_code for answer in asked] == [401, 401, 429]
            assert asked[2].json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"

    play(story)


def test_each_secret_opens_its_own_kind_of_door_and_no_other(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await own_feed(town)
        guest = await Attendee.get(person_id=town.officer.person_id)
        account = await keys.opened(town, town.officer, "officer-1")
        given = {"person_id": town.officer.person_id, "role": Role.STATION_LIAISON, "unit_id": town.station.id}
        _, bearer = await tokens.issue(town.admin, **given)
        secrets = {
            "feed": feed_path(feed).split("/")[2],
            "rsvp": tokens.derive(SECRET, replies.PURPOSE, guest.id),
            "welcome": accounts.address(SECRET, "", Link.WELCOME, account.id, 1).split("/")[-1],
            "bearer": bearer,
            "session": (await keys.enter("officer-1")).secret,
        }
        doors = {
            "feed": "/cal/{}/calendar.ics",
            "rsvp": "/rsvp/{}",
            "welcome": "/welcome/{}",
            "reset": Link.RESET.path + "/{}",
        }
        async with at_the_door() as client:
            for kind, secret in secrets.items():
                for door, form in doors.items():
                    status = (await client.get(form.format(secret))).status_code
                    assert (status == 200) is (door == kind and kind != "welcome"), (kind, door, status)
                asked = {
                    "json": {"query": "{ units { totalCount } }"},
                    "headers": {"Authorization": f"Bearer {secret}"},
                }
                assert (await client.post("/graphql", **asked)).status_code == (200 if kind == "bearer" else 401), kind
                assert (await client.get("/metrics", headers=asked["headers"])).status_code != 200

    play(story)


SAYING = [
    {"Host": "evil.example"},
    {"Host": "evil.example:443"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "81"},
    {"Forwarded": "for=192.0.2.1;host=evil.example;proto=http"},
    {"X-Forwarded-For": "192.0.2.1, 192.0.2.2", "X-Real-IP": "192.0.2.3", "Via": "1.1 evil.example"},
    {"X-Original-URL": "/evil.example", "X-Rewrite-URL": "/evil.example", "X-Forwarded-Prefix": "/evil.example"},
]
NOISE = [
    "",
    "?evil.example",
    "?utm_source=evil.example&x=1",
    "?host=evil.example&next=https://evil.example/",
    "?%00evil.example",
]


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All of the answer but the number of the request."""
    return answer.status_code, answer.content, {k: v for k, v in answer.headers.items() if k != "x-request-id"}


def test_nothing_that_a_request_says_of_its_host_proxy_or_query_changes_an_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await own_feed(town)
        guest = await Attendee.get(person_id=town.officer.person_id)
        link = f"/rsvp/{tokens.derive(SECRET, replies.PURPOSE, guest.id)}"
        paths = (
            feed_path(feed),
            link,
            "/login",
            "/account",
            "/password/reset",
            "/welcome/x",
            "/login/",
            "/",
            "/nothing",
        )
        async with at_the_door() as client:
            for path in paths:
                plain = told(await client.get(path))
                assert b"evil" not in plain[1]
                for said in SAYING:
                    assert told(await client.get(path, headers=said)) == plain, (path, said)
                for noise in NOISE:
                    assert told(await client.get(f"{path}{noise}")) == plain, (path, noise)
            assert told(await client.get(feed_path(feed)))[2]["etag"].startswith('W/"')
            assert told(await client.get("/account"))[2]["location"] == "/login"

    play(story)


@pytest.mark.parametrize("said", SAYING)
def test_a_letter_leads_to_the_installation_whatever_the_request_for_it_has_said(
    play: Any, said: dict[str, str]
) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        async with at_the_door() as client:
            answer = await client.post("/password/reset", data={"login": account.login}, headers={**OURS, **said})
            assert answer.status_code == 200
        pigeons = Pigeons()
        await tick(NOW, Desk(pigeons, BASE, "desk@police.aohama.example", SECRET))
        [letter] = [taken.text for taken in pigeons.taken if "/password/reset/" in taken.text]
        assert f"{BASE}/password/reset/" in letter
        assert "evil.example" not in letter

    play(story)
