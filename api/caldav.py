"""`/dav/`: a subscription as a read-only CalDAV calendar (RFC 4791), for programs that fetch only what has changed.

A program logs in with any name and, as the password, what stands between `/cal/` and `/calendar.ics` in the address of
the feed. It finds one principal, one calendar and in it one object for each date, the same entries as in the feed. The
sync-token (RFC 6578) and the getctag count the changes of the whole (`domain.feeds.synced`).
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit
from uuid import UUID
from xml.etree.ElementTree import (  # nosec B405 # what is read declares nothing (`_xml`)
    Element,
    ParseError,
    SubElement,
    fromstring,
    register_namespace,
    tostring,
)

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api import feeds as door
from api import guesses
from api.house import House
from api.pages import forms
from domain import feeds
from domain.errors import Invalid, RateLimited, Refused
from domain.feeds import Feed, Shown, Synced
from exports import ical

ROOT, CALENDAR, ENTRY = "/dav/", "/dav/calendar/", "/dav/calendar/{name}"
METHODS = ("OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT")
LONGEST = 256 * 1024
D, C, CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
SYNC = "urn:renkei:sync:"
TYPE = "text/calendar; charset=utf-8; component=VEVENT"
SAID = {"DAV": "1, 3, calendar-access", "Cache-Control": "private, no-cache"}
WHO = "購読アドレスの /cal/ と /calendar.ics の間の文字をパスワードにしてください。利用者名は何でもかまいません。\n"
UNREADABLE = "要求を読み取れません。"
for prefix, name in (("D", D), ("C", C), ("CS", CS)):
    register_namespace(prefix, name.strip("{}"))


def routes(house: House) -> list[Route]:
    async def found(_: Request) -> Response:
        return RedirectResponse(ROOT, 301)

    return [
        Route("/.well-known/caldav", found, methods=["GET", "PROPFIND", "OPTIONS"]),  # RFC 6764 §5
        *[Route(path, Calendars(house)) for path in (ROOT, CALENDAR, ENTRY)],
    ]


@dataclass(frozen=True)
class Store:
    """The calendar of a feed at one instant: its entries by their names in the address."""

    id: UUID
    name: str
    dates: Mapping[str, Shown]
    synced: Synced

    @property
    def token(self) -> str:
        """What stands for this version of this feed: another feed has another one, for the same objects too."""
        return f"{self.tokens}{self.synced.version}"

    @property
    def tokens(self) -> str:
        return f"{SYNC}{self.id.hex}:"

    def bytes_of(self, name: str) -> bytes:
        return ical.single(door.ENTRIES.written(self.dates[name]))

    def etag(self, name: str) -> str:
        return f'"{_etag(self.dates[name])}"'


def _etag(date: Shown) -> str:
    return hashlib.blake2b(door.ENTRIES.written(date), digest_size=16).hexdigest()


def _name(id: UUID) -> str:
    return f"{id}.ics"


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
        feed, is_open = await door.behind(self.house, secret, now)
        if feed is None or not is_open:
            guesses.count(self.house, request)
            return None
        door.take(self.house, feed, is_open, now)
        return feed

    async def _told(self, request: Request, feed: Feed) -> Response:
        asked = _xml(await forms.body_of(request, LONGEST)) if request.method in ("PROPFIND", "REPORT") else None
        now = self.house.clock()
        contents = await feeds.contents(feed, now)
        synced = await feeds.sync(feed.id, {one.id: _etag(one) for one in contents.dates})
        store = Store(feed.id, contents.name, {_name(one.id): one for one in contents.dates}, synced)
        version = f"caldav:{synced.version}"
        if request.method != "PROPFIND" or feed.fetched == version:  # which only asks whether there is anything new
            await feeds.note_fetch(feed, version, now)
        if request.method == "PROPFIND":
            return _found(request, store, asked)
        if request.method == "REPORT":
            return _reported(request, store, asked)
        return _fetched(request, store)


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


# ------------------------------------------------------------------ what there is to know of each address

Properties = Mapping[str, Callable[[], Element]]


def _text(name: str, text: str = "") -> Element:
    one = Element(name)
    one.text = text or None
    return one


def _holding(name: str, *inside: Element) -> Element:
    one = Element(name)
    one.extend(inside)
    return one


def _href(name: str, path: str) -> Element:
    return _holding(name, _text(f"{D}href", path))


def _everywhere(title: str, *types: str) -> Properties:
    reading = _holding(f"{D}privilege", Element(f"{D}read"))
    return {
        f"{D}resourcetype": lambda: _holding(f"{D}resourcetype", *map(Element, types)),
        f"{D}displayname": lambda: _text(f"{D}displayname", title),
        f"{D}current-user-principal": lambda: _href(f"{D}current-user-principal", ROOT),
        f"{D}owner": lambda: _href(f"{D}owner", ROOT),
        f"{D}principal-URL": lambda: _href(f"{D}principal-URL", ROOT),
        f"{D}current-user-privilege-set": lambda: _holding(f"{D}current-user-privilege-set", reading),
    }


def _of_root(store: Store) -> Properties:
    homes = {f"{C}calendar-home-set": lambda: _href(f"{C}calendar-home-set", ROOT)}
    return {**_everywhere(store.name, f"{D}collection", f"{D}principal"), **homes}


def _of_calendar(store: Store) -> Properties:
    events = Element(f"{C}comp", name="VEVENT")
    return {
        **_everywhere(store.name, f"{D}collection", f"{C}calendar"),
        f"{D}sync-token": lambda: _text(f"{D}sync-token", store.token),
        f"{CS}getctag": lambda: _text(f"{CS}getctag", store.token),
        f"{C}supported-calendar-component-set": lambda: _holding(f"{C}supported-calendar-component-set", events),
        f"{D}supported-report-set": lambda: _holding(f"{D}supported-report-set", *map(_report, REPORTS)),
    }


def _report(name: str) -> Element:
    return _holding(f"{D}supported-report", _holding(f"{D}report", Element(name)))


def _of_entry(store: Store, name: str) -> Properties:
    return {
        f"{D}resourcetype": lambda: Element(f"{D}resourcetype"),
        f"{D}getetag": lambda: _text(f"{D}getetag", store.etag(name)),
        f"{D}getcontenttype": lambda: _text(f"{D}getcontenttype", TYPE),
        f"{D}getcontentlength": lambda: _text(f"{D}getcontentlength", str(len(store.bytes_of(name)))),
    }


def _with_data(store: Store, name: str) -> Properties:
    data = {f"{C}calendar-data": lambda: _text(f"{C}calendar-data", store.bytes_of(name).decode())}
    return {**_of_entry(store, name), **data}


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
    known = {path: _of_entry(store, name)} if name else {ROOT: _of_root(store), CALENDAR: _of_calendar(store)}
    if path == CALENDAR:
        known = {CALENDAR: known[CALENDAR]} | {f"{CALENDAR}{one}": _of_entry(store, one) for one in store.dates}
    if request.headers.get("Depth", "0") == "0":
        known = {path: known[path]}
    wanted = _wanted(asked)
    return _multistatus(_response(one, properties, wanted) for one, properties in known.items())


def _wanted(asked: Element | None) -> list[str] | None:
    """The names that are asked for; nothing where all are."""
    named = asked.find(f"{D}prop") if asked is not None else None
    return None if named is None else [one.tag for one in named]


def _response(path: str, properties: Properties, wanted: Collection[str] | None) -> Element:
    names = list(properties) if wanted is None else wanted
    response = _href(f"{D}response", path)
    _add(response, [properties[name]() for name in names if name in properties], "200 OK")
    _add(response, [Element(name) for name in names if name not in properties], "404 Not Found")
    return response


def _add(response: Element, properties: Collection[Element], status: str) -> None:
    if properties:
        found = SubElement(response, f"{D}propstat")
        found.append(_holding(f"{D}prop", *properties))
        found.append(_text(f"{D}status", f"HTTP/1.1 {status}"))


def _gone(path: str) -> Element:
    response = _href(f"{D}response", path)
    response.append(_text(f"{D}status", "HTTP/1.1 404 Not Found"))
    return response


def _multistatus(responses: Iterable[Element], *more: Element) -> Response:
    return _answer(_holding(f"{D}multistatus", *responses, *more), 207)


def _answer(root: Element, status: int) -> Response:
    """As XML, in which a carriage return that is not spelled out would be lost (XML 1.0 §2.11)."""
    said = tostring(root, "utf-8", xml_declaration=True).replace(b"\r", b"&#13;")
    return Response(said, status, media_type="application/xml; charset=utf-8")


def _reported(request: Request, store: Store, asked: Element | None) -> Response:
    report = REPORTS.get(asked.tag) if asked is not None else None
    if asked is None or report is None or request.url.path != CALENDAR:
        return _answer(_holding(f"{D}error", Element(f"{D}supported-report")), 403)
    return report(store, asked)


def _queried(store: Store, asked: Element) -> Response:
    """calendar-query (RFC 4791 §7.8): every entry, or those that lie between two instants; no other filter is known."""
    if next(asked.iter(f"{C}prop-filter"), None) is not None:
        return _answer(_holding(f"{D}error", Element(f"{C}supported-filter")), 403)
    if any(one.get("name") not in ("VCALENDAR", "VEVENT") for one in asked.iter(f"{C}comp-filter")):
        return _multistatus([])
    span = asked.find(f".//{C}time-range")
    start, end = (_instant(span.get(name) if span is not None else None) for name in ("start", "end"))
    names = [
        name
        for name, date in store.dates.items()
        if (start is None or date.ends_at > start) and (end is None or date.starts_at < end)
    ]
    return _multistatus(_entries(store, names, asked))


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Invalid(UNREADABLE) from error


def _collected(store: Store, asked: Element) -> Response:
    """calendar-multiget (RFC 4791 §7.9): these entries, and which of them are not there."""
    paths = [one.text or "" for one in asked.findall(f"{D}href")]
    names = {path: unquote(urlsplit(path).path).removeprefix(CALENDAR) for path in paths}
    there = [name for name in names.values() if name in store.dates]
    missing = [_gone(path) for path, name in names.items() if name not in store.dates]
    return _multistatus([*_entries(store, there, asked), *missing])


def _synced(store: Store, asked: Element) -> Response:
    """sync-collection (RFC 6578 §3.2): what has changed and what is gone since a token; without one, everything."""
    said = asked.findtext(f"{D}sync-token") or ""
    since = _version(said, store)
    if since is None:
        return _answer(_holding(f"{D}error", Element(f"{D}valid-sync-token")), 403)
    changed = [_name(id) for id in store.synced.changed_since(since)]
    gone = [_gone(f"{CALENDAR}{_name(id)}") for id in store.synced.gone_since(since)] if said else []
    return _multistatus([*_entries(store, changed, asked), *gone], _text(f"{D}sync-token", store.token))


def _version(token: str, store: Store) -> int | None:
    """The version that a token of ours stands for; nothing for any other."""
    if not token:
        return 0
    number = token.removeprefix(store.tokens)
    is_ours = token.startswith(store.tokens) and number.isascii() and number.isdigit() and len(number) < 19
    return int(number) if is_ours and int(number) <= store.synced.version else None


def _entries(store: Store, names: Iterable[str], asked: Element) -> list[Element]:
    wanted = _wanted(asked)
    return [_response(f"{CALENDAR}{name}", _with_data(store, name), wanted) for name in names]


REPORTS: Mapping[str, Callable[[Store, Element], Response]] = {
    f"{C}calendar-query": _queried,
    f"{C}calendar-multiget": _collected,
    f"{D}sync-collection": _synced,
}
