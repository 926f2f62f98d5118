"""Every verb that can be told which version its caller has read, and whether it heeds that."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

import pytest

from domain import database
from domain.actor import Actor
from domain.errors import Conflict
from domain.records import Record
from domain.register.holdings import HOLDINGS
from domain.verbs import ALLOWED

Verb = Callable[..., Awaitable[Any]]


def versioned() -> set[str]:
    """The names of all verbs with a version."""
    return {name for name in ALLOWED if "version" in inspect.signature(_called(name)).parameters}


def _called(name: str) -> Verb:
    module, _, verb = name.rpartition(".")
    found: Verb = getattr(import_module(f"domain.{module}"), verb)
    return found


class Sweep:
    """Takes one step after the other, and notes which verbs they were."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    async def __call__(self, verb: Verb, actor: Actor, row: Record, **arguments: Any) -> Any:
        """The step is refused to whoever has read an older version, and changes nothing; to whoever has read this one
        it is granted, and leaves another version of the row."""
        self.taken.add(f"{verb.__module__.removeprefix('domain.')}.{verb.__name__}")
        version, before = await _version(row), await everything()
        with pytest.raises(Conflict) as refused:
            await verb(actor, row.id, version=version - 1, **arguments)
        assert refused.value.field == "version"
        assert await everything() == before
        answer = await verb(actor, row.id, version=version, **arguments)
        assert await everything() != before, f"{verb} has changed nothing, which proves nothing"
        assert await _version(row) > version, f"whoever has read what was before {verb} may still overwrite it"
        return answer


async def _version(row: Record) -> int:
    return (await type(row).get(id=row.id)).version


async def everything() -> dict[str, str]:
    """A word for each table, which is another as soon as a row of it is; PostgreSQL may look at several at once, and
    tells of them in any order."""
    of_one = "SELECT '{0}' AS name, md5(string_agg(t::text, ' ' ORDER BY t::text)) AS word FROM {0} t"
    words = await database.rows(" UNION ALL ".join(of_one.format(table) for table in sorted(HOLDINGS)))
    return {word["name"]: word["word"] for word in words}
