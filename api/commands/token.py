"""Access tokens for programs: a new one's secret is printed this once and stands nowhere else."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from uuid import UUID

from api import settings
from api.arguments import columns
from api.database import at_hand
from domain import database, installation, looks, tokens
from domain.actor import OUTSIDERS, TOKYO, Actor, Role
from domain.errors import NotFound
from domain.finding import find_person
from domain.people import Person
from domain.tokens import TokenScope
from domain.units import Unit

OFFERED = [role for role in Role if role is not Role.NATIONAL]
"""警察庁 stands above the prefectures: an installation of one prefecture has no officer of it."""

HEAD = ("番号", "状態", "役割", "人", "所属", "有効期限", "覚え書き")


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, title="操作", metavar="ACTION")
    new = actions.add_parser("new", help="発行する")
    new.add_argument("--person", required=True, help="職員番号・メールアドレス・氏名のどれか")
    new.add_argument("--role", required=True, choices=[role.value for role in OFFERED], help="役割")
    new.add_argument("--unit", help="所属コード (省略すると本人の所属)")
    new.add_argument("--days", type=int, default=90, help="有効日数 (既定は90日、最長366日)")
    new.add_argument("--read-only", action="store_true", help="読むことだけできるもの (既定は読み書き)")
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
    person = await person_said(actor, options.person, role)
    unit = await unit_said(actor, options.unit) if options.unit else None
    token, secret = await tokens.issue(
        actor,
        person_id=person.id,
        role=role,
        unit_id=unit.id if unit else None,
        label=options.label,
        days=options.days,
        scope=TokenScope.READ if options.read_only else TokenScope.FULL,
    )
    print(f"有効期限は{_day(token)}です。次のトークンは、この一度だけ表示します。", file=sys.stderr)
    return [secret]


async def person_said(actor: Actor, said: str, role: Role) -> Person:
    people = Person.filter(prefecture_id=actor.prefecture_id, is_officer=role not in OUTSIDERS, retired_on=None)
    return await find_person(people, said, "person")


async def unit_said(actor: Actor, code: str) -> Unit:
    unit = await Unit.filter(prefecture_id=actor.prefecture_id, code=code).first()
    if unit is None:
        raise NotFound(f"所属コード {code} の所属がありません。", field="unit")
    return unit


async def _list(actor: Actor, _: argparse.Namespace) -> list[str]:
    rows = await tokens.at_the_machine(actor).order_by("created_at").prefetch_related("person", "unit")
    officers = [token.person for token in rows if token.person.is_officer]
    shown = [("Person.number" if one.number else "Person.family_name", f"Person:{one.id}") for one in officers]
    await looks.tell(actor.now, actor, "token list", shown)
    return columns([HEAD, *(_row(token, actor.now) for token in rows)])


def _row(token: tokens.Token, now: datetime) -> tuple[str, ...]:
    state = "取消済" if token.revoked_at else "期限切れ" if token.expires_at <= now else "有効"
    whose = _known_as(token.person)
    return (str(token.id), state, token.role.value, whose, token.unit.name, _day(token), token.label)


def _known_as(person: Person) -> str:
    """An officer by number, or by name where there is none; anybody else's name is not needed here."""
    return (person.number or person.name) if person.is_officer else str(person.id)


def _day(token: tokens.Token) -> str:
    return f"{token.expires_at.astimezone(TOKYO):%Y-%m-%d}"


async def _revoke(actor: Actor, options: argparse.Namespace) -> list[str]:
    await tokens.revoke_at_the_machine(actor.now, actor, options.id)
    return ["取り消しました。"]


ACTIONS = {"new": _new, "list": _list, "revoke": _revoke}
