"""What comes to the GraphQL door, before anything of it is believed.

The guard lets through one kind of request: POST, `application/json` in UTF-8, at most `body_limit` bytes
within `body_seconds`, one JSON object (RFC 8259, of its freedoms only those of RFC 7493) with one question.
It reads the body once and hands on what it read as `scope["state"]["graphql"]`. All else is refused here in
the shape of a GraphQL answer, with a status of 4xx: a bad request is never an error of the server.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Collection
from dataclasses import field
from typing import NoReturn

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.shelf import Shelf
from domain.values import dataclass

BODY_LIMIT = 64 * 1024
BODY_SECONDS = 10.0
DEPTH_LIMIT = 32
"""Levels of lists and objects in a body: inputs need five or six."""

EXACT = 2**53 - 1
"""The largest integer that every JSON reader takes alike (RFC 7493 §2.2)."""

JSON_TYPES = ("application/json", "application/json;charset=utf-8", 'application/json;charset="utf-8"')


Told = dict[bytes, list[str]]
LOOKED_AT = frozenset((b"origin", b"sec-fetch-site", b"content-length", b"content-type", b"content-encoding"))


@dataclass(frozen=True)
class Asked:
    """One GraphQL request, read and found well-formed. Nobody changes it: whoever asks the same gets the same."""

    query: str
    variables: dict[str, object] | None = None
    operation_name: str | None = None
    purpose: str = ""
    body: bytes = field(default=b"", compare=False, repr=False)


READ: Shelf[Asked] = Shelf(2**21, lambda asked: len(asked.body))
"""What programs ask again and again, by its bytes: the door keeps here what does nothing but read."""


class Refusal(Exception):
    """The request ends at the door, with this answer. `status` is the one of HTTP (RFC 9110 §15.5)."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


class HungUp(Exception):
    """The other side went away before it had sent everything: there is nobody to answer."""


def answer(status: int, code: str, message: str, headers: dict[str, str] | None = None, **extensions: str) -> Response:
    """A refusal of the whole request in the shape of a GraphQL answer."""
    error = {"message": message, "extensions": {"code": code, **extensions}}
    return Response(orjson.dumps({"errors": [error]}), status, headers, "application/json")


class Guard:
    """Stands in front of the GraphQL door as pure ASGI.

    `origins` are the addresses (`https://host[:port]`) whose pages may ask; a script sends no Origin and may.
    `page` answers a GET without parameters, where there is an IDE.
    """

    def __init__(
        self,
        door: ASGIApp,
        *,
        origins: Collection[str] = (),
        page: ASGIApp | None = None,
        body_limit: int = BODY_LIMIT,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self.door = door
        self.origins = frozenset(origins)
        self.page = page
        self.body_limit = body_limit
        self.body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await refuse_websocket(receive, send)
        elif scope["type"] == "http":
            await self.enter(scope, receive, send)
        else:
            await self.door(scope, receive, send)

    async def enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.page is not None and scope["method"] == "GET" and not scope["query_string"]:
            await self.page(scope, receive, send)
            return
        try:
            asked = await self.asked(scope, receive)
        except HungUp:
            return
        except Refusal as refusal:
            # What was not read must not be taken for the next request of the same connection.
            headers = {"Connection": "close", **refusal.headers}
            await answer(refusal.status, refusal.code, refusal.message, headers)(scope, receive, send)
            return
        scope.setdefault("state", {})["graphql"] = asked
        await self.door(scope, receive, send)

    async def asked(self, scope: Scope, receive: Receive) -> Asked:
        self.check_method(scope)
        headers = told(scope)
        self.check_origin(headers)
        check_type(headers)
        self.check_length(headers)
        body = await self.body(receive)
        return READ.find(body) or read_question(body)

    def check_method(self, scope: Scope) -> None:
        if scope["method"] != "POST":
            allowed = "POST" if self.page is None else "GET, POST"
            raise Refusal(405, "METHOD_NOT_ALLOWED", "GraphQL への問い合わせは POST で送ってください。", Allow=allowed)

    def check_origin(self, headers: Told) -> None:
        """Browsers say where a request comes from (Fetch Metadata, RFC 6454); only our own pages may ask."""
        foreign = any(origin not in self.origins for origin in headers.get(b"origin", ()))
        if foreign or any(site != "same-origin" for site in headers.get(b"sec-fetch-site", ())):
            raise Refusal(403, "CROSS_SITE", "ほかのサイトのページからは問い合わせできません。")

    def check_length(self, headers: Told) -> None:
        for length in headers.get(b"content-length", ()):
            if not (length.isascii() and length.isdigit()):
                raise Refusal(400, "INVALID", "Content-Length が数ではありません。")
            # Compared by digits first: int() of a very long number is itself an attack.
            if len(length.lstrip("0")) > len(str(self.body_limit)) or int(length) > self.body_limit:
                self.too_large()

    async def body(self, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self.body_seconds):
                return await self.all_of(receive)
        except TimeoutError:
            raise Refusal(
                408, "TIMEOUT", f"本文が {self.body_seconds:g} 秒以内に届きませんでした。送り直してください。"
            ) from None

    async def all_of(self, receive: Receive) -> bytes:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise HungUp
            part: bytes = message.get("body", b"")
            if len(body) + len(part) > self.body_limit:
                self.too_large()
            if not message.get("more_body", False):
                return bytes(body) + part if body else part
            body += part

    def too_large(self) -> NoReturn:
        raise Refusal(413, "TOO_LARGE", f"本文は {self.body_limit} バイトまでです。問い合わせを分けて送ってください。")


async def refuse_websocket(receive: Receive, send: Send) -> None:
    """Closing before accepting makes the server answer the handshake with 403."""
    await receive()
    await send({"type": "websocket.close", "code": 1008})


def told(scope: Scope) -> Told:
    """What is looked at of the headers, by their names in lower case, as the server hands them over."""
    found: Told = {}
    for name, value in scope["headers"]:
        if name in LOOKED_AT:
            found.setdefault(name, []).append(value.decode("latin-1"))
    return found


def check_type(headers: Told) -> None:
    """Only what no HTML form can send: so a page elsewhere cannot ask without asking the browser first."""
    types = headers.get(b"content-type", [])
    if len(types) != 1 or types[0].replace(" ", "").lower() not in JSON_TYPES:
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type は application/json（UTF-8）にしてください。")
    if any(coding.lower() != "identity" for coding in headers.get(b"content-encoding", ())):
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "本文は圧縮せずに送ってください。")


