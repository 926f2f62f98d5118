"""お知らせの送付一覧: to which bodies notices went, and whether each has said that it knows; no person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.actor import TOKYO
from domain.encounters import THEME_LABELS
from domain.japanese import Period
from domain.notices import CALL_LABELS, SEVERITY_LABELS, WAY_LABELS, ListedRecipient
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_of

TITLE = "お知らせ送付一覧"
COLUMNS = (
    Column("送付日", "on", 12, Kind.DATE),
    Column("所属", "unit", 20),
    Column("文書番号", "number", 16, Kind.CODE),
    Column("件名", "title", 30),
    Column("区分", "severity", 10),
    Column("テーマ", "theme", 18),
    Column("団体名", "body", 30),
    Column("法人番号", "corporate", 15, Kind.CODE),
    Column("代表電話", "phone", 16, Kind.CODE),
    Column("メール", "letter", 10),
    Column("ページが開かれた日時", "opened", 18, Kind.CODE),
    Column("確認日時", "known", 18, Kind.CODE),
    Column("確認の方法", "way", 10),
    Column("電話の回数", "calls", 8, Kind.NUMBER),
    Column("電話の結果", "call", 10),
)
KNOWN = Column("確認日", "known_on", 18, Kind.DATE)
PRINTED = ("on", "title", "severity", "body", "phone", "letter", KNOWN.key, "way", "call")
"""Of the columns those that fit on paper, where the day on which a body said so stands in the years of the era."""


def notices_file(listed: Sequence[ListedRecipient], period: Period, format: Format, now: datetime) -> File:
    """R08Q2_お知らせ送付一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    rows = [_row(one) for one in listed]
    return listed_of(period, TITLE, COLUMNS, rows, format, now, printed=PRINTED, on_paper=[KNOWN])


def _row(one: ListedRecipient) -> Row:
    notice, told = one.notice, one.recipient
    return {
        "on": notice.sent_at.astimezone(TOKYO).date() if notice.sent_at else None,
        "unit": one.unit,
        "number": notice.number,
        "title": notice.title,
        "severity": SEVERITY_LABELS[notice.severity],
        "theme": THEME_LABELS[notice.theme],
        "body": one.body,
        "corporate": one.corporate_number,
        "phone": one.phone,
        "letter": _letter(one),
        "opened": _clock(told.opened_at),
        "known": _clock(told.acknowledged_at),
        "known_on": told.acknowledged_at.astimezone(TOKYO).date() if told.acknowledged_at else None,
        "way": WAY_LABELS[told.acknowledged_how] if told.acknowledged_how else "",
        "calls": told.calls,
        "call": CALL_LABELS[told.call_result] if told.call_result else "",
    }


def _letter(one: ListedRecipient) -> str:
    if not one.recipient.is_written_to:
        return "宛先なし"
    if one.lost_at is not None:
        return "不達"
    return "発送済" if one.left_at is not None else "未発送"


def _clock(instant: datetime | None) -> str:
    """An instant as lists say it, in Japan."""
    return f"{instant.astimezone(TOKYO):%Y-%m-%d %H:%M}" if instant else ""
