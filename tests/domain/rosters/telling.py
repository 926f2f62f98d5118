"""How these tests tell a roster, and what they look at afterwards."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.journal import Entry
from domain.rosters import Line, Problem, Rejected, Taken


def lines(*facts: dict[str, Any]) -> list[Line]:
    return [Line(number, one) for number, one in enumerate(facts, start=2)]


def cells(taken: Taken) -> list[tuple[int, str, Any, Any]]:
    return [(one.number, one.field, one.before, one.after) for one in taken.changes]


async def refused(verb: Callable[..., Awaitable[Taken]], actor: Any, *facts: dict[str, Any]) -> list[Problem]:
    """The problems of a roster that is not taken in; not a single row has been written."""
    before = await Entry.all().count()
    for dry_run in (True, False):
        with pytest.raises(Rejected) as told:
            await verb(actor, lines(*facts), dry_run=dry_run)
    assert await Entry.all().count() == before
    return list(told.value.problems)
