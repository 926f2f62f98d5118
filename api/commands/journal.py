"""The journal: whether it is as it was sealed, and whose data was shown to whom."""

from __future__ import annotations

import argparse
import asyncio
import re
from datetime import UTC, datetime

from api import settings
from api.database import at_hand
from domain import database, sealing
from domain.sealing import Fault, Head

HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, title="操作", metavar="ACTION")
    verify = actions.add_parser("verify", help="封をした後で書き換え・削除・入れ替えがないかを確かめる")
    verify.add_argument("--head", action="append", default=[], type=head, help="メールで届いた控え（番号:封）")


def head(text: str) -> Head:
    found = HEAD.fullmatch(text.strip())
    if not found:
        raise argparse.ArgumentTypeError(text)
    return Head(int(found[1]), found[2])


def run(options: argparse.Namespace) -> int:
    with at_hand(settings.read()) as url:
        newest, faults = asyncio.run(_verify(url, options.head))
    for fault in faults:
        print(f"{fault.number:>10}番 {fault.what}")
    if not faults:
        print(f"{newest.number:,}番まで、封のとおりです。控え: {newest.number}:{newest.seal}")
    return int(bool(faults))


async def _verify(url: str, heads: list[Head]) -> tuple[Head, list[Fault]]:
    async with database.opened(url):
        return await sealing.newest(), await sealing.verify(datetime.now(UTC), heads)
