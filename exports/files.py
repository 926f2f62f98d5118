"""A file that leaves: its name, its media type and its bytes, whatever is in it."""

from __future__ import annotations

from enum import StrEnum

from domain.values import dataclass


class Format(StrEnum):
    """What a table may leave as."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
}


@dataclass(frozen=True)
class File:
    """`name` is as an office names it; `exports.names` makes the header of a download out of it. `rows` is how many are
    in it, whatever its form."""

    name: str
    media_type: str
    content: bytes
    rows: int
