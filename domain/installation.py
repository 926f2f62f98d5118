"""The first act of a real installation: the prefecture, its headquarters' section, the first administrator."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from uuid_utils.compat import uuid7

from domain import accounts, journal, people, records, tokens, units
from domain.accounts import Account, Link
from domain.actor import Actor, Author, Bearer, Role
from domain.database import execute
from domain.errors import Conflict, Invalid, NotFound
from domain.finding import find_person
from domain.japanese import prefecture_code
from domain.people import Person
from domain.units import Unit, UnitKind
from domain.values import dataclass
from domain.verbs import routine

DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
FIRST_TOKEN = timedelta(days=30)
NATIONAL = ("NPA", "警察庁")


@dataclass(frozen=True)
class Installation:
    """What `found` has made; `secret` is the first administrator's token, shown this once."""

    prefecture: Unit
    section: Unit
    administrator: Actor
    secret: str


@routine
async def found(
    now: datetime,
    *,
    code: str,
    name: str,
    domain: str,
    phone: str,
    mail_address: str,
    administrator: tuple[str, str],
    section: str = "サイバー犯罪対策課",
    also: Collection[str] = (),
) -> Installation:
    """Set up one prefecture on an empty database. `name` is the prefecture's, such as 青浜県; `domain` the right
    side of calendar UIDs for ever; `also` admits the code of a fictional prefecture.

    Raises Conflict where anything is there already, Invalid as `must_be_right`."""
    await execute("LOCK TABLE unit IN EXCLUSIVE MODE")  # of two who found at once, the second finds a prefecture
    if await Unit.exists():
        raise Conflict("このデータベースにはすでにデータがあります。空のデータベースで実行してください。")
    must_be_right(code, name, domain, phone, mail_address, administrator, section, also)
    clock = Bearer(now)
    reach = units.reached(phone, "", mail_address)
    known = prefecture_code(code, also=also)
    top = await _unit(clock, None, UnitKind.PREFECTURE, known, f"{name}警察", domain=domain, **reach)
    headquarters = await _unit(clock, top, UnitKind.HEADQUARTERS, "00", f"{name}警察本部", **reach)
    desk = await _unit(clock, headquarters, UnitKind.HEADQUARTERS, "0001", section, **reach)
    return await _administered(clock, top, desk, administrator)


def must_be_right(
    code: str,
    name: str,
    domain: str,
    phone: str,
    mail_address: str,
    administrator: tuple[str, str],
    section: str,
    also: Collection[str] = (),
) -> None:
    """Raises Invalid for what `found` would refuse of all this, without a look at any database."""
    if not DOMAIN.fullmatch(domain):
        raise Invalid("ドメイン名を半角の英小文字で入力してください。例: police.pref.example.jp", field="domain")
    records.must_say(name, "都道府県の名称", "name")
    units.reached(phone, "", mail_address)
    prefecture_code(code, also=also)
    for unit in (f"{name}警察本部", section):
        records.must_fit(Unit, units.written(unit, ""))
    records.must_fit(Person, people.described(family_name=administrator[0], given_name=administrator[1]))


@routine
async def offer_login(now: datetime, administrator: Actor, login: str) -> Account:
    """An account for the first administrator, with a link to choose a password that lasts seven days."""
    person, unit = await Person.get(id=administrator.person_id), await Unit.get(id=administrator.unit_id)
    account = await accounts.opened(administrator, person, Role.ADMIN, unit, login)
    return await accounts.renew(Bearer(now), account, Link.WELCOME)


async def found_national(now: datetime) -> Unit:
    """警察庁, above all prefectures: only for an installation that holds more than one, and the demonstration."""
    return await _unit(Bearer(now), None, UnitKind.NATIONAL, *NATIONAL)


@routine
async def admit_national(now: datetime, *, name: tuple[str, str], label: str) -> str:
    """A token for 警察庁's statistician, shown this once; unit and person are made the first time."""
    clock = Bearer(now)
    unit = await Unit.filter(kind=UnitKind.NATIONAL).first() or await found_national(now)
    person = await Person.filter(unit_id=unit.id).first() or await _officer(clock, unit, name)
    _, secret = await tokens.mint(clock, person, Role.NATIONAL, unit, label, now + tokens.LONGEST)
    return secret


@routine
async def note_restored(now: datetime) -> None:
    """Write into the journal that what stands before is as a backup had it: nobody must take the gap for silence."""
    for prefecture in await Unit.filter(parent_id=None):
        await journal.write(Bearer(now), "restored-from-backup", prefecture, {}, {})


async def _unit(author: Author, parent: Unit | None, kind: UnitKind, code: str, name: str, **more: Any) -> Unit:
    id = uuid7()
    root = parent.prefecture_id if parent else id
    values = {"id": id, "prefecture_id": root, "parent_id": parent and parent.id, "kind": kind, "code": code}
    return await records.create(author, Unit, "unit-established", **values, **units.written(name, ""), **more)


async def _administered(clock: Bearer, top: Unit, desk: Unit, name: tuple[str, str]) -> Installation:
    person = await _officer(clock, desk, name)
    covered = await units.below(top.id, top.id)
    actor = Actor(Role.ADMIN, clock.now, person.id, desk.id, top.id, covered)
    await people.hold(actor, person, desk.id, "", actor.today)
    label, ends = "最初の管理者", clock.now + FIRST_TOKEN
    _, secret = await tokens.mint(actor, person, Role.ADMIN, desk, label, ends)
    return Installation(top, desk, actor, secret)


async def _officer(clock: Bearer, unit: Unit, name: tuple[str, str]) -> Person:
    named = people.described(family_name=name[0], given_name=name[1])
    whose = {"unit_id": unit.id, "prefecture_id": unit.prefecture_id}
    return await records.create(clock, Person, "officer-enlisted", is_officer=True, **whose, **named)


async def at_the_keyboard(now: datetime, role: Role, who: str | None = None) -> Actor:
    """Whoever works at the machine itself acts for an officer: `who` is as `find_person` takes it, else the first
    administrator. Raises NotFound where there is no such officer, Conflict where there are several."""
    officers = Person.filter(is_officer=True, retired_on=None)
    officer = await (find_person(officers, who, "as") if who else _first_administrator())
    covered = await Unit.filter(prefecture_id=officer.prefecture_id).only("id")
    units_covered = tuple([unit.id for unit in covered])
    place = (officer.unit_id, officer.prefecture_id, units_covered)
    return Actor(role, now, officer.id, *place, is_at_the_machine=True)


async def _first_administrator() -> Person:
    token = await tokens.Token.filter(role=Role.ADMIN).order_by("created_at", "id").first()
    if token is None:
        raise NotFound("まだ設置されていません。先に renkei init を実行してください。")
    return await Person.get(id=token.person_id)
