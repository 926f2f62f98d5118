"""開示請求: everything that is stored about one person, as a ZIP for that person."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path

from api import settings
from api.database import at_hand
from api.errors import write_file
from domain import database, disclosure, installation
from domain.actor import Role
from domain.finding import find_person
from domain.people import Person
from exports.disclosure import disclosure_zip


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", metavar="PERSON", help="本人: 人の番号・職員番号・氏名")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.zip", help="書き出し先")
    why = "目的: 開示請求の受付番号など（閲覧の記録に残る）"
    parser.add_argument("--purpose", required=True, metavar="WHY", help=why)
    parser.add_argument("--as", dest="who", metavar="PERSON", help="誰の操作として記録するか: 職員番号か氏名")


def run(options: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    with at_hand(settings.read()) as url:
        content = asyncio.run(_disclosed(url, now, options))
    write_file(options.out, content, "--out", is_personal=True)
    print(options.out)
    return 0


async def _disclosed(url: str, now: datetime, options: argparse.Namespace) -> bytes:
    async with database.opened(url):
        actor = await installation.at_the_keyboard(now, Role.ADMIN, options.who)
        person = await find_person(Person.all(), options.person, "person")
        return disclosure_zip(await disclosure.disclose(now, actor, person.id, options.purpose), now)
