"""Rows are found by a text in their key: as by looking at all of them, of one's own prefecture, and by an index."""

import json
from random import Random
from typing import Any

import pytest
from tortoise import Tortoise

from api.benchmarks import filling
from domain import database, walls
from domain.actor import Role
from domain.organizations import Organization
from domain.searching import SEARCHED, found_in
from domain.table import models
from domain.walls import Wall
from tests import make
from tests.domain.test_walls import answered, beside
from tests.make import Town
from tests.test_house import modules

LETTERS = "アイイ架空電力%_\\'1𠮷"
IN_ORDER = f"unnest({found_in('organization', '$1')}) found"
FOUND = f"SELECT coalesce(string_agg(found::text, ' ' ORDER BY found), '') FROM {IN_ORDER}"  # noqa: S608 - our own words
READ = f"SELECT id FROM organization WHERE id = any({found_in('organization', '$1')})"  # noqa: S608 - our own words
THROUGH = "SELECT id FROM organization WHERE strpos(search, $1) > 0"


def some_text(dice: Random, most: int) -> str:
    return "".join(dice.choice(LETTERS) for _ in range(dice.randint(0, most)))


async def written(town: Town, keys: list[str]) -> None:
    """Bodies with these search keys."""
    body = await make.company(town.officer)
    shared = {name: getattr(body, name) for name in body._meta.fields_db_projection if name != "id"}
    rows = [Organization(**shared | {"search": key, "identity": f"name:{n}"}) for n, key in enumerate(keys)]
    await Organization.bulk_create(rows)


def test_what_is_found_by_the_index_is_what_a_look_at_every_row_finds(play: Any) -> None:
    async def story(town: Town) -> None:
        dice = Random(20261122)
        await written(town, [some_text(dice, 12) for _ in range(150)])
        rows = await Organization.all()
        wall = walls.for_reading(town.hq)
        found = 0
        for _ in range(250):
            key = some_text(dice, 4)
            said = (await answered(wall, FOUND, key) or "").split()
            assert said == sorted(str(row.id) for row in rows if key in row.search), key
            found += len(said)
        assert found > 1_000

    play(story)


def test_behind_a_wall_nothing_of_another_prefecture_is_found(play: Any) -> None:
    async def story(town: Town) -> None:
        other = await beside(town)
        ours, theirs = await make.company(town.hq), await make.company(other.hq)
        for who, body in ((town.hq, ours), (other.hq, theirs)):
            assert await answered(walls.for_reading(who), FOUND, "電力") == str(body.id)

    play(story)


def test_whatever_has_a_search_key_has_the_index_and_its_way_to_it(play: Any) -> None:
    async def story(_: Town) -> None:
        modules()
        keyed = {model._meta.db_table for model in models().values() if "search" in model._meta.fields_map}
        assert keyed - {"unit"} == set(SEARCHED)
        indexes = await database.rows("SELECT tablename FROM pg_indexes WHERE indexdef LIKE '%bigrams(%'")
        assert {row["tablename"] for row in indexes} == set(SEARCHED)
        for table in SEARCHED:
            await database.rows(f"SELECT {found_in(table, chr(39) * 2)}")
        with pytest.raises(LookupError):
            found_in("unit", "$1")

    play(story)


async def looked_at(wall: Wall, statement: str, key: str) -> tuple[int, str]:
    """How many blocks answering takes behind the wall, and by which plan."""
    async with wall.readers() as connection, connection.transaction():
        for name, id in zip(walls.SETTINGS, wall.ids, strict=True):
            await connection.fetchval("SELECT set_config($1, $2, true)", f"renkei.{name}", id)
        await connection.fetch(statement, key)
        text = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", key)
    plan = json.loads(text)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], text


def test_from_two_characters_on_no_role_reads_the_table_from_end_to_end(play: Any) -> None:
    async def story(town: Town) -> None:
        units, now = [town.station.id, town.other_station.id], town.hq.now
        await database.execute(filling.ORGANIZATIONS, now, units, town.prefecture.id, 4_000)
        await Tortoise.get_connection("default").execute_script("ANALYZE organization")
        [(pages,)] = await database.records("SELECT relpages FROM pg_class WHERE relname = 'organization'")
        guest = make.outsider(town.hq, Role.PARTNER, await make.contact(town.hq, await make.company(town.hq, "例")))
        for who in (town.hq, town.officer, guest):
            wall = walls.for_reading(who)
            for key in ("商事1234", "事7", "1234"):
                blocks, plan = await looked_at(wall, READ, key)
                assert "Seq Scan" not in plan
                assert blocks < pages, (who.role, key)
            if who is not guest:
                assert (await looked_at(wall, THROUGH, "1234"))[0] >= pages

    play(story)
