"""A backup put back into an empty database: `renkei restore FILE`, before `serve` and `jobs` start."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from api import backups, settings
from api.commands import erased
from api.database import in_any_state
from domain import database, installation, migrating, retention
from domain.retention import Erased

HELD = "控えたときに未発送だった手紙は止めてあります。renkei letters で確かめ、必要なら --resend で送ってください。"
KNOW = "控えた後に取り消したトークンや購読アドレスは生き返っています。心当たりがあれば、もう一度取り消してください。"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="renkei backup が書いたファイル")
    again = "戻した後でもう一度消去する人の控え（renkei erased --out のいちばん新しいもの）"
    parser.add_argument("--erased", type=Path, metavar="LIST", help=again)


def run(options: argparse.Namespace) -> int:
    given = settings.read()
    secret, lines = erased.read(options.erased, given.needed_keys(), "--erased") if options.erased else ("", [])
    backups.must_be_one(options.file)
    now = datetime.now(UTC)
    with in_any_state(given, lasting=True, begins=True) as url:
        asyncio.run(migrating.must_be_able_to_begin(url))
        backups.put_back(url, options.file, now)
        count = asyncio.run(_finish(url, now, secret, lines))
    print(f"戻しました。{f'{count:,}人をもう一度消去しました。' if options.erased else ''}{HELD}{KNOW}")
    return 0


async def _finish(url: str, now: datetime, secret: str, lines: Sequence[Erased]) -> int:
    await migrating.migrate(url)
    async with database.opened(url):
        await installation.note_restored(now)
        return await retention.replay(now, secret, lines)
