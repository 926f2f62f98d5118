"""Workbooks of honest offices: what Excel shows is what is read."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from api.intake.reading import read_table
from api.intake.table import Cell, CellKind, letter
from tests.api.intake.books import book, changed, drawn, sheet

TEXT, NUMBER, DATE = CellKind.TEXT, CellKind.NUMBER, CellKind.DATE


def cells(content: bytes) -> list[dict[int, Cell]]:
    return [row.cells for row in read_table(content, "名簿.xlsx").rows]


def values(content: bytes) -> list[list[str]]:
    return [[cell.text for cell in row.values()] for row in cells(content)]


def formatted(value: object, number_format: str) -> Cell:
    [row] = cells(drawn(lambda book, sheet: sheet.write(0, 0, value, book.add_format({"num_format": number_format}))))
    return row[0]


def test_texts_and_numbers_come_back_with_their_places():
    table = read_table(book(["氏名", "人数"], [None, None], ["見本 太郎", 12]), "名簿.xlsx")
    assert [(row.number, row.cells) for row in table.rows] == [
        (1, {0: Cell("氏名"), 1: Cell("人数")}),
        (3, {0: Cell("見本 太郎"), 1: Cell("12", NUMBER)}),
    ]


def test_rare_characters_of_names_survive():
    names = ["𠮷野", "髙橋", "山﨑", "塚\ufa10", "葛\U000e0100城", "神\ufa19"]
    assert values(book(names)) == [names]


def test_blanks_around_a_value_are_not_part_of_it():
    assert values(book(["　見本 太郎 \n", "  "])) == [["見本 太郎"]]


def test_a_book_written_by_another_program_reads_alike():
    workbook = Workbook()
    workbook.active.append(["氏名", "見本　太郎", 7000012050002, 0.5, date(2026, 4, 1), True])
    out = BytesIO()
    workbook.save(out)
    assert values(out.getvalue()) == [["氏名", "見本　太郎", "7000012050002", "0.5", "2026-04-01", "TRUE"]]


def test_every_value_is_what_an_independent_reader_sees():
    rows = [[f"値{row}", row * 1.1, row - 3, f"{row:05}", row * 10**9] for row in range(1, 300)]
    ours = [[row[at] for at in range(5)] for row in cells(book(*rows))]
    theirs = load_workbook(BytesIO(book(*rows))).active.iter_rows(values_only=True)
    seen = [[cell.text if cell.kind is TEXT else float(cell.text) for cell in row] for row in ours]
    assert seen == [[value if isinstance(value, str) else pytest.approx(value) for value in row] for row in theirs]


@pytest.mark.parametrize(
    "number_format",
    ["yyyy/m/d", "m/d/yyyy", '[$-411]ggge"年"m"月"d"日"', "[$-411]ge.m.d;@", 'yyyy"年"m"月"d"日"', "aaaa d", "[Red]d"],
)
def test_a_date_is_a_date_in_whatever_style_it_is_shown(number_format: str):
    assert formatted(datetime(2026, 4, 1), number_format) == Cell("2026-04-01", DATE)  # noqa: DTZ001 Excel's


@pytest.mark.parametrize("built_in", [14, 27, 30, 31, 36, 50, 57, 58])
def test_the_built_in_date_styles_of_japanese_excel_are_known(built_in: int):
    def restyle(styles: bytes) -> bytes:
        return styles.replace(b'<xf numFmtId="164"', f'<xf numFmtId="{built_in}"'.encode())

    content = drawn(lambda book, sheet: sheet.write(0, 0, 46113, book.add_format({"num_format": "0.000"})))
    assert cells(changed(content, {"xl/styles.xml": restyle}))[0][0] == Cell("2026-04-01", DATE)


@pytest.mark.parametrize("number_format", ["0", "#,##0", "0.00E+00", '0"名"', "General", '"日"0', "[Red]0", "G/標準"])
def test_a_number_is_no_date_because_of_letters_in_its_style(number_format: str):
    assert formatted(46113, number_format) == Cell("46113", NUMBER)


@pytest.mark.parametrize(
    ("serial", "shown"),
    [
        (46113.5625, "2026-04-01 13:30"),
        (0.5625, "13:30"),
        (1, "1900-01-01"),
        (61, "1900-03-01"),
        (2958465, "9999-12-31"),
    ],
)
def test_serial_days_become_the_dates_that_excel_shows(serial: float, shown: str):
    assert formatted(serial, "yyyy/m/d h:mm") == Cell(shown, DATE)


def test_a_book_that_counts_from_1904_is_read_as_such():
    content = drawn(lambda book, sheet: sheet.write(0, 0, 44651, book.add_format({"num_format": "yyyy/m/d"})))
    old_mac = changed(
        content, {"xl/workbook.xml": lambda xml: xml.replace(b"<workbookPr ", b'<workbookPr date1904="1" ')}
    )
    assert cells(old_mac)[0][0] == Cell("2026-04-01", DATE)


def test_zeros_that_a_style_shows_in_front_are_there():
    assert formatted(123, "00000") == Cell("00123", NUMBER)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("1.2E3", "1200"),
        ("7.000012050002E12", "7000012050002"),
        ("0.10000000000000001", "0.1"),
        ("-5", "-5"),
        ("3.0", "3"),
    ],
)
def test_numbers_are_plain_decimals(stored: str, shown: str):
    assert values(sheet(f"<sheetData><row><c><v>{stored}</v></c></row></sheetData></worksheet>")) == [[shown]]


def test_furigana_is_not_part_of_a_name():
    shared = '<c t="inlineStr"><is><t>見本</t><rPh sb="0" eb="2"><t>ミホン</t></rPh></is></c>'
    assert values(sheet(f"<sheetData><row>{shared}</row></sheetData></worksheet>")) == [["見本"]]


def test_characters_that_xml_cannot_hold_come_back():
    cell = '<c t="inlineStr"><is><t>a_x0009_b_x005F_x000D_</t></is></c>'
    assert values(sheet(f"<sheetData><row>{cell}</row></sheetData></worksheet>")) == [["a\tb_x000D_"]]


def test_text_in_several_styles_is_one_text():
    def draw(book, sheet):
        sheet.write_rich_string(0, 0, book.add_format({"bold": True}), "見本", " 太郎")

    assert values(drawn(draw)) == [["見本 太郎"]]


def test_a_formula_is_told_apart_from_its_last_result():
    def draw(book, sheet):
        sheet.write_formula(0, 0, "=A2&B2", value="見本太郎")
        sheet.write_string(0, 1, "=cmd|' /C calc'!A0")
        sheet.write_string(0, 2, "＝1+1")

    assert [cell.kind for cell in cells(drawn(draw))[0].values()] == [CellKind.FORMULA] * 3


def test_an_error_value_is_told_apart():
    assert cells(sheet('<sheetData><row><c t="e"><v>#N/A</v></c></row></sheetData></worksheet>')) == [
        {0: Cell("#N/A", CellKind.ERROR)}
    ]


def test_the_first_visible_sheet_is_read_and_the_others_are_named():
    def draw(book, sheet):
        sheet.write(0, 0, "隠れたシート")
        sheet.hide()
        book.add_worksheet("本編").write(0, 0, "見本")
        book.add_worksheet("控え").write(0, 0, "控え")
        book.worksheets()[1].activate()

    table = read_table(drawn(draw), "名簿.xlsx")
    assert [row.at(0).text for row in table.rows] == ["見本"]
    assert table.unread == ("控え",)


def test_a_cell_far_to_the_right_costs_nothing():
    table = read_table(drawn(lambda book, sheet: sheet.write(1_000_000, 16_383, "端")), "名簿.xlsx")
    assert [(row.number, row.cells) for row in table.rows] == [(1_000_001, {16_383: Cell("端")})]


def test_columns_are_named_as_excel_names_them():
    assert [letter(at) for at in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
