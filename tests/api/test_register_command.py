"""`renkei register`: the register of personal data for the office that has to publish it."""

import csv

import openpyxl

from api import cli
from domain.register import HOLDINGS

FILES = [holding.name for holding in HOLDINGS.values() if holding.whose]


def test_the_register_is_read_on_the_terminal_without_a_database(capsys):
    assert cli.main(["register"]) == 0
    said = capsys.readouterr().out
    assert [name for name in FILES if f"■ {name}\n" not in said] == []
    assert "記録項目: is_officer" not in said
    assert "保存期間の根拠: 提案（保有機関が決める）" in said


def test_the_register_leaves_as_csv_and_as_a_workbook_with_the_same_files(capsys, tmp_path):
    for name in ("register.csv", "register.xlsx"):
        assert cli.main(["register", "--out", str(tmp_path / name)]) == 0
    with (tmp_path / "register.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    sheet = openpyxl.load_workbook(tmp_path / "register.xlsx")["データ"]
    assert [row["個人情報ファイルの名称"] for row in rows] == FILES
    assert [cell.value for cell in sheet["A"]][1:] == FILES
    (consent,) = [row for row in rows if row["個人情報ファイルの名称"] == "保護者同意"]
    assert consent["特に慎重に扱う項目"].startswith("保護者の氏名、保護者のメールアドレス、")
    assert consent["保存期間"] == "活動を終えた日から3か月（更新のときを除く）"


def test_another_kind_of_file_is_refused_with_what_can_be_meant(capsys, tmp_path):
    assert cli.main(["register", "--out", str(tmp_path / "register.pdf")]) == 1
    assert ".csv か .xlsx" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
