"""The workbook as somebody else's program reads it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime, time
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from exports.sheet import Column, Kind, Row, Sheet, xlsx
from tests.exports.test_columns import COMPUTED, ROWS, SHEET

TEXT = Column("備考", "text", 20)
CODE = Column("番号", "code", 14, Kind.CODE)
DAY = Column("締結日", "day", 18, Kind.DATE)
NUMBER = Column("件数", "number", 10, Kind.NUMBER, "件")
TOP = 5  # form, title and three notes stand above the headings


def read(sheet: Sheet) -> Workbook:
    return openpyxl.load_workbook(BytesIO(xlsx(sheet, COMPUTED)))


def one(column: Column, value: object) -> openpyxl.cell.cell.Cell:
    """The first value under a plain heading of a printed sheet."""
    return read(Sheet("表", [column], [{column.key: value}])).worksheets[0].cell(4, 1)  # type: ignore[dict-item]


def midnight(day: date) -> datetime:
    """A day as openpyxl reads it."""
    return datetime.combine(day, time.min)


def test_the_printed_sheet_is_one_page_wide_on_a4_landscape_with_its_headings_on_each_page() -> None:
    page = read(SHEET).worksheets[0]
    assert (int(page.page_setup.paperSize), page.page_setup.orientation) == (9, "landscape")
    assert (page.sheet_properties.pageSetUpPr.fitToPage, page.page_setup.fitToHeight) == (True, 0)
    assert page.print_title_rows == "$6:$7"
    assert page.print_area == "'集計表'!$A$1:$F$10"
    assert (page.oddFooter.center.text, read(SHEET)["データ"].oddFooter.center.text) == ("&P", "データ　&P")


def test_the_printed_sheet_carries_form_number_title_and_notes() -> None:
    page = read(SHEET).worksheets[0]
    assert page["F1"].value == "別記様式第３号"
    assert page["A2"].value == SHEET.title
    assert [page.cell(row, 1).value for row in (3, 4, 5)] == list(SHEET.notes)


def test_headings_of_a_group_are_merged_above_and_single_ones_downwards() -> None:
    page = read(SHEET).worksheets[0]
    assert {str(area) for area in page.merged_cells.ranges} == {"A6:A7", "B6:B7", "C6:E6"}
    assert [page["C6"].value, page["C7"].value, page["F6"].value, page["F7"].value] == [
        "講話",
        "回数\n中\n（回）",
        "ボランティア",
        "人員\n実\n現在\n（人）",
    ]


def test_zero_and_not_applicable_are_told_apart_on_both_sheets() -> None:
    book = read(SHEET)
    assert [book.worksheets[0].cell(9, column).value for column in (3, 6)] == [0, "-"]
    values = {(row[6], row[9]): row[13] for row in book.worksheets[1].values}
    assert (values["=北署", "回数"], values["=北署", "人員"]) == (0, "-")


def test_the_last_row_is_the_given_total_and_is_not_added_up_here() -> None:
    page = read(SHEET).worksheets[0]
    assert [cell.value for cell in page[page.max_row]] == ["合計", None, 12, 1260, 18.5, 38]


def test_an_empty_table_says_so() -> None:
    page = read(replace(SHEET, rows=[], total=None)).worksheets[0]
    assert page.cell(page.max_row, 1).value == "該当なし"


def test_the_data_sheet_is_flat() -> None:
    page = read(SHEET)["データ"]
    rows = list(page.values)
    assert page.merged_cells.ranges == set()
    assert rows[0][:3] == ("期間", "開始日", "終了日")
    assert rows[0][-1] == "値"
    assert len(rows) == 1 + len(ROWS) * 4
    assert rows[1][:3] == ("2026年度第2四半期", midnight(date(2026, 7, 1)), midnight(date(2026, 9, 30)))
    assert page["B2"].number_format == "yyyy-mm-dd"


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", "\t=1", "\r=1", " =1", "=HYPERLINK(1)"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_not_even_when_the_cell_is_edited(text: str) -> None:
    cell = one(TEXT, text)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert cell.value.strip() == text.strip()


def test_not_even_a_heading_becomes_a_formula() -> None:
    columns = [TEXT._replace(heading="=1+1"), NUMBER._replace(group="=2+2"), DAY._replace(group="=2+2")]
    page = read(Sheet("=3+3", columns, [], notes=["=4+4"], form="=5+5")).worksheets[0]
    said = [cell for row in page.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert [cell.data_type for cell in said] == ["s"] * 5


def test_a_code_keeps_its_zeros_and_is_text() -> None:
    cell = one(CODE, "010006")
    assert (cell.value, cell.data_type, cell.number_format) == ("010006", "s", "@")


def test_a_day_is_a_real_date_shown_in_the_japanese_era() -> None:
    cell = one(DAY, date(2026, 4, 1))
    assert (cell.value, cell.is_date) == (midnight(date(2026, 4, 1)), True)
    assert cell.number_format == '[$-411]ggge"年"m"月"d"日"'


def test_a_long_text_gets_the_lines_it_needs() -> None:
    rows: list[Row] = [{"text": "短い"}, {"text": "長" * 30}, {"text": "一\n二\n三"}]
    page = read(Sheet("表", [TEXT], rows)).worksheets[0]
    assert [page.row_dimensions[row].height for row in (4, 5, 6)] == [None, 45, 45]


def test_a_day_before_excels_first_year_is_written_out() -> None:
    assert one(DAY, date(1899, 12, 31)).value == "1899-12-31"


def test_an_empty_text_or_day_stays_empty() -> None:
    assert (one(TEXT, None).value, one(DAY, None).value) == (None, None)


def test_a_decrease_carries_the_triangle_and_stays_a_number() -> None:
    cell = one(NUMBER, -3)
    assert (cell.value, cell.number_format) == (-3, '#,##0_ ;"△"#,##0_ ;0_ ;@_ ')


def test_a_text_too_long_for_a_cell_is_refused_not_dropped() -> None:
    with pytest.raises(ValueError, match="no workbook"):
        one(TEXT, "長" * 32768)


def test_the_same_table_gives_the_same_bytes_at_any_time() -> None:
    assert len({hashlib.sha256(xlsx(SHEET, COMPUTED)).digest() for _ in range(2)}) == 1
    with ZipFile(BytesIO(xlsx(SHEET, COMPUTED))) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.read("docProps/core.xml").count(b"2026-10-05T00:30:00Z") == 2


@settings(deadline=None, max_examples=40)
@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1))
@example("髙﨑𠮷神 塚👮‍♀️_x000D_&<>\"'")
@example("第1行\n第2行")
def test_any_text_is_read_back_as_typed(text: str) -> None:
    assert one(TEXT, text).value == text


@settings(deadline=None, max_examples=20)
@given(st.text(min_size=1))
@example("\x00\x01\x0b\ud800\x85\u2028")
def test_no_text_breaks_the_workbook(text: str) -> None:
    assert one(TEXT, text).data_type in ("s", "n")
