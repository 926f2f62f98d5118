"""接触一覧: what is in it, and what never is."""

import csv
import json
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID

import openpyxl

from domain.encounters import (
    Encounter,
    EncounterKind,
    EncounterStatus,
    EncounterTheme,
    GuidedBusiness,
    ListedEncounter,
)
from domain.japanese import Period
from exports.encounters import COLUMNS, encounters_file
from exports.files import Format
from tests.clock import NOW

MET = Encounter(
    kind=EncounterKind.GUIDANCE,
    status=EncounterStatus.CHECKED,
    theme=EncounterTheme.IDENTITY_CHECK,
    business=GuidedBusiness.INTERNET_CAFE,
    organization_id=UUID(int=1),
    starts_at=datetime(2026, 5, 11, 16, 30, tzinfo=UTC),
    minutes=40,
    purpose="試﨑の依頼",
    outcome="店長の例塚と話した。",
    next_step="例塚に電話",
    next_due_on=date(2026, 6, 1),
)
LISTED = [ListedEncounter(MET, "見本警察署", "=見本ネットカフェ", "8999900000001")]


def content(format: Format) -> Any:
    return encounters_file(LISTED, Period.parse("2026Q1"), format, NOW).content


def test_a_line_says_who_met_whom_when_in_japan_and_how() -> None:
    heads, line = csv.reader(StringIO(content(Format.CSV).decode("utf-8-sig")))
    said = dict(zip(heads, line, strict=True))
    assert (said["日付"], said["時刻"], said["時間（分）"]) == ("2026-05-12", "01:30", "40")
    assert (said["種別"], said["指導先の業態"], said["状態"]) == ("指導", "インターネットカフェ", "確認済")
    assert (said["団体名"], said["法人番号"]) == ("'=見本ネットカフェ", "8999900000001")
    assert (said["次の対応の期限"], said["次の対応が済んだ日"]) == ("2026-06-01", "")


def test_nobody_is_named_and_nothing_is_told_of_what_was_said() -> None:
    for format in (Format.CSV, Format.JSON):
        told = content(format).decode("utf-8-sig")
        assert not any(word in told for word in ("例塚", "試﨑", "話した"))
    [said] = json.loads(content(Format.JSON))
    assert set(said) == {column.heading for column in COLUMNS}


def test_the_workbook_has_a_page_for_paper_and_all_columns_behind_it() -> None:
    book = openpyxl.load_workbook(BytesIO(content(Format.XLSX)))
    assert book.sheetnames == ["一覧", "データ"]
    said = [str(cell.value) for row in book["一覧"].iter_rows() for cell in row if cell.value]
    assert [one for one in said if "延べ" in one or "該当がない" in one or "集計" in one] == []
    assert [one for one in said if "期間：令和８年度第１四半期" in one and "基準：年度" in one] != []
    assert [one for one in said if one.startswith("作成日時：令和８年７月１日")] != []
    assert [cell.value for cell in book["データ"][1]] == [column.heading for column in COLUMNS]
    assert encounters_file(LISTED, Period.parse("2026Q1"), Format.XLSX, NOW).name == "R08Q1_接触一覧_20260701.xlsx"
