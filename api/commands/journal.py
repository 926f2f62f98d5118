"""The journal: whether it is as it was sealed, and what came of one request, command or turn of a job."""

from __future__ import annotations

import argparse
import asyncio
import re
from datetime import UTC, datetime

from api import settings
from api.database import at_hand
from domain import database, sealing
from domain.actor import TOKYO
from domain.journal import Entry
from domain.looks import Look
from domain.outbox import Letter
from domain.sealing import Fault, Head

HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, title="操作", metavar="ACTION")
    verify = actions.add_parser("verify", help="封をした後で書き換え・削除・入れ替えがないかを確かめる")
    verify.add_argument("--head", action="append", default=[], type=head, help="メールで届いた控え（番号:封）")

    traced = actions.add_parser("of", help="ログの処理番号から、そのとき変えた行・見た行・手紙をたどる")
    traced.add_argument("request", metavar="NUMBER", help="処理番号 (ログの request、画面の番号、X-Request-Id)")


def head(text: str) -> Head:
    found = HEAD.fullmatch(text.strip())
    if not found:
        raise argparse.ArgumentTypeError(text)
    return Head(int(found[1]), found[2])


def run(options: argparse.Namespace) -> int:
    if options.action == "of":
        return _told(options.request)
    with at_hand(settings.read()) as url:
        newest, faults = asyncio.run(_verify(url, options.head))
    for fault in faults:
        print(f"{fault.number:>10}番 {fault.what}")
    if not faults:
        print(f"{newest.number:,}番まで、封のとおりです。控え: {newest.number}:{newest.seal}")
    return int(bool(faults))


def _told(request: str) -> int:
    """Ids and words of the house only: who may read more goes on from there."""
    with at_hand(settings.read()) as url:
        lines = asyncio.run(_of(url, request))
    print("\n".join(lines) or "この番号の変更、閲覧、手紙はありません。")
    return 0


async def _of(url: str, request: str) -> list[str]:
    async with database.opened(url):
        entries = await Entry.filter(request_id=request).order_by("id")
        seen = await Look.filter(request_id=request).order_by("id")
        letters = await Letter.filter(request_id=request).order_by("id")
    return [
        *[
            f"変更  {_at(one.at)}  {one.person_id or '（定時）'}  {one.fact}  {one.kind}:{one.row_id}"
            for one in entries
        ],
        *[f"閲覧  {_at(one.at)}  {one.person_id}  {one.operation}  {_seen(one)}" for one in seen],
        *[f"手紙  {_at(one.owed_at)}  {one.id}  {one.kind}" for one in letters],
    ]


def _seen(one: Look) -> str:
    asked = f"（{'、'.join(one.asked)} による）" if one.asked else ""
    return f"{'、'.join(one.columns)}{asked} {len(one.rows)}件 {one.purpose}".strip()


def _at(at: datetime) -> str:
    return f"{at.astimezone(TOKYO):%Y-%m-%d %H:%M:%S}"


async def _verify(url: str, heads: list[Head]) -> tuple[Head, list[Fault]]:
    async with database.opened(url):
        return await sealing.newest(), await sealing.verify(datetime.now(UTC), heads)
