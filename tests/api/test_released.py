"""What was released stays as it was; what comes after only adds, so that the old program runs beside it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import asyncpg
import pytest
from tortoise import fields
from tortoise.migrations import operations as ops

from api import cli
from api.commands import makemigrations
from domain import database, migrating
from domain.actor import Actor
from domain.errors import Conflict
from domain.units import Unit
from tests import make, released
from tests.api.asking import change, read
from tests.api.test_situations import lists
from tests.contents import TABLES
from tests.released import Release

NEXT_STEPS = "from domain import migrations\n\n__path__ = [*migrations.__path__, *__path__]\n"
NEXT = """
from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("renkei", "{before}")]
    operations = [ops.RunSQL({told!r})]
"""


async def totals(actor: Actor) -> dict[str, int]:
    """How many rows each list says that there are, where its first ones can be read."""
    found = {}
    for name, _ in lists():
        page = await read(actor, f"{{ {name}(first: 5) {{ totalCount edges {{ node {{ id }} }} }} }}")
        found[name] = page[name]["totalCount"]
    return found


def step(*operations: Any, **more: Any) -> ModuleType:
    made = ModuleType("0009_later")
    made.__dict__.update(Migration=type("Migration", (), {"operations": operations}), **more)
    return made


ONLY_ADDS = (
    ops.AddField("Unit", "nickname", fields.CharField(max_length=20, null=True)),
    ops.AddField("Unit", "floor", fields.IntField(db_default=0)),
    ops.RunSQL("CREATE TABLE wish (id uuid PRIMARY KEY, text text NOT NULL UNIQUE)"),
    ops.RunSQL(["ALTER TABLE unit ADD COLUMN rank int NOT NULL DEFAULT 0", "CREATE INDEX by_rank ON unit (rank)"]),
)
TAKES_AWAY = (
    ops.AddField("Unit", "floor", fields.IntField(default=0)),
    ops.RemoveField("Unit", "phone"),
    ops.RenameField("Unit", "phone", "telephone"),
    ops.DeleteModel("Unit"),
    ops.AlterField("Unit", "phone", fields.CharField(max_length=5)),
    *map(
        ops.RunSQL,
        (
            "ALTER TABLE unit DROP COLUMN phone",
            "ALTER TABLE unit RENAME TO office",
            "ALTER TABLE unit ALTER COLUMN email SET NOT NULL",
            "ALTER TABLE unit ALTER phone TYPE int USING 0",
            "ALTER TABLE unit ADD COLUMN rank int NOT NULL",
            "ALTER TABLE unit ADD CONSTRAINT positive CHECK (rank > 0)",
            "CREATE UNIQUE INDEX one ON unit (phone)",
            ["SELECT 1", "REVOKE SELECT ON unit FROM renkei_desk"],
        ),
    ),
)


@pytest.mark.parametrize("operation", ONLY_ADDS)
def test_a_step_that_only_adds_may_be_taken_while_the_old_program_runs(operation: Any) -> None:
    assert released.contracting(step(operation)) == []


@pytest.mark.parametrize("operation", TAKES_AWAY)
def test_a_step_that_takes_away_waits_until_no_program_uses_what_goes(operation: Any) -> None:
    assert len(released.contracting(step(operation))) == 1
    assert len(released.contracting(step(operation, UNUSED_SINCE="0.3.0"), ["0.2.0"])) == 1
    assert released.contracting(step(operation, UNUSED_SINCE="0.2.0"), ["0.2.0"]) == []


def test_every_step_since_the_last_release_leaves_the_old_program_what_it_uses() -> None:
    known = released.released()
    versions = [one.version for one in known]
    found = {step.__name__: released.contracting(step, versions) for step in released.newer(known, released.steps())}
    assert {name: told for name, told in found.items() if told} == {}


def test_what_was_released_is_as_it_was(tmp_path: Path) -> None:
    assert released.changed(released.released(), released.steps()) == []
    (tmp_path / "0001_initial.py").write_text("as released")
    before = released.steps(tmp_path)
    (tmp_path / "0001_initial.py").write_text("changed since")
    known = [Release("0.1.0", tmp_path / "0.1.0.dump", before)]
    assert released.changed(known, before) == []
    assert released.changed(known, released.steps(tmp_path)) == ["0.1.0: 0001_initial"]
    assert released.changed(known, {}) == ["0.1.0: 0001_initial"]


def test_after_a_release_only_what_came_since_is_new_and_nothing_is_begun_anew(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    for version in ("0.10.0", "0.9.0"):
        (tmp_path / f"{version}.dump").touch()
        (tmp_path / f"{version}.steps").write_text("0001_initial x\n")
    known = released.released(tmp_path)
    assert [one.version for one in known] == ["0.9.0", "0.10.0"]
    now = ("0001_initial", "0002_rules")
    assert [module.__name__ for module in released.newer(known, now)] == ["domain.migrations.0002_rules"]
    assert released.newer([], now) == []
    monkeypatch.setattr(makemigrations, "RELEASED", tmp_path)
    assert cli.main(["makemigrations", "--fresh"]) == 1
    assert "公開した後" in capsys.readouterr().err


@contextmanager
def next_program(place: Path, statements: list[str]) -> Iterator[None]:
    """One that brings a step more than this one."""
    (place / "later").mkdir()
    (place / "later" / "__init__.py").write_text(NEXT_STEPS)
    (place / "later" / "9999_later.py").write_text(NEXT.format(before=sorted(released.steps())[-1], told=statements))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        patch.setattr(database, "MIGRATIONS", "later")
        yield


def test_an_old_program_runs_on_beside_the_schema_of_the_next(migrated_database: str, tmp_path: Path) -> None:
    """With its connections and the statements that it has prepared on them."""

    async def works(town: make.Town, name: str) -> int:
        assert "errors" not in await change(town.officer, "registerOrganization", kind="COMPANY", name=name)
        return (await totals(town.hq))["organizations"]

    async def story() -> None:
        async with database.opened(migrated_database):
            town = await make.town()
            assert await works(town, "架空商事") == 1
            tables = [row["tablename"] for row in await database.rows(TABLES)]
            later = [f"ALTER TABLE {table} ADD COLUMN later text" for table in tables]
            with next_program(tmp_path, [*later, "CREATE TABLE later (id uuid PRIMARY KEY)"]):
                assert await migrating.migrate(migrated_database) == ["9999_later"]
            assert await works(town, "架空電力") == 2
            assert await database.is_up_to_date()
            assert await Unit.exists()

    asyncio.run(story())


def test_a_step_waits_for_whoever_reads_a_table_without_keeping_others_waiting(
    migrated_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup reads every table for as long as it takes."""
    pauses: list[float] = []

    async def story() -> None:
        backup = await asyncpg.connect(migrated_database)
        reading = backup.transaction()
        await reading.start()
        await backup.fetch("SELECT id FROM unit")

        async def pause(seconds: float) -> None:
            await asyncio.wait_for(Unit.all().count(), 5)
            pauses.append(seconds)
            if len(pauses) == 2:
                await reading.rollback()

        monkeypatch.setattr(migrating, "sleep", pause)
        monkeypatch.setattr(migrating, "LONGEST_WAIT", "50ms")
        with next_program(tmp_path, ["ALTER TABLE unit ADD COLUMN later text"]):
            async with database.opened(migrated_database):
                monkeypatch.setattr(migrating, "TRIES", 1)
                with pytest.raises(Conflict):
                    await migrating.migrate(migrated_database)
                assert await migrating.unapplied(migrated_database) == ["9999_later"]
                monkeypatch.setattr(migrating, "TRIES", 3)
                assert await migrating.migrate(migrated_database) == ["9999_later"]
        await backup.close()

    asyncio.run(story())
    assert len(pauses) == 2


def test_a_step_that_crosses_with_somebodys_work_is_taken_anew(
    migrated_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both hold a table that the other wants: PostgreSQL ends whoever waited a second first, which is the step."""
    pauses: list[float] = []

    async def story() -> None:
        clerk = await asyncpg.connect(migrated_database)
        work = clerk.transaction()
        await work.start()
        await clerk.fetch("SELECT id FROM unit")

        async def pause(seconds: float) -> None:
            pauses.append(seconds)

        monkeypatch.setattr(migrating, "sleep", pause)
        steps = ["ALTER TABLE person ADD COLUMN later text", "ALTER TABLE unit ADD COLUMN later text"]
        with next_program(tmp_path, steps):
            step = asyncio.create_task(migrating.migrate(migrated_database))
            watching = await asyncpg.connect(migrated_database)
            for _ in range(1000):
                if await watching.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                    break
                await asyncio.sleep(0.01)
            await clerk.fetch("SELECT id FROM person")
            await work.rollback()
            assert await step == ["9999_later"]
        await watching.close()
        await clerk.close()

    asyncio.run(story())
    assert len(pauses) == 1
