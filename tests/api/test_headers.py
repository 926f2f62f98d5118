"""Whatever a client writes into its headers: never an error of ours, never anybody's data, never a word of it back.

Every door of the whole program is tried, through its ASGI side with any names, values and repetitions (also such as a
server would not let through), and by a real server over a socket with requests that are none.
"""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp

from api.allowance import UNLIMITED
from api.app import make_app
from domain import feeds, replies, tokens
from domain.calendar import Attendee
from tests import make
from tests.api.asgi import chunked, http_scope, say
from tests.api.test_app import HOUSE
from tests.api.test_serve import serving
from tests.clock import NOW
from tests.conftest import Stage
from tests.domain.lectures.giving import confirmed

MARK = b"Zq7kanariya"
"""Stands in every value, and in no answer."""

SECRETS = ("見本市立見本小学校", "SNSの安全な使い方", "例塚", "試﨑", "hanako@")
"""Names and titles that only whoever is asked may read."""

NAMES = [
    *(b"authorization", b"content-type", b"content-length", b"content-encoding", b"transfer-encoding", b"origin"),
    *(b"host", b"cookie", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"forwarded", b"accept"),
    *(b"accept-encoding", b"accept-language", b"if-none-match", b"if-modified-since", b"if-range", b"range"),
    *(b"idempotency-key", b"sec-fetch-site", b"sec-fetch-mode", b"referer", b"user-agent", b"x-request-id"),
    *(b"connection", b"upgrade", b"expect", b"x-http-method-override", b"x-original-url", b"traceparent"),
]
HALVES = [
    *(b"", b" ", b",", b";", b"=", b'"', b"\\", b"*", b"W/", b'W/"', b"Bearer ", b"bearer", b"Bearer rk_", b"Basic "),
    *(b"application/json", b"application/json; charset=", b"application/x-www-form-urlencoded", b"multipart/form-data"),
    *(b"__Host-renkei=", b"renkei=", b"; __Host-renkei=", b"https://", b"https://renkei.example.jp", b"null", b"::1"),
    *(b"-1", b"0", b"9" * 30, b"0x10", b"1e9", b"\xff\xfe", b"\x00", b"\r\n", b"\r\nSet-Cookie: a=b", b"\t", b"%0d%0a"),
    *(b"same-origin", b"cross-site", b"gzip", b"chunked", b"text/html", b"<script>", b"' or 1=1 --", b"${7*7}"),
]
NAMES_OF_ALL_KINDS = st.sampled_from(NAMES) | st.binary(min_size=1, max_size=20).map(bytes.lower)
MARKED = st.lists(st.sampled_from(HALVES) | st.binary(max_size=12), max_size=4).map(
    lambda parts: MARK.join([*parts, b""])
)
HEADERS = st.lists(st.tuples(NAMES_OF_ALL_KINDS, MARKED | st.sampled_from(HALVES)), max_size=12)


