"""Files as offices and attackers make them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

SHEET = "xl/worksheets/sheet1.xml"
SHEET_HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
Change = Callable[[bytes], bytes]


def book(*rows: Sequence[Any]) -> bytes:
    """An .xlsx with one sheet; texts stay texts, numbers become numbers, None is blank."""
    return drawn(lambda workbook, sheet: [sheet.write_row(at, 0, row) for at, row in enumerate(rows)])


def drawn(draw: Callable[[Any, Any], object]) -> bytes:
    """An .xlsx whose first sheet is drawn by hand."""
    content = BytesIO()
    with Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        draw(workbook, workbook.add_worksheet("名簿"))
    return content.getvalue()


def sheet(body: str) -> bytes:
    """An .xlsx whose sheet is this XML, written by no program."""
    return changed(book(["x"]), {SHEET: lambda _: (SHEET_HEAD + body).encode()})


def changed(content: bytes, parts: dict[str, Change]) -> bytes:
    """The same zip with some parts changed, and those that were not there added."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, lambda same: same)(old.read(name)))
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name](b""))
    return out.getvalue()


def text(*rows: Sequence[str], separator: str = ",") -> str:
    """A .csv as Excel writes it."""
    out = StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()
