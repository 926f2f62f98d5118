"""見出し: where a table says what its columns hold, in one row or in two of which cells are merged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeVar

from api.intake.kind import Field, Kind, folded
from api.intake.table import Row, Table, letter
from domain.japanese import shown
from domain.values import dataclass

T = TypeVar("T")

HEADING_WITHIN = 20

WIDEST = 500
"""Columns of two rows together that are still tried as one heading: more is no roster."""

SUBJECTS = (
    "保護者",
    "担当者",
    "責任者",
    "代表者",
    "団体",
    "事業者",
    "会社",
    "企業",
    "法人",
    "学校",
    "勤務先",
    "職員",
    "所属",
)
"""Whose facts may stand side by side in one roster: under 保護者, 電話 is not the pupil's."""

KANJI = "漢字"


@dataclass(frozen=True)
class Heading:
    """The text of each column, and the rows in which it stands as it is printed; `number` is the last of them."""

    texts: dict[int, str]
    rows: tuple[Row, ...]

    @property
    def number(self) -> int:
        return self.rows[-1].number


@dataclass(frozen=True)
class Column:
    """A recognised column of the file, with the heading as it stands there."""

    at: int
    heading: str
    field: Field

    @property
    def label(self) -> str:
        return label(self.at, self.heading)


def label(at: int, heading: str) -> str:
    """A column as a person finds it: Excel's letter, with the heading where it has one."""
    return f"{letter(at)}列「{shown(heading)}」" if heading else f"{letter(at)}列"


def find_heading(kind: Kind[T], table: Table) -> Heading | None:
    """The row that recognises most columns, among the first: titles and dates of issue stand above it. Two rows are the
    heading only where together they recognise more, which no row of data under its heading does."""
    first = table.rows[:HEADING_WITHIN]
    single = [Heading({at: cell.text for at, cell in row.cells.items()}, (row,)) for row in first]
    double = [_joined(kind, upper, lower) for upper, lower in pairwise(first) if _may_be_one(upper, lower)]
    best = max([*single, *double], key=lambda heading: _recognised(kind, heading), default=None)
    return best if best and _recognised(kind, best) else None


def columns_under(kind: Kind[T], heading: Heading) -> list[Column]:
    """The recognised columns, from left to right."""
    known = ((at, text, kind.recognise(text)) for at, text in sorted(heading.texts.items()))
    return [Column(at, text, field) for at, text, field in known if field]


def _recognised(kind: Kind[T], heading: Heading) -> int:
    return len({column.field.name for column in columns_under(kind, heading)})


def _may_be_one(upper: Row, lower: Row) -> bool:
    return lower.number == upper.number + 1 and len(upper.cells) + len(lower.cells) <= WIDEST


def _joined(kind: Kind[T], upper: Row, lower: Row) -> Heading:
    texts = {at: _under(kind, group, below) if below else above for at, group, above, below in _stacked(upper, lower)}
    return Heading(texts, (upper, lower))


def _stacked(upper: Row, lower: Row) -> Iterator[tuple[int, str, str, str]]:
    """Each column with its group, what stands above and what below. Only the first cell of merged ones has a text: a
    group reaches to the right as long as something stands under it."""
    group, last = "", -1
    for at in sorted({*upper.cells, *lower.cells}):
        above, below = upper.at(at).text, lower.at(at).text
        group = above or (group if at == last + 1 else "")
        last = at if below else -1
        yield at, group, above, below


def _under(kind: Kind[T], group: str, below: str) -> str:
    """What a column is called whose heading stands under a group's: 保護者 over 氏名 is 保護者氏名."""
    if kind.recognise(group + below) is None:
        if below == KANJI and kind.recognise(group):
            return group
        if not _speaks_of_another(kind, group) and kind.recognise(below):
            return below
    return group + below


def _speaks_of_another(kind: Kind[T], group: str) -> bool:
    """Whether a group is named after somebody else than those whose roster this is."""
    needed = [attribute for field in kind.fields if field.required for attribute in field.attributes]
    own = "".join(name for attribute in needed for field in kind.giving(attribute) for name in field.headings)
    return any(subject in folded(group) and subject not in own for subject in SUBJECTS)
