"""Every row of partnerships has scenarios that are there, and every figure one that reads it through the door."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from domain.statistics import BY_KEY, TALLIES
from tests.api.rows import ELSEWHERE, ROWS

HERE = Path(__file__).parent
NUMBERS = {
    *(f"S{number}" for number in (*range(1, 7), *range(8, 12), *range(22, 30), *range(35, 38))),
    *(f"X{number}" for number in (4, 5, 9, 10, 11)),
}
REFUSALS = {"NOT_ALLOWED", "NOT_FOUND"}
ASKING = {"change", "done", "refused", "written", "ask"}


@cache
def definitions(module: str) -> dict[str, ast.stmt]:
    """What stands at the top of a test's file, by its name."""
    found: dict[str, ast.stmt] = {}
    for one in ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8")).body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[one.name] = one
        elif isinstance(one, ast.Assign | ast.AnnAssign):
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            found |= {target.id: one for target in targets if isinstance(target, ast.Name)}
    return found


def named_by(told: str) -> list[str]:
    module, part = told.split(":")
    return [name for name in definitions(f"test_{module}") if name.startswith(f"test_{part}")]


def behind(told: str) -> Iterator[ast.stmt]:
    """The tests, and all of their file that they use, however far away."""
    known, module = set[str](), definitions(f"test_{told.split(':')[0]}")
    due = named_by(told)
    while due:
        if (name := due.pop()) in known:
            continue
        known.add(name)
        yield module[name]
        due += [one.id for one in ast.walk(module[name]) if isinstance(one, ast.Name) and one.id in module]


@cache
def words(told: str) -> frozenset[str]:
    """Each word that stands in a text of a scenario, and each name that it uses."""
    nodes = [node for one in behind(told) for node in ast.walk(one)]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    return frozenset(word for text in texts for word in re.findall(r"\w+", text)) | frozenset(names)


def test_each_row_has_its_scenarios_and_each_scenario_is_one_test() -> None:
    assert set(ROWS) == NUMBERS
    for number, row in ROWS.items():
        for told in row.told:
            assert len(named_by(told)) == 1, (number, told)
            assert callable(getattr(import_module(f"tests.api.test_{told.split(':')[0]}"), named_by(told)[0]))


def test_the_scenarios_of_a_row_read_its_figures_through_the_door_and_refuse_somebody() -> None:
    for number, row in ROWS.items():
        said = frozenset[str]().union(*(words(told) for told in row.told))
        assert bool(row.figures) != bool(row.instead), number
        assert set(row.figures) <= set(BY_KEY), number
        assert set(row.figures) <= said, (number, set(row.figures) - said)
        assert not row.figures or said & {"statistics", "figures"}, number
        assert said & ASKING, number
        assert said & REFUSALS, number


def test_every_fact_is_read_through_the_door_by_the_scenario_of_a_row_or_elsewhere() -> None:
    read = {figure for row in ROWS.values() for figure in row.figures}
    assert {tally.facts.name for tally in TALLIES if tally.key in read} & set(ELSEWHERE) == set()
    missing = [tally.key for tally in TALLIES if tally.key not in read and tally.facts.name not in ELSEWHERE]
    assert missing == []
    assert set(ELSEWHERE) <= {tally.facts.name for tally in TALLIES}
    assert all((HERE.parents[1] / path).is_file() for path in ELSEWHERE.values())
