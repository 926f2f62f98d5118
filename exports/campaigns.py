"""未確認の連絡先一覧: whom to call of whom nobody has said since 1 April that all is right, body by body."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from domain.actor import TOKYO
from domain.campaigns import StaleContact
from domain.japanese import wareki
from domain.organizations import CONTACT_ROLE_LABELS, ContactRole
from exports.columns import Column, Kind, Row, Sheet
from exports.csv import csv_bytes
from exports.files import File, Format
from exports.names import file_name
from exports.sheet import xlsx

TITLE = "未確認の連絡先一覧"
COLUMNS = (
    Column("所属", "unit", 20),
    Column("団体名", "body", 28),
    Column("役割", "role", 10),
    Column("部署", "department", 20),
    Column("役職", "job_title", 14),
    Column("氏名", "name", 16),
    Column("電話", "phone", 16, Kind.CODE),
    Column("内線", "extension", 8, Kind.CODE),
    Column("連絡の取れる時間", "reachable", 18),
    Column("前回確認した日", "verified_on", 14, Kind.DATE),
)
PRINTED = ("body", "role", "department", "name", "phone", "extension", "reachable")


def stale_file(contacts: Sequence[StaleContact], format: Format, now: datetime) -> File:
    """未確認の連絡先一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    rows = [_row(contact) for contact in contacts]
    name = file_name(TITLE, f"{now.astimezone(TOKYO):%Y%m%d}", extension=format)
    return File(name, format.media_type, _bytes(rows, format, now))


def _bytes(rows: Sequence[Row], format: Format, now: datetime) -> bytes:
    if format is Format.CSV:
        return csv_bytes(COLUMNS, rows)
    if format is Format.JSON:
        return orjson.dumps([{column.heading: row[column.key] for column in COLUMNS} for row in rows])
    printed = [column for column in COLUMNS if column.key in PRINTED]
    notes = (f"{wareki(now.astimezone(TOKYO).date())}現在　{len(rows):,}人",)
    return xlsx(Sheet(TITLE, printed, rows, notes=notes, tab="一覧"), now, data=(COLUMNS, rows))


def _row(contact: StaleContact) -> Row:
    return {
        "unit": contact.unit,
        "body": contact.body,
        "role": CONTACT_ROLE_LABELS[ContactRole(contact.role)],
        "department": contact.department,
        "job_title": contact.job_title,
        "name": contact.name,
        "phone": contact.phone,
        "extension": contact.extension,
        "reachable": contact.reachable,
        "verified_on": contact.verified_on,
    }
