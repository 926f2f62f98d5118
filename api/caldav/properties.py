"""What there is to know of each address of a calendar, and how it is said in XML (RFC 4918 §14, RFC 4791 §5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring  # nosec B405 # only written here

from starlette.responses import Response

from domain.feeds import EPOCH, Dated
from domain.values import dataclass
from exports import ical

ROOT, CALENDAR, ENTRY = "/dav/", "/dav/calendar/", "/dav/calendar/{name}"
D, C, CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
SYNC = "urn:renkei:sync:"
TYPE = "text/calendar; charset=utf-8; component=VEVENT"
REPORTS = (f"{C}calendar-query", f"{C}calendar-multiget", f"{D}sync-collection")
for prefix, name in (("D", D), ("C", C), ("CS", CS)):
    register_namespace(prefix, name.strip("{}"))


@dataclass(frozen=True)
class Store:
    """The calendar of a feed in one version: its entries by their names in the address, where they were asked for."""

    id: UUID
    name: str
    version: int
    dates: Mapping[str, Dated] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """What stands for this version of this feed: another feed has another one, for the same objects too."""
        return f"{self.tokens}{self.version}"

    @property
    def tokens(self) -> str:
        return f"{SYNC}{self.id.hex}:"

    def version_in(self, token: str) -> int | None:
        """The version that a token of ours stands for; nothing for any other, nor for one from before a backup was put
        back, since when it may stand for something else."""
        if not token:
            return 0
        number = token.removeprefix(self.tokens)
        is_ours = token.startswith(self.tokens) and number.isascii() and number.isdigit() and len(number) < 19
        if not is_ours or int(number) // EPOCH != self.version // EPOCH:
            return None
        return int(number) if int(number) <= self.version else None

    def bytes_of(self, name: str) -> bytes:
        return ical.single(self.dates[name].entry)

    def etag(self, name: str) -> str:
        return f'"{etag_of(self.dates[name])}"'


def etag_of(date: Dated) -> str:
    return hashlib.blake2b(date.entry, digest_size=16).hexdigest()


def name_of(id: UUID) -> str:
    return f"{id}.ics"


Properties = Mapping[str, Callable[[], Element]]


def text(name: str, said: str = "") -> Element:
    one = Element(name)
    one.text = said or None
    return one


def holding(name: str, *inside: Element) -> Element:
    one = Element(name)
    one.extend(inside)
    return one


def href(name: str, path: str) -> Element:
    return holding(name, text(f"{D}href", path))


def _everywhere(title: str, *types: str) -> Properties:
    reading = holding(f"{D}privilege", Element(f"{D}read"))
    return {
        f"{D}resourcetype": lambda: holding(f"{D}resourcetype", *map(Element, types)),
        f"{D}displayname": lambda: text(f"{D}displayname", title),
        f"{D}current-user-principal": lambda: href(f"{D}current-user-principal", ROOT),
        f"{D}owner": lambda: href(f"{D}owner", ROOT),
        f"{D}principal-URL": lambda: href(f"{D}principal-URL", ROOT),
        f"{D}current-user-privilege-set": lambda: holding(f"{D}current-user-privilege-set", reading),
    }


def of_root(store: Store) -> Properties:
    homes = {f"{C}calendar-home-set": lambda: href(f"{C}calendar-home-set", ROOT)}
    return {**_everywhere(store.name, f"{D}collection", f"{D}principal"), **homes}


def of_calendar(store: Store) -> Properties:
    events = Element(f"{C}comp", name="VEVENT")
    return {
        **_everywhere(store.name, f"{D}collection", f"{C}calendar"),
        f"{D}sync-token": lambda: text(f"{D}sync-token", store.token),
        f"{CS}getctag": lambda: text(f"{CS}getctag", store.token),
        f"{C}supported-calendar-component-set": lambda: holding(f"{C}supported-calendar-component-set", events),
        f"{D}supported-report-set": lambda: holding(f"{D}supported-report-set", *map(_report, REPORTS)),
    }


def _report(name: str) -> Element:
    return holding(f"{D}supported-report", holding(f"{D}report", Element(name)))


def of_entry(store: Store, name: str) -> Properties:
    return {
        f"{D}resourcetype": lambda: Element(f"{D}resourcetype"),
        f"{D}getetag": lambda: text(f"{D}getetag", store.etag(name)),
        f"{D}getcontenttype": lambda: text(f"{D}getcontenttype", TYPE),
        f"{D}getcontentlength": lambda: text(f"{D}getcontentlength", str(len(store.bytes_of(name)))),
    }


def with_data(store: Store, name: str) -> Properties:
    data = {f"{C}calendar-data": lambda: text(f"{C}calendar-data", store.bytes_of(name).decode())}
    return {**of_entry(store, name), **data}


def wanted(asked: Element | None) -> list[str] | None:
    """The names that are asked for; nothing where all are."""
    named = asked.find(f"{D}prop") if asked is not None else None
    return None if named is None else [one.tag for one in named]


def response(path: str, properties: Properties, asked_for: Collection[str] | None) -> Element:
    names = list(properties) if asked_for is None else asked_for
    said = href(f"{D}response", path)
    _add(said, [properties[name]() for name in names if name in properties], "200 OK")
    _add(said, [Element(name) for name in names if name not in properties], "404 Not Found")
    return said


def _add(said: Element, properties: Collection[Element], status: str) -> None:
    if properties:
        found = SubElement(said, f"{D}propstat")
        found.append(holding(f"{D}prop", *properties))
        found.append(text(f"{D}status", f"HTTP/1.1 {status}"))


def gone(path: str) -> Element:
    said = href(f"{D}response", path)
    said.append(text(f"{D}status", "HTTP/1.1 404 Not Found"))
    return said


def multistatus(responses: Iterable[Element], *more: Element) -> Response:
    return answer(holding(f"{D}multistatus", *responses, *more), 207)


def answer(root: Element, status: int) -> Response:
    """As XML, in which a carriage return that is not spelled out would be lost (XML 1.0 §2.11)."""
    said = tostring(root, "utf-8", xml_declaration=True).replace(b"\r", b"&#13;")
    return Response(said, status, media_type="application/xml; charset=utf-8")
