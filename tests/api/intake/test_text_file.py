"""Text files of honest and of careless offices."""

from __future__ import annotations

import pytest

from api.intake.reading import read_table
from api.intake.table import CellKind
from domain.errors import Invalid, TooLarge
from tests.api.intake.books import text

ROWS = [["氏名", "住所"], ["髙橋 一郎", "見本市①番地, 2号"]]


def values(content: bytes, name: str = "名簿.csv") -> list[list[str]]:
    return [[cell.text for cell in row.cells.values()] for row in read_table(content, name).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_two_encodings_of_japanese_offices_are_read(encoding: str):
    assert values(text(*ROWS).encode(encoding)) == ROWS


@pytest.mark.parametrize("name", ["名簿.tsv", "名簿.txt", "名簿.csv"])
def test_tabs_separate_as_well_as_commas(name: str):
    assert values(text(*ROWS, separator="\t").encode(), name) == ROWS


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(ending: str):
    assert values(ending.join(["a,b", "c,d"]).encode()) == [["a", "b"], ["c", "d"]]


def test_rows_are_numbered_as_excel_shows_them():
    table = read_table('氏名,備考\n見本,"一行目\n二行目"\n,\n例示,\n'.encode(), "名簿.csv")
    assert [(row.number, row.at(0).text) for row in table.rows] == [(1, "氏名"), (2, "見本"), (4, "例示")]


def test_what_looks_like_a_formula_is_told_as_one():
    [row] = read_table('見本,"=""00123""",＝1+1,-1,@見本'.encode(), "名簿.csv").rows
    assert [cell.kind is CellKind.FORMULA for cell in row.cells.values()] == [False, True, True, False, False]


@pytest.mark.parametrize(
    "content",
    [
        "氏名\n見本".encode("utf-16"),
        b"\xff\xfe\x00\x81",
        "見本".encode("euc-jp") + b"\xff",
        b"a\x00b",
    ],
)
def test_other_encodings_are_refused_and_never_guessed(content: bytes):
    with pytest.raises(Invalid, match="CSV UTF-8"):
        values(content)


def test_a_quotation_mark_without_an_end_is_told_with_its_line():
    with pytest.raises(Invalid, match="2行目"):
        values('氏名\n"見本\n例示\n'.encode())


def test_a_cell_without_an_end_is_refused():
    with pytest.raises(Invalid, match="引用符"):
        values(b'"' + b"x" * 1_000_000)


def test_too_many_rows_are_refused():
    with pytest.raises(TooLarge, match="200,000行"):
        values(b"1\n" * 200_001)


def test_a_file_of_another_kind_is_refused_by_its_name():
    with pytest.raises(Invalid, match=r"\.xlsx"):
        values(b"a,b", "名簿.pdf")


def test_a_workbook_that_is_called_csv_is_still_a_workbook():
    with pytest.raises(Invalid, match="ブック"):
        values(b"PK\x03\x04", "名簿.csv")


def test_an_empty_file_has_no_rows():
    assert values(b"") == []