def read_question(body: bytes) -> Asked:
    """The one question of a body. Raises Refusal (400) for whatever is not exactly that."""
    asked = read_json(body)
    if not isinstance(asked, dict):
        invalid("本文は query を持つ JSON オブジェクト一つにしてください。")
    query, variables, name = (asked.get(key) for key in ("query", "variables", "operationName"))
    if not isinstance(query, str) or not query.strip():
        invalid("query に GraphQL の問い合わせを文字列で入れてください。")
    if variables is not None and not isinstance(variables, dict):
        invalid("variables は JSON オブジェクトにしてください。")
    if name is not None and not isinstance(name, str):
        invalid("operationName は文字列にしてください。")
    return Asked(query, variables, name, read_purpose(asked.get("extensions")), body)


def read_purpose(extensions: object) -> str:
    """Why it is asked: `extensions.purpose`, in the place that GraphQL over HTTP leaves to servers; all else that
    stands there is left alone."""
    if extensions is not None and not isinstance(extensions, dict):
        invalid("extensions は JSON オブジェクトにしてください。")
    purpose = (extensions or {}).get("purpose") or ""
    if not isinstance(purpose, str):
        invalid("extensions.purpose（目的）は文字列にしてください。")
    return purpose


def read_json(body: bytes) -> object:
    """JSON without its traps: no NaN, no second value for a key, no number that a reader would round."""
    try:
        value: object = READER.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        invalid("本文を UTF-8 で送ってください。")
    except RecursionError:
        invalid("本文の入れ子が深すぎます。")
    except ValueError:
        invalid("本文を JSON として読めません。")
    check_values(value, DEPTH_LIMIT)
    return value


def check_values(value: object, levels: int) -> None:
    """Refuses what only shows in the whole: too many levels, halves of surrogate pairs (RFC 8259 §8.2)."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            invalid("本文の文字列に、文字にならない符号（サロゲートの片方）があります。")
    elif isinstance(value, dict | list):
        if not levels:
            invalid("本文の入れ子が深すぎます。")
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            check_values(key, levels)
            check_values(inner, levels - 1)


def read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        invalid("本文の JSON に、同じ名前が二度あります。")
    return read


def read_integer(digits: str) -> int:
    # Compared by length first: int() of thousands of digits is slow and, past 4,300, an error of its own.
    if len(digits) > len(str(EXACT)) + 1 or abs(int(digits)) > EXACT:
        invalid("本文に、正確に扱えない大きな整数があります。")
    return int(digits)


def read_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        invalid("本文に、扱えない大きさの数があります。")
    return number


def refuse_constant(name: str) -> NoReturn:
    invalid(f"{name} は JSON の値ではありません。")


def invalid(message: str) -> NoReturn:
    raise Refusal(400, "INVALID", message)


READER = json.JSONDecoder(
    object_pairs_hook=read_object,
    parse_int=read_integer,
    parse_float=read_float,
    parse_constant=refuse_constant,
)
