"""Who asks for what at `/dav/`, and what they are answered."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import (  # nosec B405 # what is read declares nothing (`_xml`)
    Element,
    ParseError,
    fromstring,
)

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api import feeds as door
from api import guesses
from api.caldav import properties
from api.caldav.properties import CALENDAR, ENTRY, ROOT, TYPE, C, D, Store, name_of
from api.house import House
from api.pages import forms
from domain import feeds
from domain.errors import Invalid, RateLimited, Refused
from domain.feeds import Feed
from exports.feeds import RENDERER, WRITER

METHODS = ("OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT")
LONGEST = 256 * 1024
SAID = {"DAV": "1, 3, calendar-access", "Cache-Control": "private, no-cache"}
WHO = "購読アドレスの /cal/ と /calendar.ics の間の文字をパスワードにしてください。利用者名は何でもかまいません。\n"
UNREADABLE = "要求を読み取れません。"


def routes(house: House) -> list[Route]:
    async def found(_: Request) -> Response:
        return RedirectResponse(ROOT, 301)

    return [
        Route("/.well-known/caldav", found, methods=["GET", "PROPFIND", "OPTIONS"]),  # RFC 6764 §5
        *[Route(path, Calendars(house)) for path in (ROOT, CALENDAR, ENTRY)],
    ]


class Calendars:
    """All methods of all addresses, each for whoever has shown the secret of a feed."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        response.headers.update({name: value for name, value in SAID.items() if name not in response.headers})
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_ALLOWED)
        if request.method not in METHODS:
            return PlainTextResponse("このカレンダーは読むだけのものです。\n", 405, _ALLOWED)
        try:
            feed = await self._whose(request)
            if feed is None:
                return PlainTextResponse(WHO, 401, {"WWW-Authenticate": 'Basic realm="renkei", charset="UTF-8"'})
            return await self._told(request, feed)
        except RateLimited as refused:
            return PlainTextResponse(f"{refused.message}\n", 429, {"Retry-After": str(refused.retry_after)})
        except Refused as refused:
            return PlainTextResponse(f"{refused.message}\n", 400)

    async def _whose(self, request: Request) -> Feed | None:
        """The feed whose secret was sent as the password. Raises RateLimited for too many looks, or guesses."""
        secret, now = _password(request.headers.get("Authorization", "")), self.house.clock()
        if secret is None:
            return None
        feed = await door.behind(self.house, secret, now)
        if feed is None or not feed.is_open(now):
            guesses.count(self.house, request)
            return None
        door.take(self.house, feed, now)
        return feed

    async def _told(self, request: Request, feed: Feed) -> Response:
        asked = _xml(await forms.body_of(request, LONGEST)) if request.method in ("PROPFIND", "REPORT") else None
        now = self.house.clock()
        store = await _store(feed, request, asked, now)
        version = f"caldav:{store.version}"
        if request.method != "PROPFIND" or feed.fetched == version:  # which only asks whether there is anything new
            await feeds.note_fetch(feed, version, now)
        if request.method == "PROPFIND":
            return _found(request, store, asked)
        if request.method == "REPORT":
            return await _reported(request, store, asked)
        return _fetched(request, store)


async def _store(feed: Feed, request: Request, asked: Element | None, now: datetime) -> Store:
    """The calendar as it is, with its entries where what is asked is about them."""
    if feed.is_as_synced(RENDERER, now):
        whole = Store(feed.id, feed.synced_name, feed.sync_version)
        if _is_of_the_whole(request, asked, whole):
            return whole
        contents, version = await feeds.contents(feed, WRITER, now), feed.sync_version
    else:
        contents, version = await feeds.sync(feed, properties.etag_of, WRITER, now)
    return Store(feed.id, contents.name, version, {name_of(one.id): one for one in contents.dates})


def _is_of_the_whole(request: Request, asked: Element | None, whole: Store) -> bool:
    """Whether the row of the feed answers it: what the calendar is called, which version it has, and that nothing has
    changed since that one."""
    path = request.url.path
    if request.method == "PROPFIND":
        return path == ROOT or (path == CALENDAR and request.headers.get("Depth", "0") == "0")
    if request.method == "REPORT" and asked is not None and asked.tag == f"{D}sync-collection":
        return path == CALENDAR and asked.findtext(f"{D}sync-token") == whole.token
    return request.method in ("GET", "HEAD") and path in (ROOT, CALENDAR)


_ALLOWED = {"Allow": ", ".join(METHODS)}


