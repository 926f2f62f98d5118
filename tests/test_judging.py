"""No judge is missing in silence, and each is fetched where the automatic check runs."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.judging import (
    DEBIAN,
    DISTRIBUTIONS,
    JUDGED_LESS,
    JUDGES,
    LEFT_OUT,
    NPM,
    PIP,
    PIP_FROM,
    PIP_MORE,
    SUBSCRIBERS,
    told,
)

ROOT = Path(__file__).parents[1]
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_who_was_missing_is_told_with_the_tests_that_went_without_and_how_to_have_it() -> None:
    missing = {"tests/a.py::test_one[x]": LEFT_OUT, "tests/a.py::test_two": LEFT_OUT, "tests/b.py::test": JUDGED_LESS}
    assert list(told({"openssl": missing, "libical": {"tests/c.py::test": LEFT_OUT}})) == [
        f"without libical: 1 left out of the tests in tests/c.py. To have it: {DEBIAN} libical3",
        f"without openssl: 2 left out and 1 judged less of the tests in tests/a.py, tests/b.py. "
        f"To have it: {DEBIAN} openssl",
    ]
    assert list(told({})) == []


@pytest.mark.parametrize("name", JUDGES)
def test_whoever_can_be_missing_is_fetched_by_the_automatic_check(name: str) -> None:
    how = JUDGES[name].how
    packages = how.removeprefix(DEBIAN).removesuffix(", and to be root").split()
    assert how in CI if how in (NPM, PIP, PIP_FROM, PIP_MORE) else not set(packages) - set(re.split(r"[\s()]+", CI))


def test_the_judges_in_python_are_those_of_the_extra_and_none_is_in_the_tests_own_environment() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = {extra: {re.split(r"[<>=\[]", one)[0] for one in extras[extra]} for extra in ("judges", "test")}
    assert named["judges"] == {*DISTRIBUTIONS, *SUBSCRIBERS}
    assert not named["test"] & named["judges"]


TESTS = """
import pytest
from tests.judging import is_here, judged_by

@pytest.mark.judged_by("libical")
def test_nothing_without_it():
    assert is_here("libical")

@pytest.mark.parametrize("name", ["strict", judged_by("libical", "libical")])
def test_less_without_it(name):
    assert not is_here("openssl") and name == "strict"
"""
TOLD = [
    f"without libical: 2 left out of the tests in test_it.py. To have it: {DEBIAN} libical3",
    f"without openssl: 1 judged less of the tests in test_it.py. To have it: {DEBIAN} openssl",
]


@pytest.mark.parametrize("processes", ["0", "1"])
def test_a_run_without_judges_is_green_and_says_so(tmp_path: Path, processes: str) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    run = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.judging", "-n", processes]
    alone = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    env = os.environ | alone | {"RENKEI_TEST_WITHOUT": "libical,openssl"}
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, env=env)
    *said, closing = done.stdout.splitlines()
    assert (done.returncode, [line for line in said if line.startswith("without")]) == (0, TOLD)
    assert "1 passed" in closing
