"""From a table to records: find the heading, read row by row, tell every place that is wrong in one go."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import field
from typing import Any, Generic, TypeVar

from api.intake.heading import HEADING_WITHIN, Column, Heading, columns_under, find_heading, label
from api.intake.kind import Doubt, Field, Intake, Kind, Problem, Taken, Torn
from api.intake.table import Cell, CellKind, Row, Table
from api.intake.torn import as_far_as_read
from domain.errors import Invalid
from domain.japanese import shown
from domain.rosters import Unread
from domain.values import dataclass

T = TypeVar("T")

LONGEST_VALUE = 2_000
"""Characters that any reader has to look at; a file of 200,000 cells of 32,767 would keep one busy for minutes."""

OUR_SHEETS = ("記入のしかた", "選択肢")
"""The template's own further sheets, which nobody need be told about."""

LOST_ZEROS = (
    "数値として保存されたため、先頭の0が消えています。"
    "セルの書式を「文字列」にして、元の資料どおりに入力し直してください。"
)
UNFIT = {
    CellKind.FORMULA: "数式は読み込みません。セルをコピーし、値として貼り付けてください。",
    CellKind.ERROR: "エラー値です。正しい値を入力してください。",
}
TOO_LONG = "長すぎます。この列に合った短い値を入力してください。"
REPEATED = "（繰り返し）"
"""What is unread of a row that could be read, but is not taken in because another says the same."""
EMPTY_CELL = "空欄です。入力してください（結合したセルは解除し、行ごとに入力してください）。"


@dataclass
class _Reading(Generic[T]):
    """What grows while the rows are read."""

    kind: Kind[T]
    columns: list[Column]
    digits: dict[int, int]
    intake: Intake[T]
    torn: list[Torn[T]]
    seen: dict[Hashable, int] = field(default_factory=dict)


def parse(kind: Kind[T], table: Table) -> Intake[T]:
    """The records and the problems of a file; a row with a problem gives no record."""
    heading = find_heading(kind, table)
    if heading is None:
        return Intake([], [_no_heading(kind, table)])
    columns = columns_under(kind, heading)
    rows = [row for row in table.rows if row.number > heading.number]
    given = frozenset(attribute for column in columns for attribute in column.field.attributes)
    torn: list[Torn[T]] = []
    intake: Intake[T] = Intake([], list(_told_of_heading(kind, table, heading, columns)), given, torn)
    intake.problems.extend(_nameless(heading, rows))
    reading = _Reading(kind, columns, _longest_numbers(columns, rows), intake, torn)
    if not intake.is_refused:
        for row in rows:
            _take(reading, heading, row)
    return intake


def columns_of(kind: Kind[T], table: Table) -> list[Column]:
    """The recognised columns of a file, none where it has no heading."""
    heading = find_heading(kind, table)
    return columns_under(kind, heading) if heading else []


def _no_heading(kind: Kind[T], table: Table) -> Problem:
    usual = "、".join(field.headings[0] for field in kind.fields if field.required)
    remedy = f"見出しの行が{HEADING_WITHIN}行目までに見つかりません。「{usual}」などの見出しを1行に並べてください。"
    return Problem(table.rows[0].number if table.rows else 1, "", "", remedy)


def _told_of_heading(kind: Kind[T], table: Table, heading: Heading, columns: list[Column]) -> Iterator[Problem]:
    yield from _missing(kind, heading, columns)
    yield from _repeated_headings(heading, columns)
    known = {column.at for column in columns}
    for at, text in sorted(heading.texts.items()):
        if at not in known:
            yield Problem(heading.number, label(at, text), "", "この見出しの列は読み込みません。", is_warning=True)
    for title in [title for title in table.unread if title not in OUR_SHEETS]:
        remedy = f"シート「{shown(title)}」は読み込みません。読み込むのは1枚目のシートだけです。"
        yield Problem(heading.number, "", "", remedy, is_warning=True)


def _nameless(heading: Heading, rows: list[Row]) -> Iterator[Problem]:
    """Columns of which nobody says what they hold."""
    first: dict[int, int] = {}
    for row in rows:
        for at in row.cells:
            first.setdefault(at, row.number)
    for at in sorted(first.keys() - heading.texts.keys()):
        remedy = "見出しのない列に値があります。この列は読み込みません。要る列なら見出しを付けてください。"
        yield Problem(first[at], label(at, ""), "", remedy, is_warning=True)


def _missing(kind: Kind[T], heading: Heading, columns: list[Column]) -> Iterator[Problem]:
    given = {attribute for column in columns for attribute in column.field.attributes}
    for wanted in kind.fields:
        if wanted.required and not given.issuperset(wanted.attributes):
            usual = "、".join(heading for field in kind.giving(wanted.attributes[0]) for heading in field.headings)
            remedy = f"「{wanted.headings[0]}」の列がありません。次のどれかの見出しで列を設けてください: {usual}"
            yield Problem(heading.number, "", "", remedy)


def _repeated_headings(heading: Heading, columns: list[Column]) -> Iterator[Problem]:
    first: dict[str, Column] = {}
    for column in columns:
        earlier = first.setdefault(column.field.name, column)
        if earlier is not column:
            remedy = f"{earlier.label}と同じ意味の見出しです。使わないほうの列を削除してください。"
            yield Problem(heading.number, column.label, "", remedy)


def _longest_numbers(columns: list[Column], rows: list[Row]) -> dict[int, int]:
    """Of each column of own numbers the longest: a shorter one that became a number may have lost zeros."""
    own = [column.at for column in columns if column.field.own_number]
    return {at: max((_digits(row.at(at).text) for row in rows), default=0) for at in own}


