"""Who asks: by the token of a program, or by the session of a browser."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from starlette.requests import Request

from api import guesses, visits
from api.house import House
from domain import accounts, tokens
from domain.acting import Acting
from domain.actor import Actor
from domain.errors import Unauthenticated

UNKNOWN = "アクセストークンがありません。Authorization: Bearer … の形で送ってください。"
MOST_REMEMBERED = 2_000


class Memory(OrderedDict[str, Acting]):
    """Who was found by which token, by its SHA-256; whoever has not come for longest is forgotten first.

    It says who somebody was, not who they are: what it says must be proved by the statement that uses it.
    """

    def keep(self, found: Acting) -> None:
        self[found.proof.sha256] = found
        self.move_to_end(found.proof.sha256)
        if len(self) > MOST_REMEMBERED:
            self.popitem(last=False)


REMEMBERED = Memory()


def remembered(request: Request, house: House) -> Acting | None:
    """Whoever came with this token the last time, if that need not be written down again."""
    token, now = token_in(request), house.clock()
    found = REMEMBERED.get(tokens.digest(token)) if token else None
    if found is None or not tokens.was_just_used(found, now):
        return None
    return replace(found, actor=replace(found.actor, now=now))


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
