"""団体一覧: the bodies that the desk keeps, in the columns that `renkei import organizations` takes; no person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.organizations import (
    CI_SECTOR_LABELS,
    IN_PLACE_LABELS,
    ORGANIZATION_KIND_LABELS,
    SIZE_LABELS,
    ListedOrganization,
)
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_today

TITLE = "団体一覧"
COLUMNS = (
    Column("法人番号", "corporate_number", 15, Kind.CODE),
    Column("名称", "name", 30),
    Column("名称カナ", "name_kana", 30),
    Column("種別", "kind", 14),
    Column("業種", "industry", 16),
    Column("規模", "size", 10),
    Column("重要インフラ分野", "ci_sector", 16),
    Column("セプター", "ceptoar", 16),
    Column("所管省庁", "ministry", 14),
    Column("業務継続計画", "bcp", 10),
    Column("緊急連絡体制", "contact_system", 10),
    Column("備えを確認した日", "assessed_on", 14, Kind.DATE),
    Column("上位団体", "parent_organization", 24),
    Column("団体コード", "municipality_code", 10, Kind.CODE),
    Column("郵便番号", "postal_code", 10, Kind.CODE),
    Column("住所", "address", 36),
    Column("電話", "phone", 14, Kind.CODE),
    Column("所属", "unit", 18),
)
AS_THEY_ARE = (
    *("name", "name_kana", "industry", "ceptoar", "ministry", "assessed_on"),
    *("municipality_code", "postal_code", "address", "phone"),
)


def organizations_file(listed: Sequence[ListedOrganization], format: Format, now: datetime) -> File:
    """団体一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant. The workbook has all columns
    on its first sheet, which is the one that is taken in."""
    return listed_today(TITLE, COLUMNS, [_row(one) for one in listed], format, now, "団体")


def _row(listed: ListedOrganization) -> Row:
    body = listed.organization
    return {
        **{name: getattr(body, name) for name in AS_THEY_ARE},
        "corporate_number": body.corporate_number or "",
        "kind": ORGANIZATION_KIND_LABELS[body.kind],
        "size": SIZE_LABELS[body.size] if body.size else "",
        "ci_sector": CI_SECTOR_LABELS[body.ci_sector] if body.ci_sector else "",
        "bcp": IN_PLACE_LABELS[body.bcp],
        "contact_system": IN_PLACE_LABELS[body.contact_system],
        "parent_organization": listed.parent,
        "unit": listed.unit,
    }
