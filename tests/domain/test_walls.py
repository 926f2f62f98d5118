"""The second wall, tried with the first one switched off: models are asked for everything there is."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from asyncpg import ReadOnlySQLTransactionError
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.models import Model
from tortoise.transactions import in_transaction

from domain import database, idempotency, migrating, walls
from domain.actor import Actor, Role
from domain.agreements import Agreement
from domain.calendar import Appointment, Attendee
from domain.drills import Drill, Participation
from domain.errors import Invalid, Refused, TooLarge
from domain.journal import Entry
from domain.lectures import Lecture
from domain.organizations import Contact, Organization
from domain.outbox import Letter
from domain.people import Person
from domain.records import Owned
from domain.units import Unit, UnitKind
from domain.verbs import ALLOWED, verb
from domain.volunteers import Volunteer
from domain.walls import DESK, GUEST, Wall
from tests import make
from tests.clock import NOW
from tests.make import Town

# What nobody acts on behind a wall: the clock's turns and heads, which keys were sent, who knocked, the
# migrations, and what feeds were.
BEYOND = {
    "feed_state",
    "feed_entry",
    "slot",
    "idempotency_key",
    "journal_head",
    "knock",
    "familiar_network",
    "tortoise_migrations",
}


async def everything(model: type[Model], wall: Wall) -> list[Any]:
    async with in_transaction("default"), walls.behind(wall):
        return await model.all()


async def answered(wall: Wall, question: str, *values: object) -> str | None:
    """What a question for a text is told, over a connection that is there for reading behind such walls."""
    statement, given = walls.reading(question, len(values) + 1), [*values, *wall.ids]
    async with wall.readers() as connection:
        text: str | None = await connection.fetchval(statement, *given)
        return text


async def beside(town: Town) -> Town:
    """A second prefecture of its own, in the same database."""
    top = await another_prefecture(town)
    admin = replace(town.admin, prefecture_id=top.id, unit_id=top.id, units=(top.id,))
    first, second = [await make.station(admin, top, number) for number in (1, 2)]
    covered = (top.id, first.id, second.id)
    admin = replace(admin, units=covered)
    hq = await make.actor(admin, Role.HQ_LIAISON, top, covered)
    return replace(town, prefecture=top, section=top, station=first, other_station=second, admin=admin, hq=hq)


async def another_prefecture(town: Town) -> Unit:
    known = {name: getattr(town.prefecture, name) for name in ("version", "created_at", "updated_at", "kana_order")}
    named = {"name": "紅浜県警察", "search": "紅浜県警察", "domain": "police.benihama.example"}
    id = UUID(int=2)
    return await Unit.create(id=id, prefecture_id=id, kind=UnitKind.PREFECTURE, code="02", **named, **known)


async def full(town: Town) -> Actor:
    """A drill with two companies and a lecture; answers a contact of the first company."""
    mine, _ = await make.invited(town.hq, await make.drill(town.hq), "架空電力株式会社", "例示銀行株式会社")
    await make.lecture(town.hq)
    return make.outsider(town.hq, Role.PARTNER, mine)


def test_every_table_with_rows_of_a_prefecture_stands_behind_the_wall_for_both_roles(run: Any) -> None:
    async def story() -> None:
        tables = await database.rows("""
            SELECT relname, relrowsecurity, ARRAY(
                SELECT DISTINCT unnest(polroles)::regrole::text FROM pg_policy WHERE polrelid = pg_class.oid) AS roles
            FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace""")
        assert {row["relname"] for row in tables if not row["relrowsecurity"]} == BEYOND
        assert all(DESK in row["roles"] for row in tables if row["relname"] not in BEYOND)
        for table in BEYOND:
            for role in walls.ROLES:
                (may,) = await database.rows("SELECT has_table_privilege($1, $2, 'SELECT') AS it", role, table)
                assert may == {"it": False}

    run(story())


def test_neither_role_owns_logs_in_or_stands_above_the_wall(run: Any) -> None:
    async def story() -> None:
        (found,) = await database.rows(
            """SELECT bool_or(rolsuper OR rolcanlogin OR rolbypassrls OR rolcreaterole OR rolcreatedb) AS above,
                      EXISTS (SELECT FROM pg_class WHERE relowner = ANY(array_agg(pg_roles.oid))) AS owns
               FROM pg_roles WHERE rolname = ANY($1::text[])""",
            list(walls.ROLES),
        )
        assert found == {"above": False, "owns": False}

    run(story())


def test_whoever_asks_for_everything_gets_the_own_prefecture_only(play: Any) -> None:
    async def story(town: Town) -> None:
        other = await beside(town)
        await full(town)
        await full(other)
        for model in Owned.__subclasses__():
            if model is Unit or not await model.exists():
                continue
            rows = await everything(model, walls.for_reading(town.hq))
            assert {row.prefecture_id for row in rows} <= {town.prefecture.id}
            assert len(rows) == await model.filter(prefecture_id=town.prefecture.id).count(), model
        for model in (Entry, Letter):
            assert 0 < len(await everything(model, walls.for_reading(town.hq))) < await model.all().count()

    play(story)


def test_a_partner_who_asks_for_everything_gets_only_rows_that_carry_the_own_company(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await full(town)
        wall = walls.for_reading(partner)
        assert wall == Wall(GUEST, town.prefecture.id, partner.person_id, partner.organization_id)
        for model in (Contact, Participation):
            assert {row.organization_id for row in await everything(model, wall)} == {partner.organization_id}
        assert [row.id for row in await everything(Organization, wall)] == [partner.organization_id]
        assert [row.id for row in await everything(Person, wall)] == [partner.person_id]
        assert {row.organization_id for row in await everything(Attendee, wall)} == {partner.organization_id}
        assert await Lecture.exists()
        for model in (Lecture, Entry, Letter, Volunteer):
            assert await everything(model, wall) == []

    play(story)


def test_what_is_read_over_the_readers_connections_is_what_the_same_wall_shows(play: Any) -> None:
    async def story(town: Town) -> None:
        partner, other = await full(town), await beside(town)
        await full(other)
        for model in Owned.__subclasses__():
            ids = f"SELECT coalesce(string_agg(id::text, ' '), '') FROM {model._meta.db_table}"  # noqa: S608 - our own names
            for actor in (town.hq, partner, other.hq, town.hq):
                wall = walls.for_reading(actor)
                shown = {str(row.pk) for row in await everything(model, wall)}
                assert set((await answered(wall, ids) or "").split()) == shown, (actor.role, model)

    play(story)


def test_a_question_keeps_its_own_values_beside_those_of_the_wall(play: Any) -> None:
    async def story(town: Town) -> None:
        ids = [town.station.id, town.other_station.id]
        question = "SELECT count(*)::text FROM unit WHERE id = any($1) AND name <> $2"
        assert await answered(walls.for_reading(town.hq), question, ids, town.station.name) == "1"
        assert await answered(walls.for_reading(town.hq), "SELECT NULL::text") is None

    play(story)


def test_a_question_leaves_nothing_on_its_connection(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await full(town)
        for wall in (walls.for_reading(town.hq), walls.for_reading(partner)):
            assert int(await answered(wall, "SELECT count(*)::text FROM drill") or 0) > 0
            for _ in range(database.CONNECTIONS):
                async with wall.readers() as connection:
                    assert await connection.fetchval("SELECT count(*) FROM drill") == 0
                    assert await connection.fetchval("SELECT current_setting('renkei.prefecture', true)") in ("", None)

    play(story)


def test_readers_are_never_the_owner_write_nothing_and_are_impatient(play: Any) -> None:
    async def story(town: Town) -> None:
        await full(town)
        for role in walls.ROLES:
            async with Wall(role).readers() as connection:
                assert await connection.fetchval("SELECT current_user") == role
                limits = [await connection.fetchval(f"SHOW {name}_timeout") for name in ("statement", "lock")]
                assert limits == ["10s", "5s"]
                with pytest.raises(ReadOnlySQLTransactionError):
                    await connection.execute("UPDATE drill SET title = 'x'")
        assert not await Drill.filter(title="x").exists()

    play(story)


def test_nobody_without_a_prefecture_sees_anything(play: Any) -> None:
    async def story(town: Town) -> None:
        await full(town)
        for role in walls.ROLES:
            for model in (Person, Organization, Drill, Agreement, Entry):
                assert await everything(model, Wall(role)) == []

    play(story)


def test_a_row_cannot_be_put_into_another_prefecture_or_moved_there(play: Any) -> None:
    async def story(town: Town) -> None:
        company = await make.company(town.hq)
        with pytest.raises((OperationalError, IntegrityError), match="row-level security"):
            async with in_transaction("default"), walls.behind(walls.for_acting(town.hq)):
                await Organization.filter(id=company.id).update(prefecture_id=UUID(int=2))
        assert (await Organization.get(id=company.id)).prefecture_id == town.prefecture.id

    play(story)


def test_the_journal_and_letters_are_only_added_to(play: Any) -> None:
    async def story(town: Town) -> None:
        await full(town)
        for statement in ("DELETE FROM journal", "UPDATE journal SET fact = ''", "DELETE FROM letter"):
            with pytest.raises(OperationalError, match="permission denied"):
                async with in_transaction("default"), walls.behind(walls.for_acting(town.hq)):
                    await database.execute(statement)

    play(story)


def test_a_guest_changes_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await full(town)
        with pytest.raises(OperationalError, match="permission denied"):
            async with in_transaction("default"), walls.behind(walls.for_reading(partner)):
                await Person.filter(id=partner.person_id).update(phone="000-0000-9999")

    play(story)


async def standing() -> str:
    (row,) = await database.rows("SELECT current_user || current_setting('renkei.prefecture', true) AS it")
    return str(row["it"])


def test_after_a_verb_the_wall_before_it_stands_again_also_where_the_verb_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        async with in_transaction("default"):
            before = await standing()
            await make.company(town.hq)
            assert await standing() == before
            with pytest.raises(Invalid):
                await make.company(town.hq, "")
            assert await standing() == before
            async with walls.behind(Wall(DESK, UUID(int=7))):
                assert await standing() == f"{DESK}{UUID(int=7)}"
                with pytest.raises(Refused):
                    await make.company(town.hq, "")
                assert await standing() == f"{DESK}{UUID(int=7)}"
            assert await standing() == before
        assert (await standing()).startswith("renkei")

    play(story)


def test_under_a_key_a_verb_works_behind_the_same_wall_and_as_impatiently(play: Any, monkeypatch: Any) -> None:
    async def look(actor: Actor) -> Organization:
        (row,) = await database.rows("SELECT current_setting('lock_timeout') AS lock, current_setting('role') AS role")
        found.append((await standing(), *row.values(), await Organization.all().count()))
        return await Organization.filter(prefecture_id=actor.prefecture_id).first() or Organization(id=UUID(int=7))

    found: list[tuple[Any, ...]] = []

    async def story(town: Town) -> None:
        await make.company(town.hq)
        await make.company((await beside(town)).hq)
        monkeypatch.setitem(ALLOWED, f"{__name__}.look", frozenset(Role))
        for actor in (town.hq, replace(town.statistician, role=Role.NATIONAL)):
            wall = walls.for_acting(actor)
            for key in (None, "k-1"):
                await idempotency.once(
                    wall, actor.person_id, NOW, key, "", lambda actor=actor: verb(*Role)(look)(actor)
                )
        behind, keyed, outside, keyed_outside = found
        assert behind == keyed == (f"{DESK}{town.prefecture.id}", "5s", DESK, 1)
        assert outside[1:] == keyed_outside[1:] == ("0", "none", 2)
        assert (await standing()).startswith("renkei")

    play(story)


def test_a_verb_works_behind_the_wall_and_the_clock_outside(play: Any) -> None:
    async def story(town: Town) -> None:
        assert walls.for_acting(town.officer) == Wall(DESK, town.prefecture.id)
        guest = replace(town.officer, role=Role.SCHOOL)
        assert walls.for_acting(guest) == Wall(DESK, town.prefecture.id, asker=walls.for_reading(guest))
        assert walls.for_acting(replace(town.statistician, role=Role.NATIONAL)) == walls.OUTSIDE

    play(story)


def test_what_a_guest_points_to_is_looked_up_behind_their_own_wall_and_the_rest_behind_the_desks(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await full(town)
        everybody = await Person.all().count()
        for actor, shown in ((partner, 1), (town.officer, everybody)):
            assert not walls.is_for_guest()
            async with in_transaction("default"), walls.behind(walls.for_acting(actor)):
                assert walls.is_for_guest() is (actor is partner)
                assert await Person.all().count() == everybody > 1
                async with walls.as_asked():
                    assert await Person.all().count() == shown
                assert await Person.all().count() == everybody

    play(story)


def test_what_takes_too_long_is_given_up_and_the_clock_takes_its_time(play: Any, monkeypatch: Any) -> None:
    async def slowly(actor: Actor) -> None:
        await Organization.filter(prefecture_id=actor.prefecture_id).update(phone="000-0000-0009")
        await database.rows("SELECT pg_sleep(0.3)")

    async def story(town: Town) -> None:
        await make.company(town.hq)
        impatient = Wall(DESK, town.prefecture.id, patience=0)
        assert "statement_timeout = '0s'; SET LOCAL lock_timeout = '0ms'" in impatient.put_up()
        async with in_transaction("default"), walls.behind(Wall(DESK, town.prefecture.id)):
            limits = [await database.rows(f"SHOW {name}_timeout") for name in ("statement", "lock")]
        assert [[*one[0].values()] for one in limits] == [["10s"], ["5s"]]
        monkeypatch.setattr(Wall, "put_up", lambda wall: "SET LOCAL statement_timeout = '100ms'")
        monkeypatch.setitem(ALLOWED, f"{__name__}.slowly", frozenset(Role))
        with pytest.raises(TooLarge, match="時間内に終わりませんでした"):
            await verb(*Role)(slowly)(town.hq)
        assert (await Organization.get(name="架空電力株式会社")).phone == ""

    play(story)


def test_a_wall_that_went_with_its_transaction_is_put_up_again_in_the_next(play: Any) -> None:
    async def story(town: Town) -> None:
        wall = Wall(DESK, town.prefecture.id)
        async with walls.alone_behind(wall):
            pass
        async with in_transaction("default"), walls.behind(wall):
            assert await database.rows("SELECT current_user::text AS who") == [{"who": DESK}]

    play(story)


def test_the_bearer_of_a_link_meets_nobody_else_behind_it_and_no_other_prefecture(play: Any) -> None:
    async def story(town: Town) -> None:
        await full(town)
        theirs = await make.lecture((await beside(town)).hq)
        mine = await Attendee.filter(invited_at__isnull=False).order_by("id").first()
        assert mine is not None
        async with walls.alone_behind(walls.for_link(mine.prefecture_id, mine.person_id)):
            assert {one.person_id for one in await Attendee.all()} == {mine.person_id}
            assert {one.id for one in await Person.all()} == {mine.person_id}
            assert theirs.appointment_id not in {one.id for one in await Appointment.all()}
        part = await Participation.filter(organization_id__isnull=False).order_by("id").first()
        assert part is not None
        async with walls.alone_behind(walls.for_link(mine.prefecture_id, mine.person_id)):
            assert not await Participation.exists()
        async with walls.alone_behind(walls.for_link(mine.prefecture_id, mine.person_id, part.organization_id)):
            assert {one.organization_id for one in await Participation.all()} == {part.organization_id}
        async with walls.alone_behind(walls.for_link(mine.prefecture_id, None)):
            assert await Attendee.all().count() > 1
            assert {one.prefecture_id for one in await Appointment.all()} == {town.prefecture.id}
        assert len({one.prefecture_id for one in await Appointment.all()}) == 2

    play(story)


def test_a_database_without_the_roles_says_what_its_administrator_is_to_do(run: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(migrating, "ROLES", (*walls.ROLES, "renkei_nobody"))

    async def story() -> None:
        with pytest.raises(Refused, match="CREATE ROLE renkei_nobody; GRANT renkei_nobody TO renkei"):
            await migrating._must_have_roles()

    run(story())
