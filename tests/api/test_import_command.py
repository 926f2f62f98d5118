"""`renkei import`: what would change is told cell by cell before it does, and what cannot be done in one sentence."""

import asyncio

import pytest

from api import cli, settings
from api.intake import KINDS, parse, read_table
from domain import organizations
from domain.database import opened
from domain.journal import Entry
from domain.looks import Door, Look
from domain.organizations import Organization, OrganizationKind
from domain.people import Person

WHOLE = """法人番号,団体名,種別,規模,住所,電話,所属
8999900000001,架空電力株式会社,企業,大企業,見本市例示町1-2-3,000-0000-0001,青浜第1警察署
"""


@pytest.fixture
def here(play, shared_url, monkeypatch, tmp_path):
    """A directory to work in, and a founded prefecture in the database."""

    async def story(town):
        await organizations.register(town.hq, kind=OrganizationKind.UNIVERSITY, name="例示大学")

    play(story)
    monkeypatch.setattr(settings, "read", lambda: settings.Settings(database_url=shared_url))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def look(shared_url):
    """What stands in the database afterwards."""

    async def ask(question):
        async with opened(shared_url):
            return await question()

    return lambda question: asyncio.run(ask(question))


def take_in(here, capsys, kind, text, *options):
    """The lines that are printed when this file is taken in."""
    (here / "名簿.csv").write_text(text, encoding="utf-8")
    assert cli.main(["import", kind, "名簿.csv", *options]) == 0
    return capsys.readouterr().out.splitlines()


async def entries():
    return await Entry.all().count()


async def body():
    row = await Organization.get(corporate_number="8999900000001").prefetch_related("unit")
    return row.name, row.address, row.phone, row.unit.name


def test_a_file_with_fewer_columns_takes_nothing_away(here, capsys, look):
    take_in(here, capsys, "organizations", WHOLE)
    short = "法人番号,団体名,種別\n8999900000001,架空電力ホールディングス株式会社,企業\n"
    for options, name in (
        (["--dry-run"], "架空電力株式会社"),
        ([], "架空電力ホールディングス株式会社"),
    ):
        told = take_in(here, capsys, "organizations", short, *options)
        assert "【変わるところ】" in told
        assert [line.split() for line in told if line.startswith("2 ")] == [
            ["2", "B列「団体名」", "架空電力株式会社", "架空電力ホールディングス株式会社"]
        ]
        assert told[-1].endswith("新規0件、変更1件、変わりなし0件。")
        assert look(body) == (name, "見本市例示町1-2-3", "000-0000-0001", "青浜第1警察署")


def test_every_cell_that_changes_is_told_in_the_words_of_the_office(here, capsys):
    take_in(here, capsys, "organizations", WHOLE)
    changed = "法人番号,団体名,種別,規模,住所,所属\n8999900000001,架空電力株式会社,病院,中小企業,,青浜第2警察署\n"
    told = take_in(here, capsys, "organizations", changed, "--dry-run")
    assert [line.split() for line in told if line.startswith("2 ")] == [
        ["2", "C列「種別」", "企業", "病院"],
        ["2", "F列「所属」", "青浜第1警察署", "青浜第2警察署"],
        ["2", "E列「住所」", "見本市例示町1-2-3", "（空欄）"],
        ["2", "D列「規模」", "大企業", "中小企業"],
    ]


def test_a_school_keeps_its_kind_where_the_file_has_no_such_column(here, capsys):
    told = take_in(here, capsys, "schools", "学校名,住所\n例示大学,見本市1\n")
    assert [line.split() for line in told if line.startswith("2 ")] == [["2", "B列「住所」", "（空欄）", "見本市1"]]
    told = take_in(here, capsys, "schools", "学校名,校種\n例示大学,小学校\n", "--dry-run")
    assert [line.split() for line in told if line.startswith("2 ")] == [["2", "B列「校種」", "大学", "学校"]]


def test_whoever_shares_an_address_is_told_apart_by_name(here, capsys):
    take_in(here, capsys, "organizations", WHOLE)
    shared = "団体名,氏名,メール,着任日\n{0},田中 次郎,info@p.example,R7.4.1\n{0},高橋 三郎,info@p.example,\n"
    told = take_in(here, capsys, "contacts", shared.format("架空電力株式会社"))
    assert told[-1] == "取り込みました: 新規2件、変更0件、変わりなし0件。"


