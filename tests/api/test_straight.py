"""Which doors are reached without a framework, and that nobody stands before a wrong one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.straight import Straight


class Door:
    """Says its name, and which part of the path it was told."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["endpoint"] is self
        await PlainTextResponse(f"{self.name} {scope['path_params']}")(scope, receive, send)


async def framework(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("framework")(scope, receive, send)


async def function(_: Request) -> Response:
    return PlainTextResponse("never asked here")


ROUTES = [
    Route("/", function),
    Route("/cal/{token}", function, methods=["GET"]),
    Route("/cal/{token}/calendar.ics", Door("calendar")),
    Route("/dav/", Door("first")),
    Route("/dav/{name}", Door("entry")),
    Route("/dav/secret", Door("never reached")),
    Route("/forms/{name}", function),
    Route("/forms/{name}", Door("behind a function")),
    Route("/read", Door("only read"), methods=["GET"]),
    Route("/page/{number:int}", Door("told a number")),
]


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/cal/x/calendar.ics", "calendar {'token': 'x'}"),
        ("/dav/", "first {}"),
        ("/dav/secret", "entry {'name': 'secret'}"),
        ("/", "framework"),
        ("/cal/x", "framework"),
        ("/cal/x/y/calendar.ics", "framework"),
        ("/forms/x", "framework"),
        ("/read", "framework"),
        ("/page/2", "framework"),
        ("/nothing", "framework"),
        ("*", "framework"),
    ],
)
def test_the_door_is_the_one_that_the_framework_would_have_found(path: str, answer: str) -> None:
    assert asyncio.run(asked(Straight(framework, ROUTES), path)) == answer


async def asked(app: ASGIApp, path: str) -> str:
    async def receive() -> Any:
        raise AssertionError("nobody reads a body here")

    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "PUT", "path": path, "root_path": "", "headers": []}
    await app(scope, receive, send)
    return said[1]["body"].decode()


def test_whatever_is_no_request_goes_on(run: Any) -> None:
    heard: list[str] = []

    async def beneath(scope: Scope, receive: Receive, send: Send) -> None:
        heard.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        raise AssertionError("nobody speaks")

    run(Straight(beneath, ROUTES)({"type": "lifespan"}, nothing, nothing))
    assert heard == ["lifespan"]
