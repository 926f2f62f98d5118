"""広報啓発一覧: when which unit held what for whom with whom, and how many it reached; no person, and nothing of what
was written freely but what the event is called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.actor import TOKYO
from domain.japanese import Period
from domain.outreach import AUDIENCE_LABELS, KIND_LABELS, LABELS, THEME_LABELS, ListedEvent
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_of

TITLE = "広報啓発一覧"
COLUMNS = (
    Column("所属", "unit", 20),
    Column("種別", "kind", 14),
    Column("件名", "title", 34),
    Column("テーマ", "theme", 18),
    Column("主な対象", "audience", 12),
    Column("日付", "on", 12, Kind.DATE),
    Column("時刻", "clock", 8, Kind.CODE),
    Column("期間の最終日", "until", 12, Kind.DATE),
    Column("場所", "place", 24),
    Column("共催等", "hosts", 34),
    Column("参加団体", "bodies", 10, Kind.NUMBER),
    Column("参加者", "people", 10, Kind.NUMBER),
    Column("来場者", "visitors", 10, Kind.NUMBER),
    Column("従事した職員", "officers", 10, Kind.NUMBER),
    Column("配布部数", "copies", 10, Kind.NUMBER),
    Column("報道件数", "media", 10, Kind.NUMBER),
    Column("通報・相談の促進", "urges", 10),
    Column("状態", "status", 10),
)
PRINTED = ("unit", "kind", "title", "audience", "on", "people", "visitors", "copies", "status")


def outreach_file(listed: Sequence[ListedEvent], period: Period, format: Format, now: datetime) -> File:
    """R08Q2_広報啓発一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_of(period, TITLE, COLUMNS, [_row(one) for one in listed], format, now, printed=PRINTED)


def _row(listed: ListedEvent) -> Row:
    one, begins = listed.event, listed.event.starts_at.astimezone(TOKYO)
    return {
        "unit": listed.unit,
        "kind": KIND_LABELS[one.kind],
        "title": one.title,
        "theme": THEME_LABELS[one.theme],
        "audience": AUDIENCE_LABELS[one.audience],
        "on": begins.date(),
        "clock": f"{begins:%H:%M}",
        "until": one.lasts_until,
        "place": listed.place,
        "hosts": "、".join(listed.hosts),
        "bodies": one.body_count,
        "people": one.people_count,
        "visitors": one.visitor_count,
        "officers": one.officer_count,
        "copies": listed.copies,
        "media": one.media_count,
        "urges": "○" if one.urges_reporting else "",
        "status": LABELS[one.status],
    }
