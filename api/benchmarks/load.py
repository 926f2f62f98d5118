"""A small HTTP client that asks one thing as often as it is answered: for loopback, kept-alive connections only.

It does as little as it can, because it shares the machine with what it measures. An answer with another status
than expected ends the benchmark: a fast refusal is no result.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol, cast

from api.errors import Stopped

CONNECTIONS = 4
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
HEAD_END = b"\r\n\r\n"


class Asked(Protocol):
    """One request as bytes, or each time another, and the status of its right answer."""

    @property
    def content(self) -> bytes: ...
    @property
    def status(self) -> int: ...


@dataclass(frozen=True)
class Same:
    """The same request each time."""

    content: bytes
    status: int = 200


@dataclass(frozen=True)
class Answered:
    head: str
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, or "" where there is none."""
        found = re.search(rf"^{name}: *(.*?)\r?$", self.head, re.IGNORECASE | re.MULTILINE)
        return found[1] if found else ""


def get(path: str, headers: Mapping[str, str] | None = None, status: int = 200) -> Asked:
    return Same(_written("GET", path, headers or {}), status)


def post(path: str, body: bytes, headers: Mapping[str, str]) -> Asked:
    given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    return Same(_written("POST", path, given) + body)


def put(path: str, body: bytes, headers: Mapping[str, str]) -> Asked:
    return Same(_written("PUT", path, {"Content-Length": str(len(body)), **headers}) + body)


def ask(method: str, path: str, body: bytes, headers: Mapping[str, str], status: int) -> Asked:
    return Same(_written(method, path, {"Content-Length": str(len(body)), **headers}) + body, status)


def _written(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """The request up to its body (RFC 9112 §2.1)."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *map(": ".join, headers.items()), "", ""]
    return "\r\n".join(lines).encode()


class _Caller(asyncio.Protocol):
    """One connection. `answers` counts until `ends` (of `perf_counter`), which the last answer may overrun."""

    def __init__(self, asked: Asked, ends: float) -> None:
        self.asked = asked
        self.ends = ends
        self.expected = f"HTTP/1.1 {asked.status} ".encode()
        self.done: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self.answers = 0
        self._begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none, and does the same
        self.transport.write(self.asked.content)

    def _begin(self) -> None:
        """What comes is another answer; its parts are put together only if somebody wants to see it."""
        self.parts: list[bytes] = []
        self.head_ends = -1
        self.missing = 0

    def data_received(self, data: bytes) -> None:
        self.parts.append(data)
        self.missing -= len(data)
        if self.missing <= 0:
            self._look()

    def _look(self) -> None:
        if self.head_ends < 0:
            self._find_head(b"".join(self.parts))
        if self.head_ends >= 0 and self.missing <= 0:
            self._answered()

    def _find_head(self, begun: bytes) -> None:
        self.parts = [begun]
        self.head_ends = begun.find(HEAD_END)
        if self.head_ends >= 0:
            length = LENGTH.search(begun, 0, self.head_ends)
            self.missing = self.head_ends + len(HEAD_END) + (int(length[1]) if length else 0) - len(begun)

    def _answered(self) -> None:
        self.answers += 1
        if self.parts[0].startswith(self.expected) and perf_counter() < self.ends:
            self._begin()
            self.transport.write(self.asked.content)
            return
        if not self.done.done():
            whole = b"".join(self.parts)
            self.done.set_result(Answered(whole[: self.head_ends].decode(), whole[self.head_ends + len(HEAD_END) :]))
        self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(Stopped("計測中に接続が切れました。もう一度実行してください。"))

    async def finished(self) -> Answered:
        answered = await self.done
        if not answered.head.startswith(self.expected.decode().strip()):
            status = answered.head.partition("\r\n")[0]
            raise Stopped(
                f"計測中に予期しない応答がありました（{status}）。 {answered.body[:300].decode(errors='replace')}"
            )
        return answered


async def _calls(port: int, asked: Asked, ends: float) -> _Caller:
    loop = asyncio.get_running_loop()
    _, caller = await loop.create_connection(lambda: _Caller(asked, ends), "127.0.0.1", port)
    return caller


async def once(port: int, asked: Asked) -> Answered:
    """One request and its answer."""
    return await (await _calls(port, asked, 0.0)).finished()


async def rate(port: int, asked: Asked, seconds: float, connections: int = CONNECTIONS) -> float:
    """Answers per second, asked over this many connections at once."""
    return (await rate_of_each(port, [asked] * connections, seconds))[0]


async def rate_of_each(port: int, asked: Sequence[Asked], seconds: float) -> tuple[float, int]:
    """Answers per second, each of these asked over a connection of its own, and how many there were."""
    started = perf_counter()
    callers = [await _calls(port, one, started + seconds) for one in asked]
    for caller in callers:
        await caller.finished()
    answers = sum(caller.answers for caller in callers)
    return answers / (perf_counter() - started), answers
