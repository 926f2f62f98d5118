"""A list as a file: all columns in whichever form; a workbook has those to print in front where they are fewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from domain.actor import TOKYO
from domain.japanese import Period, wareki
from exports.columns import Column, Row, Sheet, list_notes
from exports.csv import csv_bytes
from exports.files import File, Format
from exports.names import file_name, period_part
from exports.sheet import xlsx


def listed_today(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    format: Format,
    now: datetime,
    unit: str,
    *,
    printed: Sequence[str] = (),
    on_paper: Sequence[Column] = (),
    said: Sequence[str] = (),
    more: Sequence[Sheet] = (),
) -> File:
    """団体一覧_20261001.csv: how it stands, of so many 団体 (`unit`). The workbook's first sheet has the columns of
    these keys, or all where it is the one that is taken in again; what stands `on_paper` is there in the place of the
    column with its heading. What is `said` stands under its title, `more` are sheets behind it. `now` is an aware
    instant."""
    notes = (*said, f"{wareki(now.astimezone(TOKYO).date())}現在　{len(rows):,}{unit}")
    sheet = Sheet(title, _shown(columns, on_paper, printed), rows, notes=notes, tab="一覧")
    return _file(file_name(title, _day(now), extension=format), sheet, columns, format, now, more)


def listed_of(
    period: Period,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    format: Format,
    now: datetime,
    *,
    printed: Sequence[str] = (),
    on_paper: Sequence[Column] = (),
) -> File:
    """R08Q2_接触一覧_20261001.csv: what was in a period; `printed` are the keys of the columns that fit on paper, all
    unless told, in their order. What stands `on_paper` is in no other form: a column more, where its key is told, or in
    the place of the one with its heading."""
    shown = _shown(columns, on_paper, printed)
    sheet = Sheet(title, shown, rows, notes=list_notes(period, now), tab="一覧")
    return _file(file_name(period_part(period), title, _day(now), extension=format), sheet, columns, format, now)


def _shown(columns: Sequence[Column], on_paper: Sequence[Column], keys: Sequence[str]) -> Sequence[Column]:
    known = {column.key: column for column in (*columns, *on_paper)}
    instead = {column.heading: column for column in on_paper}
    return [known[key] for key in keys] or [instead.get(column.heading, column) for column in columns]


def _file(
    name: str, sheet: Sheet, columns: Sequence[Column], format: Format, now: datetime, more: Sequence[Sheet] = ()
) -> File:
    return File(name, format.media_type, _bytes(sheet, columns, more, format, now), len(sheet.rows))


def _bytes(sheet: Sheet, columns: Sequence[Column], more: Sequence[Sheet], format: Format, now: datetime) -> bytes:
    if format is Format.CSV:
        return csv_bytes(columns, sheet.rows)
    if format is Format.JSON:
        return orjson.dumps([{column.heading: row[column.key] for column in columns} for row in sheet.rows])
    return xlsx(sheet, now, more, data=(columns, sheet.rows))


def _day(now: datetime) -> str:
    return f"{now.astimezone(TOKYO):%Y%m%d}"
