"""How the database is brought up to date, and how the steps for it are written from the models."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from typing import Any

from asyncpg import DeadlockDetectedError, LockNotAvailableError
from tortoise import Tortoise
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_generator.operation_generator import OperationGenerator
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.migrations.writer import MigrationWriter
from tortoise.transactions import in_transaction

from domain.database import APP, MIGRATIONS, config, rows
from domain.errors import Conflict, Incomplete
from domain.walls import ROLES

LOCK = 0x72656E6B6569  # "renkei": the advisory lock that migrating processes wait for
OLDEST = 15
"""The major version of PostgreSQL that is the least we run on."""
LONGEST_WAIT = "3s"
TRIES = 60
PAUSE = 20.0
"""Seconds. A step that waits for a table, for instance until a backup has been read out, keeps everybody waiting who
comes after it: so it lets go after `LONGEST_WAIT`, or once it crosses with somebody's work, and tries again."""
IN_USE = (LockNotAvailableError, DeadlockDetectedError)


async def migrate(url: str) -> list[str]:
    """Bring the database up to date and name the steps taken; all of them in one transaction, or none.

    Processes that migrate at once wait for each other; the later ones find nothing left to do. Raises Conflict where
    the tables are in use for twenty minutes on end.
    """
    for left in reversed(range(TRIES)):
        with suppress(*IN_USE):
            return await _take_steps(url)
        if left:
            await sleep(PAUSE)
    raise Conflict(
        "ほかの処理（控えの作成など）がデータベースを使い続けているため、更新できませんでした。何も変えていません。"
        "その処理が終わってから、もう一度実行してください。"
    )


async def _take_steps(url: str) -> list[str]:
    """Raises one of `IN_USE` where somebody holds a table."""
    steps: list[str] = []
    async with _alone(url) as apps, in_transaction("default") as transaction:
        await _must_be_new_enough()
        await _must_be_ours()
        await transaction.execute_query("SELECT pg_advisory_xact_lock($1)", [LOCK])
        await _must_have_roles()
        await transaction.execute_query("SELECT set_config('lock_timeout', $1, true)", [LONGEST_WAIT])
        executor = _Executor(transaction, apps)
        # Reading a table that does not exist yet would end the transaction: make it before it is read.
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
        await executor.migrate(progress=lambda event, _, name: steps.append(name) if event == "apply_done" else None)
    return steps


class _Tables(StateApps):
    """Models that steps know by their tables: what a step would ask them for is not prepared. Tortoise does so for all
    of them after each operation, which is more than half of the time in which a database is brought up to date."""

    def _build_initial_querysets(self) -> None:
        pass


class _Models(State):
    """What the steps so far have declared. Before each operation Tortoise also makes all models as they were, for
    whoever may ask; hardly any operation does, and it took two thirds of the time. So they are made when asked for."""

    def clone(self) -> State:
        return _Before({name: model.clone() for name, model in self.models.items()}, self.apps)


class _Before(State):
    def __init__(self, models: dict[tuple[str, str], ModelState], like: StateApps) -> None:
        self.models = models
        self._like = like

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]
        return self._like.clone(self.models)


class _Executor(MigrationExecutor):
    """Tortoise's, for steps that are written in SQL or say what tables look like; none asks a model for rows."""

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        state = _Models(models={}, apps=_Tables(default_connections={APP: "default"}))
        for key in self._full_plan():
            if key == upto:
                break
            step = self.loader.graph.nodes[key]
            assert step is not None, f"{key} was taken here, and is not among the steps of this program"
            if key in applied:
                await step.apply(state, dry_run=True)
        return state


async def must_be_able_to_begin(url: str) -> None:
    """Raises Incomplete where the server is too old or lacks the roles of the second wall, or the database is somebody
    else's or of another encoding; Conflict where anything is there already."""
    async with _alone(url):
        await _must_be_new_enough()
        await _must_be_ours()
        await _must_have_roles()
        if await rows(ANYTHING):
            raise Conflict(
                "このデータベースは空ではありません。新しいデータベースを作り、RENKEI_DATABASE_URL に設定してください。"
            )


ANYTHING = "SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1"

ROLES_MISSING = """
    SELECT current_user AS owner, string_agg(name, ', ') AS missing FROM unnest($1::text[]) name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name AND pg_has_role(oid, 'MEMBER'))
    HAVING count(*) > 0"""


async def _must_be_new_enough() -> None:
    """Nothing is begun that an older server would not understand half-way."""
    (found,) = await rows("SELECT current_setting('server_version_num')::int / 10000 AS major")
    if found["major"] < OLDEST:
        raise Incomplete(
            f"PostgreSQL {OLDEST} 以上が必要です（いまは {found['major']}）。新しいサーバーを用意してください。"
        )


OURS = """
    SELECT current_database() AS name, current_user AS owner, pg_encoding_to_char(encoding) AS encoding,
        has_schema_privilege('public', 'CREATE') AND has_database_privilege(oid, 'CREATE') AS is_ours
    FROM pg_database WHERE datname = current_database()"""


async def _must_be_ours() -> None:
    (found,) = await rows(OURS)
    name, owner, encoding = found["name"], found["owner"], found["encoding"]
    if encoding == "UTF8" and found["is_ours"]:
        return
    wrong = f"文字コードが {encoding} です（UTF8 が必要です）" if found["is_ours"] else f"{owner} のものではありません"
    raise Incomplete(
        f"データベース {name} は、{wrong}。データベースの管理者として、次のように作り直してください（中身があれば、"
        f"先に控えてください）: CREATE DATABASE {name} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0;"
    )


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


async def make_first_migration() -> list[str]:
    """Write 0001 anew from the models as they stand, and name the file: only while no installation holds data to
    keep."""
    async with offline() as detector:
        empty = State(models={}, apps=StateApps())
        operations = OperationGenerator(empty, detector._current_state()).generate(app_labels=[APP])
    first = MigrationWriter("0001_initial", APP, operations, initial=True, migrations_module=MIGRATIONS)
    return [str(first.write())]


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
