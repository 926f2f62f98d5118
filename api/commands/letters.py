"""Letters that have not left the house: which, since when, and why, never to whom; and how to send them again."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q

from api import settings
from api.arguments import columns
from api.database import at_hand
from api.settings import Settings
from domain import database, installation, looks, outbox, waiting
from domain.actor import TOKYO, Role
from domain.gathering import Gathering
from domain.outbox import Letter
from domain.units import Unit
from domain.waiting import Reason, Wait

MOST = 200
EVERY = object()
"""What `--resend` means without a number."""

HEAD = ("手紙", "状態", "種類", "所属", "書いた時刻", "次の発送", "試行", "理由")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stuck", action="store_true", help="一度は送れなかったものと、断念したものだけ")
    again = "もう一度送る: この番号の手紙、番号がなければ送れなかった手紙すべて。同じ手紙（Message-ID）として出る"
    parser.add_argument("--resend", nargs="?", type=UUID, const=EVERY, metavar="ID", help=again)


def run(options: argparse.Namespace) -> int:
    ours = settings.read()
    with at_hand(ours) as url:
        if options.resend is not None:
            print(asyncio.run(_sent_again(url, None if options.resend is EVERY else options.resend)))
            return 0
        for line in asyncio.run(_listed(url, ours, options.stuck)):
            print(line)
    return 0


async def _sent_again(url: str, letter_id: UUID | None) -> str:
    async with database.opened(url):
        count = await outbox.resend(datetime.now(UTC), letter_id)
    return f"{count}通をもう一度送ります。renkei jobs が動いていれば、すぐに発送されます。"


async def _listed(url: str, ours: Settings, stuck: bool) -> list[str]:
    async with database.opened(url):
        owed = Letter.filter(Q(attempts__gt=0) | Q(given_up_at__isnull=False)) if stuck else Letter.all()
        found = owed.filter(sent_at=None, spared_at=None)
        due, given_up = [await found.filter(given_up_at__isnull=waits).count() for waits in (True, False)]
        letters = await found.order_by("-given_up_at", "due_at", "id").limit(MOST)
        actor = await installation.at_the_keyboard(datetime.now(UTC), Role.ADMIN)
        hold = Gathering(timedelta(minutes=ours.gather_minutes), ours.tells_texts)
        open = [letter for letter in letters if letter.given_up_at is None]
        reasons = await waiting.reasons(actor.now, open, hold, ours.quiet)
        shown = [("Letter.last_error", f"Letter:{letter.id}") for letter in letters if letter.last_error]
        await looks.tell(actor.now, actor, "letters", shown)
        names = {unit.id: unit.name for unit in await Unit.filter(id__in={letter.unit_id for letter in letters})}
    rows = [_row(letter, names[letter.unit_id], reasons.get(letter.id)) for letter in letters]
    more = f"（はじめの{MOST}通を表示）" if due + given_up > MOST else ""
    return [*(columns([HEAD, *rows]) if rows else []), f"発送待ち {due}通、断念 {given_up}通{more}。"]


def _row(letter: Letter, unit: str, reason: Reason | None) -> tuple[str, ...]:
    """Since when it is owed tells of what a restored backup holds back whether it is likely to have left since. What
    went wrong with a letter is said before what it waits for."""
    state = "断念" if letter.given_up_at else "待ち"
    times = _clock(letter.owed_at), _next(letter, reason)
    why = letter.last_error or (_said(reason) if reason else "")
    return (str(letter.id), state, letter.kind, unit, *times, f"{letter.attempts}回", why)


def _next(letter: Letter, reason: Reason | None) -> str:
    """When it leaves: not before what it waits for has ended."""
    match reason:
        case None:
            return "－"
        case Reason(wait=Wait.NOTHING | Wait.POSTED):
            return "すぐ"
        case Reason(wait=Wait.BEHIND):
            return "前の手紙の後"
        case _:
            return _clock(max(letter.due_at, reason.until or letter.due_at))


def _said(reason: Reason) -> str:
    at = _clock(reason.until) if reason.until else ""
    match reason.wait:
        case Wait.POSTED:
            return "いま発送しています"
        case Wait.BEHIND:
            return f"同じ予定の前の手紙（{reason.behind}）が先に出ます"
        case Wait.ASLEEP:
            return f"宛先に送らない時間帯のため、{at} まで待ちます"
        case Wait.GATHERING:
            return f"同じ予定の変更をまとめるため、{at} まで待ちます"
        case Wait.LATER:
            return f"{at} に送ります"
        case Wait.NOTHING:
            return "renkei jobs が動いていれば、すぐに出ます"


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(TOKYO):%Y-%m-%d %H:%M}"
