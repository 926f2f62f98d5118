import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api import cli
from api.commands import migrate
from api.errors import Stopped
from domain.errors import Invalid


@pytest.fixture(autouse=True)
def the_signal_is_given_back():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def renkei(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RENKEI_")}
    command = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=kept | environment, timeout=60)


def test_help_names_every_command_in_japanese(capsys):
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("使い方: renkei COMMAND")
    assert [name for name, meaning in cli.COMMANDS.items() if f"{name} " not in shown or meaning not in shown] == []


def test_no_command_at_all_shows_the_help(capsys):
    assert cli.main([]) == 0
    assert "使い方" in capsys.readouterr().out


@pytest.mark.parametrize("name", [*cli.COMMANDS, *cli.FOR_DEVELOPERS])
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    shown = capsys.readouterr().out
    assert (end.value.code, shown.split("\n")[0].split(" [")[0]) == (0, f"使い方: renkei {name}")
    assert (cli.COMMANDS | cli.FOR_DEVELOPERS)[name] in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["chekc"], "renkei: chekc というコマンドはありません。renkei --help で使い方を表示します。\n"),
        (["check", "--fast"], "renkei check: --fast という引数はありません。"),
        (["token"], "renkei token: ACTION を指定してください。"),
        (["token", "new"], "renkei token new: --person, --role を指定してください。"),
        (["makemigrations"], "renkei makemigrations: NAME --fresh のどれかを指定してください。"),
        (["makemigrations", "x", "--fresh"], "renkei makemigrations: --fresh と NAME は一緒に使えません。"),
    ],
)
def test_a_wrong_command_line_is_told_in_japanese(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith(sentence)


@pytest.mark.parametrize("error", [Stopped("止まりました。"), Invalid("直してください。")])
def test_what_people_can_mend_is_one_sentence_without_a_traceback(error, monkeypatch, capsys):
    def refuse(_: object) -> int:
        raise error

    monkeypatch.setattr(migrate, "run", refuse)
    assert cli.main(["migrate"]) == 1
    assert capsys.readouterr().err == f"renkei: {error}\n"


def test_a_bug_keeps_its_traceback(monkeypatch):
    def fail(_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(migrate, "run", fail)
    with pytest.raises(ZeroDivisionError):
        cli.main(["migrate"])


@pytest.mark.parametrize(("command", "unbuffered"), [("--help", ""), ("schema", ""), ("schema", "1")])
def test_a_command_to_which_nobody_listens_any_more_ends_without_a_word(command, unbuffered):
    """Be it told while it speaks, or at its end."""
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())", command]
    known = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(program, stdout=writing, stderr=subprocess.PIPE, env=known, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_what_the_machine_does_not_let_us_do_is_told_with_the_place(monkeypatch, capsys):
    def fail(_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/srv/backups")

    monkeypatch.setattr(migrate, "run", fail)
    assert cli.main(["migrate"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("renkei: /srv/backups: 使うことが許されていません。")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_cannot_be_written_down_for_want_of_room_is_told(unbuffered):
    program = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())", "schema"]
    with Path("/dev/full").open("w") as full:
        known = os.environ | {"PYTHONUNBUFFERED": unbuffered}
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, env=known, timeout=60, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("renkei: 書き込み先: 書き込む空きがありません。")
    assert len(done.stderr.splitlines()) == 1


def test_another_pipe_that_breaks_is_a_bug(monkeypatch):
    def fail(_: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(migrate, "run", fail)
    with pytest.raises(BrokenPipeError):
        cli.main(["migrate"])


def test_wrong_settings_are_told_before_anything_starts():
    told = renkei("migrate", RENKEI_TIMEZONE="Tokio", RENKEI_COLOUR="red")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("renkei: 環境変数を直してください。RENKEI_COLOUR: ")
    assert "RENKEI_TIMEZONE: " in told.stderr
    assert "Traceback" not in told.stderr


def test_a_database_that_does_not_answer_is_told_without_its_password():
    told = renkei("migrate", RENKEI_DATABASE_URL="postgres://renkei:pa55word@127.0.0.1:1/renkei")
    assert told.returncode == 1
    assert told.stderr.startswith("renkei: RENKEI_DATABASE_URL のデータベースに接続できません。")
    assert [word for word in ("pa55word", "Traceback") if word in told.stderr] == []


def test_help_answers_before_the_heavy_libraries_are_read():
    read = "import sys; from api.cli import main; main(['--help']); print(sorted(sys.modules))"
    told = subprocess.run([sys.executable, "-c", read], capture_output=True, text=True, timeout=60, check=True)
    loaded = told.stdout.splitlines()[-1]
    assert [name for name in ("tortoise", "strawberry", "pandas", "asyncpg") if f"'{name}'" in loaded] == []


def test_migrate_brings_a_new_database_up_to_date_and_then_finds_nothing_to_do(new_database):
    url = new_database()
    planned = renkei("migrate", "--dry-run", RENKEI_DATABASE_URL=url)
    first = renkei("migrate", RENKEI_DATABASE_URL=url)
    second = renkei("migrate", RENKEI_DATABASE_URL=url)
    assert planned.stdout.splitlines()[:-1] == first.stdout.splitlines()[:-1]
    assert first.stdout.splitlines()[0] == "0001_initial"
    assert (second.returncode, second.stdout, second.stderr) == (0, "データベースは最新です。\n", "")
