"""What was made once and may be asked for again, as much as there is room for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Things by their names, in `room` for what `size` says of all of them; the one unused for longest goes first."""

    def __init__(self, room: int, size: Callable[[T], int]) -> None:
        self.room = room
        self.size = size
        self.kept: OrderedDict[Hashable, T] = OrderedDict()
        self.filled = 0

    def find(self, name: Hashable) -> T | None:
        if name in self.kept:
            self.kept.move_to_end(name)
        return self.kept.get(name)

    def keep(self, name: Hashable, thing: T) -> None:
        before = self.kept.get(name)
        self.filled += self.size(thing) - (self.size(before) if before is not None else 0)
        self.kept[name] = thing
        self.kept.move_to_end(name)
        while self.filled > self.room:
            self.filled -= self.size(self.kept.popitem(last=False)[1])

    def clear(self) -> None:
        self.kept.clear()
        self.filled = 0
