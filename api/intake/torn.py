"""Rows of which a part cannot be read: the rest is asked all the same, so that every fault is told in one go."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from domain.rosters import Unread

T = TypeVar("T")

UNREAD = "_unread"


def as_far_as_read(record: T, unread: frozenset[str]) -> T:
    """The record; whoever asks it for what could not be read, straight or by way of a property, gets `Unread`."""
    if not unread:
        return record
    whole: Any = type(record)
    torn: T = object.__new__(_torn(whole))
    object.__setattr__(torn, UNREAD, unread)
    vars(torn).update(vars(record))
    return torn


@cache
def _torn(whole: type[Any]) -> type[Any]:
    return type(f"Torn{whole.__name__}", (whole,), {"__getattribute__": _answer})


def _answer(torn: object, name: str) -> Any:
    if name in object.__getattribute__(torn, UNREAD):
        raise Unread(name)
    return object.__getattribute__(torn, name)
