"""公衆無線LANアクセスポイント一覧: the list in the columns of the municipalities' open data (推奨データセット).

Whoever published the list that was taken in finds their lines again by NO. Nothing of what a survey has found is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from domain.wifi import WifiSpot
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_today

TITLE = "公衆無線LANアクセスポイント一覧"
COLUMNS = (
    Column("都道府県コード又は市区町村コード", "code", 10, Kind.CODE),
    Column("NO", "number", 8, Kind.CODE),
    Column("都道府県名", "prefecture", 10),
    Column("市区町村名", "municipality", 10),
    Column("名称", "name", 30),
    Column("名称_カナ", "kana", 30),
    Column("名称_英語", "english", 24),
    Column("住所", "address", 36),
    Column("方書", "building", 16),
    Column("緯度", "latitude", 12, Kind.CODE),
    Column("経度", "longitude", 12, Kind.CODE),
    Column("設置者", "installer", 24),
    Column("電話番号", "phone", 14, Kind.CODE),
    Column("内線番号", "extension", 8, Kind.CODE),
    Column("SSID", "ssid", 20),
    Column("提供エリア", "area", 16),
    Column("URL", "url", 24),
    Column("備考", "remarks", 24),
)
"""All of the data set, in its order; names of prefecture and municipality follow from the code, and are left empty."""

PRINTED = ("number", "name", "address", "installer", "ssid", "area", "phone")


def wifi_file(spots: Sequence[WifiSpot], format: Format, now: datetime) -> File:
    """公衆無線LANアクセスポイント一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_today(TITLE, COLUMNS, [_row(spot) for spot in spots], format, now, "箇所", printed=PRINTED)


def _row(spot: WifiSpot) -> Row:
    return {
        "code": spot.municipality_code,
        "number": spot.list_number,
        "prefecture": "",
        "municipality": "",
        "name": spot.name,
        "kana": spot.name_kana,
        "english": spot.name_english,
        "address": spot.address,
        "building": spot.building,
        "latitude": _degrees(spot.latitude),
        "longitude": _degrees(spot.longitude),
        "installer": spot.installer,
        "phone": spot.phone,
        "extension": spot.extension,
        "ssid": spot.ssid,
        "area": spot.area,
        "url": spot.url,
        "remarks": spot.remarks,
    }


def _degrees(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
