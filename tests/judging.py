"""Judges that are not ours, and that a machine may lack: whoever looks for one asks here.

A test that is nothing without its judge is marked `judged_by`, and is left out where that is missing; one that still
proves something asks `is_here`. Either way the run says at its end who was missing, which tests went without, and how
to have it. Nothing is green in silence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SYSTEM = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/lib/postfix/sbin"))
"""Where Debian keeps servers, which not every user's PATH names."""

DOVECOT = Path("/usr/lib/dovecot")
PARTS_OF_DOVECOT = ("imap", "lmtp", "modules/lib90_sieve_plugin.so")

OLDEST_SERVER = Path("/usr/lib/postgresql/15/bin")
"""Where Debian puts the programs of the oldest PostgreSQL that we run on."""

FONT = Path("/usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Regular.ttf")

READERS = Path(os.environ.get("RENKEI_TEST_READERS", Path(__file__).parents[1] / ".readers"))
"""Where npm has put the calendar readers written in JavaScript."""

ENVIRONMENT = Path(os.environ.get("RENKEI_TEST_JUDGES", Path(__file__).parents[1] / ".judges"))
"""Where pip has put those written in Python, apart from what the program itself stands on (the extra `judges`)."""

READ_BY = ("ical.js", "node-ical")
DISTRIBUTIONS = {"vobject": "0.9.9", "khal": "0.14.1", "recurring-ical-events": "3.8.2", "icalevents": "0.3.1"}
SUBSCRIBERS = {"caldav": "3.6.0", "vdirsyncer": "0.21.0"}
"""In the same place, but fetched after those: they bring more along than all of them."""

DEBIAN = "apt-get install -y --no-install-recommends"
NPM = f"npm install --prefix {READERS.name} ical.js@2.2.1 node-ical@0.27.2"


def _pinned(distributions: Mapping[str, str]) -> str:
    return " ".join(f"{name}=={version}" for name, version in distributions.items())


PIP = f"python3 -m venv .judges && .judges/bin/pip install -q {_pinned(DISTRIBUTIONS)}"
PIP_MORE = f".judges/bin/pip install -q {_pinned(SUBSCRIBERS)}"


PIP_FROM = "pip install"
"""Whatever that reaches for everything else."""


@dataclass(frozen=True)
class Judge:
    """`is_here` may cost a look at the machine: it is asked once. `how` is the command that fetches it."""

    is_here: Callable[[], bool]
    how: str


def program(name: str) -> str | None:
    """Where a program is."""
    return shutil.which(name, path=SYSTEM)


def _programs(*names: str) -> Callable[[], bool]:
    return lambda: all(map(program, names))


def _readers() -> bool:
    return program("node") is not None and all((READERS / "node_modules" / one).is_dir() for one in READ_BY)


def _environment(*names: str) -> Callable[[], bool]:
    packages = {name.replace("-", "_") for name in names}
    return lambda: packages <= {path.name for path in ENVIRONMENT.glob("lib/python3*/site-packages/*")}


def _mail_servers() -> bool:
    """Postfix's master runs as root alone."""
    parts = all((DOVECOT / one).exists() for one in PARTS_OF_DOVECOT)
    return os.geteuid() == 0 and parts and all(map(program, ("master", "dovecot")))


APART = ("unshare", "--net", *(() if os.geteuid() == 0 else ("--map-root-user",)))
"""What runs a program in a network of its own, which leads nowhere."""


def _processes_are_seen() -> bool:
    """Whether a program finds the processes of a server, and can limit each (Linux)."""
    return program("prlimit") is not None and Path(f"/proc/self/task/{os.getpid()}/children").is_file()


def _may_be_apart() -> bool:
    return program(APART[0]) is not None and subprocess.run([*APART, "true"], capture_output=True).returncode == 0


def _may_all_be_apart() -> bool:
    """Who is not root may begin a program there, but not go there, nor come back."""
    return os.geteuid() == 0 and _may_be_apart()


