"""The statistics as an office opens them and as a program reads them."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO, StringIO
from uuid import UUID, uuid4

import openpyxl
from openpyxl.workbook import Workbook

from domain.actor import TOKYO
from domain.japanese import Period
from domain.statistics import ALL, BY_KEY, TALLIES, CountedUnit, Report
from domain.statistics.figures import Count, grid
from domain.units import UnitKind
from exports.files import Format
from exports.statistics import HEADLINES, sheets, statistics_csv, statistics_file, statistics_json, statistics_xlsx

PERIOD = Period.of_quarter(2026, 2)
COMPUTED = datetime(2026, 10, 1, 0, 30, tzinfo=TOKYO)
WHOLE = uuid4()
UNITS = tuple(
    CountedUnit(uuid4(), code, name, kind, ())
    for code, name, kind in (
        ("00", "青浜県警察本部", UnitKind.HEADQUARTERS),
        ("101", "中央警察署", UnitKind.STATION),
        ("102", "北警察署", UnitKind.STATION),
    )
)


def report(period: Period = PERIOD, **given: int | None) -> Report:
    """One row each; the given counts stand at the middle unit, the total is 100 more."""
    counts: dict[tuple[UUID, str, str], Count] = {
        (id, tally.key, kind): 0 for id in [*(unit.id for unit in UNITS), WHOLE] for tally, kind in grid(period)
    }
    for key, count in given.items():
        counts[UNITS[1].id, key, ALL] = count
        counts[WHOLE, key, ALL] = (count or 0) + 100
    return Report("青浜県警察", period, period.ends_on, COMPUTED, UNITS, WHOLE, counts)


def book(it: Report) -> Workbook:
    return openpyxl.load_workbook(BytesIO(statistics_xlsx(it)))


def data(it: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(statistics_csv(it).decode("utf-8-sig"))))


def test_the_first_sheet_shows_the_headlines_of_each_unit_and_the_counted_total() -> None:
    page = book(report(LECTURES=3, LECTURE_SCHOOLS=2, LECTURE_HOURS=100, PARTIES_UNIQUE=None)).worksheets[0]
    rows = {row[0]: row[1:] for row in page.iter_rows(min_row=9, values_only=True)}
    assert list(rows) == ["青浜県警察本部", "中央警察署", "北警察署", "合計"]
    headings = [cell.value for cell in page[8]][1:]
    figures = dict(zip(headings, rows["中央警察署"], strict=True))
    totals = dict(zip(headings, rows["合計"], strict=True))
    assert figures["実施\n延べ\n中\n（回）"] == 0, "the last of two such headings is that of drills"
    assert (figures["学校\n実\n中\n（校）"], totals["学校\n実\n中\n（校）"]) == (2, 102)
    assert (figures["時間\n延べ\n中\n（時間）"], totals["時間\n延べ\n中\n（時間）"]) == (1.7, 3.3)
    assert (figures["参加団体\n実\n現在\n（団体）"], figures["新規\n実\n中\n（件）"]) == ("-", 0)


def test_the_paper_says_period_basis_and_when_it_was_computed() -> None:
    page = book(report()).worksheets[0]
    said = "\n".join(str(page.cell(row, 1).value) for row in range(1, 7))
    assert "サイバー連携活動状況（総括）　青浜県警察" in said
    assert "期間：令和８年度第２四半期（令和８年７月１日から令和８年９月30日まで）　基準：年度" in said
    assert "集計日時：令和８年10月１日 午前０時30分" in said


SPOTS_GO_ON = ("公衆無線LAN（2）", "公衆無線LAN（3）")
"""Five figures of nine kinds each take three sheets."""

OUTREACH_GOES_ON = ("広報啓発（2）", "広報啓発のテーマ（2）")
PARTNERS_GO_ON = ("協定先の備え（2）", "協定先の備え（3）", "協定先の備え（4）")
REACH_GOES_ON = ("疎通確認の重要インフラ分野（2）", "疎通確認の重要インフラ分野（3）")
SECTORS_GO_ON = ("重要インフラ（2）", "重要インフラ（3）")


def test_every_subject_has_its_sheet_by_kind_and_all_are_a4() -> None:
    pages = book(report()).worksheets
    subjects = dict.fromkeys(tally.facts.label for tally in TALLIES)
    parts = [page.title for page in pages if not page.title.endswith("）")]
    assert parts == ["総括", *subjects, "データ"]
    more = [
        "協定（2）",
        "協定（3）",
        "協定の約束（2）",
        *PARTNERS_GO_ON,
        *SECTORS_GO_ON,
        "ボランティア（2）",
        *SPOTS_GO_ON,
        "接触のテーマ（2）",
        *REACH_GOES_ON,
        *OUTREACH_GOES_ON,
        "お知らせのテーマ（2）",
    ]
    assert [page.title for page in pages if page.title.endswith("）")] == more
    assert {int(page.page_setup.paperSize) for page in pages} == {9}
    lectures = next(page for page in pages if page.title == "講義")
    assert [cell.value for cell in lectures[7]][1:6] == [
        "実施（回・延べ・中）",
        None,
        None,
        None,
        "うちボランティア同行（回・延べ・中）",
    ]
    assert [cell.value for cell in lectures[8]][1:3] == ["計", "出張講義・講話"]


def test_no_printed_sheet_is_so_wide_that_its_letters_fall_below_eight_points() -> None:
    across, digit = 10.69 * 72, 5.25  # A4 landscape between the margins, and a digit, in points
    for page in book(report()).worksheets[:-1]:
        alike = page.column_dimensions.values()
        needed = sum((one.max - one.min + 1) * (one.width * digit) for one in alike)
        assert sum(one.max - one.min + 1 for one in alike) == page.max_column
        assert 10 * min(1, across / needed) >= 8, page.title


def test_where_hours_are_printed_the_paper_says_how_they_were_rounded() -> None:
    said = {page.title: str(page.cell(6, 1).value) for page in book(report()).worksheets[:-1]}
    assert [title for title, text in said.items() if "丸めている" in text][0] == "総括"
    assert "丸めている" not in said["訓練"]


def test_a_subject_that_goes_by_days_of_its_own_says_so_on_its_sheet_alone() -> None:
    said = {page.title: str(page.cell(6, 1).value) for page in book(report()).worksheets[:-1]}
    assert [title for title, text in said.items() if "接触180日" in text] == ["協定先との関係"]


def test_every_figure_says_its_unit_and_whether_it_is_now_or_during_and_with_or_without_repetition() -> None:
    rows = data(report())
    assert {row["現在・中"] for row in rows} == {"現在", "中"}
    assert {row["実・延べ"] for row in rows} == {"実", "延べ"}
    assert all(row["単位"] for row in rows)
    said = {row["項目コード"]: (row["単位"], row["実・延べ"]) for row in rows}
    assert said["VOLUNTEER_GROUPS"] == ("団体", "実")
    assert said["LECTURE_HOURS"] == ("時間", "延べ")
    assert said["ACTIVITY_COPIES"] == ("部", "延べ")
    assert (said["LECTURES"], said["AGREEMENTS_IN_FORCE"]) == (("回", "延べ"), ("件", "実"))


def test_every_figure_says_all_that_it_means() -> None:
    rows = data(report(LECTURE_PEOPLE=116))
    assert len(rows) == len(grid(PERIOD)) * 4
    [row] = [
        row
        for row in rows
        if row["項目コード"] == "LECTURE_PEOPLE" and row["所属"] == "中央警察署" and not row["種別コード"]
    ]
    assert row == {
        "期間": "2026年度第2四半期",
        "開始日": "2026-07-01",
        "終了日": "2026-09-30",
        "基準": "年度",
        "集計日": "2026-10-01",
        "集計時刻": "00:30",
        "集計対象の末日": "2026-09-30",
        "速報": "",
        "所属コード": "101",
        "所属": "中央警察署",
        "区分": "講義",
        "種別コード": "",
        "種別": "計",
        "項目コード": "LECTURE_PEOPLE",
        "項目": "受講者",
        "単位": "人",
        "現在・中": "中",
        "実・延べ": "延べ",
        "値": "116",
    }


def test_zero_is_a_number_and_what_does_not_apply_is_not() -> None:
    it = report(DRILLS=None)
    values = {(row["所属"], row["項目コード"], row["種別コード"]): row["値"] for row in data(it)}
    assert (values["中央警察署", "DRILLS", ""], values["北警察署", "DRILLS", ""]) == ("-", "0")
    figures = json.loads(statistics_json(it))["figures"]
    found = {(one["unit"], one["measure"], one["kind"]): one["value"] for one in figures}
    assert (found["中央警察署", "DRILLS", None], found["北警察署", "DRILLS", None]) == (None, 0)


def test_the_data_sheet_holds_the_same_rows_as_the_csv() -> None:
    it = report(LECTURES=3, LECTURE_HOURS=100, DRILLS=None)
    heading, *rows = book(it)["データ"].iter_rows(values_only=True)
    assert list(heading) == list(data(it)[0])
    assert [[plain(cell) for cell in row] for row in rows] == [
        [plain(cell) for cell in row.values()] for row in data(it)
    ]


def plain(cell: object) -> object:
    """A value of a workbook or a CSV, so that the two can be compared."""
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    said = "" if cell is None else str(cell)
    return float(said) if re.fullmatch(r"[0-9.]+", said) else said


def test_json_says_the_period_the_basis_and_the_instant() -> None:
    said = json.loads(statistics_json(report(LECTURE_HOURS=100)))
    about = {key: value for key, value in said.items() if key != "figures"}
    assert about == {
        "name": "青浜県警察",
        "period": "2026Q2",
        "periodLabel": "令和８年度第２四半期",
        "basis": "FISCAL_YEAR",
        "startsOn": "2026-07-01",
        "endsOn": "2026-09-30",
        "asOf": "2026-09-30",
        "computedAt": "2026-10-01T00:30:00+09:00",
        "isPreliminary": False,
    }
    assert {
        "unitCode": "101",
        "unit": "中央警察署",
        "subject": "LECTURE",
        "kind": None,
        "kindLabel": "計",
        "measure": "LECTURE_HOURS",
        "label": "時間",
        "unitLabel": "時間",
        "when": "DURING",
        "counting": "TOTAL",
        "value": 1.7,
    } in said["figures"]


def test_a_running_period_is_marked_on_paper_and_in_the_data() -> None:
    now = datetime(2026, 8, 3, 9, 0, tzinfo=TOKYO)
    it = replace(report(), computed_at=now, as_of=now.date())
    assert "※期間の途中のため、令和８年８月３日までの数" in sheets(it)[0].notes[0]
    assert "「現在」は令和８年８月３日現在の数" in sheets(it)[0].notes[1]
    assert {(row["速報"], row["集計対象の末日"]) for row in data(it)} == {("速報", "2026-08-03")}


def test_a_single_day_has_no_flows_on_any_sheet() -> None:
    it = report(Period.parse("2026-12-31"))
    assert {row["現在・中"] for row in data(it)} == {"現在"}
    stocks = ["協定", *(f"協定の相手方の{by}" for by in ("種別", "業種", "規模")), "協定当事者"]
    stocks += [*(f"協定当事者の{by}" for by in ("種別", "業種", "規模")), "協定の約束"]
    stocks += ["協定先との関係", "協定先の備え", *PARTNERS_GO_ON, "重要インフラ", *SECTORS_GO_ON]
    stocks += ["ボランティア団体", "ボランティア"]
    stocks += ["訓練の改善事項", "公衆無線LAN", *SPOTS_GO_ON, "担当者連絡先", "協議会", "協議会の会員"]
    assert [page.tab for page in sheets(it)] == ["総括", *stocks]


def test_a_station_alone_has_no_total_row() -> None:
    alone = UNITS[1]
    counts = {key: count for key, count in report().counts.items() if key[0] == alone.id}
    it = replace(report(), name=alone.name, units=(alone,), whole_id=None, counts=counts)
    assert [page.total for page in sheets(it)] == [None] * len(sheets(it))
    assert {row["所属"] for row in data(it)} == {"中央警察署"}


def test_the_nation_is_printed_by_prefecture() -> None:
    units = tuple(replace(unit, kind=UnitKind.PREFECTURE) for unit in UNITS)
    assert sheets(replace(report(), units=units))[0].columns[0].heading == "都道府県警察"


def test_the_headlines_are_declared_figures() -> None:
    assert [key for _, keys in HEADLINES for key in keys if key not in BY_KEY] == []


def test_a_file_is_named_as_offices_name_theirs() -> None:
    names = {
        statistics_file(report(Period.parse(code)), Format.CSV).name
        for code in ("2026Q2", "2026", "CY2026Q3", "CY2026", "2026-12-31", "2019Q1")
    }
    assert names == {
        f"{period}_活動状況_青浜県警察_20261001.csv"
        for period in ("R08Q2", "R08", "CY2026Q3", "CY2026", "20261231", "H31Q1")
    }
