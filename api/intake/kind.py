"""What a file is about: its columns by the names that offices give them, and what one row becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from domain.japanese import search_key
from domain.values import dataclass

T = TypeVar("T")

LONGEST_HEADING = 60
BARE = "フリガナ"
"""The heading of a reading that does not say of what: each kind of file knows."""

_MARKS = re.compile(r"[※*]|[【\[(](必須|任意)[】\])]|(必須|任意)$")
_ASIDE = re.compile(r"\([^)]*\)")
# フリガナ, ふりがな, カナ, かな, ヨミ, よみ and 読み仮名, as `folded` leaves them.
_KANA = r"(?:[全半]角)?(?:フリ[カガ]ナ|カタカナ|ヒラガナ|[ヨ読]ミ(?:[カガ]ナ|仮名)?|カナ)"
_KANA_ASIDE = re.compile(rf"[(\[【〔〈<「][^)\]】〕〉>」]*{_KANA}[^)\]】〕〉>」]*[)\]】〕〉>」]")
_KANA_ENDING = re.compile(rf"[・/:_-]?{_KANA}$")
_KANA_OF = re.compile(rf"{_KANA}\(([^)]*)\)")
_HOW_TO_WRITE = re.compile(rf"全角|半角|{_KANA}|文字|空白|スペース|例")
_NUMBERING = re.compile(r"^\d+[.)、]?")


@dataclass(frozen=True)
class Field:
    """One column.

    `headings` are its usual names, the first being ours; `read` gives the value or raises `Invalid`; `fills` are
    the attributes of the record that it gives, several where `read` gives a tuple (氏名), else the one of its own
    name. A `code` is made of digits, of which spreadsheets eat the zeros in front; an `own_number` is one whose
    length is the office's affair. `choices` become an input list. A `spare` column counts where no other gives its
    attribute.
    """

    name: str
    headings: tuple[str, ...]
    read: Callable[[str], Any]
    required: bool = False
    example: str = ""
    note: str = ""
    fills: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    code: bool = False
    own_number: bool = False
    spare: bool = False

    @property
    def attributes(self) -> tuple[str, ...]:
        """What the column gives to the record."""
        return self.fills or (self.name,)


class Doubt(NamedTuple):
    """What is wrong with a record as a whole, told at the column `field`."""

    field: str
    remedy: str


def as_told(record: object, given: frozenset[str]) -> Mapping[str, object]:
    """The attributes for which the file has a column: of the others it says nothing."""
    return {name: value for name, value in vars(record).items() if name in given}


@dataclass(frozen=True)
class Kind(Generic[T]):
    """`record` is made of the attributes that the columns fill; `identity` gives the field at which a repeated
    record is told, and what makes two records the same one; each of `doubts` asks how the columns of one go together;
    `facts` are what the domain is told of a record, of which
    the file gives some attributes. `elsewhere` are facts that stand in a column of another name, `words` what values
    are called that no input list has."""

    name: str
    label: str
    record: Callable[..., T]
    fields: tuple[Field, ...]
    identity: Callable[[T], tuple[str, Hashable]]
    doubts: Sequence[Callable[[T], Doubt | None]] = ()
    facts: Callable[[T, frozenset[str]], Mapping[str, object]] = as_told
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[object, str] = field(default_factory=dict)

    @cached_property
    def by_heading(self) -> Mapping[str, Field]:
        """Every accepted heading, folded."""
        return {folded(heading): field for field in self.fields for heading in field.headings}

    def recognise(self, heading: str) -> Field | None:
        """The column that a heading means, with or without marks, asides and numbering (①氏名【必須】)."""
        if len(heading) > LONGEST_HEADING:
            return None
        full = folded(heading)
        if (told := self._told(full)) is not None:
            return told
        if (name := _read_aloud(full)) is not None:
            named = self._told(name, asides=True)
            return self.reading_of(named) if named else None
        return self._told(full, asides=True)

    def _told(self, folded: str, *, asides: bool = False) -> Field | None:
        """The column of a folded heading, with or without its numbering; with `asides`, also without these."""
        plain = _ASIDE.sub("", folded) if asides else folded
        tries = (folded, plain, _NUMBERING.sub("", folded), _NUMBERING.sub("", plain))
        return next((self.by_heading[key] for key in tries if key in self.by_heading), None)

    def reading_of(self, named: Field) -> Field | None:
        """The column that tells in kana how a name is read: a reading is its own, and most columns have none."""
        if named.name.endswith("_kana"):
            return named
        return next((field for field in self.fields if field.name == f"{named.name}_kana"), None)

    def telling(self, fact: str | None) -> Field | None:
        """The column that tells a fact of the domain."""
        name = self.elsewhere.get(fact or "", fact)
        return next((field for field in self.fields if field.name == name), None)

    def giving(self, attribute: str) -> tuple[Field, ...]:
        """The columns that can fill an attribute."""
        return tuple(field for field in self.fields if attribute in field.attributes)


class Problem(NamedTuple):
    """Where a file is wrong, and what to write instead. `found` is the cell itself and nothing else of the row.

    A warning keeps nothing from being taken in. `row` is Excel's, `column` its letter with the heading.
    """

    row: int
    column: str
    found: str
    remedy: str
    is_warning: bool = False


class Taken(NamedTuple, Generic[T]):
    """A record and the row from which it came."""

    row: int
    record: T


class Torn(NamedTuple, Generic[T]):
    """A row that cannot be taken in: of its record nothing is known of the `unread` attributes."""

    row: int
    record: T
    unread: frozenset[str]


class Intake(NamedTuple, Generic[T]):
    """What a file gave. All or nothing: where `is_refused`, no record may be used; `torn` are the rows for whose sake.
    `given` are the attributes for which it has a column."""

    records: list[Taken[T]]
    problems: list[Problem]
    given: frozenset[str] = frozenset()
    torn: Sequence[Torn[T]] = ()

    @property
    def is_refused(self) -> bool:
        return any(not problem.is_warning for problem in self.problems)


def _read_aloud(heading: str) -> str | None:
    """What a folded heading tells the reading of, if it does: 氏名 for 氏名(カナ), 氏名フリガナ and フリガナ(氏名)."""
    plain = _NUMBERING.sub("", heading)
    if (of := _KANA_OF.fullmatch(plain)) is not None:
        return BARE if _HOW_TO_WRITE.search(of[1]) else of[1]
    spoken = _KANA_ASIDE.sub("", plain)
    ending = next((name for name in (spoken, _ASIDE.sub("", spoken)) if _KANA_ENDING.search(name)), None)
    if ending is None and spoken == plain:
        return None
    return _KANA_ENDING.sub("", ending or spoken) or BARE


def folded(heading: str) -> str:
    """A heading without marks of obligation, line breaks, blanks, width and kind of kana."""
    return search_key(_MARKS.sub("", "".join(heading.split())))
