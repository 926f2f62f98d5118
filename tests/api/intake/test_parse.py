"""From a file to records: what offices write is understood, and what is wrong is told with its place."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from api.intake import Field, Kind, Problem, parse, read_table, report
from api.intake.kind import Doubt, Intake
from api.intake.people import NAMES, PHONE
from api.intake.readers import choice, day, own_number, text, whole_number
from api.intake.table import Table
from tests.api.intake.books import book, drawn
from tests.api.intake.books import text as csv_text


@dataclass(frozen=True)
class Member:
    family_name: str
    number: str = ""
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    phone: str = ""
    since: date | None = None
    level: str = ""
    age: int = 0
    remarks: str = ""


def identity(member: Member) -> tuple[str, Hashable]:
    return ("number", member.number) if member.number else ("family_name", (member.family_name, member.given_name))


def too_old(member: Member) -> Doubt | None:
    return Doubt("level", "年齢と合いません。") if member.age == 99 else None


MEMBERS = Kind(
    "members",
    "会員",
    Member,
    (
        Field("number", ("会員番号", "番号"), own_number(10), code=True, own_number=True, example="001"),
        *NAMES,
        PHONE,
        Field("since", ("入会日", "登録日"), day),
        Field("level", ("級",), choice({"初級": "A", "上級": "B", "エキスパート": "B"}), required=True),
        Field("age", ("年齢",), whole_number(0, 120, "歳")),
        Field("remarks", ("備考", "メモ"), text(20)),
    ),
    identity,
    (too_old,),
)
HEAD = ["会員番号", "氏", "名", "級"]


def read(*rows: list[Any]) -> Intake[Member]:
    return parse(MEMBERS, read_table(book(*rows), "名簿.xlsx"))


def only(*rows: list[Any]) -> Member:
    intake = read(*rows)
    assert intake.problems == []
    [taken] = intake.records
    return taken.record


def wrong(*rows: list[Any]) -> Problem:
    """The one problem of a file; a refused row gives no record."""
    intake = read(*rows)
    assert intake.is_refused
    [problem] = [problem for problem in intake.problems if not problem.is_warning]
    assert problem.row not in [taken.row for taken in intake.records]
    return problem


def warnings(intake: Intake[Member]) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in intake.problems if problem.is_warning]


def test_a_row_becomes_a_record_with_its_row():
    intake = read(HEAD, ["001", "見本", "太郎", "初級"])
    assert intake.records == [(2, Member("見本", number="001", given_name="太郎", level="A"))]
    assert not intake.is_refused


def test_titles_above_the_heading_are_passed_over():
    title = ["会員名簿（令和８年４月１日現在）"]
    assert only(title, [], [None, None, "サイバー課"], HEAD, ["1", "見本", "太郎", "初級"]).family_name == "見本"


def test_merged_titles_above_the_heading_are_passed_over():
    def draw(workbook, sheet):
        sheet.merge_range("A1:D2", "会員名簿 番号順")
        sheet.write_row(2, 0, HEAD)
        sheet.write_row(3, 0, ["1", "見本", "太郎", "初級"])

    assert len(parse(MEMBERS, read_table(drawn(draw), "名簿.xlsx")).records) == 1


def test_blank_rows_and_columns_are_passed_over():
    blank: list[Any] = [None, " ", "　"]
    rows = [[None, *HEAD], blank, [None, "1", "見本", "太郎", "初級"], blank, blank]
    assert only(*rows).given_name == "太郎"


def test_a_numbering_column_filled_in_beforehand_makes_no_records():
    rows = [["No.", *HEAD], [1, "1", "見本", "太郎", "初級"], [2, None, None, None, None], [3]]
    intake = read(*rows)
    assert [taken.row for taken in intake.records] == [2]
    assert warnings(intake) == [(1, "A列「No.」")]
    assert not intake.is_refused


def test_columns_may_stand_in_any_order():
    assert only(["級", "名", "氏"], ["上級", "太郎", "見本"]) == Member("見本", given_name="太郎", level="B")


@pytest.mark.parametrize(
    "heading",
    ["氏　名", "①氏名", "氏名【必須】", "※氏名", "氏\n名", "1.氏名", "氏名（漢字）", "担当者氏名", "名前", "氏名*"],
)
def test_headings_are_recognised_as_offices_write_them(heading: str):
    assert only([heading, "級"], ["見本 太郎", "初級"]).given_name == "太郎"


@pytest.mark.parametrize("blank", [" ", "　", "  ", "\n"])
def test_a_name_in_one_column_is_split_at_its_blank(blank: str):
    member = only(["氏名", "フリガナ", "級"], [f"髙見本{blank}𠮷郎", f"タカミホン{blank}ヨシロウ", "初級"])
    assert (member.family_name, member.given_name) == ("髙見本", "𠮷郎")
    assert (member.family_name_kana, member.given_name_kana) == ("タカミホン", "ヨシロウ")


@pytest.mark.parametrize("name", ["見本太郎", "見本 ジョン 太郎"])
def test_a_name_that_cannot_be_split_is_asked_for(name: str):
    assert wrong(["氏名", "級"], [name, "初級"]) == Problem(
        2,
        "A列「氏名」",
        name,
        "氏と名の間に空白を1つ入れてください（例: 見本 太郎）。分けにくいときは氏と名の列を分けてください。",
    )


def test_a_name_given_twice_must_be_the_same():
    rows = [["氏名", "氏", "名", "級"], ["見本 太郎", "見本", "次郎", "初級"]]
    assert wrong(*rows).column == "C列「名」"


@pytest.mark.parametrize("written", ["令和8年4月1日", "R8.4.1", "令和８年４月１日（水）", "2026/4/1", "20260401"])
def test_dates_are_read_in_every_way_offices_write_them(written: str):
    assert only(["氏", "級", "入会日"], ["見本", "初級", written]).since == date(2026, 4, 1)


def test_a_date_cell_is_a_date():
    def draw(workbook, sheet):
        sheet.write_row(0, 0, ["氏", "級", "入会日"])
        sheet.write_row(1, 0, ["見本", "初級"])
        sheet.write_datetime(1, 2, date(2026, 4, 1), workbook.add_format({"num_format": '[$-411]ge"."m"."d'}))

    [taken] = parse(MEMBERS, read_table(drawn(draw), "名簿.xlsx")).records
    assert taken.record.since == date(2026, 4, 1)


@pytest.mark.parametrize("written", ["２４", "24", 24, "24歳", "２４歳", 24.0])
def test_numbers_are_read_in_any_width(written: Any):
    assert only(["氏", "級", "年齢"], ["見本", "初級", written]).age == 24


@pytest.mark.parametrize("written", ["０００-００００-０００１", "000−0000−0001", "(000)0000-0001"])
def test_telephone_numbers_are_read_in_any_width(written: str):
    assert only(["氏", "級", "TEL"], ["見本", "初級", written]).phone == "000-0000-0001"


def test_a_telephone_number_that_lost_its_zero_is_told_how_to_get_it_back():
    problem = wrong(["氏", "級", "電話番号"], ["見本", "初級", 222217171])
    assert (problem.row, problem.column, problem.found) == (2, "C列「電話番号」", "222217171")
    assert "先頭の0" in problem.remedy
    assert "文字列" in problem.remedy


def test_an_own_number_shorter_than_the_others_has_lost_its_zeros():
    rows = [HEAD, ["00123", "見本", "太郎", "初級"], [123, "例示", "花子", "初級"]]
    assert (wrong(*rows).row, wrong(*rows).column) == (3, "A列「会員番号」")


def test_own_numbers_of_one_length_may_be_numbers():
    assert not read(HEAD, [123, "見本", "太郎", "初級"], [124, "例示", "花子", "初級"]).is_refused


def test_zeros_that_a_number_format_shows_are_kept():
    def draw(workbook, sheet):
        sheet.write_row(0, 0, HEAD)
        sheet.write(1, 0, 7, workbook.add_format({"num_format": "000"}))
        sheet.write_row(1, 1, ["見本", "太郎", "初級"])

    [taken] = parse(MEMBERS, read_table(drawn(draw), "名簿.xlsx")).records
    assert taken.record.number == "007"


def test_a_formula_is_refused_with_its_place_and_what_to_do():
    def draw(workbook, sheet):
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 1, ["見本", "太郎", "初級"])
        sheet.write_formula(1, 0, "=ROW()", value=2)

    intake = parse(MEMBERS, read_table(drawn(draw), "名簿.xlsx"))
    [problem] = intake.problems
    assert (problem.row, problem.column) == (2, "A列「会員番号」")
    assert "値として貼り付けて" in problem.remedy
    assert intake.records == []


def test_a_formula_in_a_column_that_is_not_read_does_no_harm():
    def draw(workbook, sheet):
        sheet.write_row(0, 0, ["通番", *HEAD])
        sheet.write_formula(1, 0, "=ROW()-1", value=1)
        sheet.write_row(1, 1, ["1", "見本", "太郎", "初級"])

    assert len(parse(MEMBERS, read_table(drawn(draw), "名簿.xlsx")).records) == 1


def test_an_unknown_heading_is_a_warning_and_its_cells_are_not_read():
    intake = read([*HEAD, "血液型"], ["1", "見本", "太郎", "初級", "A"])
    assert warnings(intake) == [(1, "E列「血液型」")]
    assert len(intake.records) == 1


def test_a_column_without_a_heading_is_told_where_it_has_values():
    rows = [[*HEAD, None, None], ["1", "見本", "太郎", "初級"], ["2", "例示", "花子", "初級", None, "000-0000-0001"]]
    intake = read(*rows)
    assert warnings(intake) == [(3, "F列")]
    assert "000" not in str(intake.problems)
    assert [taken.row for taken in intake.records] == [2, 3]


def merged(*merges: str, heads: list[list[Any]], rows: list[list[Any]]) -> Table:
    """A roster whose heading stands in two rows, cells of which are merged."""

    def draw(workbook, sheet):
        texts = {(at, column): text for at, row in enumerate(heads) for column, text in enumerate(row) if text}
        for cells in merges:
            sheet.merge_range(cells, "")
        for (at, column), head in texts.items():
            sheet.write_string(at, column, head)
        for at, row in enumerate(rows, len(heads)):
            sheet.write_row(at, 0, row)

    return read_table(drawn(draw), "名簿.xlsx")


def test_a_heading_merged_over_two_rows_is_recognised():
    heads = [["番号", "氏名", "連絡先", None, "級"], [None, None, "備考", "電話", None]]
    table = merged(
        "A1:A2", "B1:B2", "C1:D1", "E1:E2", heads=heads, rows=[["1", "見本 太郎", "夜間", "000-0000-0001", "初級"]]
    )
    intake = parse(MEMBERS, table)
    assert intake.problems == []
    whole = Member("見本", "1", "太郎", level="A", phone="000-0000-0001", remarks="夜間")
    assert intake.records == [(3, whole)]


@pytest.mark.parametrize("below", [["氏", "名"], ["漢字", "フリガナ"]])
def test_the_parts_of_a_name_stand_under_it(below: list[str]):
    heads = [["氏名", None, "級", "入会日"], [*below, None, None]]
    cells = ["見本", "タロウ"] if below == ["氏", "名"] else ["見本 太郎", "ミホン タロウ"]
    table = merged("A1:B1", "C1:C2", "D1:D2", heads=heads, rows=[[*cells, "初級", "R8.4.1"]])
    [taken] = parse(MEMBERS, table).records
    assert (taken.record.family_name, taken.record.level, taken.record.since) == ("見本", "A", date(2026, 4, 1))


def test_a_heading_of_two_rows_is_passed_over_where_it_is_printed_again():
    heads = [["氏名", "連絡先", None, "級"], [None, "備考", "電話", None]]
    rows = [["見本 太郎", None, "000-0000-0001", "初級"], *heads, ["例示 花子", None, "000-0000-0002", "初級"]]
    intake = parse(MEMBERS, merged("A1:A2", "B1:C1", "D1:D2", heads=heads, rows=rows))
    assert [taken.row for taken in intake.records] == [3, 6]
    assert intake.problems == []


def test_a_row_of_data_is_no_part_of_its_heading():
    intake = read([*HEAD, "部門"], ["1", "見本", "太郎", "初級", "電話"], ["2", "例示", "花子", "初級", "備考"])
    assert [taken.row for taken in intake.records] == [2, 3]


def test_a_problem_under_two_rows_of_heading_is_told_at_its_column():
    heads = [["氏名", "連絡先", None, "級"], [None, "備考", "電話", None]]
    table = merged("A1:A2", "B1:C1", "D1:D2", heads=heads, rows=[["見本 太郎", None, "12", "初級"]])
    [problem] = parse(MEMBERS, table).problems
    assert (problem.row, problem.column, problem.found) == (3, "C列「連絡先電話」", "12")


def test_a_missing_heading_is_refused_with_every_name_that_it_may_have():
    problem = wrong(["会員番号", "級"], ["1", "初級"])
    assert problem.row == 1
    assert "「氏」の列がありません" in problem.remedy
    assert "姓" in problem.remedy
    assert "氏名" in problem.remedy


def test_a_file_without_any_heading_is_refused_with_the_headings_it_needs():
    assert "「氏、級」" in wrong(["見本", "太郎"], ["例示", "花子"]).remedy
    assert read().is_refused


def test_a_heading_further_down_than_twenty_rows_is_not_looked_for():
    assert read(*[["題"]] * 20, HEAD, ["1", "見本", "太郎", "初級"]).is_refused


def test_the_same_heading_twice_is_refused():
    assert "A列「会員番号」と同じ意味" in wrong(["会員番号", "氏", "級", "番号"], ["1", "見本", "初級", "2"]).remedy


def test_a_required_cell_that_is_empty_is_told():
    problem = wrong(HEAD, ["1", None, "太郎", "初級"])
    assert (problem.row, problem.column, problem.found) == (2, "B列「氏」", "")
    assert "空欄です" in problem.remedy


def test_a_required_name_that_is_empty_is_told_at_the_column_that_is_there():
    assert wrong(["氏名", "級"], [None, "初級"]).column == "A列「氏名」"


def test_a_cell_that_is_refused_is_told_once():
    assert wrong(["氏名", "級"], ["見本太郎", "初級"]).column == "A列「氏名」"


def test_a_word_that_is_none_of_the_choices_is_answered_with_them():
    problem = wrong(HEAD, ["1", "見本", "太郎", "特級"])
    assert problem == Problem(2, "D列「級」", "特級", "次のどれかを入力してください: 初級、上級")


@pytest.mark.parametrize("harm", ["\u202e", "\u200b", "\u2028", "\x0b", "\n", "ア" * 21])
def test_text_that_no_field_may_hold_is_refused(harm: str):
    assert wrong([*HEAD, "備考"], ["1", "見本", "太郎", "初級", f"備{harm}考"]).column == "E列「備考」"


def test_a_value_of_absurd_length_is_refused_unread():
    assert "長すぎます" in wrong([*HEAD, "入会日"], ["1", "見本", "太郎", "初級", "１" * 32_000]).remedy
    assert warnings(read([*HEAD, "題" * 32_000], ["1", "見本", "太郎", "初級"])) == [(1, f"E列「{'題' * 40}…」")]


def test_every_wrong_place_is_told_in_one_go():
    intake = read([*HEAD, "年齢"], ["1", None, "太郎", "特級", "若い"], ["2", "例示", "花子", "初級", "200"])
    assert [(problem.row, problem.column[0]) for problem in intake.problems] == [(2, "D"), (2, "E"), (2, "B"), (3, "E")]


def test_the_same_member_twice_in_a_file_is_refused_naming_the_first_row():
    rows = [HEAD, ["1", "見本", "太郎", "初級"], [None, "例示", "花子", "初級"], ["1", "試験", "次郎", "初級"]]
    problem = wrong(*rows)
    assert (problem.row, problem.column, problem.found) == (4, "A列「会員番号」", "1")
    assert problem.remedy.startswith("2行目と同じ")
    assert "見本" not in problem.remedy


def test_a_doubt_about_the_whole_row_is_told_at_its_column():
    assert wrong([*HEAD, "年齢"], ["1", "見本", "太郎", "初級", 99])[:3] == (2, "D列「級」", "初級")


def test_a_heading_repeated_on_every_printed_page_is_passed_over():
    assert len(read(HEAD, ["1", "見本", "太郎", "初級"], HEAD, ["2", "例示", "花子", "初級"]).records) == 2


def test_further_sheets_are_named_in_a_warning():
    table = read_table(book(HEAD, ["1", "見本", "太郎", "初級"]), "名簿.xlsx")
    intake = parse(MEMBERS, Table(table.name, table.rows, ("控え",)))
    assert not intake.is_refused
    assert "「控え」" in intake.problems[0].remedy


def test_a_text_file_gives_what_the_workbook_gives():
    rows = [HEAD, ["001", "髙橋", "花子", "初級"], ["002", "", "次郎", "特級"]]
    from_text = parse(MEMBERS, read_table(csv_text(*rows).encode("cp932"), "名簿.csv"))
    assert from_text == read(*rows)


def test_nothing_of_the_rest_of_a_row_is_repeated_in_a_report():
    rows = [[*HEAD, "電話"], ["1", "秘密", "太郎", "特級", "000-0000-0001"], ["2", "見本", "花子", "初級", "12"]]
    told = report(MEMBERS, "名簿.xlsx", read(*rows))
    assert "特級" in told
    assert "秘密" not in told
    assert "000-0000-0001" not in told
