"""協定の約束の履行一覧: what agreements promised for a fiscal year, and how often it was kept; no person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.agreements import ITEM_LABELS, ListedPromise
from domain.japanese import Period
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_of
from exports.text import one_line

TITLE = "協定の約束の履行"
COLUMNS = (
    Column("所属", "unit", 20),
    Column("協定", "title", 36),
    Column("相手方", "bodies", 34),
    Column("協力事項", "item", 12),
    Column("約束", "what", 30),
    Column("約束した回数", "owed", 10, Kind.NUMBER, unit="回"),
    Column("果たした回数", "fulfilled", 10, Kind.NUMBER, unit="回"),
    Column("不足", "missing", 8, Kind.NUMBER, unit="回"),
    Column("最後に果たした日", "last_on", 14, Kind.DATE),
)


def commitments_file(listed: Sequence[ListedPromise], year: Period, format: Format, now: datetime) -> File:
    """R08_協定の約束の履行_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    rows = [_row(one) for one in listed]
    return listed_of(year, TITLE, COLUMNS, rows, format, now)


def _row(listed: ListedPromise) -> Row:
    kept = listed.kept
    return {
        **{name: getattr(kept, name) for name in ("owed", "fulfilled", "missing", "last_on")},
        "unit": listed.unit,
        "title": one_line(kept.title),
        "bodies": "、".join(listed.bodies),
        "item": ITEM_LABELS[kept.item],
        "what": one_line(kept.what),
    }
