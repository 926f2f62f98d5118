"""開示の一式: a ZIP with everything as JSON and, for people, a CSV for each table with Japanese headings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from domain.actor import TOKYO
from domain.disclosure import Disclosure
from domain.japanese import clock, wareki
from domain.register import HOLDINGS, heading_in, heading_of
from exports.columns import Column, Row
from exports.csv import csv_bytes

READ_ME = "はじめにお読みください.txt"
WHOLE = "開示.json"
TOLD = ("before", "after")
"""The columns of the journal that hold another row's values."""


def disclosure_zip(found: Disclosure, now: datetime) -> bytes:
    """The archive; `now` is an aware instant and stands in it. Same input, same bytes."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in _files(found, now).items():
            archive.writestr(ZipInfo(name, now.astimezone(TOKYO).timetuple()[:6]), content, ZIP_DEFLATED)
    return file.getvalue()


def _files(found: Disclosure, now: datetime) -> dict[str, bytes]:
    tables = {f"{number:02}_{table_name(table)}.csv": _csv(table, rows) for number, (table, rows) in _numbered(found)}
    return {READ_ME: _about(found, now), WHOLE: _json(found), **tables}


def _numbered(found: Disclosure) -> list[tuple[int, tuple[str, list[dict[str, Any]]]]]:
    return list(enumerate(found.tables.items(), 1))


def table_name(table: str) -> str:
    """What a table is called in the register, without what a file name cannot hold."""
    return HOLDINGS[table].name.replace("／", "・").replace("/", "・")


def _json(found: Disclosure) -> bytes:
    told = {
        table_name(table): [
            {heading_of(table, name): value for name, value in _in_words(table, row).items()} for row in rows
        ]
        for table, rows in found.tables.items()
    }
    return json.dumps(told, ensure_ascii=False, indent=1, default=str).encode()


def _csv(table: str, rows: list[dict[str, Any]]) -> bytes:
    columns = [Column(heading_of(table, name), name) for name in rows[0]]
    return csv_bytes(columns, [_row(_in_words(table, row)) for row in rows])


def _in_words(table: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same; what the journal tells of a row under the headings of that row's own table."""
    if table != "journal":
        return row
    told = {name: {heading_in(row["kind"], key): value for key, value in row[name].items()} for name in TOLD}
    return {**row, **told}


def _row(row: Mapping[str, Any]) -> Row:
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str) if value else ""
    return "" if value is None else str(value)


def _about(found: Disclosure, now: datetime) -> bytes:
    lines = [
        f"作成日時: {wareki(now.astimezone(TOKYO).date())}{clock(now, wide=True)}",
        f"本人の番号: {found.person_id}",
        "",
        "この人について記録されているすべての表です。第三者の氏名と連絡先は伏せてあります。",
        "お渡しする前に、備考などの自由な文章に不開示とする情報（法78条）がないかを目で確かめてください。",
        "",
        *[
            f"{table_name(table)}: {len(rows)}件（利用目的: {HOLDINGS[table].purpose}）"
            for table, rows in found.tables.items()
        ],
    ]
    return "\r\n".join([*lines, ""]).encode("utf-8-sig")
