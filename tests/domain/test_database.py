import asyncio
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from api import embedded
from api.embedded import EmbeddedServer
from domain import database, migrating
from domain.errors import Incomplete
from domain.journal import Entry
from tests import released
from tests.clock import NOW

COLUMNS = """
    SELECT table_name, column_name, is_nullable = 'YES', upper(data_type), coalesce(character_maximum_length::text,
        CASE WHEN data_type = 'numeric' THEN numeric_precision || ',' || numeric_scale END)
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'tortoise_migrations'
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
CALLED = {
    "CHARACTER VARYING": "VARCHAR",
    "INTEGER": "INT",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ",
    "BOOLEAN": "BOOL",
    "NUMERIC": "DECIMAL",
}


async def ask(url: str, question: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(question)
    finally:
        await connection.close()


def declared() -> set[tuple[str, str, bool, str]]:
    """Table, column, whether it may be empty, and the type, as the models say."""
    return {
        (model["table"], field["db_column"], field["nullable"], type_of(field["db_field_types"]))
        for model in Tortoise.describe_models().values()
        for field in [model["pk_field"], *model["data_fields"]]
    }


def type_of(names: dict[str, str]) -> str:
    found = names.get("postgres", names[""])
    return {"SERIAL": "INT", "BIGSERIAL": "BIGINT"}.get(found.split(" ")[0], found)


def test_the_migrations_make_everything_that_the_models_declare():
    assert asyncio.run(migrating.missing_migrations()) == []


def test_the_migrated_tables_are_those_of_the_models(run, shared_url):
    async def story() -> set[tuple[str, str, bool, str]]:
        return declared()

    found = set()
    for table, column, nullable, kind, length in asyncio.run(ask(shared_url, COLUMNS)):
        name = CALLED.get(kind, kind)
        found.add((table, column, nullable, f"{name}({length})" if length else name))
    assert found == run(story())


def test_every_reference_is_kept_by_the_database(run, shared_url):
    async def story() -> int:
        return sum(len(model["fk_fields"]) + len(model["o2o_fields"]) for model in Tortoise.describe_models().values())

    kept = asyncio.run(ask(shared_url, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"))
    assert kept[0][0] == run(story()) > 0


def test_processes_that_migrate_at_once_take_every_step_once(new_database):
    url = new_database()

    async def story() -> list[list[str]]:
        return await asyncio.gather(migrating.migrate(url), migrating.migrate(url), migrating.migrate(url))

    steps = sorted(asyncio.run(story()), key=len)
    assert steps[:2] == [[], []]
    assert steps[2][:2] == ["0001_initial", "0002_rules"]
    assert asyncio.run(migrating.unapplied(url)) == []


def test_a_database_that_was_never_migrated_knows_what_is_to_be_done(new_database):
    assert asyncio.run(migrating.unapplied(new_database()))[:2] == ["0001_initial", "0002_rules"]


@pytest.mark.parametrize(
    ("made", "wrong"),
    [
        (f"OWNER {embedded.SUPERUSER}", "のものではありません"),
        (f"OWNER {embedded.ROLE} ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'", "文字コードが LATIN1"),
    ],
)
def test_a_database_that_was_made_otherwise_is_left_alone_and_it_is_said_how_one_is_made(server, made, wrong):
    async def as_keeper(statement: str) -> None:
        keeper = await asyncpg.connect(server.superuser_url())
        await keeper.execute(statement)
        await keeper.close()

    for act in (migrating.migrate, migrating.must_be_able_to_begin):
        asyncio.run(as_keeper(f"CREATE DATABASE otherwise TEMPLATE template0 {made}"))
        try:
            with pytest.raises(Incomplete, match=wrong) as told:
                asyncio.run(act(server.url("otherwise")))
            assert f"CREATE DATABASE otherwise OWNER {embedded.ROLE} ENCODING 'UTF8'" in str(told.value)
            assert asyncio.run(ask(server.url("otherwise"), TABLES)) == []
        finally:
            asyncio.run(as_keeper("DROP DATABASE otherwise"))


def test_a_step_that_fails_leaves_the_database_as_it_was(new_database):
    url = new_database()
    in_the_way = "CREATE FUNCTION bigrams(text) RETURNS text[] LANGUAGE sql AS 'SELECT ARRAY[$1]'"
    asyncio.run(ask(url, in_the_way))
    with pytest.raises(OperationalError, match="bigrams"):
        asyncio.run(migrating.migrate(url))
    assert asyncio.run(ask(url, TABLES)) == []


LATER = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("renkei", "{before}")]
    operations = [
        ops.AlterField("Entry", "fact", fields.CharField(max_length=90)),
        ops.RenameField("Entry", "fact", "told"),
        ops.RemoveField("Entry", "seal"),
    ]
"""


