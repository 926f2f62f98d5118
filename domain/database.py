"""The one PostgreSQL: which modules hold tables, how it is opened and closed and brought up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from tortoise import Tortoise
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_generator.operation_generator import OperationGenerator
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.migrations.writer import MigrationWriter
from tortoise.transactions import in_transaction

from domain.errors import Incomplete
from domain.walls import ROLES

MODELS = [
    f"domain.{concept}"
    for concept in (
        "journal",
        "idempotency",
        "outbox",
        "slots",
        "units",
        "people",
        "organizations",
        "calendar",
        "tokens",
        "accounts.account",
        "accounts.sessions",
        "accounts.throttling",
        "feeds",
        "volunteers.roster",
        "volunteers.consents",
        "volunteers.commissions",
        "activities.planning",
        "lectures.lecture",
        "lectures.assigning",
        "lectures.reporting",
        "agreements.agreement",
        "drills.participation",
        "drills.drill",
        "statistics.runs",
        "sealing",
        "looks",
        "retention.lists",
    )
]
APP = "renkei"
MIGRATIONS = "domain.migrations"
LOCK = 0x72656E6B6569  # "renkei": the advisory lock that migrating processes wait for
CONNECTIONS = 5
STATEMENTS = 400
# A page follows its rows' references one by one: the usual price of such a step, for turning disks, makes the planner
# read whole tables instead, once for every row of the page.
PLANNING = {"random_page_cost": "1.1"}
LONGEST_STATEMENT = 256 * 1024  # reading a deep selection is one statement, too long for the usual cache


async def open_database(url: str, *, connections: int = CONNECTIONS) -> None:
    """Connect the models to PostgreSQL for every task of this process. Instants come back aware, in UTC.

    `connections` is the most that are open at once. Whoever opens closes, in `finally`: an open connection
    keeps the process alive.
    """
    await Tortoise.init(config=config(url, connections), use_tz=True, timezone="UTC", _enable_global_fallback=True)


async def close_database() -> None:
    """Give back every connection."""
    await Tortoise.close_connections()


@asynccontextmanager
async def opened(url: str, *, connections: int = CONNECTIONS) -> AsyncIterator[None]:
    """The database, open for as long as the block lasts."""
    await open_database(url, connections=connections)
    try:
        yield
    finally:
        await close_database()


async def execute(statement: str, *values: object) -> None:
    """One statement that no model can say, on the connection of the running transaction if there is one."""
    await Tortoise.get_connection("default").execute_query(statement, list(values))


async def rows(statement: str, *values: object) -> list[dict[str, Any]]:
    """What one statement that no model can say returns; `execute` would throw the rows of a change away."""
    return await Tortoise.get_connection("default").execute_query_dict(statement, list(values))


async def was_first(insert: str, *values: object) -> bool:
    """Whether our `INSERT … ON CONFLICT DO NOTHING RETURNING` went in; a twin's open transaction is waited for."""
    return bool(await rows(insert, *values))


def config(url: str, connections: int) -> dict[str, Any]:
    """What Tortoise wants to be told; what the address says of the pool wins."""
    connection = expand_db_url(url)
    given = connection["credentials"]
    settings = {"application_name": "renkei", "jit": "off", "timezone": "UTC", **PLANNING}
    usual = {
        "minsize": 1,
        "maxsize": connections,
        "statement_cache_size": STATEMENTS,
        "max_cacheable_statement_size": LONGEST_STATEMENT,
        "reset": _leave_as_it_is,
        "server_settings": settings,
    }
    connection["credentials"] = usual | given
    app = {"models": MODELS, "default_connection": "default", "migrations": MIGRATIONS}
    return {"connections": {"default": connection}, "apps": {APP: app}}


async def _leave_as_it_is(_: object) -> None:
    """What is done to a connection that goes back to the pool, where an open transaction has been rolled back already.

    Usually settings and locks of the session are given up, which doubles the way to the server for each statement;
    this program only has such as end with their transaction.
    """


async def migrate(url: str) -> list[str]:
    """Bring the database up to date and name the steps taken; all of them in one transaction, or none.

    Processes that migrate at once wait for each other; the later ones find nothing left to do.
    """
    steps: list[str] = []
    async with _alone(url) as apps, in_transaction() as transaction:
        await transaction.execute_query("SELECT pg_advisory_xact_lock($1)", [LOCK])
        await _must_have_roles()
        executor = MigrationExecutor(transaction, apps)
        # Reading a table that does not exist yet would end the transaction: make it before it is read.
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
        await executor.migrate(progress=lambda event, _, name: steps.append(name) if event == "apply_done" else None)
    return steps


ROLES_MISSING = """
    SELECT current_user AS owner, string_agg(name, ', ') AS missing FROM unnest($1::text[]) name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name AND pg_has_role(oid, 'MEMBER'))
    HAVING count(*) > 0"""


async def _must_have_roles() -> None:
    """Only somebody who may make roles can: that is who sets the database up, not the program."""
    for found in await rows(ROLES_MISSING, list(ROLES)):
        missing, owner = found["missing"], found["owner"]
        makes = " ".join(f"CREATE ROLE {name};" for name in missing.split(", "))
        raise Incomplete(
            f"データベースの役割 {missing} がないか、{owner} がその一員ではありません。"
            "データベースの管理者として次を実行してください（すでにある役割は GRANT だけ）: "
            f"{makes} GRANT {missing} TO {owner};"
        )


async def unapplied(url: str) -> list[str]:
    """The steps that `migrate` would take."""
    async with _alone(url) as apps:
        plan = await MigrationExecutor(Tortoise.get_connection("default"), apps).plan()
    return [step.migration.name for step in plan]


async def is_up_to_date() -> bool:
    """Whether the open database has every step this program brings; asks nothing of the models."""
    steps = {found.name for found in iter_modules(import_module(MIGRATIONS).__path__)}
    try:
        _, rows = await Tortoise.get_connection("default").execute_query("SELECT name FROM tortoise_migrations")
    except OperationalError:
        return False
    return steps <= {row["name"] for row in rows}


async def missing_migrations() -> list[str]:
    """What the models declare and no migration makes, one line each; needs no server."""
    async with offline() as detector:
        writers = await detector.changes()
    return [operation.describe() for writer in writers for operation in writer.operations]


async def make_migration(name: str) -> list[str]:
    """Write the migration for what the models changed, and name the files."""
    async with offline() as detector:
        writers = await detector.changes()
    for writer in writers:
        writer.name = f"{writer.name.split('_', 1)[0]}_{name}"
    return [str(writer.write()) for writer in writers]


async def make_first_migration() -> str:
    """Write 0001 anew from the models as they stand: only while no installation holds data to keep."""
    async with offline() as detector:
        empty = State(models={}, apps=StateApps())
        operations = OperationGenerator(empty, detector._current_state()).generate(app_labels=[APP])
    first = MigrationWriter("0001_initial", APP, operations, initial=True, migrations_module=MIGRATIONS)
    return str(first.write())


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[dict[str, dict[str, Any]]]:
    """A connection of its own, whether or not the process has the database open."""
    settings = config(url, 2)
    async with TortoiseContext() as context:
        await context.init(config=settings)
        yield settings["apps"]


@asynccontextmanager
async def offline() -> AsyncIterator[MigrationAutodetector]:
    """The models without a server: what can be asked of them, and what they declare."""
    settings = config("postgres://nobody@/nothing", 1)
    async with TortoiseContext() as context:
        await context.init(config=settings, init_connections=False)
        assert context.apps is not None, "init has loaded them"
        yield MigrationAutodetector(context.apps, settings["apps"])
