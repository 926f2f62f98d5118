"""The cookie of a session: how it is given, read and taken back, and from where a request must come to use it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.house import House
from domain import accounts
from domain.accounts import Caller, Visit
from domain.accounts.throttling import network_of
from domain.errors import NotAllowed

COOKIE, PLAIN_COOKIE = "__Host-renkei", "renkei"
"""A browser takes the first from this host only, by TLS, for every path (RFC 6265bis §4.1.3.2)."""

FOREIGN = "ほかのサイトのページからは操作できません。このページを開き直してから操作してください。"
BROWSERS = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari", "Lynx": "Lynx", "w3m": "w3m"}
SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def name(house: House) -> str:
    return PLAIN_COOKIE if house.is_plain else COOKIE


def give(response: Response, house: House, secret: str) -> Response:
    """Set the session's cookie; the browser forgets it when it is closed, the house earlier."""
    response.set_cookie(name(house), secret, secure=not house.is_plain, httponly=True, samesite="lax", path="/")
    return response


async def exchange(response: Response, request: Request, house: House, secret: str) -> Response:
    """Give the browser another session; the one that it had before ends."""
    before = await find(request, house)
    if before is not None:
        await accounts.leave(house.clock(), before.session)
    return give(response, house, secret)


def take_back(response: Response, house: House) -> Response:
    """Let the browser forget the cookie."""
    response.delete_cookie(name(house), secure=not house.is_plain, httponly=True, samesite="lax", path="/")
    return response


def secret_in(request: Request, house: House) -> str | None:
    """The session's secret, where the browser has sent one."""
    return request.cookies.get(name(house)) or None


async def find(request: Request, house: House) -> Visit | None:
    """The living session behind the request's cookie."""
    secret = secret_in(request, house)
    return await accounts.visit(secret, house.clock()) if secret else None


def caller(request: Request) -> Caller:
    """From where somebody comes: the address that the server saw, or the proxy told it."""
    return Caller(request.client.host if request.client else "", label(request.headers.get("user-agent", "")))


def network(request: Request) -> str:
    """The network that a request comes from, as tries are counted."""
    return network_of(caller(request).address)


def label(agent: str) -> str:
    """Which kind of browser this is, in two words that many people share."""
    browser = next((said for sign, said in BROWSERS.items() if sign in agent), "ブラウザー")
    system = next((said for sign, said in SYSTEMS.items() if sign in agent), "")
    return f"{system} の {browser}" if system else browser


def must_be_ours(request: Request, house: House) -> None:
    """Raises NotAllowed for what a page elsewhere has sent (Fetch Metadata; RFC 6454 where a browser has none).

    Text browsers say neither; SameSite and the absence of scripts are what protects them.
    """
    if is_foreign(request, house):
        raise NotAllowed(FOREIGN)


def is_foreign(request: Request, house: House) -> bool:
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site != "same-origin"
    return origin is not None and origin not in house.origins


def is_surely_ours(request: Request, house: House) -> bool:
    """Whether a browser has said that one of our own pages asks, as each does that can send JSON."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    return (site or origin) is not None and not is_foreign(request, house)


def is_followed_from_elsewhere(request: Request) -> bool:
    """Whether a page of another site made the browser fetch this; typed addresses and bookmarks are nobody's."""
    return request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
