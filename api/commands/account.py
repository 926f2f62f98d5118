"""Accounts at the machine itself: where no letter leaves the house, and when the only administrator is locked out."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime

from api import settings
from api.commands.init import first_login
from api.commands.token import person_said, unit_said
from api.database import at_hand
from api.errors import Stopped
from api.settings import Settings
from domain import accounts, database, installation, looks
from domain.accounts import Account, Gate, factors
from domain.actor import Actor, Role
from domain.errors import NotFound
from domain.units import Unit


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, title="操作", metavar="ACTION")
    new = actions.add_parser("new", help="作り、最初のログインのリンクを表示する（手紙は送らない）")
    new.add_argument("--person", required=True, help="職員番号・メールアドレス・氏名のどれか")
    new.add_argument("--role", required=True, choices=[role.value for role in Role], help="役割")
    new.add_argument("--unit", help="所属コード (省略すると本人の所属)")
    new.add_argument("--login", default="", help="ログイン名 (省略するとメールアドレス)")
    actions.add_parser("list", help="一覧を表示する")
    sealed = "二段階認証の鍵をすべて、新しい RENKEI_SECRET_KEY で封じ直す（前の鍵は RENKEI_SECRET_KEY_BEFORE）"
    actions.add_parser("seal-anew", help=sealed)
    for name, help_text in (
        ("link", "パスワードを決めるリンクを新しく作って表示する（前のリンクは使えなくなる）"),
        ("lock", "止める"),
        ("unlock", "止めたものを使えるようにする"),
        ("forget-factor", "なくした二段階認証を解除する"),
    ):
        actions.add_parser(name, help=help_text).add_argument("login", help="ログイン名")
    moved = actions.add_parser("address", help="お知らせの送り先を変える（前のアドレスに手紙で知らせる）")
    moved.add_argument("login", help="ログイン名")
    moved.add_argument("mail_address", help="新しいメールアドレス")


def run(options: argparse.Namespace) -> int:
    given = settings.read()
    with at_hand(given) as url:
        for line in asyncio.run(_act(url, given, options)):
            print(line)
    return 0


async def _act(url: str, given: Settings, options: argparse.Namespace) -> list[str]:
    async with database.opened(url):
        actor = await installation.at_the_keyboard(datetime.now(UTC), Role.ADMIN)
        if options.action == "list":
            return await _list(actor)
        if options.action == "seal-anew":
            return await _seal_anew(actor, given)
        if options.action == "new":
            return await _new(actor, given, options)
        account = await accounts.known_as(options.login, actor.now)
        if account is None or account.prefecture_id != actor.prefecture_id:
            raise NotFound(f"ログイン名 {options.login} のアカウントがありません。一覧で確かめてください。")
        return await _change(actor, given, options, account)


async def _list(actor: Actor) -> list[str]:
    rows = await accounts.visible_to(actor).order_by("login")
    shown = [("Account.login", f"Account:{account.id}") for account in rows]
    await looks.tell(actor.now, actor, "account list", shown)
    return [_line(account, actor.now) for account in rows] or ["アカウントはありません。"]


def _line(account: Account, now: datetime) -> str:
    ended = account.ended_at is not None and account.ended_at <= now
    state = "終了" if ended else "停止中" if account.locked_at else "有効" if account.last_entered_at else "未使用"
    return f"{account.login}  {state}  {account.role.value}"


async def _seal_anew(actor: Actor, given: Settings) -> list[str]:
    keys = given.needed_keys()
    if keys.former is None:
        raise Stopped("RENKEI_SECRET_KEY_BEFORE に前の鍵を設定してから実行してください。")
    sealed = await factors.seal_all_anew(actor.now, Gate(keys.present, former=keys.former))
    lost = f"どちらの鍵でも開けないものが {sealed.lost:,}件あります。RENKEI_SECRET_KEY_BEFORE を確かめてください。"
    return [f"二段階認証の鍵 {sealed.anew:,}件を新しい鍵で封じ直しました。{lost if sealed.lost else ''}"]


async def _new(actor: Actor, given: Settings, options: argparse.Namespace) -> list[str]:
    role, _ = Role(options.role), (given.needed_secret(), given.needed_base_url())
    person = await person_said(actor, options.person, role)
    unit = await (unit_said(actor, options.unit) if options.unit else Unit.get(id=person.unit_id))
    account = await accounts.open_without_letter(
        actor, person_id=person.id, role=role, unit_id=unit.id, login=options.login
    )
    return [f"ログイン名 {await accounts.spelled(account)}、7日のあいだ一度だけ:", first_login(given, account)]


async def _change(actor: Actor, given: Settings, options: argparse.Namespace, account: Account) -> list[str]:
    if options.action == "link":
        _ = given.needed_secret(), given.needed_base_url()
        return [first_login(given, await accounts.make_link(actor, account.id))]
    if options.action == "address":
        await accounts.change_address(actor, account.id, mail_address=options.mail_address)
        return ["お知らせの送り先を変えました。"]
    act, said = {
        "lock": (accounts.lock, "止めました。"),
        "unlock": (accounts.unlock, "使えるようにしました。"),
        "forget-factor": (accounts.remove_factor, "二段階認証を解除しました。次のログインで設定し直します。"),
    }[options.action]
    await act(actor, account.id)
    return [said]
