"""How values look on the wire, and which texts are taken at all."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

import strawberry
from graphql import GraphQLError

LINE_BREAKS = frozenset("\t\n\r")
# Bidirectional overrides and isolates, and the separators that break calendars and mail headers.
REFUSED = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff")
REFUSED_CATEGORIES = frozenset({"Cc", "Cs"})


def is_clean(text: str) -> bool:
    """No control or bidirectional characters, no halves of any; line breaks and tabs are text."""
    return (text.isascii() and text.isprintable()) or all(_is_taken(character) for character in text)


def _is_taken(character: str) -> bool:
    if character in LINE_BREAKS:
        return True
    if character in REFUSED or _is_noncharacter(ord(character)):
        return False
    return unicodedata.category(character) not in REFUSED_CATEGORIES


def _is_noncharacter(point: int) -> bool:
    """U+FDD0–FDEF and the last two of every plane (Unicode 23.7)."""
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def unclean(value: Any, name: str = "") -> str | None:
    """The name of the first argument that holds a refused text, however deep; None if all are clean."""
    if isinstance(value, str):
        return None if is_clean(value) else name
    if isinstance(value, dict):
        return next((found for key, inner in value.items() if (found := unclean(inner, key)) is not None), None)
    if isinstance(value, list):
        return next((found for inner in value if (found := unclean(inner, name)) is not None), None)
    return None


def instant(text: str) -> datetime:
    """An ISO 8601 instant; one without an offset could mean two things and is refused."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise GraphQLError(
            f"「{text}」は日時ではありません。2026-07-08T13:00:00+09:00 の形で書いてください。"
        ) from error
    if moment.tzinfo is None:
        raise GraphQLError(f"「{text}」に時差がありません。日本時間なら末尾に +09:00 を付けてください。")
    return moment


DateTime = strawberry.scalar(
    name="DateTime",
    description="An instant, ISO 8601 with an offset, as 2026-07-08T13:00:00+09:00; answers are in UTC.",
    serialize=datetime.isoformat,
    parse_value=instant,
)
