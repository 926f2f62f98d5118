"""The ground on which everything is played: a town with one row of each kind, and what a preparation answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain import (
    database,
)
from domain.actor import Actor
from domain.units import Unit
from tests import make
from tests.api.inputs import fields_of, rows_of, usual_input, versions_in
from tests.make import Town


@dataclass(frozen=True)
class Ground:
    """A town, and in it one row of each kind."""

    town: Town
    ids: dict[str, UUID]

    @property
    def hq(self) -> Actor:
        return make.at(self.town.hq, self.town.hq.now + timedelta(seconds=1))


@dataclass(frozen=True)
class Ready:
    """Who asks, the rows that are meant, and what is sent in another way than usual."""

    actor: Actor
    ids: dict[str, UUID]
    given: dict[str, Any] = field(default_factory=dict)

    async def whole(self, mutation: str) -> dict[str, Any]:
        """The input that is taken: the usual one, and what of the given this mutation asks for."""
        given = {name: value for name, value in self.given.items() if name in fields_of(mutation)}
        return usual_input(mutation, self.ids) | await versions_in(mutation, self.ids) | given


Preparation = Callable[[Ground], Awaitable[Ready]]
KEPT: list[Ground] = []


async def ground() -> Ground:
    """The one of this process; founded anew where other tests have emptied the database since."""
    if not KEPT or not await Unit.exists(id=KEPT[0].town.prefecture.id):
        await database.execute("SELECT empty_every_table()")
        town = await make.town()
        KEPT[:] = [Ground(town, await rows_of(town.officer, town, "見本小学校"))]
    return KEPT[0]


def hq(on: Ground, given: dict[str, Any] | None = None, **ids: UUID) -> Ready:
    return Ready(on.hq, on.ids | ids, given or {})


def admin(on: Ground, given: dict[str, Any] | None = None, **ids: UUID) -> Ready:
    return Ready(on.town.admin, on.ids | ids, given or {})


def as_found(**given: Any) -> Preparation:
    """Nothing has to be played for headquarters."""

    async def prepare(on: Ground) -> Ready:
        return hq(on, given)

    return prepare


def without(kind: str, prepare: Preparation) -> Preparation:
    """For an argument that may mean two kinds: the other one."""

    async def prepared(on: Ground) -> Ready:
        ready = await prepare(on)
        return Ready(ready.actor, {one: id for one, id in ready.ids.items() if one != kind}, ready.given)

    return prepared


def administrator(**given: Any) -> Preparation:
    async def prepare(on: Ground) -> Ready:
        return admin(on, given)

    return prepare
