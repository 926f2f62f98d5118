"""協定の締結団体一覧: the bodies that have consented to be named, for a web page; nobody else, and no person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from domain.actor import TOKYO
from domain.agreements import KIND_LABELS, PublicParty
from domain.japanese import wareki
from exports.columns import Column, Kind, Row, Sheet
from exports.csv import csv_bytes
from exports.files import File, Format
from exports.names import file_name
from exports.sheet import xlsx

TITLE = "協定締結団体一覧"
COLUMNS = (
    Column("団体名", "name", 36),
    Column("協定の種別", "kind", 18),
    Column("協定の名称", "title", 40),
    Column("参画日", "since", 12, Kind.DATE),
    Column("担当所属", "unit", 24),
)


def public_parties_file(parties: Sequence[PublicParty], format: Format, now: datetime) -> File:
    """協定締結団体一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    rows = [_row(party) for party in parties]
    day = now.astimezone(TOKYO)
    return File(file_name(TITLE, f"{day:%Y%m%d}", extension=format), format.media_type, _bytes(rows, format, now))


def _bytes(rows: Sequence[Row], format: Format, now: datetime) -> bytes:
    if format is Format.CSV:
        return csv_bytes(COLUMNS, rows)
    if format is Format.JSON:
        return orjson.dumps([{column.heading: row[column.key] for column in COLUMNS} for row in rows])
    notes = (f"{wareki(now.astimezone(TOKYO).date())}現在　公表に同意した{len(rows):,}団体（延べ）",)
    return xlsx(Sheet(TITLE, COLUMNS, rows, notes=notes, tab="一覧"), now, data=(COLUMNS, rows))


def _row(party: PublicParty) -> Row:
    return {
        "name": party.name,
        "kind": KIND_LABELS[party.kind],
        "title": party.title,
        "since": party.acceded_on,
        "unit": party.unit_name,
    }
