"""未確認の連絡先一覧: as a list for the telephone, in each format."""

import csv
import io
from datetime import UTC, date, datetime
from uuid import UUID

import openpyxl
import orjson

from domain.campaigns import StaleContact
from exports.campaigns import COLUMNS, stale_file
from exports.files import Format

NOW = datetime(2027, 4, 9, 23, 0, tzinfo=UTC)
ONE = StaleContact(
    UUID(int=1),
    UUID(int=2),
    "青浜第1警察署",
    "架空電力株式会社",
    "EMERGENCY",
    "総務部",
    "主任",
    "例塚 恵",
    "000-0000-0001",
    "12",
    "夜間も可",
    date(2026, 4, 1),
)


def test_a_line_is_whom_to_call_and_how() -> None:
    file = stale_file([ONE], Format.CSV, NOW)
    assert file.name == "未確認の連絡先一覧_20270410.csv"
    [headings, row] = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    assert headings == [column.label for column in COLUMNS]
    told = dict(zip(headings, row, strict=True))
    assert (told["団体名"], told["役割"], told["電話"]) == ("架空電力株式会社", "夜間緊急", "000-0000-0001")
    assert (told["氏名"], told["前回確認した日"]) == ("例塚 恵", "2026-04-01")


def test_the_workbook_is_to_be_printed_and_the_json_to_be_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(stale_file([ONE], Format.XLSX, NOW).content))
    assert book.sheetnames == ["一覧", "データ"]
    [row] = orjson.loads(stale_file([ONE], Format.JSON, NOW).content)
    assert row["連絡の取れる時間"] == "夜間も可"
    assert orjson.loads(stale_file([], Format.JSON, NOW).content) == []
