"""学校一覧: the schools that the desk keeps, as `renkei import schools` takes them; no person stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.japanese import SCHOOL_KINDS
from domain.organizations import ListedOrganization
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_today

TITLE = "学校一覧"
COLUMNS = (
    Column("学校コード", "school_code", 16, Kind.CODE),
    Column("学校名", "name", 30),
    Column("学校名カナ", "name_kana", 30),
    Column("校種", "school_kind", 14),
    Column("団体コード", "municipality_code", 10, Kind.CODE),
    Column("郵便番号", "postal_code", 10, Kind.CODE),
    Column("住所", "address", 36),
    Column("電話", "phone", 14, Kind.CODE),
    Column("所属", "unit", 18),
)
AS_THEY_ARE = ("name", "name_kana", "municipality_code", "postal_code", "address", "phone")


def schools_file(listed: Sequence[ListedOrganization], format: Format, now: datetime) -> File:
    """学校一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant. The 校種 is what the code
    tells; of a school without one nobody keeps it."""
    return listed_today(TITLE, COLUMNS, [_row(one) for one in listed], format, now, "校")


def _row(listed: ListedOrganization) -> Row:
    school, code = listed.organization, listed.organization.school_code or ""
    return {
        **{name: getattr(school, name) for name in AS_THEY_ARE},
        "school_code": code,
        "school_kind": SCHOOL_KINDS.get(code[:2], ""),
        "unit": listed.unit,
    }
