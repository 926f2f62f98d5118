"""Workbooks: a table to print on A4, and beside it the same figures for machines.

The printed sheet has what an office expects (form number, title, notes, merged headings, thin borders, totals,
page numbers, headings on each page). The sheet データ has one heading row, no merged cells, no formulas, western
years. There is no formula anywhere and no text can become one; codes stay text. Same input, same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import groupby
from typing import Any
from unicodedata import east_asian_width

from exports.columns import Column, Kind, Row, Sheet, Table, Value, flat
from exports.text import NOT_APPLICABLE, is_formula_like, lines

__all__ = ["Column", "Kind", "Row", "Sheet", "Table", "Value", "xlsx"]

A4 = 9
DATA = "データ"
LINE_HEIGHT = 15
HIGHEST = 409
PADDING = 2
GAP = 0.7
WIDEST = 183
"""What A4 holds across at four fifths of the size, where 10 points are 8, in widths of a digit (5.25 points); each
column takes GAP besides."""
FIRST_EXCEL_YEAR = 1900
FONT = {"font_name": "BIZ UDゴシック", "font_size": 10, "valign": "vcenter"}
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"font_size": 14, "bold": True, "align": "center_across"},
    "form": {"align": "right"},
    "note": {},
    "box": {"border": 1},
    "head": {"align": "center", "text_wrap": True, "bg_color": "#EDEDED"},
    "flat head": {"bold": True, "align": "left", "indent": 1},
    "total": {"bold": True, "top": 6},
    "text": {"num_format": "@", "text_wrap": True, "align": "left", "indent": 1},
    "quoted": {"quote_prefix": True},
    "wareki": {"num_format": '[$-411]ggge"年"m"月"d"日"', "align": "center"},
    "iso": {"num_format": "yyyy-mm-dd", "align": "left", "indent": 1},
    # "_ " keeps a blank's distance from the border, where LibreOffice loses an indent.
    "number 0": {"num_format": '#,##0_ ;"△"#,##0_ ;0_ ;@_ ', "align": "right"},
    "number 1": {"num_format": '#,##0.0_ ;"△"#,##0.0_ ;0.0_ ;@_ ', "align": "right"},
    "number 2": {"num_format": '#,##0.00_ ;"△"#,##0.00_ ;0.00_ ;@_ ', "align": "right"},
    "plain number": {"num_format": "General", "align": "right"},
}


def xlsx(sheet: Sheet, created: datetime, more: Sequence[Sheet] = (), data: Table | None = None) -> bytes:
    """The workbook; `created` is an aware instant and stands in its properties, in UTC.

    `more` are further printed sheets behind the first; `data` is what the data sheet holds where it is not the
    first sheet's own figures. No two sheets have the same tab.
    """
    import xlsxwriter  # here, because a program that only answers never needs it

    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": lines(sheet.title), "created": created.astimezone(UTC).replace(tzinfo=None)})
        pen = _Pen(book)
        for printed in (sheet, *more):
            _print(_Page(book.add_worksheet(printed.tab), pen), printed)
        _list(_Page(book.add_worksheet(DATA), pen), *(data or flat(sheet)))
    return file.getvalue()


class _Pen:
    """Formats of one workbook by the names of their looks, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[tuple[str, ...], Any] = {}
        self.live: dict[str, bool] = {}

    def is_live(self, text: str) -> bool:
        """Whether a spreadsheet may take it for a formula, found out once: a data sheet says the same in each line."""
        if text not in self.live:
            self.live[text] = is_formula_like(text)
        return self.live[text]

    def __call__(self, *looks: str) -> Any:
        if looks not in self.made:
            merged = FONT | {name: value for look in looks for name, value in LOOKS[look].items()}
            self.made[looks] = self.book.add_format(merged)
        return self.made[looks]


class _Page:
    """One worksheet. Writing refuses what Excel could not hold instead of dropping it."""

    def __init__(self, paper: Any, pen: _Pen) -> None:
        self.paper = paper
        self.pen = pen

    def text(self, row: int, column: int, text: str, *looks: str) -> None:
        """An empty one leaves the cell empty, with its border."""
        quoted = ("quoted",) if self.pen.is_live(text) else ()
        write = self.paper.write_string if text else self.paper.write_blank
        self._done(write(row, column, text, self.pen(*looks, *quoted)))

    def value(self, row: int, column: int, value: Value, kind: Kind, *looks: str, day: str, number: str) -> None:
        match value:
            case None:
                figure = kind is Kind.NUMBER
                self.text(row, column, NOT_APPLICABLE if figure else "", *looks, number if figure else "text")
            case str():
                self.text(row, column, lines(value), *looks, "text")
            case date() if value.year < FIRST_EXCEL_YEAR:
                self.text(row, column, value.isoformat(), *looks, "text")
            case date():
                self._done(self.paper.write_datetime(row, column, value, self.pen(*looks, day)))
            case _:
                self._done(self.paper.write_number(row, column, value, self.pen(*looks, number)))

    @staticmethod
    def _done(code: int) -> None:
        if code:
            raise ValueError(f"a cell that no workbook can hold (code {code})")


