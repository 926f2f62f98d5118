from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from api.app import make_app
from api.house import House
from api.strictness import BY_TLS_ONLY, STRICTEST, Strict
from tests.clock import NOW

HOUSE = House("a key that is only ever used in tests", "https://renkei.example.jp", lambda: NOW)
DOORS = ("/", "/nowhere", "/healthz", "/graphql", "/metrics", "/login", "/rsvp/x", "/cal/x/calendar.ics", "/download/x")


@pytest.mark.parametrize("path", DOORS)
def test_every_answer_says_what_a_browser_may_do_with_it(run: Any, path: str) -> None:
    async def story() -> httpx.Response:
        app = make_app(HOUSE, "postgres://nobody@nowhere/nothing")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOUSE.base_url) as anybody:
            return await anybody.get(path)

    said = run(story()).headers
    assert [name for name in STRICTEST | BY_TLS_ONLY if name.decode() not in said] == []
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(said["permissions-policy"].split(", "))
    assert "default-src 'none'" in said["content-security-policy"]
    assert "frame-ancestors 'none'" in said["content-security-policy"]


@pytest.mark.parametrize(
    ("base_url", "told"),
    [
        ("https://renkei.example.jp", ["max-age=31536000"]),
        ("http://127.0.0.1:8000", []),
        ("http://renkei.local", []),
    ],
)
def test_only_who_comes_by_https_is_held_to_it(run: Any, base_url: str, told: list[str]) -> None:
    async def story() -> httpx.Response:
        app = make_app(replace(HOUSE, base_url=base_url), "postgres://nobody@nowhere/nothing")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url) as anybody:
            return await anybody.get("/login")

    assert run(story()).headers.get_list("strict-transport-security") == told


def test_what_a_door_says_itself_is_said_once(run: Any) -> None:
    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("", headers={"Cache-Control": "max-age=600"})(scope, receive, send)

    async def story() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(Strict(door)), base_url="https://x") as anybody:
            return await anybody.get("/")

    assert run(story()).headers.get_list("cache-control") == ["max-age=600"]


def test_of_what_the_asker_has_already_everything_holds_that_was_said_with_it(run: Any) -> None:
    async def unchanged(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(status_code=304, headers={"ETag": '"x"'})(scope, receive, send)

    async def story() -> httpx.Response:
        transport = httpx.ASGITransport(Strict(unchanged, is_tls=True))
        async with httpx.AsyncClient(transport=transport, base_url="https://x") as anybody:
            return await anybody.get("/")

    said = {"etag": '"x"', "cache-control": "no-store", "strict-transport-security": "max-age=31536000"}
    assert dict(run(story()).headers) == said
