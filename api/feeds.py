"""`/cal/{token}/calendar.ics`: a subscription, the same bytes as long as nothing has changed.

A feed is read by whoever has its address, so it holds the minimum: title, times, place. The ETag is the digest of its
bytes, weak because gzip and identity share it (RFC 9110 §8.8.1). Whether they would still be written like that stands
in one row (`domain.feeds.FeedState`), so an unchanged feed costs one look, and no date is read for it.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api import guesses
from api.conditions import has_tag, wants_gzip
from api.house import House
from api.shelf import Shelf
from domain import feeds, tokens
from domain.errors import RateLimited
from domain.feeds import Feed
from exports.feeds import RENDERER, WRITER, rendered

Header = tuple[bytes, bytes]
PATH = "/cal/{token}/calendar.ics"
READ = ("GET", "HEAD")
METHODS = (*READ, "OPTIONS")
SAID = ((b"cache-control", b"private, max-age=0, must-revalidate"), (b"vary", b"Accept-Encoding"))
CALENDAR = (
    *SAID,
    (b"content-type", b"text/calendar; charset=utf-8"),
    (b"content-disposition", b'inline; filename="calendar.ics"'),
)
PLAIN = (*SAID, (b"content-type", b"text/plain; charset=utf-8"))
ALLOWED = (b"allow", ", ".join(METHODS).encode())
MISSING = "この購読アドレスは見つかりません。\n"
ENDED = "この購読アドレスは使えなくなりました。新しいアドレスを担当者に確かめてください。\n"
ONLY_READ = "この購読アドレスは読むだけのものです。\n"


def routes(house: House) -> list[Route]:
    return [Route(PATH, Calendar(house))]


class Answer(NamedTuple):
    """What is sent back, with the length of `body`, also where it is not sent itself (HEAD)."""

    status: int
    headers: Sequence[Header]
    body: bytes = b""

    async def send(self, send: Send, *, is_head: bool) -> None:
        headers = [*self.headers]
        if self.status not in (204, 304):
            headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if is_head else self.body})


def _told(status: int, message: str, *headers: Header) -> Answer:
    return Answer(status, (*PLAIN, *headers), message.encode())


class Calendar:
    """The door as pure ASGI: a framework's request and answer would take longer than the look itself."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in READ:
            try:
                answer = await self._feed(scope, self.house.clock())
            except RateLimited as refused:
                later = (b"retry-after", str(refused.retry_after).encode())
                answer = _told(429, f"{refused.message}\n", later)
        elif scope["method"] == "OPTIONS":
            answer = Answer(204, (*SAID, ALLOWED))
        else:
            answer = _told(405, ONLY_READ, ALLOWED)
        await answer.send(send, is_head=scope["method"] == "HEAD")

    async def _feed(self, scope: Scope, now: datetime) -> Answer:
        feed = await behind(self.house, scope["path_params"]["token"], now)
        if feed is None:
            guesses.count(self.house, Request(scope))
            return _told(404, MISSING)
        take(self.house, feed, now)
        if not feed.is_open(now):
            return _told(410, ENDED)
        return await _calendar(feed, scope["headers"], now, is_fetched=scope["method"] == "GET")


def take(house: House, feed: Feed, now: datetime) -> None:
    """Count one more look. Raises RateLimited where there were too many at this address: whoever still has one that has
    ended uses up nothing of the present one."""
    house.allowance.feed.take(feed.sha256, 1, now)


async def behind(house: House, token: str, now: datetime) -> Feed | None:
    """The feed whose address was told with this token; nothing once that has ended for `feeds.ENDED_STAYS`, as if there
    had never been one. One look for everybody, whatever they have brought."""
    feed = await house.looks.find(tokens.digest(token))
    return feed if feed is not None and feed.is_known(now) else None


async def _calendar(feed: Feed, asked: list[Header], now: datetime, *, is_fetched: bool) -> Answer:
    """The feed, or that it is known already."""
    body: bytes | None = None
    if not feed.is_as_written(RENDERER, now):
        body, feed = await _written(feed, now)
    if _knows(asked, feed):
        answer = Answer(304, (*SAID, _tag(feed)))  # no more than that (RFC 9110 §15.4.5)
    else:
        body = body or SHELF.find(feed.digest)
        if body is None:
            body, feed = await _written(feed, now)
        answer = await _packed(feed, body, Headers(raw=asked), [*CALENDAR, _tag(feed), *_since(feed, now)])
    if is_fetched:
        await feeds.note_fetch(feed, feed.digest, now)
    return answer


async def _written(feed: Feed, now: datetime) -> tuple[bytes, Feed]:
    """The feed's bytes, and the feed with their digest, and since when they have been these."""
    contents = await feeds.contents(feed, WRITER, now)
    body = rendered(contents)
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    SHELF.keep(digest, body)
    if digest == feed.digest and feed.is_as_written(RENDERER, now):
        return body, feed
    modified_at = await feeds.written(feed, contents.fresh_until, RENDERER, digest, now)
    return body, feed._replace(digest=digest, modified_at=modified_at)


SHELF: Shelf[bytes] = Shelf(32 * 2**20, len)
"""Whole calendars by their digests."""


# ------------------------------------------------------------------ what the other side has, and understands


def _knows(asked: list[Header], feed: Feed) -> bool:
    """Whether the asker has these bytes: tags win over times (RFC 9110 §13.1.3)."""
    tagged = has_tag(asked, feed.digest)
    if tagged is not None:
        return tagged
    since = Headers(raw=asked).get("if-modified-since")
    return since is not None and feed.modified_at is not None and _second(feed.modified_at) <= _time(since)


def _tag(feed: Feed) -> Header:
    return b"etag", f'W/"{feed.digest}"'.encode()


def _since(feed: Feed, now: datetime) -> Sequence[Header]:
    """Last-Modified (RFC 9110 §5.6.7), once the second of the change is over, for in the same second another one may
    follow."""
    if feed.modified_at is None or now < (second := _second(feed.modified_at)) + timedelta(seconds=1):
        return ()
    return ((b"last-modified", format_datetime(second, usegmt=True).encode()),)


def _second(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)


def _time(said: str) -> datetime:
    """The instant of an HTTP date; what is none is ignored (RFC 9110 §13.1.3)."""
    try:
        return parsedate_to_datetime(said).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


async def _packed(feed: Feed, body: bytes, asked: Headers, headers: Sequence[Header]) -> Answer:
    """The body as it is, or gzipped for whoever asks for that."""
    if not wants_gzip(asked):
        return Answer(200, headers, body)
    packed = SHELF.find(f"{feed.digest}.gz")
    if packed is None:
        packed = await asyncio.to_thread(gzip.compress, body, 6, mtime=0)
        SHELF.keep(f"{feed.digest}.gz", packed)
    return Answer(200, [*headers, (b"content-encoding", b"gzip")], packed)
