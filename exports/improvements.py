"""改善事項一覧: what drills have left to be done, by when and by which officer, who is named in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.actor import TOKYO
from domain.drills import IMPROVEMENT_LABELS, ListedImprovement
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_today
from exports.text import one_line

TITLE = "改善事項一覧"
COLUMNS = (
    Column("所属", "unit", 18),
    Column("訓練", "drill", 30),
    Column("訓練の日", "drill_on", 12, Kind.DATE),
    Column("団体名", "organization", 26),
    Column("改善事項", "what", 40),
    Column("状態", "status", 12),
    Column("起票日", "raised_on", 12, Kind.DATE),
    Column("期限", "due_on", 12, Kind.DATE),
    Column("期限超過", "is_overdue", 8),
    Column("担当者", "owner", 14),
    Column("対応した日", "done_on", 12, Kind.DATE),
    Column("決着した日", "settled_on", 12, Kind.DATE),
    Column("引継ぎ先の訓練", "carried_to", 30),
)


def improvements_file(listed: Sequence[ListedImprovement], format: Format, now: datetime) -> File:
    """改善事項一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_today(TITLE, COLUMNS, [_row(one, now) for one in listed], format, now, "件")


def _row(listed: ListedImprovement, now: datetime) -> Row:
    item = listed.improvement
    is_overdue = item.settled_on is None and item.due_on < now.astimezone(TOKYO).date()
    return {
        **{name: getattr(item, name) for name in ("raised_on", "due_on", "done_on", "settled_on")},
        "unit": listed.unit,
        "drill": one_line(listed.drill.title),
        "drill_on": listed.drill.starts_at.astimezone(TOKYO).date(),
        "organization": listed.body,
        "what": one_line(item.what),
        "status": IMPROVEMENT_LABELS[item.status],
        "is_overdue": "○" if is_overdue else "",
        "owner": listed.owner.name if listed.owner else "",
        "carried_to": one_line(listed.carried_to),
    }