def _digits(text: str) -> int:
    return len(text) if text.isdecimal() else 0


def _take(reading: _Reading[T], heading: Heading, row: Row) -> None:
    filled = [(column, row.at(column.at)) for column in reading.columns if column.at in row.cells]
    if not filled or _repeats_heading(filled, heading):
        return
    if _is_example(filled):
        remedy = "記入例の行なので読み飛ばしました。"
        reading.intake.problems.append(Problem(row.number, "", "", remedy, is_warning=True))
        return
    _finish(reading, row, *_read(reading, row, filled))


def _repeats_heading(filled: list[tuple[Column, Cell]], heading: Heading) -> bool:
    """Printed lists repeat their heading on every page."""
    return any(all(cell.text == row.at(column.at).text for column, cell in filled) for row in heading.rows)


def _is_example(filled: list[tuple[Column, Cell]]) -> bool:
    return len(filled) > 1 and all(cell.text == column.field.example for column, cell in filled)


def _read(reading: _Reading[T], row: Row, filled: list[tuple[Column, Cell]]) -> tuple[dict[str, Any], set[str]]:
    """The attributes that the row gives, and those that it would if a cell were not wrong or empty."""
    values: dict[str, Any] = {}
    unread: set[str] = set()
    for column, cell in sorted(filled, key=lambda one: one[0].field.spare):
        if remedy := _wrong(reading, column, cell, values):
            unread.update(column.field.attributes)
            reading.intake.problems.append(_problem(row, column, cell.text, remedy))
    for wanted in _blank(reading.kind, values.keys() | unread):
        unread.update(wanted.attributes)
        reading.intake.problems.append(_problem(row, _place(reading.columns, wanted), "", EMPTY_CELL))
    return values, unread


def _wrong(reading: _Reading[T], column: Column, cell: Cell, values: dict[str, Any]) -> str | None:
    """What is wrong with a cell; where nothing is, its value is taken."""
    if remedy := _unreadable(reading, column, cell):
        return remedy
    try:
        return _fill(values, column.field, column.field.read(cell.text))
    except Invalid as refused:
        became_number = column.field.code and cell.kind is CellKind.NUMBER
        return LOST_ZEROS if became_number else refused.message


def _unreadable(reading: _Reading[T], column: Column, cell: Cell) -> str | None:
    if len(cell.text) > LONGEST_VALUE:
        return TOO_LONG
    if cell.kind is CellKind.NUMBER and len(cell.text) < reading.digits.get(column.at, 0):
        return LOST_ZEROS
    return UNFIT.get(cell.kind)


def _fill(values: dict[str, Any], field: Field, value: Any) -> str | None:
    parts = value if field.fills else (value,)
    for attribute, part in zip(field.attributes, parts, strict=True):
        if values.setdefault(attribute, part) != part and not field.spare:
            return "同じ行のほかの列と食い違っています。どちらかを消すか、同じ値にしてください。"
    return None


def _blank(kind: Kind[T], told: set[str]) -> list[Field]:
    """The required columns of which nothing is told, not even something wrong."""
    return [field for field in kind.fields if field.required and not told.issuperset(field.attributes)]


def _place(columns: Sequence[Column], field: Field) -> Column | None:
    """Where an attribute is told: its own column, or another that fills it too."""
    candidates = [column for column in columns if set(field.attributes) & set(column.field.attributes)]
    own = [column for column in candidates if column.field is field]
    return next(iter([*own, *candidates]), None)


def _problem(row: Row, column: Column | None, found: str, remedy: str) -> Problem:
    return Problem(row.number, column.label if column else "", shown(found), remedy)


def _finish(reading: _Reading[T], row: Row, values: dict[str, Any], unread: set[str]) -> None:
    """The row's record, or what is left of it. How its columns go together is asked as far as they can be read."""
    kind, record = reading.kind, reading.kind.record(**(dict.fromkeys(unread) | values))
    legible = as_far_as_read(record, frozenset(unread))
    for place, remedy in _doubts(kind, legible):
        unread.update(told.attributes if (told := kind.telling(place)) else (place,))
        reading.intake.problems.append(told_at(kind, reading.columns, row, place, remedy))
    for place, remedy in _repeated(reading, row, legible):
        unread.add(REPEATED)
        reading.intake.problems.append(told_at(kind, reading.columns, row, place, remedy))
    if unread:
        reading.torn.append(Torn(row.number, record, frozenset(unread)))
    else:
        reading.intake.records.append(Taken(row.number, record))


def _doubts(kind: Kind[T], record: T) -> Iterator[Doubt]:
    for question in kind.doubts:
        with suppress(Unread):
            if doubt := question(record):
                yield doubt


def _repeated(reading: _Reading[T], row: Row, record: T) -> Iterator[Doubt]:
    with suppress(Unread):
        place, key = reading.kind.identity(record)
        first = reading.seen.setdefault(key, row.number)
        if first != row.number:
            yield Doubt(place, f"{first}行目と同じものです。どちらかの行を削除してください。")


def told_at(kind: Kind[T], columns: Sequence[Column], row: Row, name: str | None, remedy: str) -> Problem:
    """A problem of a row at the column of a field, or of the row as a whole where the file has no such column."""
    column = place_of(kind, columns, name)
    return _problem(row, column, row.at(column.at).text if column else "", remedy)


def place_of(kind: Kind[T], columns: Sequence[Column], name: str | None) -> Column | None:
    """The column of the file that tells a fact, where it has one."""
    field = kind.telling(name)
    return _place(columns, field) if field else None
