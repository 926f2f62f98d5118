"""CSV as Japanese offices open it: every field quoted, CRLF (RFC 4180), UTF-8 with BOM.

A text that a spreadsheet would run as a formula leaves with an apostrophe in front. Days are YYYY-MM-DD, figures
plain digits without separators, a figure that does not apply is "-".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO

from exports.columns import Column, Kind, Row, Value
from exports.text import NOT_APPLICABLE, is_formula_like, lines


def csv_bytes(columns: Sequence[Column], rows: Iterable[Row]) -> bytes:
    """The table as a file; the BOM is there so that Excel does not guess."""
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.label for column in columns])
    writer.writerows([_cell(row[column.key], column.kind) for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


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