def test_a_step_knows_how_a_table_was_before_it(new_database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whether it is taken with those before it or alone."""
    before = sorted(released.steps())[-1]
    (tmp_path / "wanted").mkdir()
    (tmp_path / "wanted" / "__init__.py").write_text(
        "from domain import migrations\n\n__path__ = [*migrations.__path__, *__path__]\n"
    )
    whole, alone = new_database(), new_database()
    asyncio.run(migrating.migrate(alone))
    (tmp_path / "wanted" / "9999_later.py").write_text(LATER.format(before=before))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(database, "MIGRATIONS", "wanted")
    assert asyncio.run(migrating.migrate(alone)) == ["9999_later"]
    assert asyncio.run(migrating.migrate(whole))[-1] == "9999_later"
    for url in (whole, alone):
        columns = {name: length for table, name, *_, length in asyncio.run(ask(url, COLUMNS)) if table == "journal"}
        assert columns["told"] == "90"
        assert columns.keys() & {"fact", "seal"} == set()


def test_the_driver_reads_the_address_itself_and_nothing_that_may_be_shown_has_the_password():
    asked = "target_session_attrs=primary&sslmode=verify-full"
    for address, shown in (
        (f"postgres://renkei:p%40ss@db1:6432,[::1]/renkei?{asked}", f"postgres://renkei@db1:6432,[::1]/renkei?{asked}"),
        (f"postgres://renkei@/renkei?host=/run/one,/run/two&{asked}", None),
    ):
        for pool in database.config(address, 3, replica=address)["connections"].values():
            told = pool["credentials"]
            assert (told["dsn"], told["password"]) == ((shown, "p@ss") if shown else (address, None))


def test_the_program_connects_without_superuser_rights(run):
    async def story() -> tuple[object, ...]:
        _, rows = await Tortoise.get_connection("default").execute_query(
            "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        return tuple(rows[0])

    assert run(story()) == ("renkei", False)


def test_a_long_statement_is_planned_for_its_own_values_however_often_it_is_asked(run):
    async def story() -> list[tuple[int, int]]:
        told, unknown = [], uuid4()
        for ask in (database.rows, database.rows_as_planned):
            statement = f"SELECT id AS {ask.__name__} FROM letter WHERE id = $1"  # noqa: S608
            async with in_transaction("default"):
                for _ in range(8):
                    await ask(statement, unknown)
                kept = "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement = $1"
                told += await database.records(kept, statement)
        return told

    assert run(story()) == [(5, 3), (8, 0)]


def test_a_story_has_several_real_connections(run):
    async def backend() -> int:
        _, rows = await Tortoise.get_connection("default").execute_query("SELECT pg_backend_pid(), pg_sleep(0.05)")
        return int(rows[0][0])

    async def story() -> set[int]:
        return set(await asyncio.gather(*(backend() for _ in range(database.CONNECTIONS))))

    assert len(run(story())) == database.CONNECTIONS == 5


def test_what_a_story_writes_stays_for_its_test_and_goes_before_the_next(run):
    async def write() -> None:
        await Entry.create(at=NOW, fact="tried", kind="test", row_id=uuid4(), before={}, after={}, salt="")

    async def written() -> int:
        return await Entry.all().count()

    async def begin_anew() -> None:
        await database.execute("SELECT empty_every_table()")

    run(write())
    assert run(written()) == 1
    run(begin_anew())
    assert run(written()) == 0


def test_nothing_is_begun_on_a_server_that_is_too_old(monkeypatch: pytest.MonkeyPatch, server: EmbeddedServer) -> None:
    monkeypatch.setattr(migrating, "OLDEST", 99)

    async def tables() -> list[asyncpg.Record]:
        with pytest.raises(Incomplete, match="PostgreSQL 99 以上"):
            await migrating.migrate(server.url())
        connection = await asyncpg.connect(server.url())
        found: list[asyncpg.Record] = await connection.fetch(migrating.ANYTHING)
        await connection.close()
        return found

    assert asyncio.run(tables()) == []
