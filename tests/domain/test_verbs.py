"""Who may do what: every verb is asked by every role that may not, and refuses before it reads anything."""

import asyncio
from functools import partial
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from tortoise.exceptions import DoesNotExist, IntegrityError, OperationalError

from domain import database, idempotency, verbs, walls
from domain.actor import Actor, Role
from domain.errors import Conflict, NotAllowed, Refused, TooLarge
from domain.units import Unit
from domain.verbs import ALLOWED, BROKEN, ROUTINES
from tests import make
from tests.clock import NOW

SILENT = (Role.STATISTICIAN, Role.NATIONAL)


RENAMED = "UPDATE unit SET name = name || $1 WHERE id = $2"


def named(verb: str) -> Any:
    module, _, name = verb.rpartition(".")
    return getattr(import_module(f"domain.{module}"), name)


@pytest.mark.parametrize("verb", sorted(ALLOWED))
def test_a_verb_refuses_every_role_that_it_is_not_for(verb: str) -> None:
    for role in set(Role) - ALLOWED[verb]:
        actor = Actor(role, NOW, uuid4(), uuid4(), uuid4())
        with pytest.raises(NotAllowed):
            asyncio.run(named(verb)(actor))


def test_a_verb_lets_everybody_in_whom_it_is_for(run: Any) -> None:
    """They bring nothing along, and nobody knows them: it is something else that is told then."""

    async def told(verb: str, role: Role) -> str:
        try:
            await named(verb)(Actor(role, NOW, uuid4(), uuid4(), uuid4()))
        except (TypeError, DoesNotExist, Refused) as refusal:
            return str(refusal)
        return ""

    async def story() -> list[tuple[str, Role]]:
        each = [(verb, role) for verb, roles in ALLOWED.items() for role in sorted(roles)]
        return [one for one in each if "この操作をする権限がありません" in await told(*one)]

    assert run(story()) == []


def test_who_only_counts_changes_nothing() -> None:
    own = {"tokens.issue_own", "tokens.revoke_own"}  # the keys of one's own programs, as everybody's
    changing = {verb for verb, roles in ALLOWED.items() if roles & set(SILENT) and not verb.startswith("statistics.")}
    assert changing == own


def test_every_verb_is_for_somebody_and_none_is_a_routine_as_well() -> None:
    assert all(ALLOWED.values())
    assert set(ALLOWED) & ROUTINES == set()


def test_every_rule_of_the_database_that_is_told_in_words_stands_in_a_migration() -> None:
    rules = " ".join(
        statement
        for part in ("0002_rules",)
        for name, statements in vars(import_module(f"domain.migrations.{part}")).items()
        if name.isupper()
        for statement in statements
    )
    assert [rule for rule in BROKEN if rule not in rules] == []


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        ("40P01", Conflict),
        ("40001", Conflict),
        ("55P03", Conflict),
        ("57014", TooLarge),
        ("22012", OperationalError),
    ],
)
def test_what_the_database_gives_up_is_told_as_something_that_one_can_do_something_about(
    run: Any, state: str, refused: type[Exception]
) -> None:
    async def given_up(_: object) -> None:
        await database.execute(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")

    with pytest.raises(refused):
        run(verbs._in_one_transaction(given_up, walls.OUTSIDE, NOW))


@pytest.mark.parametrize("keys", [(None, None), ("mine", "yours")])
def test_two_whose_work_crosses_are_both_served_and_each_has_its_effect_once(
    run: Any, keys: tuple[str | None, str | None]
) -> None:
    """Each changes the row that the other wants next: PostgreSQL undoes one of them, which is then done again."""
    begun: list[str] = []

    async def story() -> list[int]:
        town = await make.town()
        first, second = town.station.id, town.other_station.id
        both_hold_one = asyncio.Barrier(2)

        async def rename(_: object, name: str, units: list[UUID]) -> Unit:
            begun.append(name)
            await database.execute(RENAMED, name, units[0])
            if begun.count(name) == 1:
                await both_hold_one.wait()
            await database.execute(RENAMED, name, units[1])
            return await Unit.get(id=units[0])

        async def asked(key: str | None, name: str, units: list[UUID]) -> None:
            act = partial(verbs._in_one_transaction, rename, walls.OUTSIDE, NOW, name, units)
            await idempotency.once(walls.OUTSIDE, town.hq.person_id, NOW, key, name, act)

        await asyncio.gather(asked(keys[0], "甲", [first, second]), asked(keys[1], "乙", [second, first]))
        return [
            unit.name.count("甲") + 10 * unit.name.count("乙") for unit in await Unit.filter(id__in=[first, second])
        ]

    assert run(story()) == [11, 11]
    assert len(begun) == 3


def test_inside_of_a_transaction_only_all_of_it_can_be_done_again(run: Any) -> None:
    begun: list[str] = []

    async def within(_: object) -> None:
        begun.append("within")
        if begun.count("within") == 1:
            await database.execute("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")

    async def around(now: object) -> None:
        begun.append("around")
        await verbs._in_one_transaction(within, walls.OUTSIDE, now)

    run(verbs._in_one_transaction(around, walls.OUTSIDE, NOW))
    assert begun == ["around", "within", "around", "within"]


def test_a_rule_of_the_database_without_words_is_a_mistake_of_the_program(run: Any) -> None:
    rule = "CREATE TEMP TABLE once (number int CONSTRAINT only_one UNIQUE) ON COMMIT DROP"

    async def twice(_: object) -> None:
        await database.execute(rule)
        await database.execute("INSERT INTO once VALUES (1), (1)")

    with pytest.raises(IntegrityError):
        run(verbs._in_one_transaction(twice, walls.OUTSIDE, NOW))
    assert "only_one" not in BROKEN


def test_what_the_program_does_wrong_by_itself_stays_what_it_is(run: Any) -> None:
    async def wrong(_: object) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        run(verbs._in_one_transaction(wrong, walls.OUTSIDE, NOW))
