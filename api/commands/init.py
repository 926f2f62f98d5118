"""A real installation's first act: the prefecture, its headquarters' section, the first administrator's token."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime

from api import settings
from api.database import at_hand
from domain import database, installation
from domain.installation import Installation


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--code", required=True, help="都道府県コード (2桁)")
    parser.add_argument("--name", required=True, help="都道府県名 (例: 青浜県)")
    parser.add_argument("--domain", required=True, help="予定の識別子に使うドメイン名 (後から変えられない)")
    parser.add_argument("--phone", required=True, help="代表電話番号 (手紙に折り返し先として載る)")
    parser.add_argument("--mail", required=True, help="差出人・主催者のメールアドレス")
    parser.add_argument("--admin", required=True, metavar="'氏 名'", help="最初の管理者の氏名")
    parser.add_argument("--section", default="サイバー犯罪対策課", help="担当課の名称")


def run(options: argparse.Namespace) -> int:
    with at_hand(settings.read(), lasting=True) as url:
        made = asyncio.run(_found(url, options))
    print(f"{options.name}警察を設置しました。最初の管理者のアクセストークン（今回だけ表示、30日有効）:")
    print(made.secret)
    return 0


async def _found(url: str, options: argparse.Namespace) -> Installation:
    await database.migrate(url)
    family, _, given = options.admin.replace("　", " ").partition(" ")
    async with database.opened(url):
        return await installation.found(
            datetime.now(UTC),
            code=options.code,
            name=options.name,
            domain=options.domain,
            phone=options.phone,
            mail_address=options.mail,
            administrator=(family, given),
            section=options.section,
        )
