"""個人情報登録簿: one line for each file of personal data, as a workbook to print or as CSV.

The eleven items are those of 個人情報の保護に関する法律 75条1項; what only the holding body knows stays open for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.actor import TOKYO
from domain.japanese import wareki
from domain.register import HOLDINGS, Holding, heading_of
from domain.rights import DataClass
from exports.columns import Column, Row, Sheet
from exports.csv import csv_bytes
from exports.files import File, Format
from exports.sheet import xlsx

TITLE = "個人情報登録簿"
OPEN = "（保有機関が記入）"
COLUMNS = (
    Column("個人情報ファイルの名称", "name", 22),
    Column("保有機関・担当所属", "body", 18),
    Column("利用目的", "purpose", 30),
    Column("記録項目", "items", 44),
    Column("特に慎重に扱う項目", "sensitive", 24),
    Column("記録範囲（本人）", "whose", 24),
    Column("収集方法", "source", 26),
    Column("経常的提供先", "recipients", 18),
    Column("保存期間", "keep", 30),
    Column("保存期間の根拠", "basis", 20),
    Column("開示等の請求を受ける所属", "office", 18),
    Column("電算処理の有無", "machine", 12),
)


def register_rows() -> list[Row]:
    """One for each table that holds something of persons."""
    return [_row(table, holding) for table, holding in HOLDINGS.items() if holding.whose]


def _row(table: str, holding: Holding) -> Row:
    return {
        "name": holding.name,
        "body": OPEN,
        "purpose": holding.purpose,
        "items": "、".join(_items(table, holding)),
        "sensitive": "、".join(_items(table, holding, DataClass.SENSITIVE)) or "なし",
        "whose": holding.whose,
        "source": holding.source,
        "recipients": holding.recipients,
        "keep": holding.keep.said,
        "basis": holding.keep.basis,
        "office": OPEN,
        "machine": "有",
    }


def _items(table: str, holding: Holding, at_least: DataClass = DataClass.PUBLIC) -> Iterator[str]:
    """The items by their names for people."""
    for name, data in holding.listed:
        if data >= at_least:
            yield heading_of(table, name)


def register_file(format: Format, now: datetime) -> File:
    """The register as it stands in this version of the program; `now` is an aware instant."""
    rows, name = register_rows(), f"{TITLE}.{format.value}"
    if format is Format.CSV:
        return File(name, format.media_type, csv_bytes(COLUMNS, rows), len(rows))
    notes = (f"{wareki(now.astimezone(TOKYO).date())}作成。保存期間のうち「提案」は、保有機関が定めるまでの案です。",)
    return File(name, format.media_type, xlsx(Sheet(TITLE, COLUMNS, rows, notes=notes, tab="登録簿"), now), len(rows))


def register_text() -> str:
    """The register to read on a terminal: a paragraph for each file."""
    paragraphs = [
        "\n".join([f"■ {row['name']}", *[f"  {column.heading}: {row[column.key]}" for column in COLUMNS[1:]]])
        for row in register_rows()
    ]
    return "\n\n".join(paragraphs)