def is_legible(columns: Sequence[Column]) -> bool:
    """Whether a sheet of these columns, fitted to the width of A4, still has letters of at least 8 points."""
    return sum(_width(column) + GAP for column in columns) <= WIDEST


def _print(page: _Page, sheet: Sheet) -> None:
    top = _caption(page, sheet)
    first = _head(page, sheet.columns, top)
    last = _body(page, sheet, first)
    for at, column in enumerate(sheet.columns):
        page.paper.set_column(at, at, _width(column))
    page.paper.print_area(0, 0, last, len(sheet.columns) - 1)
    page.paper.center_horizontally()
    _on_a4(page.paper, top, first)
    page.paper.set_footer("&C&P")  # not "of so many": the data sheet's pages would be among them


def _on_a4(paper: Any, top: int, first: int) -> None:
    """Landscape, one page wide, the headings from row `top` to before `first` on each page and in sight."""
    paper.set_landscape()
    paper.set_paper(A4)
    paper.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    paper.fit_to_pages(1, 0)
    paper.repeat_rows(top, first - 1)
    paper.freeze_panes(first, 0)


def _caption(page: _Page, sheet: Sheet) -> int:
    """Form number, title and notes; the row after them."""
    right = len(sheet.columns) - 1
    if sheet.form:
        page.text(0, right, lines(sheet.form), "form")
    for at in range(right + 1):
        page.text(1, at, lines(sheet.title) if at == 0 else "", "title")
    for row, note in enumerate(sheet.notes, start=2):
        page.text(row, 0, lines(note), "note")
    return 2 + len(sheet.notes)


def _head(page: _Page, columns: Sequence[Column], top: int) -> int:
    """One heading row, or two where columns have groups; the row after them."""
    grouped = any(column.group for column in columns)
    bottom = top + grouped
    numbered = enumerate(columns)
    for group, members in groupby(numbered, key=lambda pair: pair[1].group):
        spanned = [at for at, _ in members]
        if group:
            _merge(page, (top, spanned[0], top, spanned[-1]), group)
        for at in spanned:
            _merge(page, (bottom if group else top, at, bottom, at), _heading(columns[at]))
    page.paper.set_row(bottom, LINE_HEIGHT * max(_height(_heading(column), _width(column)) for column in columns))
    return bottom + 1


def _merge(page: _Page, area: tuple[int, int, int, int], text: str) -> None:
    if area[:2] != area[2:]:
        page.paper.merge_range(*area, "", page.pen("box", "head"))  # given a text, it would take "=" for a formula
    page.text(*area[:2], text, "box", "head")


def _heading(column: Column) -> str:
    return "\n".join([column.heading, *_what_it_counts(column)])


def _what_it_counts(column: Column) -> list[str]:
    """延べ, 中 and the unit, each in a line of its own that must not be broken: side by side they would be wider than
    most figures, and sheets that belong together would fall apart."""
    return [
        line for line in (column.counting, column.measure_label, f"（{column.unit}）" if column.unit else "") if line
    ]


def _width(column: Column) -> int:
    return max(column.width, *(_half_widths(line) + PADDING for line in ["", *_what_it_counts(column)]))


def _height(text: str, width: int) -> int:
    """How many lines a wrapped text takes: neither Excel nor its kin make room for it by themselves."""
    return sum(-(-_half_widths(line) // width) or 1 for line in text.split("\n"))


def _half_widths(text: str) -> int:
    return sum(2 if east_asian_width(character) in "FWA" else 1 for character in text)


def _body(page: _Page, sheet: Sheet, first: int) -> int:
    """The rows, or 該当なし, and the total; the last row."""
    for at, row in enumerate(sheet.rows, start=first):
        _row(page, at, sheet.columns, row, "box")
    after = first + len(sheet.rows)
    if not sheet.rows:
        for column in range(len(sheet.columns)):
            page.text(first, column, "" if column else "該当なし", "box", "text")
        after += 1
    if sheet.total is not None:
        _row(page, after, sheet.columns, sheet.total, "box", "total")
        after += 1
    return after - 1


def _row(page: _Page, at: int, columns: Sequence[Column], row: Row, *looks: str) -> None:
    for place, column in enumerate(columns):
        number = f"number {column.digits}"
        page.value(at, place, row[column.key], column.kind, *looks, day="wareki", number=number)
    high = max(_height(str(row[column.key]), _width(column)) for column in columns)
    page.paper.set_row(at, min(LINE_HEIGHT * high, HIGHEST))


def _list(page: _Page, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """One heading row and the plain values, with a filter and the heading kept in sight."""
    for place, column in enumerate(columns):
        page.text(0, place, column.label, "flat head")
        page.paper.set_column(place, place, column.width)
        for at, row in enumerate(rows, start=1):
            page.value(at, place, row[column.key], column.kind, day="iso", number="plain number")
    _on_a4(page.paper, top=0, first=1)
    page.paper.set_footer(f"&C{DATA}　&P")
    page.paper.set_start_page(1)
    page.paper.autofilter(0, 0, len(rows), len(columns) - 1)
