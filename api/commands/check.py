"""Every check there is, the cheap ones first; the first that fails ends it, with what it said."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from api import rights
from api.commands import schema
from api.errors import Stopped
from domain import migrating
from domain.values import dataclass

ROOT = Path(__file__).parents[2]
INSTALL = ".venv/bin/pip install -c constraints.txt -e '.[test]'"
EXTRA = ".venv/bin/pip install -c constraints.txt -e '.[{}]'"
AT_ONCE = 2
MOST_AT_ONCE = 4  # each brings a PostgreSQL of its own
ENOUGH = 25  # failures; more of them tell nothing more, and each may have waited in vain for something
HOUSE_RULES = "tests/test_house.py"
ROOMS = ("api", "domain", "jobs", "exports", "seed")
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


class Failed(Stopped):
    """A step found something; the message is what it found."""


@dataclass(frozen=True)
class Step:
    """One named check; `tool` is the package that it needs, if any. `work` raises Failed.

    With an `extra` of ours it is one of the long checks, and left out where its tool, which that brings, is missing.
    Whatever runs `alone` has the machine to itself, after the others.
    """

    name: str
    meaning: str
    work: Callable[[bool], None]
    tool: str | None = None
    extra: str | None = None
    alone: bool = False


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="長い検査も省かずに行う")


def run(options: argparse.Namespace) -> int:
    if not (ROOT / "pyproject.toml").exists():
        raise Failed("この検査は、ソースのある場所 (git clone したもの) でだけ行えます。")
    started = perf_counter()
    wanted = [step for step in STEPS if _is_wanted(step, options.full)]
    for step, (seconds, found) in _findings(wanted, options.full):
        word = "FAIL" if found else "ok  "
        print(f"{word}  {seconds:6.1f} s  {step.name:<16}  {step.meaning}", flush=True)
        if found:
            print(found, file=sys.stderr)
            return 1
    print(f"ok    {perf_counter() - started:6.1f} s  すべての検査に合格しました。")
    return 0


def _is_wanted(step: Step, full: bool) -> bool:
    is_there = step.tool is None or find_spec(step.tool) is not None
    if full and step.extra and not is_there:
        print(f"--             {step.name:<16}  {step.meaning} (省きました。行うには: {EXTRA.format(step.extra)})")
    return step.extra is None or (full and is_there)


Finding = tuple[float, str | None]


def _findings(steps: Sequence[Step], full: bool) -> Iterator[tuple[Step, Finding]]:
    """Each step in its order, the seconds it took and what it found: side by side, then what runs alone."""
    several, alone = ([step for step in steps if step.alone is is_alone] for is_alone in (False, True))
    with ThreadPoolExecutor(AT_ONCE) as beside:
        yield from zip(several, beside.map(lambda step: _timed(step, full), several), strict=True)
    yield from ((step, _timed(step, full)) for step in alone)


def _timed(step: Step, full: bool) -> Finding:
    started = perf_counter()
    found = _found(step, full)
    return perf_counter() - started, found


def _found(step: Step, full: bool) -> str | None:
    if step.tool is not None and find_spec(step.tool) is None:
        return f"{step.tool} がありません。次のコマンドで入れてください: {INSTALL}"
    try:
        step.work(full)
    except Failed as failed:
        return str(failed) or "失敗しました。"
    return None


def _module(*command: str) -> Callable[[bool], None]:
    """A step that is a Python program run at the root of the sources, silent unless it fails."""

    def work(_: bool) -> None:
        done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)  # nosec B603 # as STEPS say
        if done.returncode != 0:
            raise Failed((done.stdout + done.stderr).strip())

    return work


def _migrations(_: bool) -> None:
    if missing := asyncio.run(migrating.missing_migrations()):
        raise Failed("\n".join(["renkei makemigrations NAME を実行してください。", *missing]))


def _permissions(_: bool) -> None:
    if rights.REVIEWED.read_text(encoding="utf-8") != rights.table():
        raise Failed("権限の表が変わりました。意図した変更なら renkei permissions で書き直してください。")


def _schema(_: bool) -> None:
    if schema.COMMITTED.read_text(encoding="utf-8") != schema.sdl():
        raise Failed("GraphQLスキーマが変わりました。意図した変更なら renkei schema --write で書き直してください。")


def _pytest(full: bool) -> None:
    """All tests, printed as they run; a run in which none passed has proved nothing."""
    # One more than there are processors: tests wait for databases, mail servers, browsers and programs that start.
    at_once = str(min((os.cpu_count() or 1) + 1, MOST_AT_ONCE))
    several = ["-n", at_once, "--dist", "loadfile", "--no-loadscope-reorder", f"--ignore={HOUSE_RULES}"]
    enough = f"--maxfail={ENOUGH}"
    long = ["--full", "-o", "faulthandler_timeout=0"] if full else []
    command = [sys.executable, "-m", "pytest", *several, enough, *long]
    closing = ""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, bufsize=1) as tests:  # nosec B603 # our own words
        for line in tests.stdout or ():
            print(line, end="", flush=True)
            closing = line.strip() or closing
    if tests.returncode != 0:
        raise Failed("テストが失敗しました。")
    if not re.search(r"\b[1-9]\d* passed\b", closing):
        raise Failed("テストがひとつも実行されませんでした。")


STEPS = (
    Step("ruff format", "書式", _module("-m", "ruff", "format", "--check", "."), "ruff"),
    Step("ruff check", "書き方", _module("-m", "ruff", "check", "."), "ruff"),
    Step("import contracts", "層の向き", _module("-c", LINT_IMPORTS), "importlinter"),
    Step("permissions", "権限の表", _permissions),
    Step("SDL", "公開しているスキーマ", _schema),
    Step("migrations", "マイグレーションの漏れ", _migrations),
    Step("house rules", "家の決まり", _module("-m", "pytest", HOUSE_RULES), "pytest"),
    Step("bandit", "守りの穴", _module("-m", "bandit", "-q", "-c", "pyproject.toml", "-r", *ROOMS), "bandit"),
    Step("mypy", "型", _module("-m", "mypy"), "mypy"),
    Step("pytest", "テスト (PostgreSQL)", _pytest, "pytest", alone=True),
    Step("mutants", "わざと入れた間違い", _module("-m", "tests.mutants"), "pytest", "test", alone=True),
    Step("schemathesis", "よその目", _module("-m", "tests.outside.stranger"), "schemathesis", "outside", alone=True),
    Step("vdirsyncer", "よその購読者", _module("-m", "tests.outside.subscriber"), "vdirsyncer", "outside", alone=True),
    Step("CalDAV", "よその暦", _module("-m", "tests.outside.calendars"), "vdirsyncer", "outside", alone=True),
)
