"""`renkei export`: the same file as the download, on the machine itself."""

import json
import re
import subprocess
import sys

import openpyxl
import pytest

from api import cli, settings
from api.downloads import EXPORTS
from tests import make


@pytest.fixture
def here(play, shared_url, monkeypatch, tmp_path):
    """A directory to work in, and a founded prefecture in the database."""

    async def story(town):
        await make.officer(town.admin, town.station, family_name="髙見本", number="12345")

    play(story)
    monkeypatch.setattr(settings, "read", lambda: settings.Settings(database_url=shared_url))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_workbook_is_written_where_it_is_asked_for(here, capsys):
    assert cli.main(["export", "statistics", "--period", "2026Q1", "--format", "xlsx", "--out", "q1.xlsx"]) == 0
    assert capsys.readouterr().out == "q1.xlsx\n"
    pages = openpyxl.load_workbook(here / "q1.xlsx").sheetnames
    assert (pages[0], pages[-1]) == ("総括", "データ")


def test_without_a_place_it_has_its_own_name(here, capsys):
    assert cli.main(["export", "statistics", "--period", "2026Q1", "--format", "csv", "--as", "12345"]) == 0
    [written] = here.iterdir()
    assert written.name.startswith("R08Q1_活動状況_青浜県警察_")
    assert capsys.readouterr().out == f"{written.name}\n"


def test_the_figures_are_those_of_the_prefecture(here):
    cli.main(["export", "statistics", "--period", "2026Q1", "--format", "json", "--out", "q1.json", "--fresh"])
    said = json.loads((here / "q1.json").read_bytes())
    assert (said["name"], said["period"]) == ("青浜県警察", "2026Q1")
    assert {one["unit"] for one in said["figures"]} >= {"青浜第1警察署", "合計"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--period", "2026Q9"], "期間「2026Q9」は読めません"),
        (["--as", "誰か"], "「誰か」に当てはまる人がいません"),
        (["--period", "2026Q1", "--out", "nowhere/q1.xlsx"], "nowhere/q1.xlsx に書き込めません"),
    ],
)
def test_what_cannot_be_written_is_told_in_one_sentence(here, capsys, arguments, sentence):
    assert cli.main(["export", "statistics", *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith(f"renkei: {sentence}")
    assert (shown.out, list(here.iterdir())) == ("", [])


def test_whoever_writes_out_many_persons_is_told_by_which_option_they_say_why(here, capsys, monkeypatch):
    monkeypatch.setattr("domain.looks.MANY", -1)
    assert cli.main(["export", "contacts", "--format", "csv"]) == 1
    shown = capsys.readouterr()
    assert shown.err.endswith("--purpose で指定します。\n")
    assert (shown.out, list(here.iterdir())) == ("", [])
    assert cli.main(["export", "contacts", "--format", "csv", "--purpose", "令和8年度の疎通確認"]) == 0


def test_the_help_names_each_export_in_one_piece(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        cli.main(["export", "--help"])
    assert set(EXPORTS) <= set(re.findall(r"[\w-]+", capsys.readouterr().out))


def test_an_unknown_export_names_those_that_are(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["export", "names"])
    assert (end.value.code, "statistics" in capsys.readouterr().err) == (2, True)


def test_pandas_is_read_only_when_a_table_is_written():
    program = "import sys, api.downloads, api.commands.export; print('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"
