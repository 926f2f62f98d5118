"""青浜県 as a running program: its directory, its database told anew or found again, its doors with the jobs inside.

What the environment says is not read: no demonstration writes into an office's database or sends an office's mail.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
from starlette.applications import Starlette

from api import fonts, operations, subscribing
from api.app import make_app
from api.errors import Stopped
from api.fonts import Fonts
from api.house import House
from api.ide import Ide, Operation, Persona, make_ide
from domain import database, migrating, tokens
from domain.values import dataclass
from jobs import clock
from jobs.post import FilePost
from jobs.post_letters import Desk
from jobs.schedule import TIMES
from seed import examples, personas, story
from seed.places import DESK_MAIL, DOMAIN, PREFECTURE_CODE

FOREIGN = "{directory} にはデモ以外のデータがあります。--data で別の場所を指定してください。何も変えていません。"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """The directory of one demonstration and what lies in it besides the database."""

    directory: Path

    @property
    def mail(self) -> Path:
        return self.directory / "mail"

    @property
    def card(self) -> Path:
        """`demo.json`: addresses and tokens, for programs."""
        return self.directory / "demo.json"

    @property
    def fonts(self) -> Fonts:
        """What `renkei fonts` has written there for the pages to bring along."""
        written = self.directory / "fonts"
        return fonts.read(written) if written.is_dir() else fonts.NONE

    @property
    def key(self) -> Path:
        """The secret of links and feeds; where it is, a demonstration is at home."""
        return self.directory / "demo.key"


@dataclass(frozen=True)
class Demonstration:
    """A told town. `card` is what `demo.json` says, `told_on` the day that the story takes for today."""

    place: Place
    house: House
    database_url: str = field(repr=False)
    card: Mapping[str, Any] = field(repr=False)
    ide: Ide
    told_on: date

    @property
    def desk(self) -> Desk:
        return Desk(FilePost(self.place.mail), self.house.base_url, DESK_MAIL, self.house.secret)


def now() -> datetime:
    return datetime.now(UTC)


async def prepare(place: Place, database_url: str, base_url: str, *, reset: bool, say: Say) -> Demonstration:
    """Bring the database up to date, tell the story where none has been told, and let the ten people in.

    Raises Stopped where the database holds anybody's data but the demonstration's.
    """
    await _must_be_ours(place, database_url)
    if reset or not await _is_told(database_url):
        await _wipe(place, database_url)
    await migrating.migrate(database_url)
    async with database.opened(database_url):
        if not await personas.are_admitted():
            await story.sow(now(), TIMES, say)
        return await _opened(place, database_url, base_url)


async def _must_be_ours(place: Place, database_url: str) -> None:
    found = await _asked(database_url, "unit", "SELECT code, domain FROM unit WHERE kind = 'PREFECTURE'")
    if any((row["code"], row["domain"]) != (PREFECTURE_CODE, DOMAIN) for row in found):
        raise Stopped(FOREIGN.format(directory=place.directory))


async def _is_told(database_url: str) -> bool:
    """Whether the story was told to its end; one that was interrupted is told anew."""
    return bool(await _asked(database_url, "token", "SELECT 1 FROM token WHERE role = 'NATIONAL' LIMIT 1"))


async def _asked(database_url: str, table: str, statement: str) -> list[Any]:
    """What a database says that may be of an older version, or empty."""
    connection = await asyncpg.connect(database_url)
    try:
        if await connection.fetchval("SELECT to_regclass($1)", table) is None:
            return []
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def _wipe(place: Place, database_url: str) -> None:
    """Begin anew, in a database that has been found to be ours or empty."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC"
        )
    finally:
        await connection.close()
    if place.key.exists():
        for path in [place.card, place.key, *place.mail.glob("*.eml")]:
            path.unlink(missing_ok=True)


async def _opened(place: Place, database_url: str, base_url: str) -> Demonstration:
    """The doors' keys: tokens for the ten, addresses of the feeds, and saved operations with ids of this town."""
    house = House(_secret(place), base_url, now, is_demo=True, fonts=place.fonts)
    admitted = await personas.admit(now(), _kept(place))
    await personas.furnish(now(), admitted)
    subscriptions = await personas.subscribe(now(), admitted)
    card = {
        "url": base_url,
        "graphql": f"{base_url}/graphql",
        "mail": str(place.mail),
        "tokens": admitted,
        "feeds": {key: f"{await subscribing.page_of(house, feed)}/calendar.ics" for key, feed in subscriptions.items()},
    }
    station, partner = [await tokens.actor_of(admitted[key], now()) for key in ("station", "partner")]
    await examples.replenish(station, partner)

    async def saved(name: str) -> list[Operation]:
        asking = await tokens.actor_of(admitted[name], now())
        return await operations.saved(operations.Around(asking, partner))

    ide = make_ide(_offered(admitted), saved)
    return Demonstration(place, house, database_url, card, ide, await personas.told_on())


def _secret(place: Place) -> str:
    if not place.key.exists():
        write_private(place.key, secrets.token_urlsafe(48))
    return place.key.read_text(encoding="utf-8")


def _kept(place: Place) -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(place.card.read_text(encoding="utf-8"))["tokens"]
    except (OSError, ValueError, KeyError):
        return {}
    return kept


def _offered(admitted: Mapping[str, str]) -> list[Persona]:
    """Headquarters first: they see most of what there is."""
    ordered = sorted(personas.PERSONAS, key=lambda one: one.key != "hq")
    return [Persona(one.key, one.label, admitted[one.key]) for one in ordered]


def write_private(path: Path, text: str) -> None:
    """A file that nobody else may read, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.tmp")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)


def make_demonstration(demonstration: Demonstration) -> Starlette:
    """All doors and the IDE, with the clock of the jobs running while they are open."""
    app = make_app(demonstration.house, demonstration.database_url, demonstration.ide)
    doors = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        stopped = asyncio.Event()
        async with doors(app):
            ticking = asyncio.create_task(clock.keep(demonstration.desk, now, stopped))
            try:
                yield
            finally:
                stopped.set()
                await ticking

    app.router.lifespan_context = lifespan
    return app
