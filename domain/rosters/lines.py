"""What every roster has in common: lines that are all taken in, or none, and the same file twice changes nothing.

Only what a line tells can change a row that is known; what it tells as empty becomes empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from domain import records
from domain.actor import Actor
from domain.errors import Invalid, Refused
from domain.people import Person
from domain.records import Record
from domain.values import dataclass

R = TypeVar("R", bound=Record)

FOLLOWING = ("search", "kana_order", "identity", "is_small")
"""Columns that follow from others, of which nobody needs to be told."""


class Unread(Exception):
    """Asked for what a line says, but nobody could read."""


class _Legible(Mapping[str, Any]):
    """The facts of a line of which some could not be read: whoever asks for one of these gets `Unread`."""

    def __init__(self, facts: Mapping[str, Any], unread: frozenset[str]) -> None:
        self._facts, self._unread = facts, unread

    def __getitem__(self, name: str) -> Any:
        if name in self._unread:
            raise Unread(name)
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


@dataclass(frozen=True)
class Line:
    """One line of a roster as it was read: its number in the file, and what it says by the names of our columns.

    A fact that is not among `facts` is not told at all; one that is None or "" is told to be empty. A line with facts
    that are `unread` is never taken in; it comes so that whatever else is wrong with it is told in the same go.
    """

    number: int
    facts: Mapping[str, Any]
    unread: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.unread:
            object.__setattr__(self, "facts", _Legible(self.facts, self.unread))

    def says(self, name: str) -> Any:
        """The fact, and None where it is not told or cannot be read."""
        return None if name in self.unread else self.facts.get(name)

    def told(self, blank: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the facts that are told, an empty one as `blank` has it."""
        facts = self.facts
        return {name: facts[name] or empty for name, empty in blank.items() if name in facts}


@dataclass(frozen=True)
class Problem:
    """What is wrong with one line: in which column, and in Japanese what to write instead."""

    number: int
    field: str | None
    message: str


class Rejected(Invalid):
    """The roster was not taken in, and nothing was changed; `problems` are in the order of the lines, without the
    `unread` places that whoever read the file knows of."""

    def __init__(self, problems: Sequence[Problem], unread: int = 0) -> None:
        super().__init__(f"名簿に直すところが{len(problems) + unread}か所あります。何も取り込んでいません。")
        self.problems = tuple(problems)


class Faults(Exception):
    """Several things are wrong with one line."""

    def __init__(self, refused: Sequence[Refused]) -> None:
        super().__init__(*(one.message for one in refused))
        self.refused = tuple(refused)


def each(*questions: Callable[[], Any]) -> list[Any]:
    """The answer to every question, asked though another was refused, so that all that is wrong is told in one go.

    Raises Faults with the refusals; where there is none, but an answer hangs on what could not be read, Unread.
    """
    answers: list[Any] = []
    refused: list[Refused] = []
    unread: Unread | None = None
    for question in questions:
        try:
            answers.append(question())
        except Refused as one:
            refused.append(one)
        except Faults as several:
            refused.extend(several.refused)
        except Unread as one:
            unread = one
    if refused:
        raise Faults(refused)
    if unread:
        raise unread
    return answers


@dataclass(frozen=True)
class Change:
    """A cell that says something else than what was known; units and bodies by their names. `column` (`Model.column`)
    of `row` (`Model:id`) is where it was known."""

    number: int
    field: str
    before: object
    after: object
    column: str = ""
    row: str = ""


@dataclass(frozen=True)
class Taken:
    """How many lines were new, changed what was known, or said nothing new; and what was changed, cell by cell."""

    created: int
    changed: int
    unchanged: int
    changes: tuple[Change, ...] = field(default=(), compare=False, repr=False)


class Said(NamedTuple):
    """What a line comes to: whose it is, the columns of that row, and those of the record that stands behind it."""

    identity: str
    values: dict[str, Any]
    behind: dict[str, Any] = {}


