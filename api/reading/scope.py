"""The scope of one actor as SQL: tables are entered as `FROM (<visible_to>) t`; the planner flattens it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from tortoise.queryset import QuerySet

from api.reading.declarations import Entity
from api.reading.sql import literal
from domain import criteria
from domain.actor import Actor

PLACE, WORD = re.compile(r"\$(\d+)"), re.compile("[A-Z_]+")
ANY_TIME = datetime(1, 1, 1, tzinfo=UTC)


class Scope(NamedTuple):
    """A select with `$1`, `$2` … and the values that belong there."""

    text: str
    values: tuple[Any, ...]


class Scopes(dict[Entity, Scope]):
    """What one actor may see of each type, found out when first asked."""

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self.asking = replace(actor, now=ANY_TIME)

    def __missing__(self, entity: Entity) -> Scope:
        self[entity] = remembered(entity, self.asking)
        return self[entity]


@lru_cache(2_000)
def remembered(entity: Entity, actor: Actor) -> Scope:
    """Writing a scope down takes longer than reading a small page. Who sees a row never depends on the instant."""
    return as_sql(entity.visible_to(actor))


def as_sql(rows: QuerySet[Any]) -> Scope:
    """The select behind a query set, without its order, which a page brings along itself.

    States, kinds and truth values, the same for many actors, stand in the text: PostgreSQL would put a list of
    parameters together for each row that it looks at, and knows what to expect of a value only where it sees it.
    """
    text, values = criteria.as_sql(rows)
    kept = list[Any]()

    def put(place: re.Match[str]) -> str:
        value = values[int(place[1]) - 1]
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str) and WORD.fullmatch(value):
            return literal(value)
        kept.append(value)
        return f"${len(kept)}"

    return Scope(PLACE.sub(put, text), tuple(kept))
