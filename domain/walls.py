"""The second wall: PostgreSQL itself gives nobody a row of another prefecture, and outsiders only rows that are theirs.

The first wall is `visible_to`, which knows everything; this one is coarse and knows only what stands in the row, so
that a filter which somebody forgot gives no foreign row. It stands for whoever acts, in the transaction in which they
do: under `renkei_desk`, which sees one prefecture, or `renkei_guest`, which reads what carries the guest's own person
or organisation. Neither owns a table or logs in, and without a prefecture set they see nothing. The policies are those
of the migrations. It is a wall against mistakes: whoever can make the program send SQL of their own can take it down.

What is only read goes over connections that are one of these roles for good (`readers`) and carries its settings with
it, so it costs one way to the server, as without a wall; a transaction would cost three.

What units of one prefecture keep from each other, the first wall alone keeps: other stations' people, and of what of
economic security was told to whom (S26; `notices`). Which units somebody covers is no setting of the wall,
and who looks after a body to which such a notice went is found by a join, with which a policy makes the desk's reading
twice as slow.

The owner of the tables stands outside: migrations, the clock's routines, the look-up of who is asking, and 警察庁's
counting, which goes over all prefectures and gives only figures. Whoever comes with a link instead of an account acts
behind the wall too, as soon as the link has told whose it is. What a guest sets going is the desk's work, which finds
the officer who is to be told; but the rows to which the guest points are looked up behind the guest's wall.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple
from uuid import UUID

from tortoise import Tortoise
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.transactions import in_transaction

from domain.actor import OUTSIDERS, Actor, Role

DESK, GUEST = ROLES = ("renkei_desk", "renkei_guest")
SETTINGS = ("prefecture", "person", "organization")
PATIENCE = 10
"""Seconds that one statement of whoever acts may take; then all of it is given up. It waits for another's row only half
as long: were both the same, it would never be told that somebody else was at it (PostgreSQL, `lock_timeout`)."""


class Wall(NamedTuple):
    """Behind what somebody acts: `role` is PostgreSQL's, the ids are those that a row must carry; `patience` is in
    seconds, 0 without end. `asker` is the wall of the guest for whom the desk acts behind this one."""

    role: str
    prefecture_id: UUID | None = None
    person_id: UUID | None = None
    organization_id: UUID | None = None
    patience: int = PATIENCE
    asker: Wall | None = None

    @property
    def ids(self) -> list[str]:
        """What its settings are, in their order."""
        return [str(id or "") for id in (self.prefecture_id, self.person_id, self.organization_id)]

    def put_up(self) -> str:
        """What puts it up until the transaction ends. Ids are inlined: several statements in one take no values."""
        settings = [f"renkei.{name} = '{id}'" for name, id in zip(SETTINGS, self.ids, strict=True)]
        limits = [f"{name} = '{value}'" for name, value in timeouts(self.patience).items()]
        return "; ".join(f"SET LOCAL {one}" for one in (f"ROLE {self.role}", *settings, *limits))

    @property
    def values(self) -> list[str]:
        """The values of a statement that is `putting_up` a wall."""
        return [self.role.lower(), *self.ids, *timeouts(self.patience).values()]

    def readers(self, *, of_replica: bool = False) -> AbstractAsyncContextManager[Any]:
        """A connection on which nothing else is done than to read behind walls of this role."""
        return Tortoise.get_connection(at_replica(self.role) if of_replica else self.role).acquire_connection()


def at_replica(role: str) -> str:
    """By what name the connections of the role to the replica are known."""
    return f"{role} at the replica"


def reading(sql: str, first: int) -> str:
    """The question for one text, behind a wall: a statement for its `readers`, with its `ids` from this number on.

    The settings are put up before anything is read, for CASE looks at what follows only if its condition holds
    (PostgreSQL, "Expression Evaluation Rules"), and are gone with the statement's transaction.
    """
    put_up = (f"set_config('renkei.{name}', ${number}, true)" for number, name in enumerate(SETTINGS, first))
    return f"SELECT CASE WHEN {' || '.join(put_up)} IS NOT NULL THEN ({sql}) END"


def putting_up(first: int) -> str:
    """What puts a wall up behind a statement of which it is a part, until the transaction ends; the values of the wall
    come from this number on."""
    names = ("role", *(f"renkei.{name}" for name in SETTINGS), *timeouts())
    return ", ".join(f"set_config('{name}', ${number}, true)" for number, name in enumerate(names, first))


def timeouts(patience: int = PATIENCE) -> dict[str, str]:
    """PostgreSQL's settings for it."""
    return {"statement_timeout": f"{patience}s", "lock_timeout": f"{patience * 500}ms"}


