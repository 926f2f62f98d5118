"""広報啓発一覧: what is in it, and what never is."""

import csv
import json
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any

import openpyxl

from domain.japanese import Period
from domain.outreach import (
    ListedEvent,
    OutreachAudience,
    OutreachEvent,
    OutreachKind,
    OutreachStatus,
    OutreachTheme,
)
from exports.files import Format
from exports.outreach import COLUMNS, outreach_file
from tests.clock import NOW

HELD = OutreachEvent(
    kind=OutreachKind.CAMPAIGN,
    status=OutreachStatus.CHECKED,
    theme=OutreachTheme.FILTERING,
    audience=OutreachAudience.GUARDIAN,
    title="=春の親子キャンペーン",
    starts_at=datetime(2026, 5, 11, 16, 30, tzinfo=UTC),
    lasts_until=date(2026, 5, 20),
    visitor_count=1200,
    urges_reporting=True,
    remarks="担当は例塚",
    summary="試﨑が説明した。",
)
LISTED = [ListedEvent(HELD, "見本警察署", "見本駅前", ["見本損害保険株式会社", "見本商工会議所"], 800)]


def content(format: Format) -> Any:
    return outreach_file(LISTED, Period.parse("2026Q1"), format, NOW).content


def test_a_line_says_what_was_held_when_in_japan_with_whom_and_how_many_it_reached() -> None:
    heads, line = csv.reader(StringIO(content(Format.CSV).decode("utf-8-sig")))
    said = dict(zip(heads, line, strict=True))
    assert (said["日付"], said["時刻"], said["期間の最終日"]) == ("2026-05-12", "01:30", "2026-05-20")
    assert (said["種別"], said["テーマ"], said["主な対象"]) == ("キャンペーン", "フィルタリング", "保護者")
    assert (said["来場者"], said["配布部数"], said["参加者"]) == ("1200", "800", "-")
    assert (said["件名"], said["共催等"]) == ("'=春の親子キャンペーン", "見本損害保険株式会社、見本商工会議所")
    assert (said["通報・相談の促進"], said["状態"]) == ("○", "確認済")


def test_nobody_is_named_and_nothing_is_told_of_what_was_said() -> None:
    for format in (Format.CSV, Format.JSON):
        told = content(format).decode("utf-8-sig")
        assert not any(word in told for word in ("例塚", "試﨑", "説明した"))
    [said] = json.loads(content(Format.JSON))
    assert set(said) == {column.heading for column in COLUMNS}


def test_the_workbook_has_a_page_for_paper_and_all_columns_behind_it() -> None:
    book = openpyxl.load_workbook(BytesIO(content(Format.XLSX)))
    assert book.sheetnames == ["一覧", "データ"]
    assert [cell.value for cell in book["データ"][1]] == [column.heading for column in COLUMNS]
    name = outreach_file(LISTED, Period.parse("2026Q1"), Format.XLSX, NOW).name
    assert name == "R08Q1_広報啓発一覧_20260701.xlsx"
