"""What every page of the entrance has in common: who is there, what is refused, and where to go next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import wraps

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api import pages, visits
from api.house import House
from domain.accounts import Stage, Visit
from domain.actor import OUTSIDERS, TOKYO, Role
from domain.errors import RateLimited, Refused

Handler = Callable[[House, Request], Awaitable[Response]]
VisitHandler = Callable[[House, Request, Visit], Awaitable[Response]]

NEVER = "まだありません"
LOGIN, SECOND, ACCOUNT, OWN = "/login", "/login/second-factor", "/account", "/own"
STATUS = {"UNAUTHENTICATED": 401, "NOT_ALLOWED": 403, "NOT_FOUND": 404, "RATE_LIMITED": 429, "INVALID": 400}
"""What a refusal is in HTTP; any other is 409."""

REFERRER = "same-origin"
"""Browsers name the page that a form was sent from only where it may be told to ourselves at least."""


def get(path: str, house: House, show: Handler) -> Route:
    return Route(path, _told(house, show), methods=["GET"])


def post(path: str, house: House, act: Handler) -> Route:
    """Whatever is sent must come from a page of ours."""

    async def acted(house: House, request: Request) -> Response:
        visits.must_be_ours(request, house)
        return await act(house, request)

    return Route(path, _told(house, acted), methods=["POST"])


def inside(handle: VisitHandler) -> Handler:
    """For whoever is logged in; everybody else is sent to the login."""

    @wraps(handle)
    async def handled(house: House, request: Request) -> Response:
        visit = await visits.find(request, house)
        if visit is None or visit.session.stage is not Stage.INSIDE:
            return onward(LOGIN if visit is None else SECOND)
        return await handle(house, request, visit)

    return handled


def _told(house: House, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def told(request: Request) -> Response:
        try:
            must_not_ask_too_often(house, request, await visits.find(request, house))
        except RateLimited as refused:
            return pages.later("しばらくお待ちください", refused, Referrer_Policy=REFERRER)
        try:
            return await handler(house, request)
        except Refused as refused:
            back = pages.filled("back.html", href=ACCOUNT)
            return shown("操作できませんでした", refusal(refused) + back, status(refused))

    return told


def must_not_ask_too_often(house: House, request: Request, visit: Visit | None = None) -> None:
    """Raises RateLimited: whoever has come in is counted alone, everybody else with those of their network."""
    if visit is None:
        house.allowance.network.take(visits.network(request), 1, house.clock())
    else:
        house.allowance.pages.take(visit.account.id, 1, house.clock())


def shown(title: str, body: str, status: int = 200) -> Response:
    """A page whose forms may say where they were sent from."""
    return pages.page(title, body, status, Referrer_Policy=REFERRER)


def refusal(refused: Refused) -> str:
    return pages.paragraph(refused.message, "refused")


def status(refused: Refused) -> int:
    return STATUS.get(refused.code, 409)


def home(role: Role) -> str:
    """Where somebody is led who has come in: outsiders to their own dates, which lead on to the account."""
    return OWN if role in OUTSIDERS else ACCOUNT


def onward(path: str) -> Response:
    """See other: the browser fetches it anew, and going back sends nothing twice (RFC 9110 §15.4.4)."""
    return RedirectResponse(path, 303, {"Referrer-Policy": REFERRER})


def hour(at: datetime | None) -> str:
    """An instant of which no more is known than the hour."""
    return f"{at.astimezone(TOKYO):%Y年%-m月%-d日 %-H時台}" if at else NEVER


def instant(at: datetime | None) -> str:
    """An instant in Japan, to the minute."""
    return f"{at.astimezone(TOKYO):%Y年%-m月%-d日 %-H時%M分}" if at else NEVER
