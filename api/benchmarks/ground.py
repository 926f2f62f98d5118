"""BENCH ONLY: where benchmarks take place, a database server of their own that is thrown away afterwards.

The prefecture itself (units, officers, one partner) is made by the domain's verbs; `filling` adds the masses.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from api import embedded
from api.embedded import ROLE, EmbeddedServer
from domain import database, installation, migrating, organizations, people, tokens, units
from domain.actor import Actor, Role
from domain.organizations import Contact, ContactRole, OrganizationKind
from domain.units import Unit, UnitKind

KEY = "a key for benchmarks, which protects nothing"
STATIONS = 22


@dataclass(frozen=True)
class Ground:
    """One prefecture in a database of its own, and who asks there. `hq_token` and `partner_token` are secrets of
    bearer tokens, good for a day."""

    url: str
    hq: Actor
    partner: Actor
    stations: tuple[UUID, ...]
    hq_token: str
    partner_token: str

    @property
    def database(self) -> str:
        return urlsplit(self.url).path.removeprefix("/")


class Land:
    """A running server on which each benchmark gets a database of its own, copied from one that was migrated."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.server = server
        self.numbers = count(1)

    async def prepare(self) -> None:
        await migrating.migrate(self.server.url())

    async def empty(self) -> str:
        """The address of a database that is up to date and holds nothing."""
        return await self._made_from(ROLE)

    async def copied(self, ground: Ground) -> Ground:
        """The same prefecture once more; nobody may be connected to the first."""
        return replace(ground, url=await self._made_from(ground.database))

    async def _made_from(self, template: str) -> str:
        name = f"bench_{next(self.numbers)}"
        await self.as_superuser("postgres", f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template}")
        return self.server.url(name)

    async def as_superuser(self, name: str, *statements: str) -> None:
        connection = await asyncpg.connect(self.server.superuser_url(name))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def ground(self, stations: int = STATIONS) -> AsyncIterator[Ground]:
        """A prefecture, with its database open for the models as long as the block lasts."""
        url = await self.empty()
        async with database.opened(url):
            yield await _settled(url, datetime.now(UTC), stations)


@contextmanager
def server() -> Iterator[EmbeddedServer]:
    """A PostgreSQL as the program brings it along, with all its guarantees, in a directory that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="renkei-bench-") as place, embedded.running(Path(place)) as up:
        yield up


async def _settled(url: str, now: datetime, stations: int) -> Ground:
    founded = await installation.found(
        now,
        code="01",
        name="青浜県",
        domain="police.aohama.example",
        phone="000-0000-0001",
        mail_address="cyber@police.aohama.example",
        administrator=("見本", "太郎"),
    )
    admin = replace(founded.administrator, units=(founded.prefecture.id, founded.section.id))
    made = [await _station(admin, founded.prefecture, number) for number in range(1, stations + 1)]
    officer = await people.enlist(
        admin, unit_id=founded.section.id, family_name="例﨑", mail_address="hq@police.example"
    )
    covered = await units.below(founded.prefecture.id, founded.prefecture.id)
    hq = Actor(Role.HQ_LIAISON, now, officer.id, founded.section.id, founded.prefecture.id, covered)
    contact = await _partner(hq)
    _, hq_token = await tokens.issue(admin, person_id=officer.id, role=Role.HQ_LIAISON, days=1)
    _, partner_token = await tokens.issue(admin, person_id=contact.person_id, role=Role.PARTNER, days=1)
    partner = Actor(
        Role.PARTNER, now, contact.person_id, contact.unit_id, hq.prefecture_id, (), contact.organization_id
    )
    return Ground(url, hq, partner, tuple(unit.id for unit in made), hq_token, partner_token)


async def _station(admin: Actor, prefecture: Unit, number: int) -> Unit:
    name, kana = f"青浜第{number}警察署", f"アオハマダイ{number}ケイサツショ"
    return await units.establish(
        admin, parent_id=prefecture.id, kind=UnitKind.STATION, code=f"1{number:02}", name=name, name_kana=kana
    )


async def _partner(hq: Actor) -> Contact:
    body = await organizations.register(hq, kind=OrganizationKind.COMPANY, name="架空電力株式会社")
    return await organizations.add_contact(
        hq, organization_id=body.id, role=ContactRole.WORKING, family_name="例塚", mail_address="partner@example.jp"
    )
