"""担当者連絡先一覧: who is reached at the bodies that the desk keeps, as `renkei import contacts` takes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.organizations import CONTACT_ROLE_LABELS, ListedContact
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_today

TITLE = "担当者連絡先一覧"
COLUMNS = (
    Column("団体名", "organization", 28),
    Column("法人番号", "corporate_number", 15, Kind.CODE),
    Column("学校コード", "school_code", 15, Kind.CODE),
    Column("氏", "family_name", 10),
    Column("名", "given_name", 10),
    Column("氏カナ", "family_name_kana", 12),
    Column("名カナ", "given_name_kana", 12),
    Column("役割", "role", 10),
    Column("部署", "department", 20),
    Column("役職", "job_title", 14),
    Column("メール", "mail_address", 26, Kind.CODE),
    Column("電話", "phone", 16, Kind.CODE),
    Column("内線", "extension", 8, Kind.CODE),
    Column("連絡の取れる時間", "reachable", 18),
    Column("着任日", "since", 12, Kind.DATE),
)
OF_PERSON = (
    *("family_name", "given_name", "family_name_kana", "given_name_kana"),
    *("mail_address", "phone", "extension"),
)
OF_CONTACT = ("department", "job_title", "reachable", "since")


def contacts_file(listed: Sequence[ListedContact], format: Format, now: datetime) -> File:
    """担当者連絡先一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_today(TITLE, COLUMNS, [_row(one) for one in listed], format, now, "人")


def _row(listed: ListedContact) -> Row:
    return {
        "organization": listed.organization.name,
        "corporate_number": listed.organization.corporate_number or "",
        "school_code": listed.organization.school_code or "",
        "role": CONTACT_ROLE_LABELS[listed.contact.role],
        **{name: getattr(listed.person, name) for name in OF_PERSON},
        **{name: getattr(listed.contact, name) for name in OF_CONTACT},
    }
