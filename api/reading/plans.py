"""A compiled statement with the places where values go, and a bounded memory of them.

A plan holds for one document, one shape of variables, one role and one text of every scope it enters: two
actors of the same role may be scoped by different SQL.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from enum import Enum
from typing import Any, Generic, TypeVar

from api.reading.declarations import Entity
from api.reading.places import Arguments, Place
from api.reading.scope import Scopes
from domain.values import dataclass

T = TypeVar("T")
MOST_PLANS = 200
# A mark that no alias, literal or scope can hold stands for a value until the text is whole.
MARK = "\x02{}\x03"
MARKED = re.compile("\x02(\\d+)\x03")


@dataclass(frozen=True)
class Bound:
    """What one request brings: the arguments of each list that needs them, the scopes, the key of a single row."""

    arguments: Callable[[int], Arguments]
    scopes: Scopes
    key: Any


Slot = Callable[[Bound], Any]


@dataclass(frozen=True)
class Plan:
    """`personal` are the fields that show personal data; the answer then says which rows they are of (`seen`). `asked`
    are those by which rows are chosen or put in order, `sensitive` says that some of the shown are."""

    sql: str
    slots: tuple[Slot, ...]
    places: tuple[Place, ...]
    entered: dict[Entity, str]
    personal: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    sensitive: bool = False

    def fits(self, scopes: Scopes) -> bool:
        return all(scopes[entity].text == text for entity, text in self.entered.items())

    def values(self, bound: Bound) -> list[Any]:
        return [slot(bound) for slot in self.slots]


class Memory(Generic[T]):
    """What was found out last, forgetting what was unused for longest."""

    def __init__(self, most: int = MOST_PLANS) -> None:
        self.most = most
        self.kept: OrderedDict[Hashable, T] = OrderedDict()

    def find(self, key: Hashable, find_out: Callable[[], T], fits: Callable[[T], bool] = lambda _: True) -> T:
        """What is kept under the key and still fits, or what is found out now."""
        known = self.kept.get(key)
        if known is None or not fits(known):
            known = self.kept[key] = find_out()
        self.kept.move_to_end(key)
        if len(self.kept) > self.most:
            self.kept.popitem(last=False)
        return known


def numbered(text: str, slots: list[Slot]) -> tuple[str, tuple[Slot, ...]]:
    """Marks become `$1`, `$2` …; slots that the text does not mention go, as PostgreSQL would refuse them."""
    used = list(dict.fromkeys(int(n) for n in MARKED.findall(text)))
    position = {n: index for index, n in enumerate(used, start=1)}
    sql = MARKED.sub(lambda mark: f"${position[int(mark[1])]}", text)
    return sql, tuple(slots[n] for n in used)


def shape(value: Any) -> Hashable:
    """What of a variable may change the statement: choices, absences and numbers (of rows) do, texts do not."""
    if isinstance(value, dict):
        return tuple((key, shape(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return tuple(shape(inner) for inner in value[:1])
    if value is None or isinstance(value, int | Enum):
        return value
    return type(value).__name__
