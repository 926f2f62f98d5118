"""What a person reads after an import."""

from __future__ import annotations

from api.intake import UNITS, Intake, Problem, Table, changes_report, report
from api.intake.report import _width
from domain.rosters import Change

WRONG = Problem(12, "C列「電話番号」", "222217171", "先頭の0が消えています。")
SHORT = Problem(3, "A列「種別」", "", "空欄です。入力してください。")
WARNED = Problem(1, "F列「血液型」", "", "この見出しの列は読み込みません。", is_warning=True)


def test_the_places_stand_in_the_order_of_the_rows_and_in_columns():
    told = report(UNITS, "名簿.xlsx", Intake([], [WRONG, SHORT]))
    lines = told.splitlines()
    assert lines[0] == "名簿.xlsx: 直すところが2行に2件あります。1件も取り込んでいません。"
    assert [line.split()[0] for line in lines[3:]] == ["行", "3", "12"]
    starts = [
        _width(line[: line.index(text)]) for line, text in zip(lines[3:], ["どう", "空欄で", "先頭"], strict=True)
    ]
    assert len(set(starts)) == 1


def test_warnings_stand_apart_and_refuse_nothing():
    told = report(UNITS, "名簿.xlsx", Intake([], [WARNED]))
    assert told.startswith("名簿.xlsx: 所属 0件を読み取りました。\n\n【お知らせ】")
    assert "直してください" not in told


def test_a_long_list_is_cut_and_says_so():
    told = report(UNITS, "名簿.xlsx", Intake([], [WRONG] * 250))
    assert told.count("222217171") == 200
    assert told.endswith("ほか50件\n")


def test_of_many_changes_as_many_are_listed_and_the_rest_are_counted():
    told = changes_report(UNITS, Table("名簿.xlsx", ()), [Change(2, "name", "旧称署", "見本署")] * 250)
    assert told.count("旧称署") == 200
    assert told.splitlines()[:2] == ["【変わるところ】", "行  列      いまの値  名簿の値"]
    assert told.endswith("ほか50件\n")


def test_where_nothing_changes_nothing_is_told():
    assert changes_report(UNITS, Table("名簿.xlsx", ()), []) == ""
