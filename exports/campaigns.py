"""未確認の連絡先一覧: whom to call of whom nobody has said since 1 April that all is right, body by body; and
apart from it 疎通確認の結果, what became of asking in one campaign, which names no person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from domain.actor import TOKYO
from domain.campaigns import (
    CHANNEL_LABELS,
    LABELS,
    REPLY_LABELS,
    UNREACHED,
    CampaignReply,
    CampaignResults,
    ListedAsked,
    RateBy,
    ReachRate,
    StaleContact,
)
from domain.japanese import wareki
from domain.organizations import CONTACT_ROLE_LABELS, ContactRole
from exports.columns import Column, Kind, Row, Sheet
from exports.files import File, Format
from exports.lists import listed_today

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
    return listed_today(TITLE, COLUMNS, [_row(one) for one in contacts], format, now, "人", printed=PRINTED)


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


RESULTS_TITLE, RATES_TITLE = "疎通確認の結果", "疎通確認の到達率"
RESULTS_COLUMNS = (
    Column("所属", "unit", 20),
    Column("団体名", "body", 28),
    Column("法人番号", "number", 15, Kind.CODE),
    Column("役割", "role", 10),
    Column("メール", "written", 10),
    Column("結果", "reply", 14),
    Column("到達", "reached", 6),
    Column("分かった日", "on", 14, Kind.DATE),
    Column("方法", "way", 14),
    Column("電話の回数", "calls", 8, Kind.NUMBER),
    Column("最後に電話した日", "called", 14, Kind.DATE),
)
RATES_COLUMNS = (
    Column("区分", "by", 16),
    Column("名称", "label", 36),
    Column("対象", "asked", 10, Kind.NUMBER, unit="人"),
    Column("到達", "reached", 10, Kind.NUMBER, unit="人"),
    Column("到達率", "percent", 10, Kind.NUMBER, unit="％", digits=1),
)
BY = {
    RateBy.ALL: "全体",
    RateBy.UNIT: "所属",
    RateBy.COUNCIL: "協議会",
    RateBy.SECTOR: "重要インフラ分野",
    RateBy.ROLE: "役割",
}
REACHED = (CampaignReply.CONFIRMED, CampaignReply.CHANGED)


def results_file(results: CampaignResults, format: Format, now: datetime) -> File:
    """疎通確認の結果_20261001.csv, or the same as JSON, or as a workbook with the rates on a second sheet; `now` is an
    aware instant."""
    campaign, rows = results.campaign, [_result(line) for line in results.lines]
    said = (f"{campaign.title}　回答期限：{wareki(campaign.due_on)}　状態：{LABELS[campaign.status]}",)
    rates = Sheet(RATES_TITLE, RATES_COLUMNS, [_rate(rate) for rate in results.rates], notes=said, tab="到達率")
    return listed_today(RESULTS_TITLE, RESULTS_COLUMNS, rows, format, now, "人", said=said, more=[rates])


def _result(line: ListedAsked) -> Row:
    one = line.asked
    return {
        "unit": line.unit,
        "body": line.body,
        "number": line.corporate_number,
        "role": CONTACT_ROLE_LABELS[one.role],
        "written": "発送" if one.is_written else "宛先なし",
        "reply": REPLY_LABELS[one.reply],
        "reached": "○" if one.reply in REACHED else "",
        "on": _day(one.replied_at),
        "way": CHANNEL_LABELS[one.channel] if one.channel and one.reply not in UNREACHED else "",
        "calls": one.calls,
        "called": _day(one.called_at),
    }


def _day(instant: datetime | None) -> date | None:
    return instant.astimezone(TOKYO).date() if instant else None


def _rate(rate: ReachRate) -> Row:
    return {
        "by": BY[rate.by],
        "label": rate.label,
        "asked": rate.asked,
        "reached": rate.reached,
        "percent": rate.percent,
    }
