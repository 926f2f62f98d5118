"""What every change has in common: who may make it, that it is one transaction, and how a broken rule is told.

`@verb(roles)` is for what a person does, behind the wall of their prefecture; `@routine` for what the clock does. Both
open the transaction. The two registers together are the permission table, which a test compares with a reviewed copy.
"""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import wraps
from random import uniform
from typing import Concatenate, ParamSpec, TypeVar

from domain import limits, walls
from domain.actor import Actor, Role
from domain.errors import Conflict, Crossed, NotAllowed, Refused
from domain.walls import Wall

P = ParamSpec("P")
T = TypeVar("T")
Verb = Callable[Concatenate[Actor, P], Awaitable[T]]
Routine = Callable[Concatenate[datetime, P], Awaitable[T]]

ALLOWED: dict[str, frozenset[Role]] = {}
ROUTINES: set[str] = set()
BROKEN: dict[str, str] = {}
# SQLSTATE of a deadlock and of a serialisation failure: two who check one exclusion constraint at once may meet so, or
# cross with a step of the database. A lock that was waited for too long is one more way to meet.
CROSSINGS = ("40P01", "40001")
COLLISIONS = (*CROSSINGS, "55P03")
TRIES = 3
PAUSE = 0.1
"""Seconds at most before what has crossed is done anew: at random, so that the two do not meet again."""
TOO_LONG = "57014"
# Classes of SQLSTATE: a connection that has failed, insufficient resources, an operator who stops it, the system below.
AWAY = ("08", "53", "57", "58")


def verb(*roles: Role, only_reads: bool = False) -> Callable[[Verb[P, T]], Verb[P, T]]:
    """Declare who may call; refuse others, and a read-only actor what changes anything, with NOT_ALLOWED before
    anything is read."""

    def declare(change: Verb[P, T]) -> Verb[P, T]:
        @wraps(change)
        async def guarded(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> T:
            if actor.role not in roles:
                raise NotAllowed("この操作をする権限がありません。県本部の連携担当者に相談してください。")
            if actor.is_read_only and not only_reads:
                raise NotAllowed("このアクセストークンでは読むことしかできません。変更できるトークンを使ってください。")
            return await _in_one_transaction(change, walls.for_acting(actor), actor, *args, **kwargs)

        ALLOWED[_name(change)] = frozenset(roles)
        return guarded

    return declare


def routine(work: Routine[P, T]) -> Routine[P, T]:
    """Declare what the clock does by itself; its first argument is the instant."""

    @wraps(work)
    async def kept(now: datetime, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await _in_one_transaction(work, walls.OUTSIDE, now, *args, **kwargs)

    ROUTINES.add(_name(work))
    return kept


def allowed(change: Callable[..., object]) -> frozenset[Role]:
    """The roles that may call this verb."""
    return ALLOWED[_name(change)]


def is_collision(error: Exception) -> bool:
    """Whether two met in the database who worked at once, so that one has to begin anew: no mistake of either."""
    return getattr(error, "sqlstate", None) in COLLISIONS


def is_passing(error: Exception) -> bool:
    """Whether the database refused for what passes by itself, and has nothing to do with what it was asked: two have
    met, or it had no room, was stopped or is away."""
    return is_collision(error) or str(getattr(error, "sqlstate", None))[:2] in AWAY


def broken(constraint: str, message: str) -> None:
    """Say in Japanese what it means that the database refused by this constraint."""
    BROKEN[constraint] = message


async def anew(attempt: Callable[[], Awaitable[T]]) -> T:
    """What has crossed with somebody's work is done again as it was asked, for nothing of it stands; but by whoever
    began the transaction, of which all is undone. Raises Crossed where it does each time."""
    for _ in range(TRIES - 1):
        try:
            return await attempt()
        except Crossed:
            if walls.has_begun():
                raise
            await sleep(uniform(0, PAUSE))  # nosec B311
    return await attempt()


async def _in_one_transaction(work: Callable[..., Awaitable[T]], wall: Wall, *args: object, **kwargs: object) -> T:
    async def attempt() -> T:
        try:
            async with walls.whole(wall), limits.in_time():
                return await work(*args, **kwargs)
        except Exception as error:
            refusal = _refusal(error)
            if refusal is None:
                raise
            raise refusal from error

    return await anew(attempt)


def _refusal(error: Exception) -> Refused | None:
    """What the database has refused, where a person can do something about it."""
    if is_collision(error):
        kind = Crossed if getattr(error, "sqlstate", None) in CROSSINGS else Conflict
        return kind("ほかの人の操作と重なりました。もう一度操作してください。")
    if getattr(error, "sqlstate", None) == TOO_LONG:
        return limits.too_long()
    name = getattr(error.args[0] if error.args else None, "constraint_name", None)
    return Conflict(BROKEN[name]) if name in BROKEN else None


def _name(function: Callable[..., object]) -> str:
    return f"{function.__module__.removeprefix('domain.')}.{function.__name__}"
