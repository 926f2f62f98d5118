"""What decides over rights and scope, the mistakes that are made there, and the tests that guard it.

Whoever writes such a rule in another place adds it here.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

import domain
from api import rights
from domain import verbs
from domain.actor import Role
from domain.rights import CLEARANCE, DataClass
from domain.verbs import ALLOWED
from tests.mutants import swapping
from tests.mutants.changing import changes

SCOPE = "visible_to"
TABLE = "tests/test_house.py::test_the_permission_table_is_the_reviewed_one"
SCOPES = ("tests/api/test_situations.py", TABLE)
VERBS = ("tests/domain/test_verbs.py",)
CLEARANCES = ("tests/domain/test_rights.py", "tests/api/test_rights.py")


@dataclass(frozen=True)
class Mutant:
    """One mistake: where it is, what it is, the tests of which one has to fail, and how it is put in for a while."""

    place: str
    told: str
    tests: tuple[str, ...]
    put_in: Callable[[], AbstractContextManager[None]]


_ROWS = "row_id__in=Subquery(scope(actor).values('id'))"
_TEXT = "self.execution_context.query"
_PARSED = f"self.execution_context.graphql_document = parse_within_budget({_TEXT})"
SAME = {
    # Whoever has acceded was there to sign.
    "Agreement.filter(effective_on__isnull=False, id__in=Subquery(own))  →  Agreement.filter(id__in=Subquery(own))",
    # Nobody is an attendee without having been asked.
    "Attendee.filter(removed_at=None, invited_at__isnull=False)  →  Attendee.filter(removed_at=None)",
    # No id is that of two rows.
    f"Q(kind=model.__name__, {_ROWS})  →  Q({_ROWS})",
    # The guard lets nothing through that is without a text.
    "context.query or ''  →  context.query",
    f"if {_TEXT}: {_PARSED}  →  if True: {_PARSED}",
    # Put up once more, as it stands: only slower.
    "if wall == before: yield return  →  if False: yield return",
    # Done while the program is read, which has happened; the permission table tells of it.
    "ROUTINES.add(_name(work))  →  pass",
}
"""What was looked at and makes no difference."""


def every() -> Iterator[Mutant]:
    """All mistakes that make a difference."""
    return (one for one in _every() if one.told not in SAME)


def _every() -> Iterator[Mutant]:
    for module in _modules():
        yield from _changed(module, (*SCOPES, *_of_the_concept(module.__name__)), SCOPE)
    for name, tests in GUARDED.items():
        yield from _changed(import_module(name), tests)
    yield from _changed(rights, ("tests/api/test_rights.py",), "must_be_stated")  # the rest of it writes a table
    yield from _verbs()
    yield from _clearances()


GUARDED = {
    "domain.rights": ("tests/domain/test_rights.py",),
    "domain.verbs": tuple(f"tests/domain/test_{name}.py" for name in ("verbs", "walls", "tokens", "units")),
    "domain.walls": ("tests/domain/test_walls.py",),
    "api.budget": ("tests/api/test_budget.py",),
    "api.reading.permits": ("tests/api/reading/test_permits.py", "tests/api/test_budget.py"),
}
"""Modules all of which decides, and the tests that guard them. The tests of its concept guard each `visible_to` too."""


def _modules() -> Iterator[ModuleType]:
    """Those that say which rows somebody sees."""
    for found in walk_packages(domain.__path__, "domain."):
        if ".migrations" not in found.name:
            module = import_module(found.name)
            own = [one for one in vars(module).values() if getattr(one, "__module__", "") == found.name]
            if any(getattr(one, "__name__", "").endswith(SCOPE) for one in own):
                yield module


def _of_the_concept(module: str) -> list[str]:
    """The tests of the concept to which a module belongs."""
    concept = module.split(".")[1]
    return sorted(
        str(path) for path in Path("tests/domain").glob("**/test_*.py") if concept in (path.parent.name, path.stem[5:])
    )


def _changed(module: ModuleType, tests: tuple[str, ...], ending: str = "") -> Iterator[Mutant]:
    path = Path(str(module.__file__))
    for one in changes(path, ending):
        put_in = partial(swapping.swapped, str(path), one.code)
        yield Mutant(f"{module.__name__}:{one.line}", one.told, tests, put_in)


def _verbs() -> Iterator[Mutant]:
    """Each verb, closed to one of those who may call it, and open to one more."""
    fronts = swapping.guarded(str(verbs.__file__))
    for name, roles in ALLOWED.items():
        for role in Role:
            told = f"{'not ' if role in roles else ''}for {role}"
            put_in = partial(swapping.asking, fronts[name], roles ^ {role})
            yield Mutant(f"verb {name}", told, VERBS, put_in)


def _clearances() -> Iterator[Mutant]:
    """Each role, reading one kind of data less or more."""
    for role, may in CLEARANCE.items():
        for data in DataClass:
            told = f"{'does not read' if data in may else 'reads'} {data.name}"
            put_in = partial(swapping.cleared, role, may ^ {data})
            yield Mutant(f"clearance {role}", told, CLEARANCES, put_in)
