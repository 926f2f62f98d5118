"""The first sheet of an .xlsx, read as a stream (ECMA-376 part 1, 18.3 to 18.8).

Written here because openpyxl builds a tree of every row: 276 kB of hostile blanks cost it 700 MB and 16 s, and it
takes the built-in Japanese date formats (27–36, 50–58) for plain numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache, reduce

from api.intake.archive import Archive, not_readable, resolved
from api.intake.table import EMPTY, LONGEST_CELL, MOST_COLUMNS, Cell, CellKind, Row, Table, limited, text_cell
from domain.errors import Invalid, TooLarge
from domain.values import dataclass

SMALL_PART = 4_000_000
MOST_STRINGS = 40_000_000
"""Bytes of XML: texts that many cells share are the one part that has to be kept whole."""

LAST_ROW = 1_048_576
LAST_SERIAL = 2_958_465
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""18.8.30, with the numbers that mean dates only in Japanese (and Chinese, Korean) Excel."""

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_DATE_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hmsHMS]+\])[^\]]*\]|G/標準|General|[eE][+-]')
_DATE_LETTERS = re.compile(r"[ymdhsegYMDHSEG]")
_ZEROS = re.compile(r"0{2,20}")


@dataclass
class Styles:
    """What a cell's style number means for its value."""

    dates: set[int] = field(default_factory=set)
    zeros: dict[int, int] = field(default_factory=dict)
    """Style to the number of digits that its format fills up with zeros (00123)."""


def read_workbook(content: bytes, name: str) -> Table:
    """Read the first visible sheet. Raises Invalid or TooLarge for the file as a whole."""
    archive = Archive(content)
    book = _target(archive, "", "officeDocument")
    sheets, since_1904 = _sheets(archive, book)
    if not sheets:
        raise Invalid("読み込めるシートがありません。名簿のシートを表示してから保存し直してください。", "file")
    (_, path), *others = sheets
    reader = _Reader(_styles(archive, book), _strings(archive, book), since_1904)
    rows = tuple(limited(reader.rows(archive, path)))
    return Table(name, rows, tuple(title for title, _ in others))


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Id to (kind, part) of what a part refers to."""
    folder, _, leaf = part.rpartition("/")
    path = f"{folder}/_rels/{leaf}.rels".lstrip("/")
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, resolved(part, attributes.get("Target", "")))

    if path in archive:
        archive.scan(path, start, _ignore, _ignore, SMALL_PART)
    return found


def _target(archive: Archive, part: str, wanted: str) -> str:
    path = _optional_target(archive, part, wanted)
    if path is None:
        raise not_readable()
    return path


def _optional_target(archive: Archive, part: str, wanted: str) -> str | None:
    return next((path for kind, path in _relations(archive, part).values() if kind == wanted), None)


def _sheets(archive: Archive, book: str) -> tuple[list[tuple[str, str]], bool]:
    """Title and part of the visible sheets in their order; whether days count from 1904."""
    relations = _relations(archive, book)
    sheets: list[tuple[str, str]] = []
    since_1904 = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal since_1904
        if tag == "workbookPr":
            since_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet" and attributes.get("state", "visible") == "visible":
            id = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            kind, path = relations.get(id, ("", ""))
            if kind == "worksheet":
                sheets.append((attributes.get("name", ""), path))

    archive.scan(book, start, _ignore, _ignore, SMALL_PART)
    return sheets, since_1904


def _styles(archive: Archive, book: str) -> Styles:
    path = _optional_target(archive, book, "styles")
    codes: dict[int, str] = {}
    used: list[int] = []
    inside = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if tag in ("cellXfs", "cellStyleXfs", "dxfs"):
            inside = tag
        elif tag == "numFmt" and not inside:
            codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "xf" and inside == "cellXfs":
            used.append(_whole(attributes.get("numFmtId")))

    if path:
        archive.scan(path, start, _ignore, _ignore, SMALL_PART)
    styles = Styles()
    for style, number in enumerate(used):
        _note(styles, style, number, codes.get(number))
    return styles


def _note(styles: Styles, style: int, number: int, code: str | None) -> None:
    if number in DATE_FORMATS if code is None else _DATE_LETTERS.search(_NOT_DATE_LETTERS.sub("", code)):
        styles.dates.add(style)
    elif code and _ZEROS.fullmatch(code):
        styles.zeros[style] = len(code)


def _strings(archive: Archive, book: str) -> list[str]:
    path = _optional_target(archive, book, "sharedStrings")
    if path is None:
        return []
    strings: list[str] = []
    text = _Text()

    def end(tag: str) -> None:
        text.end(tag)
        if tag == "si":
            strings.append(text.take())

    archive.scan(path, text.start, end, text.add, MOST_STRINGS)
    return strings


class _Text:
    """Collects what stands in `t` (runs or plain, without the furigana of `rPh`) and in `v`."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._wanted = self._reading = False
        self._length = 0

    def start(self, tag: str, _: dict[str, str]) -> None:
        if tag == "rPh":
            self._reading = True
        self._wanted = tag in ("t", "v") and not self._reading

    def end(self, tag: str) -> None:
        self._wanted = False
        if tag == "rPh":
            self._reading = False

    def add(self, piece: str) -> None:
        if self._wanted:
            self._length += len(piece)
            if self._length > LONGEST_CELL:
                raise TooLarge(f"1つのセルの文字が{LONGEST_CELL:,}字を超えています。短くしてください。", "file")
            self._pieces.append(piece)

    def take(self) -> str:
        if not self._pieces:
            return ""
        text = "".join(self._pieces).strip()
        self._pieces, self._length = [], 0
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _Reader:
    """Turns the stream of tags into rows. The sheet's own `dimension` is not believed."""

    def __init__(self, styles: Styles, strings: list[str], since_1904: bool) -> None:
        self._styles, self._strings, self._since_1904 = styles, strings, since_1904
        self._inside = self._formula = False
        self._row, self._column = 0, -1
        self._cells: dict[int, Cell] = {}
        self._cell: dict[str, str] | None = None
        self._text = _Text()
        self._ready: list[Row] = []

    def rows(self, archive: Archive, path: str) -> Iterator[Row]:
        for _ in archive.steps(path, self._start, self._end, self._text.add):
            yield from self._ready
            self._ready.clear()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._inside:
            self._inside = tag == "sheetData"
        elif tag == "c":
            self._begin_cell(attributes)
        elif tag == "row":
            self._begin_row(attributes)
        elif self._cell is not None:
            self._formula = self._formula or tag == "f"
            self._text.start(tag, attributes)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = _whole(attributes["r"]) if "r" in attributes else self._row + 1
        if not self._row < number <= LAST_ROW:
            raise not_readable()
        self._row, self._column, self._cells = number, -1, {}

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        column = _column(attributes["r"]) if "r" in attributes else self._column + 1
        if not self._column < column < MOST_COLUMNS:
            raise not_readable()
        self._column, self._cell, self._formula = column, attributes, False

    def _end(self, tag: str) -> None:
        if tag == "c":
            self._finish_cell()
        elif tag == "row":
            self._finish_row()
        elif self._cell is not None:
            self._text.end(tag)
        elif tag == "sheetData":
            self._inside = False

    def _finish_row(self) -> None:
        if self._cells:
            self._ready.append(Row(self._row, self._cells))
            self._cells = {}

    def _finish_cell(self) -> None:
        if self._cell is not None:
            text = self._text.take()
            cell = self._read(self._cell, text) if text or self._formula else EMPTY
            if cell != EMPTY:
                self._cells[self._column] = cell
            self._cell = None

    def _read(self, attributes: dict[str, str], value: str) -> Cell:
        if self._formula:
            return Cell(value, CellKind.FORMULA)
        kind = attributes.get("t", "n")
        if kind == "s":
            return text_cell(self._shared(value))
        if kind == "n":
            return self._number(value, _whole(attributes.get("s", "0")))
        if kind == "d":  # only in the strict variant
            return Cell(value.replace("T", " ").removesuffix("Z").removesuffix(" 00:00:00"), CellKind.DATE)
        if kind == "b":
            return Cell({"1": "TRUE", "0": "FALSE"}.get(value, value))
        return Cell(value, CellKind.ERROR) if kind == "e" else text_cell(value)

    def _shared(self, value: str) -> str:
        try:
            return self._strings[_whole(value)]
        except IndexError as error:
            raise not_readable() from error

    def _number(self, value: str, style: int) -> Cell:
        if style in self._styles.dates:
            return _moment(_decimal(value), self._since_1904)
        if not (len(value) <= 15 and value.isascii() and value.isdigit()):
            plain = f"{_decimal(value):f}"
            value = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return Cell(value.zfill(self._styles.zeros.get(style, 0)), CellKind.NUMBER)


