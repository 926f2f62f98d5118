"""Puts a mistake into the running program, and takes it out again: whoever calls a function calls the mistaken one."""

import functools
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FunctionType

from domain.actor import Role
from domain.rights import CLEARANCE, DataClass

Name = tuple[str, int]
GUARDED = "verb.<locals>.declare.<locals>.guarded"


def functions(path: str) -> list[FunctionType]:
    """All that were made from a file, also those within others, and those that a server of this process has set aside
    from the collector (`api.settling`)."""
    gc.unfreeze()
    return [one for one in gc.get_objects() if type(one) is FunctionType and one.__code__.co_filename == path]


def guarded(path: str) -> dict[str, FunctionType]:
    """What stands in front of each verb, by the name of the verb."""
    return {
        f"{one.__module__.removeprefix('domain.')}.{one.__name__}": one
        for one in functions(path)
        if one.__code__.co_qualname == GUARDED
    }


@contextmanager
def swapped(path: str, code: CodeType) -> Iterator[None]:
    """As long as the block lasts, the functions of this file do what this code says."""
    new = _within(code)
    before = [
        (one, one.__code__) for one in functions(path) if new.get(_name(one.__code__), one.__code__) != one.__code__
    ]
    assert before, "nothing that runs was changed"
    for function, own in before:
        function.__code__ = new[_name(own)]
    try:
        yield
    finally:
        for function, own in before:
            function.__code__ = own


@contextmanager
def asking(function: FunctionType, roles: frozenset[Role]) -> Iterator[None]:
    """As long as the block lasts, exactly these roles may call a verb."""
    cell = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))["roles"]
    before, cell.cell_contents = cell.cell_contents, roles
    try:
        yield
    finally:
        cell.cell_contents = before


@contextmanager
def cleared(role: Role, data: frozenset[DataClass]) -> Iterator[None]:
    """As long as the block lasts, a role reads these kinds of data."""
    before, CLEARANCE[role] = CLEARANCE[role], data
    try:
        yield
    finally:
        CLEARANCE[role] = before


def forget() -> None:
    """Whatever functions have kept of what they once answered."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and one.__module__.startswith(("domain.", "api.")):
            one.cache_clear()


def _within(code: CodeType) -> Mapping[Name, CodeType]:
    found = {_name(code): code}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found |= _within(inner)
    return found


def _name(code: CodeType) -> Name:
    return code.co_qualname, code.co_firstlineno
