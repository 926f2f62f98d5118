"""A workbook as a zip that may be hostile: everything is judged before and while it is unpacked.

Nothing is written to disk and no part is ever held whole, so a small file cannot become a large memory.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import IO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as BrokenStream

from domain.errors import Invalid, TooLarge

MOST_PARTS = 2_000
ENTRY = b"PK\x01\x02"
"""Stands before each part in the zip's directory: counted first, because reading 400,000 entries costs 400 MB."""

MOST_BYTES = 200_000_000
"""Unpacked, all parts together: ten times the largest file that is taken."""

MOST_ELEMENTS = 8_000_000
DEEPEST = 64
LONGEST_TOKEN = 1_000_000
"""Bytes that may pass without a complete tag or text: more would be kept in memory by the parser."""

CHUNK = 65_536

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


def not_readable() -> Invalid:
    """The refusal of whatever is not the workbook that it says it is."""
    return Invalid(
        "ブックが壊れているか、Excelの形式（.xlsx）ではありません。"
        "Excelで開き、「名前を付けて保存」で .xlsx として保存し直してください。",
        "file",
    )


class Archive:
    """The parts of a workbook by name; refuses at once what no roster needs. Raises Invalid and TooLarge."""

    def __init__(self, content: bytes) -> None:
        if content.count(ENTRY) > MOST_PARTS:
            raise _too_large()
        try:
            self._zip = ZipFile(BytesIO(content))
            self._parts = {part.filename: part for part in self._zip.infolist()}
        except (BadZipFile, ValueError, NotImplementedError, EOFError, OverflowError) as error:
            raise not_readable() from error
        self._judge(self._zip.infolist())

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def scan(self, name: str, start: Start, end: End, text: Text, most_bytes: int = MOST_BYTES) -> None:
        """Read one XML part to its end, telling tags by their local names."""
        for _ in self.steps(name, start, end, text, most_bytes):
            pass

    def steps(self, name: str, start: Start, end: End, text: Text, most_bytes: int = MOST_BYTES) -> Iterator[None]:
        """The same, pausing after every piece, so that the caller can take what is ready."""
        part = self._parts.get(name)
        if part is None:
            raise not_readable()
        if part.file_size > most_bytes:
            raise _too_large()
        try:
            with self._opened(part) as file:
                yield from _parse(file, start, end, text)
        except (BadZipFile, BrokenStream, expat.ExpatError, EOFError, NotImplementedError) as error:
            raise not_readable() from error

    def _opened(self, part: ZipInfo) -> IO[bytes]:
        try:
            return self._zip.open(part)
        except ValueError as error:  # a directory that places the part before the file's beginning
            raise not_readable() from error

    def _judge(self, parts: list[ZipInfo]) -> None:
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            raise _too_large()
        if any(part.flag_bits & 1 for part in parts):
            raise Invalid("パスワードの付いたファイルは読めません。パスワードを外してから読み込んでください。", "file")
        if len(self._parts) != len(parts) or not all(map(_ordinary, parts)):
            raise not_readable()
        _refuse_extras([part.filename.lower() for part in parts])


def resolved(base: str, target: str) -> str:
    """The part that a relationship of `base` means (ECMA-376 part 2, 9.3)."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), target)).lstrip("/")


def _ordinary(part: ZipInfo) -> bool:
    steps = re.split(r"[/\\]", part.filename)
    climbs = ".." in steps or part.filename.startswith(("/", "\\")) or ":" in part.filename
    return not climbs and part.compress_type in (ZIP_STORED, ZIP_DEFLATED)


def _refuse_extras(names: list[str]) -> None:
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Invalid("マクロを含むブックは読めません。「Excelブック（*.xlsx）」として保存し直してください。", "file")
    if any("/externallinks/" in name for name in names):
        raise Invalid(
            "ほかのファイルへのリンクを含むブックは読めません。"
            "Excelの「データ」→「リンクの編集」→「リンクの解除」を行ってから読み込んでください。",
            "file",
        )


def _too_large() -> TooLarge:
    return TooLarge(
        "ブックの中身が大きすぎます。名簿のシートだけを新しいブックにコピーして読み込んでください。", "file"
    )


def _parse(file: IO[bytes], start: Start, end: End, text: Text) -> Iterator[None]:
    parser = expat.ParserCreate("utf-8")  # whatever it declares: else Python's codecs are at the file's disposal
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.CharacterDataHandler = text
    parser.StartElementHandler, parser.EndElementHandler = _budgeted(start, end)
    fed = 0
    while piece := file.read(CHUNK):
        parser.Parse(piece, False)
        fed += len(piece)
        if fed - max(parser.CurrentByteIndex, 0) > LONGEST_TOKEN:
            raise _too_large()
        yield
    parser.Parse(b"", True)
    yield


def _no_doctype(*_: object) -> None:
    raise Invalid("このブックには、Excelが書かない宣言（DOCTYPE）が含まれています。安全のため読み込みません。", "file")


def _budgeted(start: Start, end: End) -> tuple[Start, End]:
    seen = depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal seen, depth
        seen += 1
        depth += 1
        if seen > MOST_ELEMENTS or depth > DEEPEST:
            raise _too_large()
        start(name.rpartition(":")[2], attributes)

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition(":")[2])

    return opened, closed
