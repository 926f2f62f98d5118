"""Speaks ASGI to an application the way a server does, one message at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Scope

JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The one error of a refusal."""
        (error,) = self.json["errors"]
        return dict(error)

    @property
    def code(self) -> str:
        return str(self.error["extensions"]["code"])


def http_scope(method: str, path: str, headers: Iterable[tuple[str, str]]) -> Scope:
    path, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 5000),
        "state": {},
    }


def chunked(body: bytes, size: int = 65536) -> list[Message]:
    parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    return [
        {"type": "http.request", "body": part, "more_body": number < len(parts)} for number, part in enumerate(parts, 1)
    ]


def speak(app: ASGIApp, scope: Scope, incoming: list[Message]) -> list[Message]:
    return asyncio.run(say(app, scope, incoming))


async def say(app: ASGIApp, scope: Scope, incoming: list[Message]) -> list[Message]:
    """What the application sends. After `incoming` the other side stays silent, as a slow one does."""
    waiting, sent = list(incoming), []

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def collected(sent: list[Message]) -> Answered:
    start, *rest = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answered(start["status"], headers, b"".join(part.get("body", b"") for part in rest))


def request(
    app: ASGIApp,
    body: bytes = b"",
    headers: Mapping[str, str] = JSON,
    method: str = "POST",
    path: str = "/graphql",
) -> Answered:
    return collected(speak(app, http_scope(method, path, headers.items()), chunked(body)))


def ask(app: ASGIApp, query: str, variables: object = None, **headers: str) -> Answered:
    """Asks one GraphQL question as a well-behaved client does."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    return request(app, body, {**JSON, **headers})
