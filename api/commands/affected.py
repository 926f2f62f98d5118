"""Whose personal data was shown between two instants, by everybody or by one account: for the report of a leak."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from api import settings
from api.database import at_hand
from domain import database, installation, looks
from domain.actor import TOKYO, Role
from domain.looks import MANY, Affected
from domain.people import Person


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="since", required=True, type=date.fromisoformat, help="最初の日 (2026-11-01)")
    parser.add_argument("--to", dest="until", required=True, type=date.fromisoformat, help="最後の日 (その日を含む)")
    parser.add_argument("--by", metavar="PERSON", help="誰が見たか: 職員番号・氏名・人の番号 (省略すると全員)")


def run(options: argparse.Namespace) -> int:
    since, until = (datetime.combine(day, time(), TOKYO) for day in (options.since, options.until))
    with at_hand(settings.read()) as url:
        found = asyncio.run(_affected(url, since, until + timedelta(days=1), options.by))
    print(_said(found))
    return 0


async def _affected(url: str, since: datetime, before: datetime, by: str | None) -> Affected:
    async with database.opened(url):
        return await looks.affected(since, before, by=await _person(by) if by else None)


async def _person(said: str) -> UUID:
    """Somebody whose own id is told, or an officer by number or name."""
    try:
        return (await Person.get(id=UUID(said))).id
    except ValueError:
        return (await installation.at_the_keyboard(datetime.now(UTC), Role.ADMIN, said)).person_id


def _said(found: Affected) -> str:
    lines = [
        f"{person}  {times:>5}回  最後 {at.astimezone(TOKYO):%Y-%m-%d %H:%M}"
        for person, (times, at) in found.persons.items()
    ]
    mark = (
        f"{MANY}人を超えています。個人情報保護委員会への報告の要否を確かめてください。" if found.is_reportable else ""
    )
    return "\n".join([*sorted(lines), f"{len(found.persons):,}人（閲覧の記録 {found.looks:,}件）。{mark}"])
