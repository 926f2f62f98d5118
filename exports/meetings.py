"""協議会の会議一覧, 会議の出席一覧: meetings in numbers, and apart from them who came to each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.actor import TOKYO
from domain.councils import ROLE_LABELS
from domain.japanese import Period
from domain.meetings import LABELS, ListedAttendance, ListedMeeting, ResolutionOutcome
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_of

TITLE, ATTENDANCE_TITLE = "協議会の会議一覧", "会議の出席一覧"
COLUMNS = (
    Column("事務局", "unit", 20),
    Column("協議会", "council", 32),
    Column("会議", "title", 24),
    Column("日付", "on", 12, Kind.DATE),
    Column("時刻", "clock", 8, Kind.CODE),
    Column("場所", "place", 24),
    Column("議題", "agenda", 36),
    Column("状態", "status", 14),
    Column("会員数", "members", 8, Kind.NUMBER),
    Column("定足数", "quorum", 8, Kind.NUMBER),
    Column("出席した会員", "present", 8, Kind.NUMBER),
    Column("委任した会員", "proxies", 8, Kind.NUMBER),
    Column("定足数に達したか", "quorate", 10),
    Column("可決", "adopted", 6, Kind.NUMBER),
    Column("否決", "rejected", 6, Kind.NUMBER),
    Column("継続審議", "continued", 6, Kind.NUMBER),
)
PRINTED = ("council", "title", "on", "place", "status", "members", "present", "proxies", "quorate", "adopted")
ATTENDANCE_COLUMNS = (
    Column("日付", "on", 12, Kind.DATE),
    Column("協議会", "council", 32),
    Column("会議", "title", 24),
    Column("会員", "member", 30),
    Column("会員の役割", "role", 12),
    Column("出欠", "came", 8),
    Column("委任先", "holder", 30),
    Column("部署", "department", 20),
    Column("役職", "job_title", 14),
    Column("氏名", "name", 16),
)
ATTENDANCE_PRINTED = ("on", "council", "member", "role", "came", "department", "job_title", "name")


def meetings_file(listed: Sequence[ListedMeeting], period: Period, format: Format, now: datetime) -> File:
    """R08Q2_協議会の会議一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_of(period, TITLE, COLUMNS, [_row(one) for one in listed], format, now, printed=PRINTED)


def attendance_file(listed: Sequence[ListedAttendance], period: Period, format: Format, now: datetime) -> File:
    """R08Q2_会議の出席一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    rows = [_attendance(one) for one in listed]
    return listed_of(period, ATTENDANCE_TITLE, ATTENDANCE_COLUMNS, rows, format, now, printed=ATTENDANCE_PRINTED)


def _row(listed: ListedMeeting) -> Row:
    one, begins = listed.meeting, listed.meeting.starts_at.astimezone(TOKYO)
    return {
        "unit": listed.unit,
        "council": listed.council,
        "title": one.title,
        "on": begins.date(),
        "clock": f"{begins:%H:%M}",
        "place": listed.place,
        "agenda": "\n".join(one.agenda),
        "status": LABELS[one.status],
        "members": one.member_count,
        "quorum": one.quorum,
        "present": one.present_count,
        "proxies": one.proxy_count,
        "quorate": "" if one.is_quorate is None else "はい" if one.is_quorate else "いいえ",
        "adopted": listed.resolutions[ResolutionOutcome.ADOPTED],
        "rejected": listed.resolutions[ResolutionOutcome.REJECTED],
        "continued": listed.resolutions[ResolutionOutcome.CONTINUED],
    }


def _attendance(listed: ListedAttendance) -> Row:
    row = listed.attendance
    return {
        "on": listed.meeting.day,
        "council": listed.council,
        "title": listed.meeting.title,
        "member": listed.member.name if listed.member else "",
        "role": ROLE_LABELS[listed.member.role] if listed.member else "",
        "came": "委任" if row.proxy_holder_id else "出席",
        "holder": listed.holder,
        "department": row.department,
        "job_title": row.job_title,
        "name": listed.person.name if listed.person else "",
    }
