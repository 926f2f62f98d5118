"""公衆無線LANアクセスポイント一覧: in the columns of the data set, without what surveys found, and read by us."""

import csv
import json
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl

from api.intake import WIFI_SPOTS, parse, read_table
from domain.wifi import WifiFacility, WifiSpot, WifiStatus
from exports.files import Format
from exports.wifi import COLUMNS, wifi_file
from tests.clock import NOW

SPOT = WifiSpot(
    facility=WifiFacility.PUBLIC_FACILITY,
    status=WifiStatus.NEEDS_IMPROVEMENT,
    name="見本市民会館",
    name_kana="ミホンシミンカイカン",
    installer="見本市",
    ssid="=MIHON-FREE",
    area="1階ロビー",
    list_number="0001",
    municipality_code="482013",
    address="見本市例示町1-2-3",
    latitude=Decimal("38.268895"),
    longitude=Decimal("140.872100"),
    phone="000-0000-0001",
    found_on=date(2026, 4, 1),
)
HEADINGS = (
    "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,名称_英語,住所,方書,緯度,経度,設置者,"
    "電話番号,内線番号,SSID,提供エリア,URL,備考"
)


def content(format: Format) -> Any:
    return wifi_file([SPOT], format, NOW).content


def test_the_columns_are_those_of_the_data_set_in_their_order() -> None:
    first, line = csv.reader(StringIO(content(Format.CSV).decode("utf-8-sig")))
    assert ",".join(first) == HEADINGS
    said = dict(zip(first, line, strict=True))
    assert (said["NO"], said["緯度"], said["経度"]) == ("0001", "38.268895", "140.872100")
    assert said["SSID"] == "'=MIHON-FREE", "no spreadsheet runs what a network is called"


def test_nothing_says_what_was_found_wanting() -> None:
    [said] = json.loads(content(Format.JSON))
    assert set(said) == {column.heading for column in COLUMNS}
    assert "NEEDS_IMPROVEMENT" not in content(Format.JSON).decode()


def test_the_workbook_has_a_page_for_paper_and_all_columns_behind_it() -> None:
    book = openpyxl.load_workbook(BytesIO(content(Format.XLSX)))
    assert book.sheetnames == ["一覧", "データ"]
    assert ",".join(str(cell.value) for cell in book["データ"][1]) == HEADINGS


def test_the_file_is_named_by_what_it_is_and_its_day() -> None:
    assert wifi_file([SPOT], Format.CSV, NOW).name == "公衆無線LANアクセスポイント一覧_20260701.csv"


def test_what_was_written_is_read_again_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "一覧.csv"
    path.write_bytes(wifi_file([SPOT], Format.CSV, NOW).content.replace(b"'=MIHON", b"MIHON"))
    intake = parse(WIFI_SPOTS, read_table(path, path.name))
    assert [problem for problem in intake.problems if not problem.is_warning] == []
    [taken] = intake.records
    read = vars(taken.record)
    for name in ("name", "name_kana", "installer", "area", "list_number", "municipality_code", "latitude", "longitude"):
        assert read[name] == getattr(SPOT, name), name
