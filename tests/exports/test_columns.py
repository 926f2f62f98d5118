"""One description of a table, told to people and to machines."""

from __future__ import annotations

from datetime import UTC, date, datetime

from domain.japanese import Measure, Period
from exports.columns import Column, Kind, Row, Sheet, flat, period_facts, period_notes

STATION = Column("所属", "station", 16)
CODE = Column("団体コード", "code", 10, Kind.CODE)
TIMES = Column("回数", "times", 10, Kind.NUMBER, "回", group="講話", measure=Measure.DURING)
PEOPLE = Column("受講者", "people", 12, Kind.NUMBER, "人", group="講話", measure=Measure.DURING, counting="延べ")
MEMBERS = Column("人員", "members", 12, Kind.NUMBER, "人", group="ボランティア", measure=Measure.AS_OF, counting="実")
HOURS = Column("時間", "hours", 10, Kind.NUMBER, "時間", group="講話", measure=Measure.DURING, digits=1)
COMPUTED = datetime(2026, 10, 5, 0, 30, tzinfo=UTC)
QUARTER = Period.parse("2026Q2")
ROWS: list[Row] = [
    {"station": "中央署", "code": "480002", "times": 12, "people": 1260, "members": 40, "hours": 18.5},
    {"station": "=北署", "code": "001234", "times": 0, "people": 0, "members": None, "hours": 0},
]
TOTAL: Row = {"station": "合計", "code": None, "times": 12, "people": 1260, "members": 38, "hours": 18.5}
SHEET = Sheet(
    title="活動状況報告（令和８年度第２四半期）",
    columns=[STATION, CODE, TIMES, PEOPLE, HOURS, MEMBERS],
    rows=ROWS,
    total=TOTAL,
    notes=period_notes(QUARTER, COMPUTED),
    shared=period_facts(QUARTER, COMPUTED),
    form="別記様式第３号",
)


def test_a_heading_in_one_line_says_what_the_figure_counts() -> None:
    assert [column.label for column in (STATION, TIMES, MEMBERS)] == [
        "所属",
        "講話／回数（回・中）",
        "ボランティア／人員（人・実・現在）",
    ]


def test_the_notes_name_period_basis_symbols_and_the_minute_of_computing() -> None:
    said = "".join(period_notes(QUARTER, COMPUTED))
    for word in (
        "令和８年度第２四半期",
        "令和８年７月１日",
        "基準：年度",
        "「-」は該当がない",
        "令和８年10月５日 午前９時30分",
    ):
        assert word in said


def test_the_flat_table_has_one_row_per_figure_and_says_everything_in_it() -> None:
    columns, rows = flat(SHEET)
    assert len(rows) == len(ROWS) * 4
    assert [row for row in rows if row["station"] == "中央署" and row["項目"] == "受講者"] == [
        {
            "期間": "2026年度第2四半期",
            "開始日": date(2026, 7, 1),
            "終了日": date(2026, 9, 30),
            "基準": "年度",
            "集計日": date(2026, 10, 5),
            "集計時刻": "09:30",
            "station": "中央署",
            "code": "480002",
            "区分": "講話",
            "項目": "受講者",
            "単位": "人",
            "現在・中": "中",
            "実・延べ": "延べ",
            "値": 1260,
        }
    ]
    assert {column.key for column in columns} == set(rows[0])


def test_the_flat_table_holds_no_totals_to_be_counted_twice() -> None:
    assert "合計" not in {row["station"] for row in flat(SHEET)[1]}


def test_a_list_without_figures_stays_a_list() -> None:
    roster = Sheet("名簿", [STATION, CODE], [{"station": "北署", "code": "1"}], shared={"基準日": date(2026, 4, 1)})
    columns, rows = flat(roster)
    assert [column.heading for column in columns] == ["基準日", "所属", "団体コード"]
    assert rows == [{"基準日": date(2026, 4, 1), "station": "北署", "code": "1"}]
