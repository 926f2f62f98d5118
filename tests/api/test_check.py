from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from api.commands import check
from api.commands.check import Failed, Step

QUICK = Namespace(full=False)


def steps(*names: str, failing: str = "") -> tuple[list[str], tuple[Step, ...]]:
    """The names of the steps that were taken, and steps that write them down."""
    taken: list[str] = []

    def work_of(name: str) -> Callable[[bool], None]:
        def work(_: bool) -> None:
            taken.append(name)
            if name == failing:
                raise Failed("found something")

        return work

    return taken, tuple(Step(name, "", work_of(name), alone=True) for name in names)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny checkout in which the steps run."""
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\naddopts = "-q -p no:hypothesispytest -p no:anyio -p no:cacheprovider"\n'
    )
    monkeypatch.setattr(check, "ROOT", tmp_path)
    return tmp_path


def test_every_step_is_named_with_its_time(sources, monkeypatch, capsys):
    taken, table = steps("one", "two")
    monkeypatch.setattr(check, "STEPS", table)
    assert check.run(QUICK) == 0
    assert taken == ["one", "two"]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["ok", "ok", "ok"]
    assert [line.split()[3] for line in lines[:2]] == ["one", "two"]


def test_the_first_failure_ends_the_check_and_says_what_was_found(sources, monkeypatch, capsys):
    taken, table = steps("one", "two", "three", failing="two")
    monkeypatch.setattr(check, "STEPS", table)
    assert check.run(QUICK) == 1
    assert taken == ["one", "two"]
    shown = capsys.readouterr()
    assert (shown.out.splitlines()[1].split()[0], shown.err) == ("FAIL", "found something\n")


def test_steps_run_side_by_side_and_before_whatever_runs_alone(sources, monkeypatch, capsys):
    together = Barrier(2, timeout=30)
    taken, (alone,) = steps("alone")
    several = [Step(name, "", lambda _: taken.append("met" if together.wait() < 2 else "")) for name in ("one", "two")]
    monkeypatch.setattr(check, "STEPS", (alone, *several))
    assert check.run(QUICK) == 0
    assert taken == ["met", "met", "alone"]
    assert [line.split()[3] for line in capsys.readouterr().out.splitlines()[:3]] == ["one", "two", "alone"]


def test_a_missing_tool_is_a_failure_that_says_how_to_install_it(sources, monkeypatch, capsys):
    monkeypatch.setattr(check, "STEPS", (Step("odd", "", lambda _: None, "no_such_tool_at_all"),))
    assert check.run(QUICK) == 1
    assert "pip install -c constraints.txt -e '.[test]'" in capsys.readouterr().err


def test_an_outside_judge_is_asked_at_full_length_only_and_where_it_is_there(sources, monkeypatch, capsys):
    taken, (one, two) = steps("one", "two")
    table = (
        one,
        replace(two, tool="pytest", extra="outside"),
        Step("odd", "", one.work, "no_such_tool", "outside", True),
    )
    monkeypatch.setattr(check, "STEPS", table)
    assert check.run(QUICK) == 0
    assert taken == ["one"]
    assert check.run(Namespace(full=True)) == 0
    assert taken == ["one", "one", "two"]
    (left_out,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("--")]
    assert left_out.split()[:2] == ["--", "odd"]
    assert "'.[outside]'" in left_out


def test_tests_that_pass_are_printed_with_their_own_closing_line(sources, capfd):
    (sources / "test_it.py").write_text("def test_one():\n    assert True\n")
    check._pytest(False)
    assert " passed in " in capfd.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("def test_one():\n    assert False\n", "テストが失敗しました。"),
        ("", "テストが失敗しました。"),
        (
            "import pytest\n@pytest.mark." + "skip\ndef test_one():\n    pass\n",
            "テストがひとつも実行されませんでした。",
        ),
    ],
    ids=["a failure", "no test", "all left out"],
)
def test_a_run_that_proves_nothing_is_a_failure(sources, content, told):
    (sources / "test_it.py").write_text(content)
    with pytest.raises(Failed, match=told):
        check._pytest(False)


def test_a_program_that_fails_is_shown_with_what_it_wrote(sources):
    with pytest.raises(Failed, match="written\nand more"):
        check._module("-c", "import sys; print('written'); sys.exit('and more')")(False)


def test_a_hole_in_the_sources_is_found_by_bandit(sources):
    for room in check.ROOMS:
        (sources / room).mkdir()
    (sources / "api" / "hole.py").write_text("import subprocess\n\nsubprocess.run(input(), shell=True)\n")
    (step,) = (one for one in check.STEPS if one.name == "bandit")
    with pytest.raises(Failed, match="B602"):
        step.work(False)


def test_outside_a_checkout_the_check_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(check, "ROOT", tmp_path)
    with pytest.raises(Failed, match="git clone"):
        check.run(QUICK)
