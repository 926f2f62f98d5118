"""How the files of tests are dealt out to several processes: what shares a long preparation goes to the same one.

pytest-xdist has marks for this; those of 3.8 are not heard by pytest 9.2 (it changes a test's name, which is no longer
kept where it is changed), and what was to be told once was told in every process.
"""

import sys

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

TOGETHER = {
    **dict.fromkeys(
        ("tests/api/test_demo.py", "tests/seed/test_lists.py", "tests/seed/test_town.py", "tests/seed/test_walls.py"),
        "the one demonstration",
    ),
    **dict.fromkeys(("tests/api/test_hidden.py", "tests/api/test_situations.py"), "the crowd"),
    "tests/api/test_rights.py": "the crowd",
}
CHEAPEST = ("tests/domain/", "tests/exports/")
"""What needs no program runs first: whoever breaks a rule hears of it within the first minutes."""

LONGEST = (
    "tests/api/test_demo.py",
    "tests/seed/test_lists.py",
    "tests/seed/test_town.py",
    "tests/seed/test_walls.py",
    "tests/api/test_bad_input.py",
    "tests/test_year.py",
    "tests/api/test_hidden.py",
    "tests/api/test_situations.py",
    "tests/api/test_rights.py",
    "tests/api/test_benchmarks.py",
    "tests/storms/test_database.py",
    "tests/storms/test_kills.py",
    "tests/storms/test_mail_server.py",
    "tests/storms/test_standby.py",
    "tests/api/test_reading.py",
)
"""What takes longest begins next, or one process would still be at it when the others have nothing left to do."""


class Dealing(LoadFileScheduling):
    """A file stays in one process, and so do the files that share a preparation."""

    def _split_scope(self, nodeid: str) -> str:
        path: str = super()._split_scope(nodeid)
        return TOGETHER.get(path, path)

    def remove_node(self, node: WorkerController) -> str | None:
        """What a process died of is not begun again by the others: they would die of it one after the other."""
        units = self.assigned_work.get(node, {}).values()
        fatal = next(((unit, test) for unit in units for test, is_done in unit.items() if not is_done), None)
        if fatal is not None:
            unit, test = fatal
            unit[test] = True
        super().remove_node(node)
        return fatal and fatal[1]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What failed in one of several processes is told at once: nobody hears the end of a run that is cut off."""
    if report.failed and hasattr(report, "node"):
        print(f"\n{report.when} of {report.nodeid} failed:\n{report.longreprtext}", file=sys.stderr, flush=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Dealing:
    return Dealing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(_path(item)))


def _turn(path: str) -> int:
    if path.startswith(CHEAPEST):
        return -1
    return LONGEST.index(path) if path in LONGEST else len(LONGEST)


def _path(item: pytest.Item) -> str:
    return item.nodeid.split("::", 1)[0]
