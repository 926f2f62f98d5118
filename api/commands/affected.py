"""Whose personal data was shown between two instants, by everybody or by one account: for the report of a leak."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from api import settings
from api.database import at_hand
from api.errors import Stopped
from domain import database, looks
from domain.actor import TOKYO
from domain.finding import find_person
from domain.looks import MANY, Affected, Door
from domain.people import Person


def arguments(parser: argparse.ArgumentParser) -> None:
    first = "最初の日か時刻 (2026-11-01、2026-11-01T09:30)"
    parser.add_argument("--from", dest="since", required=True, type=_first, metavar="TIME", help=first)
    last = "最後の日か時刻 (その日、その分を含む)"
    parser.add_argument("--to", dest="until", required=True, type=_last, metavar="TIME", help=last)
    parser.add_argument("--by", metavar="PERSON", help="誰が見たか: 職員番号・氏名・人の番号 (省略すると全員)")
    key = "どの鍵で見たか: アクセストークンの番号 (renkei token list) かログインの番号"
    parser.add_argument("--key", type=UUID, help=key)
    parser.add_argument("--request", metavar="NUMBER", help="どの処理で見たか: ログの処理番号 (request)")
    parser.add_argument("--door", choices=[door.value for door in Door], help="どこで見たか (EXPORT は書き出し)")


def _first(said: str) -> datetime:
    """The first instant of a day or minute, in Japan. Raises ValueError."""
    return datetime.fromisoformat(said).replace(tzinfo=TOKYO)


def _last(said: str) -> datetime:
    """The first instant after it."""
    return _first(said) + (timedelta(minutes=1) if "T" in said else timedelta(days=1))


def run(options: argparse.Namespace) -> int:
    if options.until <= options.since:
        raise Stopped("--to は --from と同じ日か、それより後にしてください。")
    with at_hand(settings.read()) as url:
        found = asyncio.run(_affected(url, options))
    print(_said(found))
    return 0


async def _affected(url: str, options: argparse.Namespace) -> Affected:
    door = Door(options.door) if options.door else None
    async with database.opened(url):
        by = (await find_person(Person.all(), options.by, "by")).id if options.by else None
        narrowed = {"by": by, "key": options.key, "door": door, "request": options.request}
        return await looks.affected(options.since, options.until, **narrowed)


def _said(found: Affected) -> str:
    lines = [
        f"{person}  {times:>5}回  最後 {at.astimezone(TOKYO):%Y-%m-%d %H:%M}  {_counted(found.kinds[person])}"
        for person, (times, at) in found.persons.items()
    ]
    every = sum(map(Counter, found.kinds.values()), Counter[str]())
    rows = f"見られた行: {_counted(every)}。" if every else ""
    mark = (
        f"{MANY}人を超えています。個人情報保護委員会への報告の要否を確かめてください。" if found.is_reportable else ""
    )
    named = f"ほかに、来られる方の名簿で見られた方 最多{found.named:,}人。" if found.named else ""
    told = f"{len(found.persons):,}人（閲覧の記録 {found.looks:,}件）。{rows}{named}{mark}"
    return "\n".join([*sorted(lines), told])


def _counted(kinds: Mapping[str, int]) -> str:
    """Of what kind, the most first; never a name, for whoever prints it would look at that too."""
    ordered = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
    return "、".join(f"{kind} {count:,}件" for kind, count in ordered)