@dataclass(frozen=True)
class Door:
    """One request as it should be; `shows` says whether whoever sends it may read the town's names."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    shows: bool = False


JSON = ((b"content-type", b"application/json"),)
FORM = ((b"content-type", b"application/x-www-form-urlencoded"), (b"sec-fetch-site", b"same-origin"))
NAMED = b'{"query": "{ lectures { edges { node { theme school { name } contact { person { familyName } } } } } }"}'
CHANGE = 'mutation { retireUnit(input: {unitId: "x", version: 1, on: "2026-07-10"}) { __typename } }'


async def doors() -> dict[str, Door]:
    """Every kind of door, those that need a key with one and without."""
    town = await make.town()
    await confirmed(town)
    feed = await feeds.subscribe(town.officer, person_id=town.officer.person_id)
    attendee = await Attendee.get(person_id=town.officer.person_id)
    given = {"person_id": town.officer.person_id, "role": town.officer.role, "unit_id": town.station.id}
    _, secret = await tokens.issue(town.admin, **given)
    own = ((b"authorization", f"Bearer {secret}".encode()),)
    told, untold = await feeds.hand_out(NOW, HOUSE.secret, feed.id, 1), feeds.secret_in("none of ours", feed.id, 1)
    calendar, forged = (f"/cal/{secret}/calendar.ics" for secret in (told, untold))
    link = f"/rsvp/{tokens.derive(HOUSE.secret, replies.PURPOSE, attendee.id)}"
    return {
        "a question of nobody": Door("POST", "/graphql", NAMED, JSON),
        "a change by nobody": Door("POST", "/graphql", orjson.dumps({"query": CHANGE}), JSON),
        "a question of an officer": Door("POST", "/graphql", NAMED, JSON + own, shows=True),
        "a change by an officer": Door("POST", "/graphql", orjson.dumps({"query": CHANGE}), JSON + own, shows=True),
        "the place of questions": Door("GET", "/graphql"),
        "a feed": Door("GET", calendar, shows=True),
        "a forged feed": Door("GET", forged),
        "a letter's link": Door("GET", link, shows=True),
        "an answer by link": Door("POST", link, b"partstat=ACCEPTED", FORM, shows=True),
        "an answer by a link of nobody": Door("POST", f"{link}x", b"partstat=ACCEPTED", FORM),
        "the login": Door("GET", "/login"),
        "a login": Door("POST", "/login", b"login=nobody&password=nothing", FORM),
        "the login with a slash": Door("GET", "/login/"),
        "a logout": Door("POST", "/logout", b"", FORM),
        "a forgotten password": Door("POST", "/password/reset", b"login=nobody", FORM),
        "a welcome": Door("GET", "/welcome/x"),
        "an account": Door("GET", "/account"),
        "a token of one's own": Door("POST", "/account/tokens", b"label=x", FORM),
        "a download of nobody": Door("GET", "/exports/statistics?format=json"),
        "a download of an officer": Door("GET", "/exports/statistics?format=json", headers=own, shows=True),
        "the measures": Door("GET", "/metrics"),
        "the front page": Door("GET", "/"),
        "no page": Door("GET", "/nothing"),
        "another method": Door("PUT", "/rsvp/x"),
    }


@dataclass(frozen=True)
class House:
    """The whole program with a town in it; `play` runs what is to be waited for."""

    app: ASGIApp
    doors: dict[str, Door]
    play: Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="module")
def house(stage: Stage) -> House:
    app = make_app(replace(HOUSE, budgets=UNLIMITED), "postgres://nobody@nowhere/nothing")
    return House(app, stage.play(doors(), empty=True), partial(stage.play, empty=False))


async def knock(app: ASGIApp, door: Door, headers: list[tuple[bytes, bytes]], before: bool) -> tuple[int, bytes]:
    """The status, and all bytes of the answer."""
    scope = http_scope(door.method, door.path, [])
    scope["headers"] = [*headers, *door.headers] if before else [*door.headers, *headers]
    start, *rest = await say(app, scope, chunked(door.body))
    said = [part for pair in start["headers"] for part in pair] + [part.get("body", b"") for part in rest]
    return start["status"], b"\n".join(said)


async def at_every_door(house: House, headers: list[tuple[bytes, bytes]], before: bool) -> dict[str, str]:
    """What was wrong with an answer, by the name of its door."""
    wrong = {}
    for name, door in house.doors.items():
        status, answer = await knock(house.app, door, headers, before)
        told = [secret for secret in SECRETS if secret.encode() in answer and not door.shows]
        if status >= 500 or MARK in answer or told:
            wrong[name] = f"{status} {answer!r} {told}"
    return wrong


@given(headers=HEADERS, before=st.booleans())
def test_no_header_at_any_door_is_an_error_of_ours_or_comes_back_or_opens_it(
    house: House, headers: list[tuple[bytes, bytes]], before: bool
) -> None:
    assert house.play(at_every_door(house, headers, before)) == {}


AS_THEY_SHOULD = {
    401: ["a question of nobody", "a change by nobody", "a download of nobody", "the measures"],
    404: ["a forged feed", "an answer by a link of nobody", "the login with a slash", "a welcome", "no page"],
    405: ["the place of questions", "another method"],
    303: ["a logout", "an account", "a token of one's own"],
    429: ["a login"],
}
"""What a door answers to whom nobody plays with; the others give 200. The login has been tried too often by now."""


def test_the_doors_are_asked_in_earnest(house: House) -> None:
    async def story() -> dict[str, tuple[int, bool]]:
        for _ in range(9):
            await knock(house.app, house.doors["a login"], [], False)
        found = {name: await knock(house.app, door, [], False) for name, door in house.doors.items()}
        return {name: (status, any(one.encode() in text for one in SECRETS)) for name, (status, text) in found.items()}

    found = house.play(story())
    statuses = {name: status for status, names in AS_THEY_SHOULD.items() for name in names}
    assert {name: status for name, (status, _) in found.items()} == {name: statuses.get(name, 200) for name in found}
    shown = {name for name, (_, shows) in found.items() if shows}
    assert shown == {name for name, door in house.doors.items() if door.shows} - {
        "a change by an officer",
        "a download of an officer",
    }


# ------------------------------------------------------------------ over a socket


def http(line: bytes, *headers: bytes, body: bytes = b"", host: bytes = b"Host: renkei.example") -> bytes:
    return b"\r\n".join([line, *([host] if host else []), *headers, b"Connection: close", b"", body])


ASK = b"POST /graphql HTTP/1.1"
QUESTION = b'{"query": "{ me { __typename } }"}'
TYPED = b"Content-Type: application/json"
LENGTH = b"Content-Length: %d" % len(QUESTION)
LOGIN = b"login=nobody&password=nothing"
LOGGING_IN = (b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: %d" % len(LOGIN))

RAW = {
    "no length": http(ASK, TYPED),
    "two lengths": http(ASK, TYPED, LENGTH, b"Content-Length: 1", body=QUESTION),
    "the same length twice": http(ASK, TYPED, LENGTH, LENGTH, body=QUESTION),
    "a negative length": http(ASK, TYPED, b"Content-Length: -5", body=QUESTION),
    "a length and chunks": http(ASK, TYPED, LENGTH, b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "chunks that are none": http(ASK, TYPED, b"Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n"),
    "an unknown coding": http(ASK, TYPED, b"Transfer-Encoding: Zq7kanariya", body=QUESTION),
    "no host": http(b"GET /login HTTP/1.1", host=b""),
    "two hosts": http(b"GET /login HTTP/1.1", b"Host: Zq7kanariya.example"),
    "another host": http(b"GET / HTTP/1.1", host=b"Host: Zq7kanariya.example"),
    "a header without a colon": http(b"GET / HTTP/1.1", b"Zq7kanariya"),
    "a blank before the colon": http(b"GET / HTTP/1.1", b"X-Odd : Zq7kanariya"),
    "a header over two lines": http(b"GET / HTTP/1.1", b"X-Odd: a\r\n Zq7kanariya"),
    "a NUL in a header": http(b"GET / HTTP/1.1", b"X-Odd: a\x00Zq7kanariya"),
    "bytes that are no text": http(b"GET / HTTP/1.1", b"Cookie: \xff\xfe=Zq7kanariya\x80"),
    "bare line feeds": b"GET / HTTP/1.1\nHost: Zq7kanariya\nConnection: close\n\n",
    "a thousand headers": http(b"GET / HTTP/1.1", *(b"X-%d: Zq7kanariya" % n for n in range(1000))),
    "a header of 100 KB": http(b"GET / HTTP/1.1", b"X-Long: " + b"Zq7kanariya" * 9_000),
    "a whole address": http(b"GET http://Zq7kanariya.example/login HTTP/1.1"),
    "a method of one's own": http(b"BREW /login HTTP/1.1"),
    "an old protocol": b"GET /Zq7kanariya\r\n\r\n",
    "an upgrade": http(b"GET /graphql HTTP/1.1", b"Upgrade: websocket", b"Sec-WebSocket-Key: Zq7kanariya"),
    "an expectation": http(ASK, TYPED, LENGTH, b"Expect: 100-continue", body=QUESTION),
    "a proxy that tells nonsense": http(
        b"POST /login HTTP/1.1", *LOGGING_IN, b"X-Forwarded-For: <Zq7kanariya>, ::, \xff", body=LOGIN
    ),
    "a token of nonsense": http(ASK, TYPED, LENGTH, b"Authorization: Bearer \xff\x80Zq7kanariya", body=QUESTION),
    "half a request": b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nlogin=Zq7kanariya",
}


def over_a_socket(address: str, request: bytes) -> bytes:
    """All that the server answers until it hangs up; half a request is followed by our hanging up."""
    host, port = urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(partial(connection.recv, 65536), b""))


def test_a_request_that_is_none_gets_no_error_of_ours_and_keeps_nobody_from_being_answered(
    database_url: str, run: Any
) -> None:
    run(make.town())
    with serving(database_url, "--port", "0") as (running, address):
        for name, request in RAW.items():
            answer = over_a_socket(address, request)
            assert not answer or re.match(rb"HTTP/1\.1 [1-4]\d\d ", answer), (name, answer)
            assert MARK not in answer, (name, answer)
            assert over_a_socket(address, http(b"GET /healthz HTTP/1.1")).endswith(b"ok\n"), name
        running.send_signal(signal.SIGTERM)
        _, written = running.communicate(timeout=20)
    lines = [orjson.loads(line) for line in written.splitlines()]
    assert [line for line in lines if line["level"] not in ("INFO", "WARNING")] == []
    assert MARK.decode() not in written
