"""Files that would harm: each is refused with a sentence, soon, and without filling the memory."""

from __future__ import annotations

import os
import time
import tracemalloc
from io import BytesIO
from pathlib import Path
from random import Random
from struct import pack
from typing import Any
from zipfile import ZIP_LZMA, ZipFile

import pytest

from api.intake import ORGANIZATIONS, Intake, parse, read_table
from domain.errors import Invalid, Refused, TooLarge
from tests.api.intake.books import SHEET, SHEET_HEAD, book, changed, sheet

HONEST = book(["所属名"], ["見本警察署"])
SHARDS = (
    *(
        b'<c r="A1"/>',
        b'<row r="3">',
        b"</row>",
        b"</v>",
        b"<v>",
        b"<f>1</f>",
        b"<![CDATA[",
        b"]]>",
        b"&amp;",
        b"<",
        b'"',
    ),
    *(b't="s"', b't="d"', b't="e"', b's="99"', b'r="XFD1"', b"-1", b"1e400", b"NaN", b"99999999999", b"\x00", b"\xff"),
    *(b'r:id="x"', b'Target="../../x"', b'state="hidden"', b'numFmtId="14"', b'date1904="x"', b'encoding="foo"'),
)
SHARED = "xl/sharedStrings.xml"
LITTLE = 30_000_000
"""Bytes of memory that refusing may cost at most, the file itself and its copy included."""


def refused(content: bytes | Path, name: str = "名簿.xlsx") -> Refused:
    with pytest.raises(Refused) as refusal:
        read_table(content, name)
    return told(refusal.value)


def told(refusal: Refused) -> Refused:
    assert refusal.field == "file"
    assert refusal.message.endswith("。")
    return refusal


def bomb(xml: bytes) -> bytes:
    return changed(HONEST, {SHEET: lambda _: SHEET_HEAD.encode() + xml})


@pytest.mark.parametrize(
    "xml",
    [
        b'<sheetData><row r="1">' + b"<c/>" * 3_000_000,
        b"<sheetData><row>" + b"<x>" * 5_000_000,
        b'<sheetData><row r="' + b"1" * 50_000_000,
        b'<sheetData><row><c t="str"><v>' + b"x" * 50_000_000,
        b"<!--" + b"x" * 50_000_000 + b"-->",
    ],
    ids=["cells", "depth", "attribute", "text", "comment"],
)
def test_a_small_file_with_an_immense_sheet_is_refused_cheaply(xml: bytes):
    content = bomb(xml)
    del xml
    tracemalloc.start()
    began = time.process_time()
    refused(content)
    spent, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(content) < 2_000_000
    assert peak < LITTLE
    assert spent < 10


def saying(content: bytes, size: int) -> bytes:
    """The same zip, whose directory gives another size for the sheet."""
    with ZipFile(BytesIO(content)) as zipped:
        true = zipped.getinfo(SHEET).file_size
    return content.replace(pack("<L", true), pack("<L", size))


def test_parts_that_unpack_to_more_than_the_limit_are_refused_unread():
    assert isinstance(refused(saying(HONEST, 200_000_001)), TooLarge)


def test_a_part_that_lies_about_its_size_is_refused():
    assert isinstance(refused(saying(bomb(b"<sheetData>" + b"<row/>" * 1_000_000), 1000)), Invalid)


def test_thousands_of_parts_are_refused():
    parts = {f"xl/x/{at}": lambda _: b"" for at in range(2_100)}
    assert isinstance(refused(changed(HONEST, parts)), TooLarge)


@pytest.mark.parametrize(
    "name",
    ["../../etc/cron.d/x", "/etc/passwd", "xl/../../x", "..\\..\\x", "C:/x", "xl/worksheets/../../../x"],
)
def test_a_part_that_would_leave_its_folder_is_refused(name: str):
    assert isinstance(refused(changed(HONEST, {name: lambda _: b"x"})), Invalid)


def test_a_part_that_is_there_twice_is_refused():
    out = BytesIO(HONEST)
    with ZipFile(out, "a") as zipped, pytest.warns(UserWarning, match="Duplicate"):
        zipped.writestr(SHEET, b"<x/>")
    refused(out.getvalue())


def test_an_unusual_compression_is_refused():
    out = BytesIO(HONEST)
    with ZipFile(out, "a") as zipped:
        zipped.writestr("xl/x", b"x", ZIP_LZMA)
    refused(out.getvalue())


@pytest.mark.parametrize("name", ["名簿.xlsm", "名簿.XLSM", "名簿.xlsb", "名簿.xltm"])
def test_a_book_that_may_hold_macros_is_refused_by_its_name(name: str):
    assert "マクロ" in refused(HONEST, name).message


def test_a_macro_inside_a_book_is_refused_whatever_the_name():
    assert "マクロ" in refused(changed(HONEST, {"xl/vbaProject.bin": lambda _: b"x"})).message


def test_links_to_other_files_are_refused():
    content = changed(HONEST, {"xl/externalLinks/externalLink1.xml": lambda _: b"<x/>"})
    assert "リンクの解除" in refused(content).message


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", SHARED, "xl/styles.xml", "_rels/.rels"])
def test_a_document_type_is_refused_in_every_part(part: str):
    entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

    def declare(xml: bytes) -> bytes:
        head, _, rest = xml.partition(b"?>")
        return head + b"?>" + entity + rest

    assert "DOCTYPE" in refused(changed(HONEST, {part: declare})).message


def test_an_encrypted_book_asks_for_its_password_to_be_removed():
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    assert "パスワード" in refused(encrypted).message


def test_an_encrypted_zip_asks_for_its_password_to_be_removed():
    marked = bytearray(HONEST)
    at = marked.index(b"PK\x01\x02")
    marked[at + 8] |= 1
    assert "パスワード" in refused(bytes(marked)).message


