"""CSV for machines and for Excel."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.columns import Column, Kind, Value, flat
from exports.csv import csv_bytes
from tests.exports.test_columns import SHEET

NAME = Column("名称", "name")
CODE = Column("団体コード", "code", kind=Kind.CODE)
DAY = Column("締結日", "day", kind=Kind.DATE)
COUNT = Column("件数", "count", kind=Kind.NUMBER, unit="件")


def cell(column: Column, value: Value) -> bytes:
    """What stands between the quotes of the only cell."""
    return csv_bytes([column], [{column.key: value}]).split(b"\r\n", 1)[1].removesuffix(b'"\r\n').removeprefix(b'"')


def test_the_file_starts_with_a_bom_and_quotes_everything_with_crlf() -> None:
    row: dict[str, Value] = {"name": '架空"電力", 株', "code": "010006", "day": date(2026, 4, 1), "count": 3}
    assert csv_bytes([NAME, CODE, DAY, COUNT], [row]) == (
        b"\xef\xbb\xbf"
        + '"名称","団体コード","締結日","件数（件）"\r\n"架空""電力"", 株","010006","2026-04-01","3"\r\n'.encode()
    )


@pytest.mark.parametrize("text", ["=1+1", "+81", "-1", "@a", "＝1", "＋1", "－1", "＠a", "\t1", "\r1", " =1", "\n=1"])
def test_a_text_that_could_run_is_disarmed(text: str) -> None:
    assert cell(NAME, text).startswith(b"'")


@pytest.mark.parametrize("text", ["青浜県", "a=1", "-", "03-0000", "'quoted'", ""])
def test_a_harmless_text_is_left_alone(text: str) -> None:
    assert cell(NAME, text) == text.encode()


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, b"0"), (None, b"-"), (-3, b"-3"), (1234567, b"1234567"), (1.5, b"1.5"), (Decimal("0.10"), b"0.10")],
)
def test_a_figure_is_plain_digits_and_zero_is_not_absence(value: Value, written: bytes) -> None:
    assert cell(COUNT, value) == written


def test_what_is_not_known_is_empty() -> None:
    assert (cell(NAME, None), cell(DAY, None), cell(CODE, None)) == (b"", b"", b"")


def test_the_flat_table_of_a_sheet_is_also_its_csv() -> None:
    read = list(csv.DictReader(StringIO(csv_bytes(*flat(SHEET)).decode("utf-8-sig"))))
    assert {(row["所属"], row["項目"]): row["値"] for row in read}["'=北署", "人員"] == "-"
    assert {row["単位"] for row in read} == {"回", "人", "時間"}


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))), min_size=1))
def test_any_names_come_back_as_typed_but_for_the_guard(names: list[str]) -> None:
    data = csv_bytes([NAME], [{"name": name} for name in names]).decode("utf-8-sig")
    read = [row[0] for row in csv.reader(StringIO(data, newline=""))][1:]
    assert [text.removeprefix("'") for text in read] == [name.removeprefix("'") for name in names]
