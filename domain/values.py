"""Dataclasses whose methods are written and compiled when the first of them is made, or asked for its fields.

The program knows over two hundred kinds of values and needs few of them before it does anything; to compile the rest
was a tenth of the start. What such a class is in the end, the standard library alone decides.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from threading import RLock
from typing import TYPE_CHECKING, Any

FIELDS = "__dataclass_fields__"
LOCK = RLock()
"""Files are written in threads: what two of them need at once is made by one."""


class _Fields:
    """The fields of a class that is no dataclass yet, for whoever asks: `fields`, `replace`, a class that inherits."""

    def __init__(self, make: Callable[[], None]) -> None:
        self.make = make

    def __get__(self, _: object, owner: type) -> Any:
        self.make()
        return getattr(owner, FIELDS)


def _deferred(cls: Any = None, /, **options: bool) -> Any:
    """As `dataclasses.dataclass`, but later; so a wrong declaration is found by mypy, or when it is first used."""
    return (lambda cls: _announced(cls, options)) if cls is None else _announced(cls, options)


def _announced(cls: Any, options: Mapping[str, bool]) -> Any:
    def make() -> None:
        with LOCK:
            if isinstance(vars(cls)[FIELDS], _Fields):
                dataclasses.dataclass(init=False, **options)(cls)
                cls.__init__ = _constructor(cls)

    def __init__(self: Any, *given: Any, **named: Any) -> None:
        make()
        cls.__init__(self, *given, **named)

    cls.__init__ = __init__
    setattr(cls, FIELDS, _Fields(make))
    return cls


def _constructor(cls: Any) -> Any:
    """That of an heir, which is the same: as long as it is being written the class has the one that waits for it."""
    heir = type(cls)(
        cls.__name__, (cls,), {"__doc__": cls.__doc__, "__module__": cls.__module__, "__qualname__": cls.__qualname__}
    )
    is_frozen = cls.__dataclass_params__.frozen
    return dataclasses.dataclass(repr=False, eq=False, frozen=is_frozen)(heir).__init__


def is_dataclass(kind: type) -> bool:
    """As `dataclasses.is_dataclass`, but that nothing is compiled to answer it."""
    return any(FIELDS in vars(one) for one in kind.__mro__)


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _deferred

__all__ = ["dataclass", "is_dataclass"]
