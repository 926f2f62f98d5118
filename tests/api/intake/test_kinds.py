"""The rosters that an installation begins with, as offices write them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.intake import (
    AGREEMENTS,
    COMMITMENTS,
    CONTACTS,
    KINDS,
    OFFICERS,
    ORGANIZATIONS,
    SCHOOLS,
    UNITS,
    VOLUNTEERS,
    Intake,
    Kind,
    Problem,
    lines,
    parse,
    placed,
    read_table,
)
from api.intake.contacts import ContactRow
from api.intake.kind import folded
from api.intake.officers import OfficerRow
from api.intake.organizations import KINDS as ORGANIZATION_WORDS
from api.intake.organizations import OrganizationRow
from api.intake.schools import SchoolRow
from api.intake.units import UnitRow
from api.intake.volunteers import AGES, VolunteerRow
from api.intake.volunteers import KINDS as COMMISSION_WORDS
from domain import rosters
from domain.agreements import AgreementKind, CooperationItem, OutputKind, PaperOutput
from domain.organizations import BLANK, CiSector, ContactRole, InPlace, OrganizationKind, OrganizationSize
from domain.people import QualificationLevel
from domain.units import UnitKind
from domain.volunteers import AgeBand, CommissionKind
from tests.api.intake.books import book


def read(kind: Kind[Any], *rows: list[Any]) -> Intake[Any]:
    return parse(kind, read_table(book(*rows), "名簿.xlsx"))


def records(kind: Kind[Any], *rows: list[Any]) -> list[Any]:
    intake = read(kind, *rows)
    assert [problem for problem in intake.problems if not problem.is_warning] == []
    return [taken.record for taken in intake.records]


def wrong(kind: Kind[Any], *rows: list[Any]) -> list[tuple[int, str]]:
    """Row and heading of every refusal."""
    problems = [problem for problem in read(kind, *rows).problems if not problem.is_warning]
    return [(problem.row, problem.column.partition("列")[2].strip("「」")) for problem in problems]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_heading_means_two_columns(kind: Kind[Any]):
    headings = [(folded(heading), field.name) for field in kind.fields for heading in field.headings]
    assert len(dict(set(headings))) == len(set(headings))


KANA = ("フリガナ", "ふりがな", "カナ", "かな", "ヨミ", "よみ", "ﾌﾘｶﾞﾅ", "全角カナ", "読み仮名")
ASIDES = ("（{}）", "({})", "［{}］", "【{}】", "〔{}〕", "（{}）（全角）", "{}", "・{}")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_heading_that_speaks_of_kana_is_the_reading_of_its_name_and_never_the_name(kind: Kind[Any]):
    readings = {field.name: field for field in kind.fields if field.name.endswith("_kana")}
    for field in kind.fields:
        wanted = readings.get(field.name) or readings.get(f"{field.name}_kana")
        for heading in field.headings:
            for aside in ASIDES:
                for word in KANA:
                    written = heading + aside.format(word)
                    assert kind.recognise(written) is wanted, written


@pytest.mark.parametrize("heading", ["（ふりがな）", "フリガナ（担当者）", "②フリガナ（全角カナ）", "よみがな"])
def test_a_reading_may_stand_first_or_alone(heading: str):
    field = CONTACTS.recognise(heading)
    assert field is not None
    assert field.name == "full_name_kana"


def test_the_reading_of_something_else_is_not_taken_for_that_of_the_name():
    assert CONTACTS.recognise("フリガナ（団体名）") is None
    assert ORGANIZATIONS.recognise("フリガナ（担当者）") is None


def test_names_and_their_readings_stand_side_by_side_as_offices_head_them():
    rows = [
        ["団体名", "団体名（フリガナ）", "担当者", "担当者フリガナ", "メール"],
        ["架空電力㈱", "カクウデンリョク", "髙見本 一郎", "タカミホン イチロウ", "ichiro@denryoku.example"],
    ]
    [contact] = records(CONTACTS, *rows)
    assert (contact.organization, contact.family_name) == ("架空電力㈱", "髙見本")
    assert (contact.family_name_kana, contact.given_name_kana) == ("タカミホン", "イチロウ")
    [body] = records(ORGANIZATIONS, ["名称", "名称（カナ）", "種別"], ["架空電力㈱", "カクウデンリョク", "企業"])
    assert (body.name, body.name_kana) == ("架空電力㈱", "カクウデンリョク")


def test_a_file_with_readings_alone_has_no_names():
    rows = [["名称（フリガナ）", "種別"], ["カクウデンリョク", "企業"]]
    assert wrong(ORGANIZATIONS, *rows) == [(1, "")]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_example_is_read_as_something_and_every_word_of_a_list_as_something_else(kind: Kind[Any]):
    lists = {field.name: [field.read(choice) for choice in field.choices] for field in kind.fields if field.choices}
    assert [name for name, read in lists.items() if None in read or len(set(read)) < len(read)] == []
    examples = {field.name: field.read(field.example) for field in kind.fields if field.example}
    assert [name for name, read in examples.items() if read in (None, "") or read not in lists.get(name, [read])] == []


def test_stations_and_sections_of_a_prefecture():
    rows = [
        ["所属一覧"],
        ["署コード", "所属名", "区分", "上位所属", "代表電話", "内線"],
        ["0100", "見本警察署", "警察署", None, "０００−００００−０００１", None],
        ["0101", "見本警察署 生活安全課", "署の課", "0100", None, "３４８４"],
    ]
    assert records(UNITS, *rows) == [
        UnitRow("0100", "見本警察署", UnitKind.STATION, phone="000-0000-0001"),
        UnitRow("0101", "見本警察署 生活安全課", UnitKind.SECTION, parent="0100", extension="3484"),
    ]


def test_a_unit_code_that_lost_its_zero_beside_one_that_kept_it_is_refused():
    rows = [["コード", "所属名", "種別"], ["0100", "見本警察署", "署"], [200, "例示警察署", "署"]]
    assert wrong(UNITS, *rows) == [(3, "コード")]


def test_officers_with_their_posts_and_qualification():
    rows = [
        ["職員番号", "氏名", "フリガナ", "所属", "職名", "メールアドレス", "着任日", "検定", "取得日"],
        [
            "000123",
            "髙見本　一郎",
            "ﾀｶﾐﾎﾝ　ｲﾁﾛｳ",
            "見本警察署",
            "係長",
            "taka@police.example",
            "R8.4.1",
            "中級",
            "令和7年10月3日",
        ],
    ]
    assert records(OFFICERS, *rows) == [
        OfficerRow(
            family_name="髙見本",
            given_name="一郎",
            family_name_kana="ﾀｶﾐﾎﾝ",
            given_name_kana="ｲﾁﾛｳ",
            number="000123",
            unit="見本警察署",
            job_title="係長",
            mail_address="taka@police.example",
            since=date(2026, 4, 1),
            qualification=QualificationLevel.INTERMEDIATE,
            qualified_on=date(2025, 10, 3),
        )
    ]


def test_officers_without_numbers_are_told_apart_by_name_and_unit():
    rows = [["氏名", "所属"], ["髙橋 一郎", "見本署"], ["高橋 一郎", "例示署"], ["高橋　一郎", "見本署"]]
    assert wrong(OFFICERS, *rows) == [(4, "氏名")]


def test_a_day_of_qualification_without_a_level_is_asked_about():
    assert wrong(
        OFFICERS, ["番号", "氏名", "所属", "検定", "取得日"], ["1", "見本 太郎", "見本署", None, "R7.4.1"]
    ) == [(2, "検定")]


@pytest.mark.parametrize("address", ["a..b.@docomo.ne.jp", "taro@", "太郎@police.example"])
def test_an_address_that_cannot_be_written_to_is_told(address: str):
    assert wrong(OFFICERS, ["番号", "氏名", "所属", "メール"], ["1", "見本 太郎", "見本署", address]) == [(2, "メール")]


def test_organizations_with_and_without_a_number():
    rows = [
        ["法人番号", "団体名", "種別", "業種", "規模", "団体コード", "〒", "所在地", "電話番号", "管轄署"],
        [
            8999900000001,
            "㈱架空電力",
            "企業",
            "電気業",
            "大企業",
            "482013",
            "999-0001",
            "見本市例示町1-2",
            "000-0000-0002",
            "見本署",
        ],
        ["T7999900000002", "架空信用金庫", "信用金庫", None, "中小", "４８２０２１", None, None, None, None],
        [None, "例示町商工会", "商工会", None, None, "483010", None, None, None, None],
    ]
    assert records(ORGANIZATIONS, *rows) == [
        OrganizationRow(
            name="㈱架空電力",
            kind=OrganizationKind.COMPANY,
            corporate_number="8999900000001",
            municipality_code="482013",
            postal_code="9990001",
            address="見本市例示町1-2",
            phone="000-0000-0002",
            industry="電気業",
            size=OrganizationSize.LARGE,
            unit="見本署",
        ),
        OrganizationRow(
            "架空信用金庫",
            OrganizationKind.FINANCIAL_INSTITUTION,
            corporate_number="7999900000002",
            municipality_code="482021",
            size=OrganizationSize.SMALL_OR_MEDIUM,
        ),
        OrganizationRow("例示町商工会", OrganizationKind.SOCIETY_OF_COMMERCE, municipality_code="483010"),
    ]


def test_one_body_under_two_spellings_of_its_name_is_told():
    rows = [["名称", "種別", "団体コード"], ["㈱架空電力", "企業", "482013"], ["株式会社架空電力", "企業", "482013"]]
    assert wrong(ORGANIZATIONS, *rows) == [(3, "名称")]


def test_bodies_of_one_name_in_two_municipalities_are_two():
    rows = [["名称", "種別", "団体コード"], ["例示商店", "企業", "482013"], ["例示商店", "企業", "482021"]]
    assert len(records(ORGANIZATIONS, *rows)) == 2


def test_a_number_twice_is_told_whatever_the_names():
    rows = [["法人番号", "名称", "種別"], ["8999900000001", "架空電力", "企業"], ["8999900000001", "例示ガス", "企業"]]
    assert wrong(ORGANIZATIONS, *rows) == [(3, "法人番号")]


@pytest.mark.parametrize("number", ["8999900000002", "899990000001", "7.0000E+12", 8.9999e11])
def test_a_number_whose_digits_are_wrong_is_told(number: Any):
    assert wrong(ORGANIZATIONS, ["法人番号", "名称", "種別"], [number, "架空電力", "企業"]) == [(2, "法人番号")]


def test_a_municipality_that_lost_its_zero_is_told():
    rows = [["名称", "種別", "団体コード"], ["例示商店", "企業", 12025]]
    [problem] = read(ORGANIZATIONS, *rows).problems
    assert "先頭の0" in problem.remedy


def test_every_kind_of_organization_has_a_word():
    assert set(ORGANIZATION_WORDS.values()) == set(OrganizationKind)


def test_contacts_of_organizations():
    rows = [
        ["会社名", "部署", "役職", "担当者名", "区分", "E-mail", "TEL"],
        ["架空電力㈱", "情報システム部", "課長", "𠮷例 次郎", "24時間", "jiro@denryoku.example", "(000)0000-0003"],
    ]
    assert records(CONTACTS, *rows) == [
        ContactRow(
            family_name="𠮷例",
            given_name="次郎",
            organization="架空電力㈱",
            role=ContactRole.EMERGENCY,
            department="情報システム部",
            job_title="課長",
            mail_address="jiro@denryoku.example",
            phone="000-0000-0003",
        )
    ]


def test_a_contact_of_nobody_is_asked_about():
    head = ["団体名", "氏名", "メール"]
    assert wrong(CONTACTS, head, [None, "見本 太郎", "a@x.example"]) == [(2, "団体名")]


@pytest.mark.parametrize(
    ("phone", "mobile", "known"),
    [("000-0000-0001", "090-0000-0002", "000-0000-0001"), (None, "090-0000-0002", "090-0000-0002")],
)
def test_a_mobile_number_is_used_where_there_is_no_other(phone: str | None, mobile: str, known: str):
    rows = [["携帯電話", "団体名", "氏名", "電話"], [mobile, "架空電力", "見本 太郎", phone]]
    assert [contact.phone for contact in records(CONTACTS, *rows)] == [known]


def test_the_same_contact_twice_is_told():
    head = ["団体名", "氏名", "電話", "役割"]
    first = ["㈱架空電力", "髙橋 一郎", "000-0000-0001", "実務"]
    assert wrong(CONTACTS, head, first, ["株式会社架空電力", "高橋 一郎", "000-0000-0001", "緊急"]) == [(3, "氏名")]


def test_schools_by_their_codes():
    rows = [
        ["学校コード", "学校名", "校種", "団体コード"],
        ["Ｂ１４８２９９９９００１８", "見本市立例示小学校", "小", "482013"],
        ["G148199990019", "青浜高専（架空）", None, None],
        [None, "例示大学", "大学", "482021"],
        [None, "例示幼稚園", "幼稚園", "482021"],
    ]
    schools = records(SCHOOLS, *rows)
    assert schools[0] == SchoolRow(
        "見本市立例示小学校", "B148299990018", school_kind="小学校", municipality_code="482013"
    )
    assert [school.kind for school in schools] == [
        OrganizationKind.SCHOOL,
        OrganizationKind.TECHNICAL_COLLEGE,
        OrganizationKind.UNIVERSITY,
        OrganizationKind.SCHOOL,
    ]


def test_a_school_whose_kind_contradicts_its_code_is_asked_about():
    rows = [["学校コード", "学校名", "校種"], ["B148299990018", "見本市立例示中学校", "中学校"]]
    assert wrong(SCHOOLS, *rows) == [(2, "校種")]


def test_a_school_twice_in_a_file_is_told():
    rows = [["学校コード", "学校名"], ["B148299990018", "例示小学校"], ["b148299990018", "例示小"]]
    assert wrong(SCHOOLS, *rows) == [(3, "学校コード")]


VOLUNTEER_HEAD = ["氏名", "区分", "年齢", "保護者氏名", "同意日"]


def test_volunteers_of_age_with_their_group():
    rows = [
        ["名簿番号", "氏名", "フリガナ", "種別", "年齢区分", "団体名", "携帯", "担当署"],
        ["0001", "試﨑 花子", "タメシザキ ハナコ", "大学生", "18歳以上", "例示隊", "090-0000-0001", "見本署"],
    ]
    assert records(VOLUNTEERS, *rows) == [
        VolunteerRow(
            family_name="試﨑",
            given_name="花子",
            family_name_kana="タメシザキ",
            given_name_kana="ハナコ",
            kind=CommissionKind.UNIVERSITY_STUDENT,
            age_band=AgeBand.ADULT,
            number="0001",
            group="例示隊",
            phone="090-0000-0001",
            unit="見本署",
        )
    ]


def test_a_minor_with_the_consent_of_a_guardian():
    rows = [
        [*VOLUNTEER_HEAD, "続柄"],
        ["見本 二郎", "ボランティア", "１５～１７歳", "見本 一郎", "令和8年4月10日", "父"],
    ]
    [minor] = records(VOLUNTEERS, *rows)
    assert (minor.age_band, minor.is_minor) == (AgeBand.FROM_15_TO_17, True)
    assert (minor.guardian_name, minor.guardian_relationship) == ("見本 一郎", "父")
    assert minor.consented_on == date(2026, 4, 10)


TERM_HEAD = ["氏名", "区分", "年齢", "委嘱番号", "委嘱日", "任期", "委嘱者"]


@pytest.mark.parametrize(
    ("until", "day"),
    [("令和9年3月31日まで", date(2027, 3, 31)), ("R8.4.1～R9.3.31", date(2027, 3, 31)), (None, None)],
)
def test_whoever_is_commissioned_comes_with_number_and_term(until: Any, day: date | None):
    row = ["見本 太郎", "モニター", 40, "青サ委第１２号", "令和8年4月1日", until, "生活安全部長"]
    [serving] = records(VOLUNTEERS, TERM_HEAD, row)
    assert (serving.commission_number, serving.commissioned_on) == ("青サ委第１２号", date(2026, 4, 1))
    assert (serving.commissioned_until, serving.authority, serving.number) == (day, "生活安全部長", None)


def test_a_term_that_cannot_be_read_and_one_without_its_first_day_are_told():
    rows = [["見本 太郎", "モニター", 40, "12", None], ["見本 花子", "モニター", 40, "13", "R8.4.1", "1年"]]
    assert wrong(VOLUNTEERS, TERM_HEAD, *rows) == [(2, "委嘱日"), (3, "任期")]


@pytest.mark.parametrize(
    ("age", "band"),
    [(18, AgeBand.ADULT), ("17", AgeBand.FROM_15_TO_17), ("１５歳", AgeBand.FROM_15_TO_17), (14, AgeBand.UNDER_15)],
)
def test_of_an_age_only_the_band_is_taken(age: Any, band: AgeBand):
    assert records(VOLUNTEERS, VOLUNTEER_HEAD, ["見本 太郎", "モニター", age])[0].age_band is band


def test_a_birth_date_is_not_taken_in():
    intake = read(VOLUNTEERS, [*VOLUNTEER_HEAD, "生年月日"], ["見本 太郎", "モニター", 20, None, None, "H18.4.1"])
    assert [(problem.column, problem.is_warning) for problem in intake.problems] == [("F列「生年月日」", True)]
    assert "2006" not in str(intake.records)


def test_what_stands_under_the_guardian_is_not_the_volunteers():
    heads = [["氏名", "区分", "年齢", "保護者", None, None, "同意日"], [None, None, None, "氏名", "続柄", "電話", None]]
    row = ["見本 二郎", "ボランティア", 16, "見本 一郎", "父", "000-0000-0001", "令和8年4月10日"]
    intake = read(VOLUNTEERS, *heads, row)
    [minor] = [taken.record for taken in intake.records]
    assert (minor.guardian_name, minor.guardian_relationship, minor.phone) == ("見本 一郎", "父", "")
    assert [(problem.column, problem.is_warning) for problem in intake.problems] == [("F列「保護者電話」", True)]


def test_what_stands_under_the_contact_person_is_not_the_bodys():
    heads = [["名称", "種別", "所在地", "担当者", None], [None, None, None, "氏名", "電話"]]
    [body] = records(ORGANIZATIONS, *heads, ["架空電力㈱", "企業", "見本市例示町1-2", "見本 太郎", "000-0000-0009"])
    assert (body.name, body.address, body.phone) == ("架空電力㈱", "見本市例示町1-2", "")
    heads = [["団体名", "担当者", None, None], [None, "氏名", "電話", "メール"]]
    [contact] = records(CONTACTS, *heads, ["架空電力㈱", "見本 太郎", "000-0000-0009", "taro@denryoku.example"])
    assert (contact.family_name, contact.phone) == ("見本", "000-0000-0009")


def test_half_a_consent_and_the_consent_for_an_adult_are_asked_about():
    assert wrong(VOLUNTEERS, VOLUNTEER_HEAD, ["見本 太郎", "学生", 16, "見本 一郎", None]) == [(2, "保護者氏名")]
    assert wrong(VOLUNTEERS, VOLUNTEER_HEAD, ["見本 太郎", "学生", 20, "見本 一郎", "R8.4.1"]) == [(2, "保護者氏名")]


def test_every_kind_of_commission_and_every_age_has_a_word():
    assert set(COMMISSION_WORDS.values()) == set(CommissionKind)
    assert set(AGES.values()) == set(AgeBand)


def test_records_become_the_lines_that_the_domain_takes():
    units = read(UNITS, ["コード", "所属名", "種別"], ["0100", "見本警察署", "署"])
    assert lines(UNITS, units)[0].number == 2
    assert lines(UNITS, units)[0].facts["kind"] is UnitKind.STATION


def test_a_school_is_told_as_an_organization():
    [line] = lines(SCHOOLS, read(SCHOOLS, ["学校コード", "学校名"], ["G148199990019", "青浜高専"]))
    assert line.facts["kind"] is OrganizationKind.TECHNICAL_COLLEGE
    assert set(line.facts) - {"kind", "unit"} <= set(BLANK)


def test_what_the_domain_refuses_is_told_at_its_place_in_the_file():
    table = read_table(book(["番号", "氏名", "所属"], ["1", "見本 太郎", "どこか署"]), "名簿.xlsx")
    told = [rosters.Problem(2, "unit", "見つかりません。"), rosters.Problem(2, None, "だめです。")]
    assert placed(OFFICERS, table, told) == [
        Problem(2, "C列「所属」", "どこか署", "見つかりません。"),
        Problem(2, "", "", "だめです。"),
    ]


def test_sectors_and_what_a_body_has_ready_are_read_by_the_words_of_offices():
    rows = [
        ["団体名", "種別", "規模", "重要インフラ分野", "CEPTOAR", "監督官庁", "BCP", "連絡体制", "備えの確認日"],
        ["架空電力", "企業", "中企業", "電気", "電力CEPTOAR", "経済産業省", "あり", "無", "令和8年4月1日"],
    ]
    [power] = records(ORGANIZATIONS, *rows)
    assert (power.size, power.ci_sector) == (OrganizationSize.MEDIUM, CiSector.ELECTRICITY)
    assert (power.ceptoar, power.ministry) == ("電力CEPTOAR", "経済産業省")
    assert (power.bcp, power.contact_system, power.assessed_on) == (InPlace.YES, InPlace.NO, date(2026, 4, 1))


HEADINGS_OF_AGREEMENTS = [
    "協定名",
    "区分",
    "締結日",
    "有効期限",
    "自動更新",
    "通知期限",
    "保存期間",
    "協定の内容",
    "締結先",
]


def test_a_register_of_agreements_is_read_as_offices_write_it():
    told = [
        "連携協定",
        "相互協力協定",
        "R6.3.1",
        "令和7年3月31日",
        "1年",
        "１か月前",
        "永年",
        "情報共有、共同訓練",
        "架空電力㈱",
    ]
    never = ["覚書", "覚書", "2024/3/1", "期間の定めなし", "なし", "", "", "", "見本信用金庫"]
    first, second = records(AGREEMENTS, HEADINGS_OF_AGREEMENTS, told, never)
    assert (first.kind, first.signed_on, first.expires_on) == (
        *(AgreementKind.COOPERATION, date(2024, 3, 1)),
        date(2025, 3, 31),
    )
    assert (first.auto_renews_months, first.notice_days, first.retention_years) == (12, 30, 100)
    assert first.items == (CooperationItem.INFORMATION_EXCHANGE, CooperationItem.DRILL)
    assert (second.expires_on, second.auto_renews_months) == (None, 0)
    wrongly = ["連携協定", "協定", "2024-03-01", "当分の間", "毎年", "前月", "十年", "何でも", ""]
    assert wrong(AGREEMENTS, HEADINGS_OF_AGREEMENTS, wrongly) == [
        *((2, heading) for heading in HEADINGS_OF_AGREEMENTS[3:8]),
        (2, "締結先"),
    ]


def test_what_was_changed_and_what_has_come_of_it_stand_one_in_a_line():
    heading = ["協定名", "種別", "締結日", "団体名", "変更協定", "研究成果"]
    told = ["共同研究", "共同研究", "R6.3.1", "例示大学", "令和7年4月1日：別表：窓口を改める\n\n2026/4/1: 期間の延長"]
    told += ["R8.3.1：論文：暗号:その1"]
    [row] = records(AGREEMENTS, heading, told)
    assert [str(one) for one in row.amendments] == ["2025-04-01 別表：窓口を改める", "2026-04-01 期間の延長"]
    assert row.outputs == (PaperOutput(date(2026, 3, 1), OutputKind.PAPER, "暗号:その1"),)
    for changed, come in (("別表の改正", "論文：暗号"), ("いつか：別表の改正", "R8.3.1：何か：暗号")):
        wrongly = [*told[:4], changed, come]
        assert wrong(AGREEMENTS, heading, wrongly) == [(2, "変更協定"), (2, "研究成果")]


def test_what_was_promised_is_read_as_agreements_word_it():
    heading = ["年度", "協定名", "協力事項", "約束", "回数", "実施日"]
    told = ["R7年度", "連携協定", "訓練", "合同訓練", "年２回", "R7.10.3、令和8年2月1日"]
    [row] = records(COMMITMENTS, heading, told)
    assert (row.year, row.times_per_year, row.done_on) == (2025, 2, (date(2025, 10, 3), date(2026, 2, 1)))
    assert wrong(COMMITMENTS, heading, ["来年", *told[1:4], "随時", "秋"]) == [
        (2, one) for one in (heading[0], *heading[4:])
    ]
