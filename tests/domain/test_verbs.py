"""Who may do what: every verb is asked by every role that may not, and refuses before it reads anything."""

import asyncio
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest

from domain.actor import Actor, Role
from domain.errors import NotAllowed
from domain.verbs import ALLOWED, BROKEN, ROUTINES
from tests.clock import NOW

SILENT = (Role.STATISTICIAN, Role.NATIONAL)


def named(verb: str) -> Any:
    module, _, name = verb.rpartition(".")
    return getattr(import_module(f"domain.{module}"), name)


@pytest.mark.parametrize("verb", sorted(ALLOWED))
def test_a_verb_refuses_every_role_that_it_is_not_for(verb: str) -> None:
    for role in set(Role) - ALLOWED[verb]:
        actor = Actor(role, NOW, uuid4(), uuid4(), uuid4())
        with pytest.raises(NotAllowed):
            asyncio.run(named(verb)(actor))


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
