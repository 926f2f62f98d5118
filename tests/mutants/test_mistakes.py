"""That mistakes are really put in, and taken out again: otherwise none would ever be found."""

from pathlib import Path

import pytest

from domain import people, rights, verbs
from domain.actor import Role
from domain.rights import DataClass, may_read
from tests.mutants import swapping
from tests.mutants.changing import changes
from tests.mutants.guards import GUARDED, every

WRITTEN = """
def open_to(role, rows):
    if role not in ("A", "B") and not rows:
        raise ValueError("no")
    return rows.filter(unit=1, gone=None)
"""


def test_what_a_rule_says_is_turned_round_shortened_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "rule.py").write_text(WRITTEN, encoding="utf-8")
    told = {one.told for one in changes(tmp_path / "rule.py")}
    assert {
        "role not in ('A', 'B')  →  role in ('A', 'B')",
        "('A', 'B')  →  ('A',)",
        "not rows  →  rows",
        "role not in ('A', 'B') and (not rows)  →  not rows",
        "rows.filter(unit=1, gone=None)  →  rows.filter(gone=None)",
        "rows.filter(unit=1, gone=None)  →  rows.filter(unit=1)",
        "1  →  2",
    } <= told
    assert [one for one in changes(tmp_path / "rule.py", "visible_to")] == []


def test_a_changed_function_does_something_else_only_for_as_long_as_it_is_changed() -> None:
    path = str(rights.__file__)
    (only,) = changes(Path(path))
    with swapping.swapped(path, only.code):
        assert not may_read(Role.SCHOOL, DataClass.PUBLIC)
    assert may_read(Role.SCHOOL, DataClass.PUBLIC)


def test_a_verb_is_for_others_only_for_as_long_as_it_is_changed() -> None:
    front = swapping.guarded(str(verbs.__file__))["people.enlist"]
    assert front is people.enlist
    before = front.__closure__
    with swapping.asking(front, frozenset()):
        assert any(cell.cell_contents == frozenset() for cell in before or ())
    assert not any(cell.cell_contents == frozenset() for cell in before or ())


def test_a_mistake_that_changes_nothing_is_none() -> None:
    path = Path(str(rights.__file__))
    same = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
    with pytest.raises(AssertionError, match="nothing that runs"), swapping.swapped(str(path), same):
        pass


def test_every_place_that_decides_over_rights_and_scope_is_tried_and_its_tests_are_there() -> None:
    mutants = list(every())
    places = {one.place.split(":")[0] for one in mutants}
    assert {*GUARDED, "domain.people", "domain.drills.drill", "verb people.enlist", "clearance PARTNER"} <= places
    assert all(Path(test.partition("::")[0]).is_file() for one in mutants for test in one.tests)
    assert len(mutants) > 1_000