def _index() -> bool:
    """Whether pip finds packages anywhere: asked by whoever gathers them."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-cache-dir"]
    with tempfile.TemporaryDirectory() as place:
        return subprocess.run([*command, "-d", place, "pip"], capture_output=True).returncode == 0


JUDGES: Mapping[str, Judge] = {
    "libical": Judge(lambda: find_library("ical") is not None, f"{DEBIAN} libical3"),
    "ical.js": Judge(_readers, NPM),
    "vobject and khal": Judge(_environment(*DISTRIBUTIONS), PIP),
    "caldav and vdirsyncer": Judge(_environment(*SUBSCRIBERS), PIP_MORE),
    "Chromium": Judge(_programs("chromium", "chromedriver"), f"{DEBIAN} chromium chromium-driver"),
    "openssl": Judge(_programs("openssl"), f"{DEBIAN} openssl"),
    "BIZ UDPGothic": Judge(FONT.is_file, f"{DEBIAN} fonts-morisawa-bizud-gothic"),
    "PostgreSQL 15": Judge((OLDEST_SERVER / "postgres").is_file, f"{DEBIAN} postgresql-15"),
    "nginx": Judge(_programs("nginx"), f"{DEBIAN} nginx-light"),
    "systemd": Judge(_programs("systemd-analyze"), f"{DEBIAN} systemd"),
    "prlimit and /proc": Judge(_processes_are_seen, f"{DEBIAN} util-linux"),
    "an index of packages": Judge(_index, PIP_FROM),
    "a network apart": Judge(_may_be_apart, f"{DEBIAN} util-linux, and to be root"),
    "a network for the whole run": Judge(_may_all_be_apart, f"{DEBIAN} util-linux, and to be root"),
    "Postfix and Dovecot": Judge(
        _mail_servers, f"{DEBIAN} postfix dovecot-imapd dovecot-lmtpd dovecot-sieve, and to be root"
    ),
}
UNWANTED = os.environ.get("RENKEI_TEST_WITHOUT", "").split(",")
"""Judges to do without, though they may be here."""

LEFT_OUT, JUDGED_LESS = "left out", "judged less"
WITHOUT: dict[str, dict[str, str]] = {}
"""By the judge that is missing each test that went without, and what became of it."""


@cache
def may_be_had(judge: str) -> bool:
    return judge not in UNWANTED and JUDGES[judge].is_here()


def is_here(judge: str) -> bool:
    """Whether the test that asks can have this judge; where not, it is told at the end."""
    if not may_be_had(judge):
        _went_without(judge, os.environ["PYTEST_CURRENT_TEST"].partition(" ")[0], JUDGED_LESS)
    return may_be_had(judge)


def _went_without(judge: str, test: str, became: str) -> None:
    WITHOUT.setdefault(judge, {})[test] = became


def judged_by(judge: str, *values: Any) -> Any:
    """One case of a test that is nothing without this judge."""
    return pytest.param(*values, marks=pytest.mark.judged_by(judge))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "judged_by(name): is left out where this judge (tests/judging.py) is missing")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = {item.nodeid: judge for item in items if (judge := _missing(item))}
    for test, judge in missing.items():
        _went_without(judge, test, LEFT_OUT)
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in missing])
    items[:] = [item for item in items if item.nodeid not in missing]


def _missing(item: pytest.Item) -> str | None:
    return next((mark.args[0] for mark in item.iter_markers("judged_by") if not may_be_had(mark.args[0])), None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of pytest-xdist hands on what it has seen."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["without"] = WITHOUT


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for judge, tests in getattr(node, "workeroutput", {}).get("without", {}).items():
        WITHOUT.setdefault(judge, {}).update(tests)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in told(WITHOUT):
        terminalreporter.write_line(line, yellow=True)


def told(without: Mapping[str, Mapping[str, str]]) -> Iterable[str]:
    """A line for each judge that was missing."""
    for judge, tests in sorted(without.items()):
        became = Counter(tests.values())
        files = ", ".join(sorted({test.partition("::")[0] for test in tests}))
        counts = " and ".join(f"{became[what]} {what}" for what in (LEFT_OUT, JUDGED_LESS) if became[what])
        yield f"without {judge}: {counts} of the tests in {files}. To have it: {JUDGES[judge].how}"
