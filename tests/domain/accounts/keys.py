"""Accounts with keys at hand: the smallest way in for a test, and what a telephone would show."""

from datetime import datetime
from functools import cache
from typing import Any

import pyotp

from domain import accounts
from domain.accounts import Account, Caller, Entered, Gate, Stage, Visit, factors, passwords
from domain.accounts.account import Credential
from domain.actor import Actor, Role
from domain.people import Person
from domain.units import Unit
from tests import make
from tests.clock import NOW
from tests.make import Town

GATE = Gate("k" * 43)
PASSWORD = "すずめ三羽 屋根の上"
HERE, ELSEWHERE = Caller("192.0.2.10", "Linux の Firefox"), Caller("198.51.100.7")


@cache
def _hashed() -> str:
    return passwords.hasher().hash(passwords.plain(PASSWORD))


async def opened(town: Town, who: Actor, login: str) -> Account:
    """An account of this actor whose password is PASSWORD."""
    person, unit = await Person.get(id=who.person_id), await Unit.get(id=who.unit_id)
    account = await accounts.opened(town.admin, person, who.role, unit, login)
    await Credential.filter(account_id=account.id).update(password_hash=_hashed(), password_set_at=NOW)
    return account


async def partner(town: Town) -> tuple[Actor, Account]:
    """A contact of a company, who needs no second factor."""
    contact = await make.contact(town.officer, await make.company(town.officer))
    actor = make.outsider(town.officer, Role.PARTNER, contact)
    return actor, await opened(town, actor, "megumi@partner.example")


async def enter(login: str, caller: Caller = HERE, now: datetime = NOW, **over: Any) -> Entered:
    values = {"password": PASSWORD} | over
    return await accounts.enter(now, GATE, login, caller=caller, **values)


async def visited(entered: Entered, now: datetime = NOW) -> Visit:
    visit = await accounts.visit(entered.secret, now)
    assert visit is not None
    return visit


async def enrolled(town: Town, who: Actor, login: str) -> tuple[Account, str, list[str]]:
    """An officer's account with a second factor: its key and the recovery codes. The step of NOW is used up."""
    account = await opened(town, who, login)
    visit = await visited(await enter(login))
    offer = factors.offer(GATE, visit)
    codes, entered = await accounts.enroll(NOW, GATE, visit, offer.sealed, number(offer.key), HERE)
    assert entered.stage is Stage.INSIDE
    return account, offer.key, codes


def number(key: str, now: datetime = NOW) -> str:
    """What the telephone shows at this instant."""
    return pyotp.TOTP(key).at(now)
