"""協議会への情報一覧: what was written for councils, what became of it and when; the envelope alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.actor import TOKYO
from domain.encounters import THEME_LABELS
from domain.information import LABELS, ListedInformation
from domain.japanese import Period
from domain.notices import HANDLING_LABELS
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_of

TITLE = "協議会への情報一覧"
COLUMNS = (
    Column("起案日", "on", 12, Kind.DATE),
    Column("所属", "unit", 20),
    Column("協議会", "council", 32),
    Column("件名", "title", 36),
    Column("テーマ", "theme", 18),
    Column("取扱い", "handling", 16),
    Column("状態", "status", 10),
    Column("決定日", "decided", 12, Kind.DATE),
    Column("提供先の数", "recipients", 8, Kind.NUMBER),
)


def information_file(listed: Sequence[ListedInformation], period: Period, format: Format, now: datetime) -> File:
    """R08Q2_協議会への情報一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_of(period, TITLE, COLUMNS, [_row(one) for one in listed], format, now)


def _row(listed: ListedInformation) -> Row:
    one = listed.information
    return {
        "on": one.created_at.astimezone(TOKYO).date(),
        "unit": listed.unit,
        "council": listed.council,
        "title": one.title,
        "theme": THEME_LABELS[one.theme],
        "handling": HANDLING_LABELS[one.handling],
        "status": LABELS[one.status],
        "decided": one.decided_at.astimezone(TOKYO).date() if one.decided_at else None,
        "recipients": one.recipient_count,
    }
