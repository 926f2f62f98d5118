"""What the running program writes down: enough to find a fault, nothing that names a person or opens a door."""

import asyncio
import io
import json
import logging
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.app import make_app
from api.house import House
from api.logs import Lines, tell
from api.observing import Observed
from api.replica import Replica
from domain import drills, feeds, own, running, tokens
from domain.actor import Actor, Role
from domain.calendar import Attendee
from domain.errors import TooLarge
from domain.journal import Entry
from domain.organizations import Organization
from domain.outbox import Letter
from domain.replies import PURPOSE
from domain.verbs import ALLOWED, verb
from jobs.clock import tick
from jobs.post import PermanentFailure
from jobs.post_letters import Desk
from tests import make
from tests.api.test_app import HOUSE, token_of
from tests.clock import NOW
from tests.domain.test_walls import beside
from tests.make import Town

NAME, ADDRESS, PHONE, SECRET = "金糸雀﨑", "kanaria@canary.example", "000-7777-1234", "kanariya-no-himitsu"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that the process logs, as `serve` and `jobs` do."""
    stream = io.StringIO()
    handler = Lines(stream)
    root, own = logging.getLogger(), [logging.getLogger(name) for name in ("renkei", "jobs")]
    root.addHandler(handler)
    before = [one.level for one in own]
    for one in own:
        one.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    for one, level in zip(own, before, strict=True):
        one.setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def client(*beside: Route, house: House = HOUSE) -> httpx.AsyncClient:
    app = make_app(house, "postgres://nobody@nowhere/nothing")
    app.router.routes.extend(beside)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOUSE.base_url)


def test_each_request_is_one_line_with_its_route_and_the_id_that_the_client_got(run: Any, written: io.StringIO) -> None:
    async def story() -> httpx.Response:
        async with client() as nobody:
            return await nobody.get(f"/cal/{SECRET}/calendar.ics?{SECRET}")

    answer = run(story())
    (line,) = lines(written)
    assert (line["route"], line["method"], line["status"]) == ("/cal/{token}/calendar.ics", "GET", 404)
    assert line["request"] == answer.headers["X-Request-Id"]
    assert SECRET not in written.getvalue()


def test_each_address_of_a_door_is_counted_by_its_own_name(run: Any, written: io.StringIO) -> None:
    async def story() -> None:
        async with client() as nobody:
            for path in ("/dav/", "/dav/calendar/", f"/dav/calendar/{SECRET}"):
                await nobody.request("PROPFIND", path)

    run(story())
    assert [line["route"] for line in lines(written)] == ["/dav/", "/dav/calendar/", "/dav/calendar/{name}"]
    assert SECRET not in written.getvalue()


def test_a_bug_is_told_to_the_client_by_the_id_under_which_the_log_says_where_it_is(
    run: Any, written: io.StringIO, caplog: Any
) -> None:
    async def broken(_: Request) -> None:
        raise RuntimeError(SECRET)

    async def story() -> httpx.Response:
        async with client(Route("/broken", broken)) as nobody:
            return await nobody.get("/broken")

    answer = run(story())
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["extensions"]["code"]) == (500, "INTERNAL")
    assert error["extensions"]["requestId"] == answer.headers["X-Request-Id"]
    bug = next(line for line in lines(written) if line["level"] == "ERROR")
    assert answer.headers["X-Request-Id"] in bug["message"]
    assert "RuntimeError" in bug["message"]
    assert "in broken" in bug["message"]
    assert SECRET not in written.getvalue() + answer.text
    caplog.clear()


def test_the_log_of_an_exception_says_where_and_never_what(written: io.StringIO, caplog: Any) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("renkei.x").exception("failed")
    (line,) = lines(written)
    assert "ValueError" in line["trace"]
    assert SECRET not in written.getvalue()
    caplog.clear()


def test_the_line_of_a_request_is_what_the_logger_would_have_written(run: Any, written: io.StringIO) -> None:
    log, fields = logging.getLogger("renkei.request"), {"route": "/cal/{token}", "status": 304}

    async def story() -> tuple[str, str]:
        with running.begun() as first:
            tell(log, "answered", fields)
        with running.begun() as second:
            tell(log, "answered", fields)
        await asyncio.sleep(0)
        with running.begun():
            log.info("answered", extra={"fields": fields})
        return first, second

    numbers = run(story())
    *told, logged = lines(written)
    assert tuple(line["request"] for line in told) == numbers
    assert told[0]["at"] <= told[1]["at"] <= logged["at"]
    assert datetime.fromisoformat(logged["at"]).utcoffset() == timedelta()
    own = {"at": logged["at"], "request": logged["request"]}
    assert [line | own for line in told] == [logged] * 2
    said = {"level": "INFO", "logger": log.name, "message": "answered", **fields}
    assert logged == own | said


def test_the_lines_of_all_who_are_answered_in_one_turn_are_written_at_once_when_it_ends(
    run: Any, written: io.StringIO, monkeypatch: Any
) -> None:
    log, writes = logging.getLogger("renkei.request"), []
    monkeypatch.setattr(written, "write", writes.append)

    async def story() -> None:
        for number in range(3):
            tell(log, "answered", {"number": number})
        assert writes == []
        await asyncio.sleep(0)
        (three,) = writes
        assert [json.loads(line)["number"] for line in three.splitlines()] == [0, 1, 2]
        tell(log, "answered", {"number": 3})
        await asyncio.sleep(0)
        assert len(writes) == 2

    run(story())


def test_half_a_character_in_one_line_costs_neither_it_nor_the_others(run: Any, written: io.StringIO) -> None:
    log = logging.getLogger("renkei.request")

    async def story() -> None:
        for route in ("/a", "/\ud800", "/b"):
            tell(log, "answered", {"route": route})
        await asyncio.sleep(0)
        log.info("answered", extra={"fields": {"route": "/\ud800"}})

    run(story())
    assert [line["route"] for line in lines(written)] == ["/a", "/\ud800", "/b", "/\ud800"]


def test_whoever_was_answered_hears_nothing_of_a_log_that_cannot_be_written(
    run: Any, written: io.StringIO, monkeypatch: Any
) -> None:
    async def story() -> httpx.Response:
        async with client() as nobody:
            return await nobody.get("/healthz")

    monkeypatch.setattr(logging, "raiseExceptions", False)
    written.close()
    assert run(story()).status_code == 200


def test_a_change_that_takes_too_long_is_given_up_whole(play: Any, monkeypatch: Any) -> None:
    async def slowly(actor: Actor) -> None:
        await Organization.filter(prefecture_id=actor.prefecture_id).update(phone="000-0000-0009")
        await asyncio.sleep(5)

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await verb(*Role)(slowly)(Request(scope).state.who)
        except TooLarge as refused:
            await Response(refused.message, 400)(scope, receive, send)

    async def story(town: Town) -> None:
        async def known(scope: Scope, receive: Receive, send: Send) -> None:
            scope["state"] = {"who": town.hq}
            await door(scope, receive, send)

        await make.company(town.hq)
        monkeypatch.setitem(ALLOWED, f"{__name__}.slowly", frozenset(Role))
        transport = httpx.ASGITransport(Observed(known, routes=[], counted=Counter(), seconds=0.05))
        async with httpx.AsyncClient(transport=transport, base_url="https://x") as somebody:
            answer = await somebody.get("/")
        assert (answer.status_code, "時間内に終わりませんでした" in answer.text) == (400, True)
        assert (await Organization.get(name="架空電力株式会社")).phone == ""

    play(story)


class Refusing:
    """A mail server that quotes the address in its refusal, as they do."""

    async def post(self, *_: object) -> None:
        raise PermanentFailure(f"550 <{ADDRESS}> unknown")


def test_no_name_address_number_token_or_link_stands_in_logs_metrics_or_refusals(
    play: Any, written: io.StringIO
) -> None:
    async def story(town: Town) -> tuple[str, list[str]]:
        body = await make.company(town.hq, "架空金糸雀株式会社")
        contact = await make.contact(town.hq, body, family_name=NAME, mail_address=ADDRESS, phone=PHONE)
        asked = await make.drill(town.hq)
        await drills.invite(town.hq, asked.id, contact_id=contact.id)
        feed = await feeds.subscribe(town.hq, person_id=contact.person_id)
        link = await feeds.hand_out(NOW, HOUSE.secret, feed.id, feed.generation)
        answer = tokens.derive(HOUSE.secret, PURPOSE, contact.id)
        token = await token_of(town)
        _, keeper = await tokens.issue(town.admin, person_id=town.admin.person_id, role=Role.ADMIN, days=1)
        said = []
        async with client() as anybody:
            bearer = {"Authorization": f"Bearer {token}"}
            for query in (
                "{ officers { edges { node { familyName phone } } } }",
                f'{{ officers(filter: {{text: "{NAME}"}}) {{ totalCount }} }}',
                f'{{ officers(filter: {{tex: "{ADDRESS}"}}) {{ totalCount }} }}',
                f'mutation {{ retireContact(input: {{contactId: "{PHONE}", version: 1}}) {{ __typename }} }}',
            ):
                await anybody.post("/graphql", json={"query": query}, headers=bearer)
            await anybody.post("/graphql", content=f'{{"query": "{SECRET}'.encode(), headers=bearer)
            await anybody.get(f"/cal/{link}/calendar.ics")
            await anybody.get(f"/rsvp/{answer}")
            await anybody.get(f"/exports/{NAME}?token={SECRET}", headers=bearer)
            said.append((await anybody.get("/metrics", headers={"Authorization": f"Bearer {keeper}"})).text)
        await tick(NOW, Desk(Refusing(), HOUSE.base_url, "desk@police.aohama.example", HOUSE.secret))
        return "".join(said), [link, answer, token, keeper]

    told, keys = play(story)
    assert "renkei_letters" in told
    secrets = [NAME, ADDRESS, PHONE, SECRET, *keys, HOUSE.secret]
    assert [secret for secret in secrets if secret in written.getvalue() or secret in told] == []
    assert len(lines(written)) > 8
    assert any("was not posted" in line["message"] for line in lines(written))


@dataclass
class Walk:
    """Somebody at the doors for which nobody logs in: what they were answered, and what opens those doors."""

    client: httpx.AsyncClient
    answers: list[httpx.Response] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    async def past(self, secret: str, subscription: str, own_page: str, answer: str) -> list[int]:
        """Ask at each door with the secret that is said for it."""
        asked = [
            ("GET", f"/cal/{subscription}", {}),
            ("GET", f"/cal/{subscription}/calendar.ics", {}),
            ("PROPFIND", "/dav/", {"auth": (NAME, subscription)}),
            ("REPORT", "/dav/calendar/", {"auth": (subscription, secret)}),
            ("GET", f"/own/{own_page}?said={secret}", {}),
            ("POST", f"/own/{own_page}", {"data": {"act": "report", "what": f"{NAME} {PHONE}"}}),
            ("POST", f"/own/{own_page}", {"data": {"act": secret}}),
            ("GET", f"/rsvp/{answer}", {}),
            ("POST", f"/rsvp/{answer}", {"data": {"answer": secret, "remark": NAME}}),
        ]
        answers = [await self.client.request(method, path, **more) for method, path, more in asked]
        self.secrets += [subscription, own_page, answer]
        self.secrets += [one.request.headers.get("Authorization", SECRET).split()[-1] for one in answers]
        self.answers += answers
        return [one.status_code for one in answers]


def forged(secret: str) -> str:
    return secret[:-2] + ("AA" if secret[-2:] != "AA" else "BB")


def test_no_link_of_a_letter_and_no_password_of_a_calendar_is_written_down_whether_it_is_right_or_wrong(
    play: Any, written: io.StringIO
) -> None:
    async def story(town: Town) -> tuple[str, str, list[str]]:
        body = await make.company(town.hq, "架空金糸雀株式会社")
        contact = await make.contact(town.hq, body, family_name=NAME, mail_address=ADDRESS, phone=PHONE)
        await drills.invite(town.hq, (await make.drill(town.hq)).id, contact_id=contact.id)
        feed = await feeds.subscribe(town.hq, person_id=contact.person_id)
        keys = [
            await feeds.hand_out(NOW, HOUSE.secret, feed.id, feed.generation),
            own.address(HOUSE.secret, "", contact.person_id, NOW).removeprefix("/own/"),
            tokens.derive(HOUSE.secret, PURPOSE, (await Attendee.get(person_id=contact.person_id)).id),
        ]
        _, keeper = await tokens.issue(town.admin, person_id=town.admin.person_id, role=Role.ADMIN, days=1)
        async with client() as anybody:
            walk = Walk(anybody)
            assert await walk.past(SECRET, *keys) == [200, 200, 207, 401, 200, 303, 400, 200, 400]
            assert await walk.past(SECRET, *map(forged, keys)) == [404, 404, 401, 401, 404, 404, 404, 404, 404]
            metrics = (await anybody.get("/metrics", headers={"Authorization": f"Bearer {keeper}"})).text
        journal = str(await Entry.all().values_list("fact", "before", "after")) + str(await Letter.all().values())
        refused = "".join(one.text for one in walk.answers if one.status_code in (401, 404))
        return metrics + refused, journal, [*walk.secrets, keeper, HOUSE.secret, SECRET]

    told, kept, secrets = play(story)
    logged = written.getvalue()
    assert [secret for secret in [*secrets, NAME, ADDRESS, PHONE] if secret in logged or secret in told] == []
    assert [secret for secret in secrets if secret in kept] == []
    assert len(lines(written)) >= 19


def test_only_an_administrator_reads_the_metrics(play: Any) -> None:
    async def story(town: Town) -> list[int]:
        async with client() as anybody:
            refused = await anybody.get("/metrics")
            officer = await anybody.get("/metrics", headers={"Authorization": f"Bearer {await token_of(town)}"})
            return [refused.status_code, officer.status_code]

    assert play(story) == [401, 403]


def test_an_administrator_reads_of_the_letters_of_the_own_prefecture_only(play: Any) -> None:
    async def story(town: Town) -> list[str]:
        other = await beside(town)
        await make.lecture(town.officer)
        said = []
        async with client() as anybody:
            for one in (town, other):
                given = {"person_id": one.hq.person_id, "role": Role.ADMIN, "unit_id": one.hq.unit_id}
                _, keeper = await tokens.issue(one.admin, days=1, **given)
                said.append((await anybody.get("/metrics", headers={"Authorization": f"Bearer {keeper}"})).text)
        return said

    own, others = play(story)
    assert 'renkei_letters{kind="lecture-received",state="due"} 1.0' in own
    assert 'renkei_letters{kind="lecture-received",state="due"} 0.0' in others
    assert "renkei_journal_unsealed" in others


def test_requests_are_counted_by_route_and_status(play: Any) -> None:
    async def story(town: Town) -> str:
        _, keeper = await tokens.issue(town.admin, person_id=town.admin.person_id, role=Role.ADMIN, days=1)
        async with client() as anybody:
            await asyncio.gather(*[anybody.get("/healthz") for _ in range(3)])
            await anybody.get(f"/{SECRET}")
            return (await anybody.get("/metrics", headers={"Authorization": f"Bearer {keeper}"})).text

    text = play(story)
    assert "renkei_replica_questions" not in text
    assert 'method="GET",route="/healthz",status="200"' in text
    assert 'route="unknown",status="404"' in text
    assert "renkei_journal_unsealed" in text
    assert SECRET not in text


def test_what_became_of_the_questions_for_a_replica_is_counted(play: Any) -> None:
    replica = Replica("postgres://nobody@nowhere/nothing", Counter(answered=3, behind=1))

    async def story(town: Town) -> str:
        _, keeper = await tokens.issue(town.admin, person_id=town.admin.person_id, role=Role.ADMIN, days=1)
        async with client(house=replace(HOUSE, replica=replica)) as anybody:
            return (await anybody.get("/metrics", headers={"Authorization": f"Bearer {keeper}"})).text

    text = play(story)
    for became, count in (("answered", 3), ("behind", 1), ("failed", 0)):
        assert f'became="{became}",worker="{os.getpid()}"}} {count}.0' in text
