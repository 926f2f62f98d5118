"""How much is possible: the bounds of every number that somebody types. Two digits too many would become a figure.

Each function answers the number as it is, or raises Invalid with the field, which says what can be written.
"""

from __future__ import annotations

from domain.errors import Invalid

MOST_PEOPLE = 100_000
"""人 at one event: no hall of a prefecture holds more."""

MOST_PIECES = 10_000_000
"""件, 枚, 部, and people who are reached by what is handed out or shown."""

DAY, FORTNIGHT = 24 * 60, 14 * 24 * 60
"""分; one appointment lasts at most a fortnight."""


def people(count: int, field: str, name: str, least: int = 0) -> int:
    """A number of people (人) who come together."""
    return _within(count, field, name, least, MOST_PEOPLE, "人")


def pieces(count: int, field: str) -> int:
    """A number of things (件, 枚, 部) or of people who were reached."""
    return _within(count, field, "件数・人数", 0, MOST_PIECES, "")


def minutes(count: int, field: str, name: str, most: int = FORTNIGHT, least: int = 1) -> int:
    """A length of time (分)."""
    return _within(count, field, name, least, most, "分")


def _within(count: int, field: str, name: str, least: int, most: int, unit: str) -> int:
    if not least <= count <= most:
        raise Invalid(f"{name}は{least}{unit}から{most:,}{unit}までで入力してください。", field=field)
    return count
