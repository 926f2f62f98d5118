"""変更の申出一覧: what contacts have said has changed of their own posts, and what became of it; it names them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from domain.actor import TOKYO
from domain.campaigns import PROPOSAL_LABELS, ListedProposal
from domain.organizations import CONTACT_ROLE_LABELS
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_today
from exports.text import one_line

TITLE = "変更の申出一覧"
COLUMNS = (
    Column("申出日", "proposed_on", 12, Kind.DATE),
    Column("所属", "unit", 20),
    Column("疎通確認", "campaign", 24),
    Column("団体名", "body", 28),
    Column("役割", "role", 10),
    Column("氏名", "name", 16),
    Column("状態", "status", 10),
    Column("新しい部署", "department", 20),
    Column("新しい役職", "job_title", 14),
    Column("新しい電話", "phone", 16, Kind.CODE),
    Column("新しい内線", "extension", 8, Kind.CODE),
    Column("新しいメールアドレス", "mail_address", 24),
    Column("新しい連絡の取れる時間", "reachable", 18),
    Column("伝言", "remark", 30),
    Column("決めた日", "decided_on", 12, Kind.DATE),
    Column("不採用の理由", "reason", 24),
)
PRINTED = ("proposed_on", "body", "name", "status", "department", "job_title", "phone", "mail_address", "remark")


def proposals_file(listed: Sequence[ListedProposal], format: Format, now: datetime) -> File:
    """変更の申出一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_today(TITLE, COLUMNS, [_row(one) for one in listed], format, now, "件", printed=PRINTED)


def _row(listed: ListedProposal) -> Row:
    one = listed.proposal
    told = ("department", "job_title", "phone", "extension", "mail_address", "reachable", "remark", "reason")
    return {
        **{name: one_line(getattr(one, name) or "") for name in told},
        "proposed_on": _day(one.created_at),
        "unit": listed.unit,
        "campaign": listed.campaign,
        "body": listed.body,
        "role": CONTACT_ROLE_LABELS[listed.asked.role] if listed.asked else "",
        "name": listed.person.name if listed.person else "",
        "status": PROPOSAL_LABELS[one.status],
        "decided_on": _day(one.decided_at),
    }


def _day(instant: datetime | None) -> date | None:
    return instant.astimezone(TOKYO).date() if instant else None