@dataclass
class Plan(Generic[R]):
    """What the lines come to, before anything is written.

    `known` are the present rows by identity, `behind` the records that belong to them: the person of a contact, the
    post of an officer. `called` are the names by which ids are told.
    """

    known: Mapping[str, R]
    behind: Mapping[str, Record] = field(default_factory=dict)
    called: Mapping[UUID, str] = field(default_factory=dict)
    new: dict[str, Said] = field(default_factory=dict)
    changes: list[tuple[Record, dict[str, Any]]] = field(default_factory=list)
    changes_behind: list[tuple[Record, dict[str, Any]]] = field(default_factory=list)
    changed: dict[str, Said] = field(default_factory=dict)
    cells: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    unread: int = 0

    def take(self, line: Line, said: Said) -> None:
        """One line under its identity: new, a change of a present row, or nothing new. Of a line that is told to be
        wrong already it need not be told that it is there twice."""
        if said.identity in self.seen:
            message = f"{self.seen[said.identity]}行目と同じです。どちらか一方にしてください。"
            self.problems += [] if line.unread else [Problem(line.number, None, message)]
            return
        self.seen[said.identity] = line.number
        if (row := self.known.get(said.identity)) is None:
            self.new[said.identity] = said
            return
        differs = self._differs(line, row, said.values, self.changes)
        if self._differs(line, self.behind.get(said.identity), said.behind, self.changes_behind) or differs:
            self.changed[said.identity] = said

    def _differs(
        self, line: Line, row: Record | None, values: dict[str, Any], changes: list[tuple[Record, dict[str, Any]]]
    ) -> bool:
        if row is None or all(getattr(row, name) == value for name, value in values.items()):
            return False
        changes.append((row, values))
        for name, value in values.items():
            known = getattr(row, name)
            if known != value and name not in FOLLOWING:
                before, after = (self.called.get(one, one) if isinstance(one, UUID) else one for one in (known, value))
                where = type(row).__name__
                place = (f"{where}.{name}", f"{where}:{row.id}")
                self.cells.append(Change(line.number, name.removesuffix("_id"), before, after, *place))
        return True

    def read(self, lines: Iterable[Line], one: Callable[[Line], Said]) -> None:
        """Every line; what `one` refuses becomes a problem of that line."""
        for line in lines:
            self.unread += len(line.unread)
            try:
                [said] = each(partial(one, line))
            except Unread:
                continue
            except Faults as faults:
                self.problems += [Problem(line.number, told.field, told.message) for told in faults.refused]
            else:
                self.take(line, said)

    def settled(self) -> Taken:
        """The counts. Raises Rejected where any line has a problem, or could not be read."""
        if self.problems or self.unread:
            raise Rejected(sorted(self.problems, key=lambda one: one.number), self.unread)
        unchanged = len(self.seen) - len(self.new) - len(self.changed)
        return Taken(len(self.new), len(self.changed), unchanged, tuple(self.cells))

    async def write(self, actor: Actor, model: type[R], fact: str) -> list[R]:
        """The new rows in one go, the changed ones each with what changed; answers the new rows in order."""
        made = await records.create_many(actor, model, f"{fact}-taken-in", [said.values for said in self.new.values()])
        for row, values in self.changes:
            await records.change(actor, row, f"{fact}-corrected", **values)
        return made

    async def write_people(self, actor: Actor, fact: str) -> None:
        """The people behind the rows: before the rows themselves, whose `person_id` the new ones become."""
        new = [{"unit_id": said.values["unit_id"], **said.behind} for said in self.new.values()]
        persons = await records.create_many(actor, Person, f"{fact}-person-added", new)
        for said, person in zip(self.new.values(), persons, strict=True):
            said.values["person_id"] = person.id
        for row, values in self.changes_behind:
            await records.change(actor, row, f"{fact}-person-corrected", **values)
