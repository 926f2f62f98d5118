"""Which rows an answer shows personal data of: PostgreSQL writes it into the answer, and here it is taken out again."""

from __future__ import annotations

from typing import Any

import orjson

from domain.values import dataclass

SEEN = "0"
"""No name or alias of GraphQL begins with a digit."""


@dataclass(frozen=True)
class Look:
    """That fields with personal data are read, or `asked` by, and in which operation; whether some are sensitive."""

    fields: frozenset[str]
    operation: str
    asked: frozenset[str] = frozenset()
    is_sensitive: bool = False


def taken_out(text: str) -> tuple[str, dict[str, int]]:
    """The answer as the client gets it, and the rows, each as `Model:id`, with how many persons it shows."""
    value, rows = orjson.loads(text), dict[str, int]()
    _take_out(value, rows)
    return orjson.dumps(value).decode(), rows


def _take_out(value: Any, rows: dict[str, int]) -> None:
    if isinstance(value, dict):
        if SEEN in value:
            found = value.pop(SEEN)
            rows.update(map(_counted, filter(None, found) if isinstance(found, list) else [found]))
        for inner in value.values():
            _take_out(inner, rows)
    elif isinstance(value, list):
        for inner in value:
            _take_out(inner, rows)


def _counted(found: str) -> tuple[str, int]:
    row, _, persons = found.partition(" ")
    return row, int(persons or 1)
