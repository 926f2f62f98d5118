"""協議会一覧, 会員名簿: councils, and apart from them their members, as `renkei import councils` and `council-members`
take them; no person stands in either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.councils import KIND_LABELS, ROLE_LABELS, ListedCouncil, ListedMember
from domain.organizations import CI_SECTOR_LABELS
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_today

TITLE, MEMBERS_TITLE = "協議会一覧", "協議会の会員名簿"
COLUMNS = (
    Column("名称", "name", 34),
    Column("名称カナ", "name_kana", 30),
    Column("種別", "kind", 18),
    Column("設立日", "founded_on", 12, Kind.DATE),
    Column("事務局", "unit", 20),
    Column("会員名の相互開示", "members_are_known", 10),
    Column("目的", "purpose", 30),
    Column("備考", "remarks", 24),
)
MEMBER_COLUMNS = (
    Column("協議会", "council", 34),
    Column("団体名", "organization", 30),
    Column("法人番号", "corporate_number", 15, Kind.CODE),
    Column("学校コード", "school_code", 15, Kind.CODE),
    Column("名簿の名称", "listed_as", 30),
    Column("警察の所属", "police_unit", 18),
    Column("役職", "role", 12),
    Column("分野", "sector", 14),
    Column("任期の初日", "term_from", 12, Kind.DATE),
    Column("任期の終わり", "term_to", 12, Kind.DATE),
    Column("事務局", "unit", 18),
)


def councils_file(listed: Sequence[ListedCouncil], format: Format, now: datetime) -> File:
    """協議会一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_today(TITLE, COLUMNS, [_row(one) for one in listed], format, now, "会議体")


def council_members_file(listed: Sequence[ListedMember], format: Format, now: datetime) -> File:
    """協議会の会員名簿_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    rows = [_member(one) for one in listed]
    return listed_today(MEMBERS_TITLE, MEMBER_COLUMNS, rows, format, now, "会員（延べ）")


def _row(listed: ListedCouncil) -> Row:
    council = listed.council
    return {
        **{name: getattr(council, name) for name in ("name", "name_kana", "founded_on", "purpose", "remarks")},
        "kind": KIND_LABELS[council.kind],
        "unit": listed.unit,
        "members_are_known": "可" if council.members_are_known else "不可",
    }


def _member(listed: ListedMember) -> Row:
    one, body = listed.membership, listed.organization
    called = body.name if body else listed.police_unit or one.name
    return {
        "council": listed.council.name,
        "organization": "" if listed.police_unit else called,
        "corporate_number": (body.corporate_number or "") if body else "",
        "school_code": (body.school_code or "") if body else "",
        "listed_as": "" if one.name == called else one.name,
        "police_unit": listed.police_unit,
        "role": ROLE_LABELS[one.role],
        "sector": CI_SECTOR_LABELS[one.sector] if one.sector else "",
        "term_from": one.term_from,
        "term_to": one.term_to,
        "unit": listed.unit,
    }
