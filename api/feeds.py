"""`/cal/{token}/calendar.ics`: a subscription, the same bytes as long as nothing has changed.

A feed is read by whoever has its address, so it holds the minimum: title, times, place. The ETag is made of what
the bytes are made of, so that an unchanged feed costs one look and no rendering (RFC 9110 §13.1.2).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api import guesses
from api.house import House
from domain import feeds, tokens, walls
from domain.calendar import Appointment
from domain.errors import RateLimited
from domain.feeds import Subscription
from exports import ical

RENDERER = 2
"""Raised when the same dates are to be written differently, so that every reader fetches them anew."""

HEADERS = {"Cache-Control": "private, max-age=0, must-revalidate"}
MISSING = "この購読アドレスは見つかりません。\n"
ENDED = "この購読アドレスは使えなくなりました。新しいアドレスを担当者に確かめてください。\n"


def routes(house: House) -> list[Route]:
    async def calendar(request: Request) -> Response:
        feed, is_current = await _behind(house, request.path_params["token"])
        now = house.clock()
        try:
            if feed is None:
                guesses.count(house, request)
                return PlainTextResponse(MISSING, 404, HEADERS)
            house.allowance.feed.take(feed.id, 1, now)
        except RateLimited as refused:
            waits = {"Retry-After": str(refused.retry_after)}
            return PlainTextResponse(f"{refused.message}\n", 429, HEADERS | waits)
        if not is_current or (feed.revoked_at is not None and feed.revoked_at <= now):
            return PlainTextResponse(ENDED, 410, HEADERS)
        await feeds.note_fetch(feed, now)
        return await _answer(request, feed, now)

    return [Route("/cal/{token}/calendar.ics", calendar, methods=["GET"])]


async def _behind(house: House, token: str) -> tuple[Subscription | None, bool]:
    """The subscription that the token was once made for, and whether it still is."""
    id = tokens.id_in(token)
    if id is None:
        return None, False
    feed = await Subscription.filter(id=id).first()
    # Whoever guesses an id waits for the same work, whether or not there is such a feed.
    made_for = [n for n in range(1, (feed.generation if feed else 1) + 1) if _fits(house, token, id, n)]
    return (feed, made_for == [feed.generation]) if feed and made_for else (None, False)


def _fits(house: House, token: str, id: UUID, generation: int) -> bool:
    return tokens.is_genuine(token, house.secret, feeds.PURPOSE, id, generation)


async def _answer(request: Request, feed: Subscription, now: datetime) -> Response:
    async with walls.alone_behind(walls.for_link(feed.prefecture_id, feed.person_id)):
        name = await feeds.called(feed)
        tag = etag(feed, name, await feeds.state(feed, now))
        is_known, kept = _knows(request.headers.get("if-none-match", ""), tag), SHELF.find(tag)
        shown = [] if is_known or kept else await _events(feed, now)
    headers = HEADERS | {"ETag": tag, "Content-Disposition": 'inline; filename="calendar.ics"'}
    if is_known:
        return Response(status_code=304, headers=headers)
    body = kept or SHELF.keep(tag, await _rendered(name, shown))
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")


async def _events(feed: Subscription, now: datetime) -> list[ical.Event]:
    raised = await feeds.raised_in(feed)
    return [_event(one, raised.get(one.id, 0)) for one in await feeds.shown_in(feed, now)]


async def _rendered(name: str, shown: list[ical.Event]) -> bytes:
    """In a thread: a thousand events take most of a second, in which others are waiting for their answers."""
    return await asyncio.to_thread(ical.feed, name, (vevent(one) for one in shown))


def etag(feed: Subscription, name: str, state: str) -> str:
    """A weak validator over everything that the bytes follow from."""
    return f'W/"{hashlib.blake2b(f"{RENDERER} {feed.id} {name} {state}".encode(), digest_size=16).hexdigest()}"'


class Shelf:
    """Whole calendars by their tags, as many as there is room for; the one unused for longest goes first."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.kept: OrderedDict[str, bytes] = OrderedDict()

    def find(self, tag: str) -> bytes | None:
        if tag in self.kept:
            self.kept.move_to_end(tag)
        return self.kept.get(tag)

    def keep(self, tag: str, body: bytes) -> bytes:
        self.kept[tag] = body
        while sum(map(len, self.kept.values())) > self.room:
            self.kept.popitem(last=False)
        return body


SHELF = Shelf(16 * 2**20)


def _knows(offered: str, current: str) -> bool:
    candidates = {one.strip().removeprefix("W/") for one in offered.split(",")}
    return "*" in candidates or current.removeprefix("W/") in candidates


def _event(one: Appointment, raised: int) -> ical.Event:
    return ical.Event(
        uid=one.uid,
        sequence=one.sequence + raised,
        created=one.created_at,
        changed=one.changed_at,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        summary=one.title,
        location=one.place,
        url=one.online_url,
        status=one.status,
    )


@lru_cache(20_000)
def vevent(event: ical.Event) -> bytes:
    """Rendering one event takes a third of a millisecond; the same event is always the same bytes."""
    return ical.vevent(event)
