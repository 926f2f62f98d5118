"""A real installation's first act: the prefecture, its headquarters' section, the first administrator's token."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from typing import Any

from api import settings
from api.database import in_any_state
from domain import accounts, database, installation, migrating
from domain.accounts import Account, Link
from domain.errors import Invalid
from domain.installation import Installation


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--code", required=True, help="都道府県コード (01から47までの2桁)")
    parser.add_argument("--name", required=True, help="都道府県名 (例: 青浜県)")
    parser.add_argument("--domain", required=True, help="予定の識別子に使うドメイン名 (後から変えられない)")
    parser.add_argument("--phone", required=True, help="代表電話番号 (手紙に折り返し先として載る)")
    parser.add_argument("--mail", required=True, help="差出人・主催者のメールアドレス")
    parser.add_argument("--admin", required=True, metavar="'氏 名'", help="最初の管理者の氏名")
    parser.add_argument("--login", default="admin", help="最初の管理者のログイン名（既定: admin）")
    parser.add_argument("--section", default="サイバー犯罪対策課", help="担当課の名称")


def run(options: argparse.Namespace) -> int:
    login, given, founding = accounts.login_name(options.login), settings.read(), _founding(options)
    installation.must_be_right(**founding)  # before a database is made, which takes its time
    with in_any_state(given, lasting=True, begins=True) as url:
        made, account = asyncio.run(_found(url, founding, login))
    print(f"{options.name}警察を設置しました。最初の管理者のアクセストークン（今回だけ表示、30日有効）:")
    print(made.secret)
    if given.secret_key is None or given.base_url is None:
        print("RENKEI_SECRET_KEY と RENKEI_BASE_URL を設定してから、次でログインのリンクを出してください:")
        print(f"renkei account link {login}")
    else:
        print(f"最初のログイン（ログイン名 {login}、7日のあいだ一度だけ）:")
        print(first_login(given, account))
    return 0


def first_login(given: settings.Settings, account: Account) -> str:
    """The link behind which the holder chooses a password."""
    key, base_url = given.needed_secret(), given.needed_base_url()
    return accounts.address(key, base_url, Link.WELCOME, account.id, account.link_generation)


def _name(typed: str) -> tuple[str, str]:
    """氏 and 名, which nothing but a space tells apart; refused before anything is made."""
    family, _, given = typed.replace("　", " ").strip().partition(" ")
    if not given.strip():
        raise Invalid("氏と名の間に空白を入れてください。例: --admin '見本 太郎'", field="admin")
    return family, given.strip()


def _founding(options: argparse.Namespace) -> dict[str, Any]:
    """What is to be founded, as the domain calls it."""
    return {
        "code": options.code,
        "name": options.name,
        "domain": options.domain,
        "phone": options.phone,
        "mail_address": options.mail,
        "administrator": _name(options.admin),
        "section": options.section,
    }


async def _found(url: str, founding: dict[str, Any], login: str) -> tuple[Installation, Account]:
    await migrating.migrate(url)
    now = datetime.now(UTC)
    async with database.opened(url):
        made = await installation.found(now, **founding)
        return made, await installation.offer_login(now, made.administrator, login)
