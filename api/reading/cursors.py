"""Cursors: where a row stands in one order, as base64 of `[order, value, id]`, all three texts."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from api.reading.choices import Order
from domain.errors import Invalid

LONGEST = 4096
ENDS_OF_TIME = ("infinity", "-infinity")
KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
BIGGEST = 2**63


class Position(NamedTuple):
    """The value (as text that PostgreSQL casts) and the key behind which, or before which, a page lies."""

    value: str
    key: UUID


@lru_cache(128)
def unpack(cursor: str, order: Order, cast: str, field: str) -> Position:
    """INVALID for whatever is not a cursor that this order would have written. It is looked at when it comes, and asked
    for each of its parts."""
    try:
        if len(cursor) > LONGEST:
            raise ValueError(cursor[:50])
        made_for, value, key = json.loads(base64.b64decode(cursor, validate=True))
        if made_for != order.name or not KEY.fullmatch(key):
            raise ValueError(made_for)
        return Position(READ[cast](value), UUID(key))
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Invalid("カーソルがこの一覧のものではありません。最初のページから取り直してください。", field) from error


def _instant(text: str) -> str:
    if text in ENDS_OF_TIME:
        return text
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant.isoformat()


def _day(text: str) -> str:
    return text if text in ENDS_OF_TIME else date.fromisoformat(text).isoformat()


def _whole(text: str) -> str:
    number = int(text)
    if not -BIGGEST <= number < BIGGEST:
        raise ValueError(text)
    return str(number)


def _decimal(text: str) -> str:
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > 1000:
        raise ValueError(text)
    return str(number)


def _truth(text: str) -> str:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text


def _text(text: str) -> str:
    """PostgreSQL takes no NUL, and UTF-8 no half of a surrogate pair."""
    if "\0" in text:
        raise ValueError(text)
    return text.encode().decode()


READ: dict[str, Callable[[str], str]] = {
    "timestamptz": _instant,
    "date": _day,
    "bigint": _whole,
    "numeric": _decimal,
    "boolean": _truth,
    "uuid": lambda text: str(UUID(text)),
    "text": _text,
}
