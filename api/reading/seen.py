"""Which rows an answer shows personal data of: PostgreSQL writes it into the answer, and here it is taken out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

SEEN = "0"
"""No name or alias of GraphQL begins with a digit."""


@dataclass(frozen=True)
class Look:
    """That fields with personal data are read, and in which operation."""

    fields: frozenset[str]
    operation: str


def taken_out(text: str) -> tuple[str, set[str]]:
    """The answer as the client gets it, and the rows, each as `Model:id`."""
    value, rows = orjson.loads(text), set[str]()
    _take_out(value, rows)
    return orjson.dumps(value).decode(), rows


def _take_out(value: Any, rows: set[str]) -> None:
    if isinstance(value, dict):
        if SEEN in value:
            rows.add(value.pop(SEEN))
        for inner in value.values():
            _take_out(inner, rows)
    elif isinstance(value, list):
        for inner in value:
            _take_out(inner, rows)
