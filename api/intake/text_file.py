"""A .csv or .tsv as offices have them: UTF-8 with or without BOM, or CP932; commas or tabs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

from api.intake.table import LONGEST_CELL, MOST_COLUMNS, Row, Table, limited, text_cell
from domain.errors import Invalid

_BINARY = re.compile("[\x00\uf8f0-\uf8f3]")
"""NUL, and what Python makes of bytes that CP932 does not have."""


def read_text(content: bytes, name: str) -> Table:
    """Raises Invalid for what is no table of text, TooLarge for too many rows or columns."""
    text = _decoded(content)
    return Table(name, tuple(limited(_rows(text))))


def _decoded(content: bytes) -> str:
    """No guessing beyond the two: a detector reads CP932 「髙橋」 as Chinese."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _BINARY.search(text):
            return text
    raise Invalid(
        "文字コードが読み取れません。Excelの「名前を付けて保存」で「CSV UTF-8（コンマ区切り）」または"
        ".xlsx を選んで保存し直してください。",
        "file",
    )


def _rows(text: str) -> Iterator[Row]:
    """Numbered as Excel shows them: a line break inside quotes begins no new row."""
    csv.field_size_limit(LONGEST_CELL * 4)
    lines = csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    for number, values in _numbered(lines):
        if len(values) > MOST_COLUMNS:
            raise Invalid(f"{number}行目の列が多すぎます。区切り方を確かめてください。", "file")
        if cells := {at: text_cell(text) for at, value in enumerate(values) if (text := value.strip())}:
            yield Row(number, cells)


def _numbered(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        number += 1
        try:
            yield number, next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid(
                f"{number}行目の区切り方が読み取れません。引用符の対応を確かめるか、.xlsx で保存し直してください。",
                "file",
            ) from error


def _separator(text: str) -> str:
    head = text[:10_000]
    return "\t" if head.count("\t") > head.count(",") else ","
