"""Letters that reach nobody: whoever can tell their readers otherwise hears why."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tortoise.transactions import in_transaction

from domain.errors import trace
from domain.outbox.mail import Letter
from domain.verbs import is_passing

log = logging.getLogger(__name__)

Mourner = Callable[[datetime, Letter, str], Awaitable[None]]
MOURNERS: list[Mourner] = []


def when_lost(mourner: Mourner) -> Mourner:
    """Register who hears of a letter that reaches nobody though it is needed, and why, in words for the desk."""
    MOURNERS.append(mourner)
    return mourner


async def tried(work: Awaitable[None]) -> Exception | None:
    """Do this wholly or not at all; answers what made no sense of it. Raises what says nothing of the letters: that two
    have met in the database, or that it does not work now (`is_passing`)."""
    try:
        async with in_transaction("default"):
            await work
    except Exception as bug:
        if is_passing(bug):
            raise
        return bug
    return None


async def set_aside(now: datetime, letters: Sequence[Letter], bug: Exception) -> None:
    """Give up what the program cannot make sense of; whoever can tell its reader otherwise hears of it. Once the
    program is mended it can leave (`resend`)."""
    log.error("letter %s (%s) was set aside: %s", letters[0].id, letters[0].kind, trace(bug))
    reason = f"プログラムの誤りで送れませんでした（{type(bug).__name__}）。"
    ended = {"given_up_at": now, "leased_until": None, "last_error": reason}
    await Letter.filter(id__in=[letter.id for letter in letters]).update(**ended)
    for letter in letters:
        await mourn(now, letter, reason)


async def see_to_each(
    now: datetime, found: Sequence[Mapping[str, Any]], see_to: Callable[[datetime, Letter], Awaitable[None]]
) -> int:
    """See to the letters of these rows in the order in which they were owed, each by itself: one that makes no sense is
    set aside, and keeps no other from it. Answers how many they were."""
    for letter in await Letter.filter(id__in=[one["id"] for one in found]).order_by("id"):
        if bug := await tried(see_to(now, letter)):
            await set_aside(now, [letter], bug)
    return len(found)


async def lose(now: datetime, letter: Letter, reason: str) -> None:
    """Give up what can reach its reader nowhere any more; while its date is not over somebody hears why."""
    letter.update_from_dict({"given_up_at": now, "leased_until": None, "last_error": reason})
    await letter.save(update_fields=["given_up_at", "leased_until", "last_error"])
    if not letter.is_over(now):
        await mourn(now, letter, reason)


async def mourn(now: datetime, letter: Letter, reason: str) -> None:
    """Where that fails the letter ends nevertheless, and keeps no other in the house: the log says it instead."""
    for mourner in MOURNERS:
        if bug := await tried(mourner(now, letter, reason)):
            log.error("nobody could be told that letter %s (%s) is lost: %s", letter.id, letter.kind, trace(bug))