OUTSIDE = Wall("NONE", patience=0)
"""No wall: the owner of the tables, who takes all the time that is needed."""

_standing: ContextVar[Wall] = ContextVar("wall", default=OUTSIDE)
_lent: ContextVar[Wall | None] = ContextVar("lent", default=None)


def for_reading(actor: Actor) -> Wall:
    """What an actor reads: of the prefecture, and outsiders only their own."""
    if actor.role in OUTSIDERS:
        return Wall(GUEST, actor.prefecture_id, actor.person_id, actor.organization_id)
    return Wall(DESK, actor.prefecture_id)


def for_acting(actor: Actor) -> Wall:
    """What the desk's own work for an actor may touch: an outsider's request finds the officer who is to be told."""
    if actor.role is Role.NATIONAL:
        return OUTSIDE
    return Wall(DESK, actor.prefecture_id, asker=for_reading(actor) if actor.role in OUTSIDERS else None)


def for_link(prefecture_id: UUID, person_id: UUID | None, organization_id: UUID | None = None) -> Wall:
    """What the bearer of a person's link reads, who may answer for a body; without a person the link is a station's."""
    return Wall(GUEST, prefecture_id, person_id, organization_id) if person_id else Wall(DESK, prefecture_id)


@asynccontextmanager
async def alone_behind(wall: Wall) -> AsyncIterator[None]:
    """A transaction of its own behind this wall, which ends with it."""
    async with in_transaction("default"), _to_the_end_behind(wall):
        yield


@asynccontextmanager
async def _to_the_end_behind(wall: Wall) -> AsyncIterator[None]:
    """Until the running transaction ends, which takes the wall down."""
    if wall != OUTSIDE:
        await _put_up(wall)
    with _done_behind(wall):
        yield


@contextmanager
def _done_behind(wall: Wall) -> Iterator[None]:
    token = _standing.set(wall)
    try:
        yield
    finally:
        _standing.reset(token)


@asynccontextmanager
async def lent() -> AsyncIterator[None]:
    """A transaction of the owner's, of which the rest may be lent (`lend`)."""
    async with in_transaction("default"):
        token = _lent.set(None)
        try:
            yield
        finally:
            _lent.reset(token)


def lend(wall: Wall) -> None:
    """From here on it is for the next `whole` behind this wall, which a statement of the owner's was `putting_up`: that
    needs no transaction of its own, and when it fails, all fails."""
    _lent.set(wall)


def has_begun() -> bool:
    """Whether what is done now is part of a running transaction."""
    return isinstance(Tortoise.get_connection("default"), TransactionalDBClient)


@asynccontextmanager
async def whole(wall: Wall) -> AsyncIterator[None]:
    """All that the block does, or nothing of it, behind this wall; inside of a running transaction it is undone alone,
    and the wall before stands again afterwards."""
    if not has_begun():
        async with alone_behind(wall):
            yield
    elif _lent.get() == wall:
        _lent.set(None)
        with _done_behind(wall):
            yield
    else:
        async with in_transaction("default"), behind(wall):
            yield


@asynccontextmanager
async def behind(wall: Wall) -> AsyncIterator[None]:
    """Inside the running transaction, everything that the block does is done behind this wall; then the one before
    stands again. After an error nothing is put back: the transaction, or its savepoint, ends and does so itself."""
    before = _standing.get()
    if wall == before:
        yield
        return
    await _put_up(wall)
    token = _standing.set(wall)
    try:
        yield
    finally:
        _standing.reset(token)
    await _put_up(before)


def is_for_guest() -> bool:
    """Whether the desk is at work for somebody who may touch less than itself."""
    return _standing.get().asker is not None


@asynccontextmanager
async def as_asked() -> AsyncIterator[None]:
    """What a guest points to is looked up behind their own wall, though the work that follows is the desk's."""
    standing = _standing.get()
    async with behind(standing.asker or standing):
        yield


async def take_down(statement: str) -> None:
    """End what is done behind a wall in a transaction that was `lent`, with a last statement of its owner's. It takes
    no values, for it goes to the server together with what takes the wall down."""
    await Tortoise.get_connection("default").execute_script(f"SET LOCAL ROLE NONE; {statement}")


async def _put_up(wall: Wall) -> None:
    await Tortoise.get_connection("default").execute_script(wall.put_up())