@pytest.mark.parametrize("place", ["nowhere/units.xlsx", "nowhere/units.csv"])
def test_a_template_that_cannot_be_written_is_told_in_one_sentence(here, capsys, place):
    assert cli.main(["import", "units", "--template", place]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith(f"renkei: {place} に書き込めません")
    assert "--template で書ける場所" in shown.err
    assert (shown.out, shown.err.count("\n"), list(here.iterdir())) == ("", 1, [])


def test_what_the_domain_refuses_is_told_at_its_cell_and_nothing_is_taken_in(here, capsys, look):
    before = look(entries)
    circle = "コード,所属名,区分,上位所属\n0301,甲課,署の課,0302\n0302,乙課,署の課,0301\n"
    (here / "名簿.csv").write_text(circle, encoding="utf-8")
    assert cli.main(["import", "units", "名簿.csv"]) == 1
    shown = capsys.readouterr()
    assert [line.split()[:2] for line in shown.err.splitlines() if line.startswith(("2 ", "3 "))] == [
        ["2", "D列「上位所属」"],
        ["3", "D列「上位所属」"],
    ]
    assert (shown.out, look(entries)) == ("", before)


FAULTY = """番号,氏名,所属,メール,着任日,検定,取得日
1,見本 太郎,どこか署,taro@,R8.4.1,,
2,例示 花子,青浜第1警察署,,32月,,
3,試﨑 次郎,よその署,,,,R7.4.1
1,例塚 恵,まだ無い署,,,,
"""


@pytest.mark.parametrize("options", [["--dry-run"], []])
def test_whatever_is_wrong_in_a_file_is_told_in_one_go_row_by_row_and_cell_by_cell(here, capsys, look, options):
    """In the second row and the fourth both a cell that cannot be read and a unit that nobody knows."""
    before = look(entries)
    (here / "名簿.csv").write_text(FAULTY, encoding="utf-8")
    assert cli.main(["import", "officers", "名簿.csv", *options]) == 1
    told = [line.split() for line in capsys.readouterr().err.splitlines()]
    assert told[0][1] == "直すところが4行に7件あります。1件も取り込んでいません。"
    assert [words[:3] for words in told[4:] if words] == [
        ["2", "C列「所属」", "どこか署"],
        ["2", "D列「メール」", "taro@"],
        ["3", "E列「着任日」", "32月"],
        ["4", "C列「所属」", "よその署"],
        ["4", "F列「検定」", "-"],
        ["5", "A列「番号」", "1"],
        ["5", "C列「所属」", "まだ無い署"],
    ]
    assert look(entries) == before


@pytest.mark.parametrize(
    ("kind", "text", "places"),
    [
        ("organizations", "名称,種別,電話,所属\n架空電力,何か,0,無い署\n", ["B列", "C列", "D列"]),
        ("schools", "学校名,団体コード,所属\n例示小学校,1,無い署\n", ["B列", "C列"]),
        ("contacts", "団体名,氏名,メール\n無い会社,見本 太郎,taro@\n", ["A列", "C列"]),
        ("units", "コード,所属名,区分,上位所属\n0301,甲課,何か,無い署\n", ["C列", "D列"]),
        ("units", "コード,所属名,区分,上位所属\n0301,甲課,署の課,無い署\n0301,乙課,署の課,無い係\n", ["D列"]),
        (
            "volunteers",
            "氏名,種別,年齢区分,団体名,所属,保護者,委嘱番号\n見本 太郎,学生,百,無い会,無い署,見本 一郎,12\n",
            ["C列", "D列", "E列", "F列", "-"],
        ),
    ],
)
def test_of_every_roster_one_row_tells_both_what_cannot_be_read_and_what_nobody_knows(here, capsys, kind, text, places):
    (here / "名簿.csv").write_text(text, encoding="utf-8")
    assert cli.main(["import", kind, "名簿.csv", "--dry-run"]) == 1
    told = [line.split()[1] for line in capsys.readouterr().err.splitlines() if line.startswith("2 ")]
    assert sorted(one.partition("「")[0] for one in told) == sorted(places)


@pytest.mark.parametrize("name", ["ひな形.csv", "ひな形.XLSX"])
def test_a_template_is_what_its_name_says_and_reads_back_as_an_empty_roster(name, tmp_path, capsys):
    place = tmp_path / name
    assert cli.main(["import", "units", "--template", str(place)]) == 0
    assert place.read_bytes().startswith(b"PK") == name.endswith("XLSX")
    intake = parse(KINDS["units"], read_table(place, name))
    assert (intake.records, intake.is_refused) == ([], False)


def test_a_template_is_written_over_nothing_and_under_no_other_ending(tmp_path, capsys):
    filled, other = tmp_path / "units.csv", tmp_path / "units.ods"
    filled.write_text("somebody's work")
    for place, told in ((filled, "はすでにあります"), (other, ".xlsx、.csv のどちらか")):
        assert cli.main(["import", "units", "--template", str(place)]) == 1
        assert told in capsys.readouterr().err
    assert (filled.read_text(), other.exists()) == ("somebody's work", False)
    assert cli.main(["import", "units", "--template", str(filled), "--force"]) == 0
    assert filled.read_bytes().startswith("\ufeff".encode())


OFFICER = "職員番号,氏,名,所属\n9001,{},太郎,青浜第1警察署\n"


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_the_old_values_that_are_printed_of_people_leave_a_look_and_new_ones_none(here, capsys, look, options):
    async def written():
        return await Person.get(number="9001"), await Look.all()

    take_in(here, capsys, "officers", OFFICER.format("前姓"))
    take_in(here, capsys, "officers", OFFICER.format("前姓"), *options)
    assert look(written)[1] == []
    told = take_in(here, capsys, "officers", OFFICER.format("後姓"), *options)
    assert any("前姓" in row and "後姓" in row for row in told)
    person, (line,) = look(written)
    assert (line.columns, line.rows) == (["Person.family_name"], [f"Person:{person.id}"])
    assert (line.door, line.operation) == (Door.CONSOLE, " ".join(["import officers", *options]))
    assert line.request_id.startswith("import.")


def test_what_changes_of_a_body_is_nobodys_and_leaves_no_look(here, capsys, look):
    async def looks():
        return await Look.all().count()

    take_in(here, capsys, "organizations", WHOLE)
    told = take_in(here, capsys, "organizations", WHOLE.replace("0001,青浜", "0009,青浜"), "--dry-run")
    assert any("000-0000-0009" in row for row in told)
    assert look(looks) == 0
