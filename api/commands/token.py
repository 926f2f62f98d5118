"""Access tokens for programs: a new one's secret is printed this once and stands nowhere else."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from uuid import UUID

from api import settings
from api.database import at_hand
from domain import database, installation, tokens
from domain.actor import OUTSIDERS, Actor, Role
from domain.errors import Conflict, NotFound
from domain.japanese import search_key
from domain.people import Person
from domain.units import Unit


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, title="操作", metavar="ACTION")
    new = actions.add_parser("new", help="発行する")
    new.add_argument("--person", required=True, help="職員番号・メールアドレス・氏名のどれか")
    new.add_argument("--role", required=True, choices=[role.value for role in Role], help="役割")
    new.add_argument("--unit", help="所属コード (省略すると本人の所属)")
    new.add_argument("--days", type=int, default=90, help="有効日数 (既定は90日)")
    new.add_argument("--label", default="", help="覚え書き")
    actions.add_parser("list", help="一覧を表示する")
    actions.add_parser("revoke", help="取り消す").add_argument("id", type=UUID, help="一覧に出る番号")


def run(options: argparse.Namespace) -> int:
    with at_hand(settings.read()) as url:
        for line in asyncio.run(_act(url, options)):
            print(line)
    return 0


async def _act(url: str, options: argparse.Namespace) -> list[str]:
    async with database.opened(url):
        actor = await installation.at_the_keyboard(datetime.now(UTC), Role.ADMIN)
        return await ACTIONS[options.action](actor, options)


async def _new(actor: Actor, options: argparse.Namespace) -> list[str]:
    role = Role(options.role)
    person = await _person(actor, options.person, role)
    unit = await _unit(actor, options.unit) if options.unit else None
    _, secret = await tokens.issue(
        actor,
        person_id=person.id,
        role=role,
        unit_id=unit.id if unit else None,
        label=options.label,
        days=options.days,
    )
    return [secret]


async def _person(actor: Actor, said: str, role: Role) -> Person:
    people = Person.filter(prefecture_id=actor.prefecture_id, is_officer=role not in OUTSIDERS, retired_on=None)
    for found in (
        await people.filter(number=said),
        await people.filter(mail_address=said) if said else [],
        await people.filter(search__startswith=search_key(said)),
    ):
        if len(found) > 1:
            raise Conflict(f"--person に当てはまる人が{len(found)}人います。番号で指定してください。", field="person")
        if found:
            return found[0]
    raise NotFound("--person に当てはまる人がいません。番号・メールアドレス・氏名を確かめてください。", field="person")


async def _unit(actor: Actor, code: str) -> Unit:
    unit = await Unit.filter(prefecture_id=actor.prefecture_id, code=code).first()
    if unit is None:
        raise NotFound(f"所属コード {code} の所属がありません。", field="unit")
    return unit


async def _list(actor: Actor, _: argparse.Namespace) -> list[str]:
    rows = await tokens.visible_to(actor).order_by("created_at")
    return [_line(token, actor.now) for token in rows] or ["アクセストークンはありません。"]


def _line(token: tokens.Token, now: datetime) -> str:
    state = "取消済" if token.revoked_at else "期限切れ" if token.expires_at <= now else "有効"
    return f"{token.id}  {state}  {token.role.value:16} {token.expires_at:%Y-%m-%d}まで  {token.label}"


async def _revoke(actor: Actor, options: argparse.Namespace) -> list[str]:
    await tokens.revoke(actor, options.id)
    return ["取り消しました。"]


ACTIONS = {"new": _new, "list": _list, "revoke": _revoke}
