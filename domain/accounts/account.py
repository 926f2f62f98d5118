"""アカウント: by which name a person comes in, in which role and unit, and what proves that it is them.

One account is one person in one role, as a token is. What proves it (`Credential`, `RecoveryCode`) stands in tables of
its own: it is never journaled and nothing shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from domain import journal
from domain.actor import OUTSIDERS, Actor, Author, Bearer, Role
from domain.criteria import nothing
from domain.keys import Keys
from domain.people import Person
from domain.records import Owned
from domain.table import Table
from domain.units import Unit
from domain.values import dataclass
from domain.verbs import broken

NOBODY = UUID(int=0)
"""Whose account is looked at where a name is nobody's: so that the same is asked of the database."""


@dataclass(frozen=True)
class Gate:
    """How this installation lets people in: the key of its links and seals, and the one before where that was replaced;
    and whether the police need a second factor, which only a demonstration can do without."""

    secret: str = field(repr=False)
    is_strict: bool = True
    former: str | None = field(default=None, repr=False)

    @property
    def keys(self) -> Keys:
        """By what links and seals are opened."""
        return Keys(self.secret, self.former)

    def asks_for_more(self, role: Role) -> bool:
        """Whether a password alone is not enough in this role."""
        return self.is_strict and role not in OUTSIDERS


class Account(Owned):
    """One way in. `login` is folded and unique in the prefecture among those that have not ended. Instants are
    UTC.

    `mail_address` is where its letters go: the person's when it was offered, and nobody's but its own since.
    A link to choose a password is derived from `link_generation` (`tokens.derive`), which rises with each that is
    sent or used: so there is never more than one, and it ends at `link_until`. `reset_asked_at` is set until the clock
    has sent the one that somebody asked for who forgot the password.
    """

    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("renkei.Person", on_delete=fields.RESTRICT)
    person_id: UUID
    role = fields.CharEnumField(Role, max_length=20)
    organization_id = fields.UUIDField(null=True)
    login = fields.CharField(max_length=254)
    mail_address = fields.CharField(max_length=254, default="")
    link_generation = fields.IntField(default=0)
    link_until = fields.DatetimeField(null=True)
    reset_asked_at = fields.DatetimeField(null=True)
    last_entered_at = fields.DatetimeField(null=True)
    locked_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "account"

    def is_open(self, now: datetime) -> bool:
        """Whether anybody may come in by it."""
        return self.locked_at is None and (self.ended_at is None or self.ended_at > now)

    def author(self, now: datetime) -> Author:
        """Who is written down for what the holder does at the door itself."""
        return Bearer(now, self.person_id, self.unit_id, self.role)


class Credential(Table):
    """The secrets of one account. `factor` is the sealed key of the second factor, `factor_step` the newest time step
    whose number was taken (RFC 6238 §5.2: none is taken twice)."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    account: fields.OneToOneRelation[Account] = fields.OneToOneField("renkei.Account")
    account_id: UUID
    prefecture_id = fields.UUIDField()
    password_hash = fields.CharField(max_length=200, null=True)
    password_set_at = fields.DatetimeField(null=True)
    factor = fields.CharField(max_length=200, null=True)
    factor_step = fields.BigIntField(default=0)

    class Meta:
        table = "credential"


class RecoveryCode(Table):
    """One of the codes that stand in for a lost telephone, each once. 80 random bits need no slow hash."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("renkei.Account")
    account_id: UUID
    prefecture_id = fields.UUIDField()
    sha256 = fields.CharField(max_length=64, unique=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recovery_code"


broken("account_once", "この人には、この役割のアカウントがすでにあります。")


def visible_to(actor: Actor) -> QuerySet[Account]:
    """Administrators see the accounts of their prefecture."""
    return Account.filter(prefecture_id=actor.prefecture_id) if actor.role is Role.ADMIN else nothing(Account)


async def words_of(account: Account) -> Iterable[str]:
    """What anybody would try as this person's password: names, addresses, number, telephone, office."""
    person, unit = await Person.get(id=account.person_id), await Unit.get(id=account.unit_id)
    addresses = (account.login, account.mail_address, person.mail_address)
    whole = (*addresses, person.number or "", person.phone.replace("-", ""), unit.code)
    names = (person.family_name, person.given_name, person.family_name_kana, person.given_name_kana, unit.name)
    return [*names, *whole, *re.split(r"[@._-]", "@".join(addresses))]


async def note(author: Author, account: Account, fact: str, **told: object) -> None:
    """Write down what happened at the door; never a password, a number or an address."""
    await journal.write(author, fact, account, before={}, after=told)