def test_the_old_format_is_named():
    assert ".xls" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "名簿.xls").message


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(18),
        HONEST[:-30],
        HONEST[:600] + bytes(100) + HONEST[700:],
        changed(HONEST, {"xl/workbook.xml": lambda _: b"<workbook>"}),
        changed(HONEST, {"xl/workbook.xml": lambda xml: xml.replace(b"sheet1", b"sheet9").replace(b'r:id="', b'x="')}),
        changed(HONEST, {"_rels/.rels": lambda _: b"<Relationships/>"}),
        changed(HONEST, {SHEET: lambda _: b"\xff\xfe\xff"}),
        sheet('<sheetData><row r="2"/><row r="1"/></sheetData></worksheet>'),
        sheet('<sheetData><row><c r="B1"/><c r="A1"/></row></sheetData></worksheet>'),
        sheet('<sheetData><row><c r="ZZZ1"/></row></sheetData></worksheet>'),
        sheet('<sheetData><row r="99999999999999999999"/></sheetData></worksheet>'),
        sheet('<sheetData><row><c t="s"><v>999</v></c></row></sheetData></worksheet>'),
        sheet('<sheetData><row><c t="s"><v>-1</v></c></row></sheetData></worksheet>'),
        sheet('<sheetData><row><c s="x"><v>1</v></c></row></sheetData></worksheet>'),
        sheet("<sheetData><row><c><v>1e999999999</v></c></row></sheetData></worksheet>"),
        sheet("<sheetData><row><c><v>NaN</v></c></row></sheetData></worksheet>"),
        sheet("<sheetData><row><c><v>x</v></c></row></sheetData></worksheet>"),
        sheet("<sheetData><row>"),
        b"%PDF-1.7",
        b"",
    ],
)
def test_a_broken_file_is_refused_with_what_to_do(content: bytes):
    assert isinstance(refused(content), Invalid)


def spoiled(part: bytes, random: Random) -> bytes:
    """The same bytes with a few cut out, changed, or slipped in."""
    spoilt = bytearray(part)
    for _ in range(random.choice([1, 1, 3, 10])):
        at = random.randrange(len(spoilt) + 1)
        spoilt[at : at + random.choice([0, 0, 1, 15])] = random.choice(
            [b"", random.choice(SHARDS), random.randbytes(2)]
        )
    return bytes(spoilt)


def taken_in(content: bytes) -> Intake[Any] | None:
    """What a file gave, and None where it was refused as a whole."""
    try:
        return parse(ORGANIZATIONS, read_table(content, "名簿.xlsx"))
    except Refused as refusal:
        told(refusal)
        return None


BODIES = book(
    ["法人番号", "名称", "種別", "団体コード"],
    ["8999900000001", "架空電力", "企業", "482013"],
    ["7999900000002", "架空信用金庫", "信用金庫", None],
    [None, "例示町商工会", "商工会", "483010"],
)


@pytest.mark.parametrize("seed", range(5))
def test_a_spoiled_workbook_is_refused_or_each_of_its_rows_is_taken_or_told(seed: int):
    random = Random(seed)
    parts = ZipFile(BytesIO(BODIES)).namelist()
    tried = []
    for _ in range(40):
        part = random.choice([None, SHEET, SHARED, *parts])
        content = changed(BODIES, {part: lambda xml: spoiled(xml, random)}) if part else spoiled(BODIES, random)
        tried.append(taken_in(content))
    read = [intake for intake in tried if intake]
    assert 0 < len(read) < len(tried)
    for intake in read:
        assert {taken.row for taken in intake.records} | {problem.row for problem in intake.problems} == {2, 3, 4}


@pytest.mark.parametrize("encoding", ["foo", "shift_jis", "utf-16", "zlib", "idna", "unicode_escape"])
def test_an_encoding_that_no_workbook_has_is_not_looked_up(encoding: str):
    content = changed(HONEST, {SHEET: lambda xml: xml.replace(b"UTF-8", encoding.encode())})
    assert [row.at(0).text for row in read_table(content, "名簿.xlsx").rows] == ["所属名", "見本警察署"]


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "A1", "B2:A1", "x"])
def test_a_dimension_that_lies_is_not_believed(dimension: str):
    rows = "<sheetData><row><c><v>1</v></c></row><row><c><v>2</v></c></row></sheetData></worksheet>"
    table = read_table(sheet(f'<dimension ref="{dimension}"/>{rows}'), "名簿.xlsx")
    assert [row.at(0).text for row in table.rows] == ["1", "2"]


def test_more_than_two_hundred_thousand_rows_are_too_many():
    rows = b"<row><c><v>1</v></c></row>"
    assert len(read_table(bomb(b"<sheetData>" + rows * 1000 + b"</sheetData></worksheet>"), "名簿.xlsx").rows) == 1000
    assert "200,000行" in refused(bomb(b"<sheetData>" + rows * 200_001 + b"</sheetData></worksheet>")).message


def test_a_file_of_two_hundred_megabytes_is_refused_unread(tmp_path: Path):
    huge = tmp_path / "名簿.xlsx"
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    tracemalloc.start()
    refusal = refused(huge)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(refusal, TooLarge)
    assert peak < 1_000_000


def test_bytes_above_the_limit_are_refused():
    assert isinstance(refused(b"PK" + bytes(20_000_000)), TooLarge)


def test_what_is_no_file_is_refused(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path, tmp_path / "pipe.csv", tmp_path / "missing.csv"):
        assert isinstance(refused(path, "名簿.csv"), Invalid)


def test_a_refusal_never_repeats_the_place_of_the_file(tmp_path: Path):
    assert str(tmp_path) not in refused(tmp_path / "missing.csv", "名簿.csv").message
