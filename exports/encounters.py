"""接触一覧: when which unit met which body how and about what; no person, and nothing of what was written freely."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.actor import TOKYO
from domain.encounters import BUSINESS_LABELS, KIND_LABELS, LABELS, THEME_LABELS, ListedEncounter
from domain.japanese import Period
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_of

TITLE = "接触一覧"
COLUMNS = (
    Column("所属", "unit", 20),
    Column("団体名", "body", 30),
    Column("法人番号", "number", 15, Kind.CODE),
    Column("種別", "kind", 8),
    Column("テーマ", "theme", 18),
    Column("指導先の業態", "business", 18),
    Column("日付", "on", 12, Kind.DATE),
    Column("時刻", "clock", 8, Kind.CODE),
    Column("時間（分）", "minutes", 8, Kind.NUMBER),
    Column("状態", "status", 10),
    Column("次の対応の期限", "due", 14, Kind.DATE),
    Column("次の対応が済んだ日", "done", 16, Kind.DATE),
)
PRINTED = ("unit", "body", "kind", "theme", "on", "clock", "status", "due")


def encounters_file(listed: Sequence[ListedEncounter], period: Period, format: Format, now: datetime) -> File:
    """R08Q2_接触一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_of(period, TITLE, COLUMNS, [_row(one) for one in listed], format, now, printed=PRINTED)


def _row(listed: ListedEncounter) -> Row:
    one, begins = listed.encounter, listed.encounter.starts_at.astimezone(TOKYO)
    return {
        "unit": listed.unit,
        "body": listed.body,
        "number": listed.corporate_number,
        "kind": KIND_LABELS[one.kind],
        "theme": THEME_LABELS[one.theme],
        "business": BUSINESS_LABELS[one.business] if one.business else "",
        "on": begins.date(),
        "clock": f"{begins:%H:%M}",
        "minutes": one.minutes,
        "status": LABELS[one.status],
        "due": one.next_due_on,
        "done": one.next_done_on,
    }
