"""A real PostgreSQL for every test that asks for one: started once, emptied before each test, never mocked.

A test tells its story in a coroutine and gives it to `run`, which has the database open (up to five connections,
as the program's own role). Whoever does not ask for `run` needs no server.
"""

import asyncio
import fcntl
import gc
import logging
import os
import re
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import hypothesis
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api import embedded
from api.embedded import EmbeddedServer
from api.settling import OFTEN
from domain import migrating
from domain.accounts import passwords
from tests import apart, dealing, demonstrating, judging
from tests.demonstrating import Demo
from tests.make import Town
from tests.stage import ROWS, Stage

T = TypeVar("T")
TEMPLATE = "renkei_template"
PATIENCE = 200.0
"""Seconds for a story, less than a test has: the longest takes half a minute."""
NUMBERS = count(1)
Run = Callable[[Coroutine[Any, Any, T]], T]

# How long one example takes, or is thought of, says more about the machine than about the rule: no deadline.
# The same examples every time; `renkei check --full` draws many more, and new ones each time.
UNTIMED: Any = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow], "database": None}
hypothesis.settings.register_profile("sample", derandomize=True, **UNTIMED)
hypothesis.settings.register_profile("full", max_examples=2000, **UNTIMED)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="the long checks at full length")


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()
    hypothesis.settings.load_profile("full" if config.getoption("--full") else "sample")
    config.pluginmanager.register(apart)
    config.pluginmanager.register(dealing)
    config.pluginmanager.register(judging)


def pytest_collection_finish() -> None:
    """What all tests share is there now, and stays: it need not be looked through for garbage again and again."""
    gc.freeze()
    gc.set_threshold(OFTEN)
    gc.enable()


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the long checks run at full length; otherwise they take a seeded sample."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    with (
        tempfile.TemporaryDirectory(prefix="renkei-test-") as place,
        embedded.running(Path(place), careless=True) as up,
    ):
        yield up


@pytest.fixture(scope="session")
def template(server: EmbeddedServer) -> str:
    """The name of a database that was migrated once and holds nothing."""

    async def prepare() -> None:
        await _as_superuser(server, "postgres", f"CREATE DATABASE {TEMPLATE} OWNER {embedded.ROLE}")
        await migrating.migrate(server.url(TEMPLATE))
        await _as_superuser(server, TEMPLATE, ROWS)

    asyncio.run(prepare())
    return TEMPLATE


@pytest.fixture(scope="session")
def shared_url(server: EmbeddedServer, template: str) -> str:
    return asyncio.run(_copy(server, template))


@pytest.fixture(scope="session")
def stage(server: EmbeddedServer, shared_url: str, full: bool) -> Iterator[Stage]:
    stage = Stage(shared_url, server.superuser_url(urlsplit(shared_url).path[1:]), None if full else PATIENCE)
    yield stage
    stage.close()


@pytest.fixture
def run(stage: Stage) -> Run[Any]:
    """Play a story with the database open, and hand back its result; the first of a test finds no rows."""
    played = count()

    def go(story: Coroutine[Any, Any, T]) -> T:
        return stage.play(story, empty=next(played) == 0)

    return go


@pytest.fixture(scope="session")
def told_demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Demo]:
    """`renkei demo`, started once for all tests that look at it, in whichever process; and once more where that one
    has died of a test, which gives back its lock."""
    shared = tmp_path_factory.getbasetemp()
    told = os.open((shared if worker_id == "master" else shared.parent) / "told", os.O_RDWR | os.O_CREAT)
    fcntl.flock(told, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with demonstrating.running() as demo:
        yield demo


@pytest.fixture
def demo(told_demo: Demo) -> Demo:
    told_demo.must_run()
    return told_demo


@pytest.fixture
def database_url(stage: Stage) -> str:
    """The address of an up-to-date, empty database, for what opens one by itself."""
    stage.play(asyncio.sleep(0), empty=True)
    return stage.url


@pytest.fixture
def play(run: Run[Any], stage: Stage) -> Callable[[Callable[[Town], Coroutine[Any, Any, T]]], T]:
    """Play a story in a fresh town."""

    def go(story: Callable[[Town], Coroutine[Any, Any, T]]) -> T:
        async def whole() -> T:
            return await story(await stage.town())

        return run(whole())

    return go


@pytest.fixture
def migrated_database(server: EmbeddedServer, template: str) -> str:
    """The address of an up-to-date, empty database that no other test uses."""
    return asyncio.run(_copy(server, template))


@pytest.fixture(scope="session")
def new_database(server: EmbeddedServer) -> Callable[[], str]:
    """Make a database without tables, as an installation begins, and give its address."""

    def make() -> str:
        return asyncio.run(_copy(server, "template0"))

    return make


async def _copy(server: EmbeddedServer, template: str) -> str:
    name = f"renkei_test_{next(NUMBERS)}"
    await _as_superuser(server, "postgres", f"CREATE DATABASE {name} OWNER {embedded.ROLE} TEMPLATE {template}")
    return server.url(name)


async def _as_superuser(server: EmbeddedServer, name: str, statement: str) -> None:
    connection = await asyncpg.connect(server.superuser_url(name))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


OUR_LOGS = frozenset({"api", "domain", "exports", "jobs", "renkei", "seed"})
PERSONAL = re.compile(
    "試﨑|例塚|例山|例森|髙見本|すずめ三羽|[a-z0-9]+@(partner|police|home|school)|/(cal|rsvp|notices|confirm|own|welcome|reset)/[A-Za-z0-9_-]{20}"
)
"""Names, addresses, passwords and secret paths that the tests put in everywhere (`tests.make`)."""

WEAK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
NOBODYS = WEAK.hash("nobody's")


@pytest.fixture(autouse=True)
def passwords_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a second each is for whoever guesses; `test_passwords` overrides this, and has them as they are."""
    monkeypatch.setattr(passwords, "hasher", lambda: WEAK)
    monkeypatch.setattr(passwords, "NOBODYS", NOBODYS)


@pytest.fixture(autouse=True)
def no_error_and_nobody_was_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A test that means an error to be logged reads it and calls `caplog.clear()`. What belongs to somebody of the
    tests' town stands in no line that the program writes, in the whole run."""
    for name in OUR_LOGS:
        caplog.set_level(logging.INFO, name)
    yield
    logged = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    assert [record.getMessage() for record in logged if record.levelno >= logging.ERROR] == []
    ours = [record.getMessage() for record in logged if record.name.partition(".")[0] in OUR_LOGS]
    assert [said for said in ours if PERSONAL.search(said)] == []
