"""What a paper may be: the endings that are taken, and whether a file is what its ending says.

Signatures: ISO 32000-2 §7.5.2 (PDF), W3C PNG §5.2, ITU-T T.81 Annex B (JPEG), ECMA-376 Part 2 (Office Open XML).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from hashlib import sha256
from io import BytesIO
from unicodedata import category

from domain.errors import Damaged, Invalid, TooLarge
from domain.japanese import storable

MOST_BYTES = 10 * 1024 * 1024
MOST_PARTS = 5_000
ENTRY = b"PK\x01\x02"
"""Stands before each part in a zip's directory: counted first, because reading hundreds of thousands costs memory."""

FORBIDDEN = re.compile(r'[\\/:*?"<>|]|^\.|^\s|\s$')
"""What some disk does not take in a file's name, and what hides it."""


STRAY = "\uf8f0\uf8f1\uf8f2\uf8f3"
"""What Python makes of the bytes A0, FD, FE and FF, which are no letters of CP932."""


class DocumentKind(StrEnum):
    """What a paper is: PDF, a picture (PNG, JPEG), an Office file without macros (XLSX, DOCX, PPTX), TXT or CSV."""

    PDF = "PDF"
    PNG = "PNG"
    JPEG = "JPEG"
    XLSX = "XLSX"
    DOCX = "DOCX"
    PPTX = "PPTX"
    TXT = "TXT"
    CSV = "CSV"


_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES: Mapping[DocumentKind, str] = {
    DocumentKind.PDF: "application/pdf",
    DocumentKind.PNG: "image/png",
    DocumentKind.JPEG: "image/jpeg",
    DocumentKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    DocumentKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    DocumentKind.PPTX: f"{_OFFICE}.presentationml.presentation",
    DocumentKind.TXT: "text/plain",
    DocumentKind.CSV: "text/csv",
}
ENDINGS = {kind.lower(): kind for kind in DocumentKind} | {"jpg": DocumentKind.JPEG}


def checked(name: str, content: bytes) -> DocumentKind:
    """What the file is. Raises Invalid for a name that no disk takes, an ending that is not taken, or a content that is
    not what the ending says; TooLarge for more bytes than are taken."""
    kind = called(name)
    if len(content) > MOST_BYTES:
        raise too_large()
    if not _FITS[kind](content):
        raise Invalid(
            f"中身が {kind} のファイルではありません（壊れている、暗号化されている、マクロを含む、などのとき"
            "も登録できません）。元のソフトで保存し直してください。",
            field="file",
        )
    return kind


def called(name: str) -> DocumentKind:
    """What a file of this name is. Raises Invalid for a name that no disk takes, or an ending that is not taken."""
    if not storable(name, field="name").strip() or FORBIDDEN.search(name):
        raise Invalid(r"ファイル名に使えない文字（\ / : * ? \" < > | など）があります。直してください。", field="name")
    kind = ENDINGS.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise Invalid(f"この種類のファイルは登録できません。使えるのは {'・'.join(ENDINGS)} です。", field="name")
    return kind


def too_large() -> TooLarge:
    """The refusal of a file that is too large."""
    return TooLarge(f"ファイルは{MOST_BYTES // 1024 // 1024}MBまでです。分けるか、小さくしてください。", field="file")


async def must_be_whole(content: bytes, digest: str) -> None:
    """Raises Damaged where these are not the bytes whose SHA-256 was noted when they came."""
    found = await asyncio.to_thread(sha256, content)  # others are answered meanwhile
    if found.hexdigest() != digest:
        said = "登録したときの内容と一致しません。渡さずに止めました。管理者へ連絡してください。"
        raise Damaged(f"保管しているファイルが、{said}")


def _begins(signature: bytes, content: bytes) -> bool:
    return content.startswith(signature)


def _is_office(main: str, content: bytes) -> bool:
    """A package with this main part, and no macros."""
    if not content.startswith(b"PK\x03\x04") or content.count(ENTRY) > MOST_PARTS:
        return False
    from zipfile import BadZipFile, ZipFile  # here, because nobody who hands in no such file needs it

    try:
        parts = ZipFile(BytesIO(content)).namelist()
    except (BadZipFile, ValueError, NotImplementedError, EOFError, OverflowError):
        return False
    return {main, "[Content_Types].xml"} <= set(parts) and not any("vbaproject" in part.lower() for part in parts)


def _is_text(content: bytes) -> bool:
    """UTF-8, or what Excel writes in Japan (CP932), without control characters."""
    for coding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        return bool(text.strip()) and not any(map(_is_no_letter, set(text)))
    return False


def _is_no_letter(letter: str) -> bool:
    return letter in STRAY or (letter not in "\t\r\n" and category(letter) == "Cc")


_FITS: Mapping[DocumentKind, Callable[[bytes], bool]] = {
    DocumentKind.PDF: partial(_begins, b"%PDF-"),
    DocumentKind.PNG: partial(_begins, b"\x89PNG\r\n\x1a\n"),
    DocumentKind.JPEG: partial(_begins, b"\xff\xd8\xff"),
    DocumentKind.XLSX: partial(_is_office, "xl/workbook.xml"),
    DocumentKind.DOCX: partial(_is_office, "word/document.xml"),
    DocumentKind.PPTX: partial(_is_office, "ppt/presentation.xml"),
    DocumentKind.TXT: _is_text,
    DocumentKind.CSV: _is_text,
}
