"""The town's database: made once, never changed by these tests."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise

from api.embedded import ROLE, EmbeddedServer
from api.reading import executor
from api.reading.plans import Memory, Plan
from domain import database
from domain.actor import TOKYO
from domain.walls import DESK, GUEST
from tests.api.reading import townsfolk

NAME = "renkei_town"


@pytest.fixture(autouse=True)
def refusals_are_not_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strawberry logs every refusal as an error; the door switches that off, and so do these tests."""
    monkeypatch.setattr(logging.getLogger("strawberry.execution"), "disabled", True)


# This town has no walls: what is tried here is the first one. It writes looks down as the real one does.
OPEN = f"""
    CREATE TABLE look (id uuid, at timestamptz, door text, request_id text, person_id uuid, key_id uuid, role text,
        unit_id uuid, prefecture_id uuid, operation text, purpose text, asked jsonb, columns jsonb, rows jsonb,
        listed jsonb);
    GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {DESK}, {GUEST}"""


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Memory[Plan]:
    """The reader's memory, empty at the start of the test."""
    kept: Memory[Plan] = Memory()
    monkeypatch.setattr(executor, "PLANS", kept)
    return kept


@pytest.fixture(scope="session")
def town_url(server: EmbeddedServer) -> str:
    async def prepare() -> None:
        connection = await asyncpg.connect(server.superuser_url("postgres"))
        await connection.execute(f"CREATE DATABASE {NAME} OWNER {ROLE}")
        await connection.execute(f"ALTER DATABASE {NAME} SET timezone TO '{TOKYO.key}'")
        await connection.close()
        await _open(server.url(NAME))
        await Tortoise.generate_schemas()
        await Tortoise.get_connection("default").execute_script(OPEN)
        await townsfolk.settle()
        await Tortoise.close_connections()

    asyncio.run(prepare())
    return server.url(NAME)


async def _open(url: str) -> None:
    config = database.config(url, database.CONNECTIONS)
    config["apps"] = {"town": {"models": ["tests.api.reading.town"], "default_connection": "default"}}
    await Tortoise.init(config=config, use_tz=True, timezone="UTC", _enable_global_fallback=True)


@pytest.fixture
def in_town(town_url: str) -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Play a story in the town, and hand back its result."""

    def go(story: Coroutine[Any, Any, Any]) -> Any:
        async def whole() -> Any:
            await _open(town_url)
            try:
                return await story
            finally:
                await Tortoise.close_connections()

        return asyncio.run(whole())

    return go
