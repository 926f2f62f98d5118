"""What every roster has in common: lines that are all taken in, or none, and the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from domain import records
from domain.actor import Actor
from domain.errors import Invalid, Refused
from domain.records import Record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Line:
    """One line of a roster as it was read: its number in the file, and what it says by the names of our columns."""

    number: int
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one line: in which column, and in Japanese what to write instead."""

    number: int
    field: str | None
    message: str


class Rejected(Invalid):
    """The roster was not taken in, and nothing was changed; `problems` are in the order of the lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"名簿に直すところが{len(problems)}か所あります。何も取り込んでいません。")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Taken:
    """How many lines were new, changed what was known, or said nothing new."""

    created: int
    changed: int
    unchanged: int


@dataclass
class Plan(Generic[R]):
    """What the lines come to, before anything is written. `known` are the present rows by identity."""

    known: Mapping[str, R]
    new: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[tuple[R, dict[str, Any]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def take(self, line: Line, identity: str, values: dict[str, Any]) -> None:
        """One line under its identity: new, a change of a present row, or nothing new."""
        if identity in self.seen:
            message = f"{self.seen[identity]}行目と同じです。どちらか一方にしてください。"
            self.problems.append(Problem(line.number, None, message))
            return
        self.seen[identity] = line.number
        if (row := self.known.get(identity)) is None:
            self.new[identity] = values
        elif any(getattr(row, name) != value for name, value in values.items()):
            self.changes.append((row, values))

    def read(self, lines: Iterable[Line], one: Callable[[Line], tuple[str, dict[str, Any]]]) -> None:
        """Every line; what `one` refuses becomes a problem of that line."""
        for line in lines:
            try:
                identity, values = one(line)
            except Refused as refused:
                self.problems.append(Problem(line.number, refused.field, refused.message))
            else:
                self.take(line, identity, values)

    def settled(self) -> Taken:
        """The counts. Raises Rejected where any line has a problem."""
        if self.problems:
            raise Rejected(sorted(self.problems, key=lambda one: one.number))
        return Taken(len(self.new), len(self.changes), len(self.seen) - len(self.new) - len(self.changes))

    async def write(self, actor: Actor, model: type[R], fact: str) -> list[R]:
        """The new rows in one go, the changed ones each with what changed; answers the new rows in order."""
        made = await records.create_many(actor, model, f"{fact}-taken-in", list(self.new.values()))
        for row, values in self.changes:
            await records.change(actor, row, f"{fact}-corrected", **values)
        return made
