"""CSV as Japanese offices open it: every field quoted, CRLF (RFC 4180), UTF-8 with BOM, or CP932 where asked.

A text that a spreadsheet would run as a formula leaves with an apostrophe in front. Days are YYYY-MM-DD, figures
plain digits without separators, a figure that does not apply is "-".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO

from domain.japanese import cp932_or_refuse
from exports.columns import Column, Kind, Row, Value
from exports.text import NOT_APPLICABLE, is_formula_like, lines


def csv_bytes(columns: Sequence[Column], rows: Iterable[Row]) -> bytes:
    """UTF-8 with BOM, so that Excel does not guess."""
    return _table(columns, rows).encode("utf-8-sig")


def csv_cp932(columns: Sequence[Column], rows: Iterable[Row]) -> bytes:
    """For offices that need it; raises Invalid listing the characters that CP932 cannot say."""
    return cp932_or_refuse(_table(columns, rows), field="format")


def _table(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.label for column in columns])
    writer.writerows([_cell(row[column.key], column.kind) for column in columns] for row in rows)
    return text.getvalue()


def _cell(value: Value, kind: Kind) -> str:
    match value:
        case None:
            return NOT_APPLICABLE if kind is Kind.NUMBER else ""
        case str():
            return _guarded(lines(value))
        case date():
            return value.isoformat()
    return str(value)


def _guarded(text: str) -> str:
    return f"'{text}" if is_formula_like(text) else text
