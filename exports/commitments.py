"""協定の約束の履行一覧: what agreements promised for a fiscal year and how often it was kept, as
`renkei import commitments` takes it; no person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.agreements import COUNTED_LABELS, ITEM_LABELS, ListedPromise
from domain.japanese import Period, WarekiStyle, wareki, wareki_year
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_of
from exports.text import one_line

TITLE = "協定の約束の履行"
COLUMNS = (
    Column("年度", "year", 12),
    Column("所属", "unit", 20),
    Column("協定", "title", 36),
    Column("文書番号", "number", 16, Kind.CODE),
    Column("締結日", "signed_on", 12, Kind.DATE),
    Column("相手方", "bodies", 34),
    Column("協力事項", "item", 12),
    Column("約束", "what", 30),
    Column("約束した回数", "times_per_year", 10, Kind.NUMBER, unit="回"),
    Column("約束の始まり", "since", 12, Kind.DATE),
    Column("約束の終わり", "ended_on", 12, Kind.DATE),
    Column("履行の数え方", "counted_from", 12),
    Column("果たした日", "done_on", 24, Kind.CODE),
    Column("果たした回数", "fulfilled", 10, Kind.NUMBER, unit="回"),
    Column("不足", "missing", 8, Kind.NUMBER, unit="回"),
    Column("最後に果たした日", "last_on", 14, Kind.DATE),
)
ON_PAPER = (Column("年度", "year_of_era", 12), Column("果たした日", "done_on_in_eras", 24))


def commitments_file(listed: Sequence[ListedPromise], year: Period, format: Format, now: datetime) -> File:
    """R08_協定の約束の履行_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    rows = [_row(one, year) for one in listed]
    return listed_of(year, TITLE, COLUMNS, rows, format, now, on_paper=ON_PAPER)


def _row(listed: ListedPromise, year: Period) -> Row:
    kept, promise = listed.kept, listed.promise
    return {
        **{name: getattr(kept, name) for name in ("fulfilled", "missing", "last_on")},
        **{name: getattr(promise, name) for name in ("times_per_year", "since", "ended_on")},
        "year": year.western_label,
        "year_of_era": f"{wareki_year(year.starts_on, WarekiStyle.TABLE)}年度",
        "unit": listed.unit,
        "title": one_line(kept.title),
        "number": one_line(listed.agreement.number),
        "signed_on": listed.agreement.signed_on,
        "bodies": "、".join(listed.bodies),
        "item": ITEM_LABELS[kept.item],
        "what": one_line(kept.what),
        "counted_from": COUNTED_LABELS[promise.counted_from],
        "done_on": "、".join(day.isoformat() for day in listed.days),
        "done_on_in_eras": "、".join(wareki(day, WarekiStyle.TABLE) for day in listed.days),
    }
