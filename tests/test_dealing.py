"""A test that waits for ever is ended and named, whatever became of the others is told, and nothing is lost with it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SEVERAL = ("-n", "2", "--dist", "loadfile", "-p", "tests.dealing", "-p", "no:cacheprovider")
AT_ONCE = ("-o", "faulthandler_timeout=1", "-o", "faulthandler_exit_on_timeout=true")
WAITS = """
import time

def test_before(): pass
def test_waits(): time.sleep(60)
def test_after(): pass
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a run in which one test waits and another fails."""
    place = tmp_path_factory.mktemp("dealt")
    (place / "test_waits.py").write_text(WAITS)
    (place / "test_fails.py").write_text("def test_fails():\n    assert 'this' == 'that'\n")
    command = [sys.executable, "-m", "pytest", f"--rootdir={place}", str(place), *SEVERAL, *AT_ONCE]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50)
    return run.stderr + run.stdout


def test_whoever_waits_for_ever_is_ended_once_and_the_others_go_on(told: str) -> None:
    assert "2 failed, 2 passed" in told
    assert told.count("Timeout (0:00:01)!") == 1


def test_what_failed_is_told_before_the_end(told: str) -> None:
    early, _, _ = told.partition("= FAILURES =")
    assert "test_fails.py::test_fails failed" in early
    assert "assert 'this' == 'that'" in early
    assert "crashed while running 'test_waits.py::test_waits'" in early
