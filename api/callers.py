"""Who asks: by the token of a program, or by the session of a browser."""

from __future__ import annotations

from collections import OrderedDict

from starlette.requests import Request

from api import guesses, visits
from api.house import House
from api.reading.scope import Scopes
from domain import accounts, tokens
from domain.acting import Acting
from domain.actor import Actor
from domain.errors import Unauthenticated
from domain.values import dataclass

UNKNOWN = "アクセストークンがありません。Authorization: Bearer … の形で送ってください。"
MOST_REMEMBERED = 2_000


@dataclass(frozen=True)
class Known:
    """Who was found by a token, and what such a one may see, which does not depend on the instant."""

    acting: Acting
    scopes: Scopes


class Memory(OrderedDict[str, Known]):
    """Those who came by a token, by its SHA-256; whoever has not come for longest is forgotten first.

    It says who somebody was, not who they are: what it says must be proved by the statement that uses it.
    """

    def keep(self, found: Acting) -> None:
        self[found.proof.sha256] = Known(found, Scopes(found.actor))
        self.move_to_end(found.proof.sha256)
        if len(self) > MOST_REMEMBERED:
            self.popitem(last=False)


REMEMBERED = Memory()


def remembered(request: Request, house: House) -> Known | None:
    """Whoever came with this token the last time, if that need not be written down again."""
    token = token_in(request)
    known = REMEMBERED.get(tokens.digest(token)) if token else None
    return known if known and tokens.was_just_used(known.acting, house.clock()) else None


async def bearer(request: Request, house: House) -> Actor:
    """Who asks, by the token in the request's header (RFC 6750 §2.1). Raises Unauthenticated, or RateLimited where
    too many wrong ones came from there."""
    token = token_in(request)
    if token is None:
        raise Unauthenticated(UNKNOWN)
    try:
        found = await tokens.bearer_of(token, house.clock())
    except Unauthenticated:
        guesses.count(house, request)
        raise
    REMEMBERED.keep(found)
    return found.actor


def token_in(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def whoever(request: Request, house: House) -> Actor:
    """Who asks, by token or else by the session of a browser. Raises Unauthenticated.

    A cookie is sent by the browser itself, so it counts only where one of our own pages has asked; to fetch a file, it
    is enough that no other site's page has.
    """
    secret = visits.secret_in(request, house)
    if "Authorization" in request.headers or secret is None:
        return await bearer(request, house)
    is_fetching = request.method == "GET" and not visits.is_followed_from_elsewhere(request)
    if not is_fetching and not visits.is_surely_ours(request, house):
        raise Unauthenticated(UNKNOWN)
    return await accounts.actor_of(secret, house.clock())
