"""What a file holds before anybody knows what it means: rows with their numbers, cells with their kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from domain.errors import TooLarge
from domain.values import dataclass

MOST_ROWS = 200_000
MOST_COLUMNS = 16_384
LONGEST_CELL = 32_767
"""Columns of a sheet, and characters of a cell, that Excel itself can hold."""


class CellKind(Enum):
    """What the file says a cell is: a NUMBER may have lost zeros in front, a FORMULA has no value of its own."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    DATE = "DATE"
    FORMULA = "FORMULA"
    ERROR = "ERROR"


class Cell(NamedTuple):
    """A value as text. Dates are ISO 8601, numbers plain decimals; blanks around the text are gone."""

    text: str = ""
    kind: CellKind = CellKind.TEXT


EMPTY = Cell()
FORMULA_SIGNS = ("=", "＝")


def text_cell(text: str) -> Cell:
    """Text that would come to life as a formula when it is exported again is told like one."""
    return Cell(text, CellKind.FORMULA if text.startswith(FORMULA_SIGNS) else CellKind.TEXT)


class Row(NamedTuple):
    """A row that holds something; `number` is the one that Excel shows beside it, `cells` only those with a value.

    Columns count from 0. A row is as large as what it holds, wherever in 16,384 columns that stands.
    """

    number: int
    cells: dict[int, Cell]

    def at(self, column: int) -> Cell:
        """The cell of a column, or an empty one."""
        return self.cells.get(column, EMPTY)


@dataclass(frozen=True)
class Table:
    """The first sheet of a workbook, or a text file. `unread` names the sheets that were left alone."""

    name: str
    rows: tuple[Row, ...]
    unread: tuple[str, ...] = ()


def limited(rows: Iterable[Row]) -> Iterator[Row]:
    """The same rows, as long as they are not too many to be taken in one go."""
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise TooLarge(f"{MOST_ROWS:,}行を超える名簿は一度に読み込めません。ファイルを分けてください。", "file")
        yield row


def letter(column: int) -> str:
    """A for 0, Z for 25, AA for 26: how Excel names a column."""
    rest, last = divmod(column, 26)
    return (letter(rest - 1) if rest else "") + chr(ord("A") + last)
