"""Sessions: who is sitting at a browser, until when, and how that ends.

A session is a random number of 256 bits in a cookie, kept as its SHA-256. It is looked up at each request together
with its account, so whatever ends either counts from the next request on (ASVS 5.0, 8.3.2).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.indexes import Index
from uuid_utils.compat import uuid7

from domain import acting, database, records, tokens
from domain.accounts.account import Account, Credential, note, visible_to
from domain.actor import OUTSIDERS, Actor, Author, Role
from domain.errors import NotAllowed, NotFound, Unauthenticated
from domain.people import Person, outside, when_leaving, when_moving
from domain.records import MISSING
from domain.table import Table
from domain.values import dataclass
from domain.verbs import routine, verb

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
HALFWAY = timedelta(minutes=10)
"""How long somebody may take between the password and the second factor."""

FRESH = timedelta(minutes=15)
"""How soon after coming in the keys themselves may be changed."""

SEEN = timedelta(minutes=1)
"""How exactly it is remembered when a session was last used; `IDLE` is that much longer at most."""

ENDED = "ログインしていないか、時間が過ぎました。もう一度ログインしてください。"
STALE = "安全のため、もう一度ログインしてから操作してください。"


class Stage(StrEnum):
    """HALFWAY: the password was right, the second factor is awaited; it opens nothing else. INSIDE: all was right."""

    HALFWAY = "HALFWAY"
    INSIDE = "INSIDE"


END_ALL = "UPDATE session SET ended_at = {now} WHERE ended_at IS NULL"
"""Who has left, or logged out, since a backup was written must not be inside again once it is put back."""


class Session(Table):
    """One browser. `label` is its kind, without anything that names a person. Instants are UTC."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("renkei.Account")
    account_id: UUID
    prefecture_id = fields.UUIDField()
    sha256 = fields.CharField(max_length=64, unique=True)
    stage = fields.CharEnumField(Stage, max_length=10)
    label = fields.CharField(max_length=60, default="")
    entered_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    until = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "session"
        indexes = [Index(fields=("account_id",), name="session_account")]

    def is_alive(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.until and now < self.seen_at + IDLE

    def is_fresh(self, now: datetime) -> bool:
        """Whether somebody proved who they are a short while ago."""
        return self.stage is Stage.INSIDE and now < self.entered_at + FRESH


@dataclass(frozen=True)
class Visit:
    """A living session and whose it is."""

    session: Session
    account: Account


async def open_session(now: datetime, account: Account, stage: Stage, label: str) -> str:
    """A new session and its secret, which stands nowhere else."""
    secret = secrets.token_urlsafe(32)
    await Session.create(
        account_id=account.id,
        prefecture_id=account.prefecture_id,
        sha256=tokens.digest(secret),
        stage=stage,
        label=label[:60],
        entered_at=now,
        seen_at=now,
        until=now + (LONGEST if stage is Stage.INSIDE else HALFWAY),
    )
    return secret


SITTING = """
    SELECT account.role, account.person_id, account.unit_id, account.prefecture_id, account.organization_id,
           session.id AS key_id, false AS is_read_only, session.seen_at AS used_at
    FROM session JOIN account ON account.id = session.account_id
    WHERE session.sha256 = {sha256} AND session.stage = 'INSIDE' AND session.ended_at IS NULL
      AND session.until > {now} AND session.seen_at > {now} - interval '30 minutes'
      AND account.locked_at IS NULL AND (account.ended_at IS NULL OR account.ended_at > {now})"""


async def actor_of(secret: str, now: datetime) -> Actor:
    """Who acts through this session, in one statement. Raises Unauthenticated, whatever is wrong."""
    found = await acting.find(SITTING, tokens.digest(secret), now)
    if found is None:
        raise Unauthenticated(ENDED)
    await _note_use(secret, found.used_at, now)
    return found.actor


async def visit(secret: str, now: datetime) -> Visit | None:
    """The living session behind a cookie, halfway or inside."""
    session = await Session.filter(sha256=tokens.digest(secret)).prefetch_related("account").first()
    if session is None or not session.is_alive(now) or not session.account.is_open(now):
        return None
    await _note_use(secret, session.seen_at, now)
    return Visit(session, session.account)


async def _note_use(secret: str, used_at: datetime | None, now: datetime) -> None:
    if used_at is None or now - used_at > SEEN:
        with database.if_it_takes_changes():
            await Session.filter(sha256=tokens.digest(secret), ended_at=None).update(seen_at=now)


async def living(account_id: UUID, now: datetime) -> Sequence[Session]:
    """The sessions of an account that are open, the newest first."""
    found = await Session.filter(account_id=account_id, stage=Stage.INSIDE, ended_at=None).order_by("-entered_at")
    return [session for session in found if session.is_alive(now)]


@routine
async def leave(now: datetime, session: Session) -> None:
    """Log out."""
    await end_one(now, session.account_id, session.id)


@routine
async def end_one(now: datetime, account_id: UUID, session_id: UUID) -> None:
    """End one session of this account. Raises NotFound where it is nobody's or another's."""
    if not await Session.filter(id=session_id, account_id=account_id, ended_at=None).update(ended_at=now):
        raise NotFound(MISSING)


@routine
async def end_own(now: datetime, account: Account) -> None:
    """Log out everywhere."""
    await end_all(now, account)
    await note(account.author(now), account, "sessions-ended")


async def end_all(at: datetime, account: Account, but: Session | None = None) -> None:
    """End every session of an account, halfway ones too, from this instant on."""
    others = Session.filter(account_id=account.id, ended_at=None, until__gt=at)
    await (others.exclude(id=but.id) if but else others).update(ended_at=at)


@verb(Role.ADMIN)
async def revoke_sessions(actor: Actor, account_id: UUID) -> Account:
    """End every session of an account now; its holder may come in again."""
    account = await records.find(visible_to(actor), account_id)
    await end_all(actor.now, account)
    return await records.note(actor, account, "sessions-revoked")


async def hold(now: datetime, account_id: UUID, session: Session | None = None, verified: str | None = None) -> Account:
    """The account, locked together with its keys until the transaction ends, so that of two who are at them at once
    the second sees what the first has done.

    Raises Unauthenticated where since the look at them it was closed, the session was ended, or the password was
    changed whose kept form was `verified`.
    """
    account = await Account.filter(id=account_id).select_for_update().get()
    credential = await Credential.filter(account_id=account_id).select_for_update().get()
    is_current = verified is None or credential.password_hash == verified
    is_there = session is None or await Session.filter(id=session.id, ended_at=None).exists()
    if not (is_current and is_there and account.is_open(now)):
        raise Unauthenticated(ENDED)
    return account


def must_be_fresh(visit: Visit, now: datetime) -> None:
    """Raises NotAllowed where it is too long ago that somebody proved who they are."""
    if not visit.session.is_fresh(now):
        raise NotAllowed(STALE)


@when_leaving
async def end_with_the_post(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """Whoever leaves comes in by no account from then on, but by those in the unit that they go to."""
    living = Account.filter(Q(ended_at=None) | Q(ended_at__gt=at), outside(to), person_id=person.id)
    for account in await living.select_for_update():
        await records.change(author, account, "account-ended", ended_at=at)
        if at <= author.now:
            await end_all(at, account)


@when_moving
async def move_with_the_body(author: Author, person: Person, unit_id: UUID) -> None:
    """A contact whose body comes under another unit turns to that one from then on."""
    for account in await Account.filter(person_id=person.id, ended_at=None, role__in=OUTSIDERS).select_for_update():
        await records.change(author, account, "account-moved", unit_id=unit_id)
