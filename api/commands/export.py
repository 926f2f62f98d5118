"""The same files as the downloads, written on the machine itself: by whoever sits there."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path

from api import settings
from api.database import at_hand
from api.downloads import EXPORTS, produce
from api.errors import Stopped, write_file
from domain import database, installation, looks
from domain.errors import Incomplete
from domain.looks import Door
from exports.files import File, Format


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", choices=[*EXPORTS], help=f"書き出すもの（{' '.join(EXPORTS)}）")
    parser.add_argument(
        "--period",
        default="",
        help="statistics の期間: 2026Q2（年度の四半期）・2026・CY2026Q2・CY2026・2026-12-31（省略すると前の四半期）",
    )
    parser.add_argument("--format", default=Format.XLSX.value, choices=[*map(str, Format)], help="形式（既定は xlsx）")
    parser.add_argument("--out", type=Path, help="書き出し先（省略すると決まった名前で、いまの場所に書く）")
    parser.add_argument("--as", dest="who", metavar="PERSON", help="職員番号か氏名。その職員の都道府県の分を書き出す")
    parser.add_argument("--purpose", default="", help="氏名の出る一覧の目的（閲覧の記録に残る）")
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="一覧をしぼる条件。ダウンロードと同じ名前（例: status=IN_FORCE,RENEWING、unit=所属コード）。何回でも",
    )
    parser.add_argument("--fresh", action="store_true", help="保存された集計ではなく、いま数え直した結果を書き出す")


def run(options: argparse.Namespace) -> int:
    try:
        with at_hand(settings.read()) as url:
            file = asyncio.run(_produce(url, options))
    except Incomplete as refused:
        if refused.field != "purpose":
            raise
        raise Stopped(f"{refused}--purpose で指定します。") from refused
    path: Path = options.out or Path(file.name)
    write_file(path, file.content, "--out", is_personal=EXPORTS[options.name].is_personal)
    print(path)
    return 0


async def _produce(url: str, options: argparse.Namespace) -> File:
    async with database.opened(url):
        actor = await installation.at_the_keyboard(datetime.now(UTC), EXPORTS[options.name].role, options.who)
        told = {"purpose": looks.purpose(options.purpose), "door": Door.CONSOLE, "fresh": options.fresh}
        narrowed = dict(_condition(one) for one in options.filter)
        return await produce(actor, options.name, options.period, options.format, narrowed=narrowed, **told)


def _condition(said: str) -> tuple[str, str]:
    name, sign, value = said.partition("=")
    if not sign:
        raise Stopped(f"--filter {said} は NAME=VALUE の形にしてください（例: status=IN_FORCE）。")
    return name, value