def _password(said: str) -> str | None:
    """What was sent as the password (RFC 7617)."""
    scheme, _, packed = said.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(packed, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _xml(body: bytes) -> Element | None:
    """What is asked; nothing where nothing is said. Raises Invalid for what is no XML, or declares anything: entities
    are what bombs are made of."""
    if not body.strip():
        return None
    try:
        text = body.decode()
        if "<!" in text:
            raise Invalid(UNREADABLE)
        return fromstring(text)  # nosec B314 # nothing is declared in it
    except (ParseError, ValueError) as error:
        raise Invalid(UNREADABLE) from error


# ------------------------------------------------------------------ the answers


def _fetched(request: Request, store: Store) -> Response:
    name = request.path_params.get("name", "")
    if name not in store.dates:
        return _missing() if name else PlainTextResponse("CalDAV に対応したプログラムで開いてください。\n")
    headers = {"ETag": store.etag(name)}
    if request.headers.get("If-None-Match") == store.etag(name):
        return Response(status_code=304, headers=headers)
    return Response(store.bytes_of(name), headers=headers, media_type=TYPE)


def _missing() -> Response:
    return PlainTextResponse("この予定はありません。\n", 404)


def _found(request: Request, store: Store, asked: Element | None) -> Response:
    """PROPFIND (RFC 4918 §9.1): of the address, and unless Depth is 0 of what is directly in it."""
    path, name = request.url.path, request.path_params.get("name")
    if name is not None and name not in store.dates:
        return _missing()
    of_all = {ROOT: properties.of_root(store), CALENDAR: properties.of_calendar(store)}
    known = {path: properties.of_entry(store, name)} if name else of_all
    if path == CALENDAR:
        known = {CALENDAR: known[CALENDAR]}
        known |= {f"{CALENDAR}{one}": properties.of_entry(store, one) for one in store.dates}
    if request.headers.get("Depth", "0") == "0":
        known = {path: known[path]}
    wanted = properties.wanted(asked)
    return properties.multistatus(properties.response(one, what, wanted) for one, what in known.items())


def _refused(name: str) -> Response:
    """Which condition does not hold (RFC 4918 §16)."""
    return properties.answer(properties.holding(f"{D}error", Element(name)), 403)


async def _reported(request: Request, store: Store, asked: Element | None) -> Response:
    report = REPORTS.get(asked.tag) if asked is not None else None
    if asked is None or report is None or request.url.path != CALENDAR:
        return _refused(f"{D}supported-report")
    return await report(store, asked)


async def _queried(store: Store, asked: Element) -> Response:
    """calendar-query (RFC 4791 §7.8): every entry, or those that lie between two instants; no other filter is known."""
    if next(asked.iter(f"{C}prop-filter"), None) is not None:
        return _refused(f"{C}supported-filter")
    if any(one.get("name") not in ("VCALENDAR", "VEVENT") for one in asked.iter(f"{C}comp-filter")):
        return properties.multistatus([])
    span = asked.find(f".//{C}time-range")
    start, end = (_instant(span.get(name) if span is not None else None) for name in ("start", "end"))
    names = [
        name
        for name, date in store.dates.items()
        if (start is None or date.ends_at > start) and (end is None or date.starts_at < end)
    ]
    return properties.multistatus(_entries(store, names, asked))


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Invalid(UNREADABLE) from error


async def _collected(store: Store, asked: Element) -> Response:
    """calendar-multiget (RFC 4791 §7.9): these entries, and which of them are not there."""
    paths = [one.text or "" for one in asked.findall(f"{D}href")]
    names = {path: unquote(urlsplit(path).path).removeprefix(CALENDAR) for path in paths}
    there = [name for name in names.values() if name in store.dates]
    missing = [properties.gone(path) for path, name in names.items() if name not in store.dates]
    return properties.multistatus([*_entries(store, there, asked), *missing])


async def _synced(store: Store, asked: Element) -> Response:
    """sync-collection (RFC 6578 §3.2): what has changed and what is gone since a token; without one, everything."""
    said = asked.findtext(f"{D}sync-token") or ""
    since = store.version_in(said)
    if since is None:
        return _refused(f"{D}valid-sync-token")
    news = [name_of(id) for id in await feeds.news(store.id, since, store.version)] if said else list(store.dates)
    changed = [name for name in news if name in store.dates]
    gone = [properties.gone(f"{CALENDAR}{name}") for name in news if name not in store.dates]
    token = properties.text(f"{D}sync-token", store.token)
    return properties.multistatus([*_entries(store, changed, asked), *gone], token)


def _entries(store: Store, names: Iterable[str], asked: Element) -> list[Element]:
    wanted = properties.wanted(asked)
    return [properties.response(f"{CALENDAR}{name}", properties.with_data(store, name), wanted) for name in names]


REPORTS: Mapping[str, Callable[[Store, Element], Awaitable[Response]]] = dict(
    zip(properties.REPORTS, (_queried, _collected, _synced), strict=True)
)