def _decimal(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise not_readable() from error
    if not number.is_finite() or abs(number.adjusted()) > 400:
        raise not_readable()
    # A file holds the nearest binary number with up to 17 digits; 15 are what Excel shows and means.
    return number if len(number.as_tuple().digits) <= 15 else Decimal(f"{number:.15g}")


def _moment(serial: Decimal, since_1904: bool) -> Cell:
    """Days since 1899-12-30 (which the missing leap day of 1900 makes true from March 1900) or 1904-01-01."""
    if not 0 <= serial <= LAST_SERIAL:
        return Cell(f"{serial:f}", CellKind.NUMBER)
    seconds = round(serial % 1 * 86_400)
    if serial < 1:
        return Cell(_clock(seconds), CellKind.DATE)
    first = date(1904, 1, 1) if since_1904 else date(1899, 12, 31 if serial < 60 else 30)
    moment = datetime(first.year, first.month, first.day) + timedelta(days=int(serial), seconds=seconds)  # noqa: DTZ001
    return Cell(f"{moment:%Y-%m-%d %H:%M}" if seconds % 86_400 else f"{moment:%Y-%m-%d}", CellKind.DATE)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}"


@lru_cache(MOST_COLUMNS)
def _counted(letters: str) -> int:
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise not_readable()
    return reduce(lambda column, letter: column * 26 + ord(letter) - ord("A") + 1, letters, 0) - 1


def _column(reference: str) -> int:
    return _counted(reference.rstrip("0123456789"))


def _whole(text: str | None) -> int:
    if not text or len(text) > 9 or not (text.isascii() and text.isdigit()):
        raise not_readable()
    return int(text)


def _ignore(*_: object) -> None:
    """A tag or text that does not matter."""
