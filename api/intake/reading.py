"""From a path or bytes to a table: what kind of file it really is decides, not what it is called."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISREG

from api.intake.sheet import read_workbook
from api.intake.table import Table
from api.intake.text_file import read_text
from domain.errors import Invalid, TooLarge

MOST_BYTES = 20_000_000
ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WITH_MACROS = (".xlsm", ".xltm", ".xlsb", ".xlam")
TEXTS = (".csv", ".tsv", ".txt")


def read_table(source: Path | bytes, name: str) -> Table:
    """Read .xlsx, .csv or .tsv of at most 20 MB; larger files are refused unread. `name` is what people call it.

    Raises Invalid or TooLarge with what to do; `field` is "file".
    """
    ending = Path(name).suffix.lower()
    if ending in WITH_MACROS:
        raise Invalid(
            "マクロを使える形式のブックは読めません。「Excelブック（*.xlsx）」として保存し直してください。", "file"
        )
    content = source if isinstance(source, bytes) else _content(source)
    if len(content) > MOST_BYTES:
        raise _too_large()
    if content.startswith(ZIP):
        return read_workbook(content, name)
    if content.startswith(OLE):
        raise _old_or_encrypted(content)
    if ending not in TEXTS:
        raise Invalid("読み込めるのは .xlsx、.csv、.tsv のファイルです。Excelで開いて保存し直してください。", "file")
    return read_text(content, name)


def _content(path: Path) -> bytes:
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise Invalid("ファイルではありません。名簿のファイルを指定してください。", "file")
        if status.st_size > MOST_BYTES:
            raise _too_large()
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)  # it may have grown since
    except OSError as error:
        raise Invalid(
            f"{path.name} を開けません（{error.strerror}）。場所と権限を確かめてください。", "file"
        ) from error


def _too_large() -> TooLarge:
    return TooLarge(
        "20MBを超えるファイルは読み込めません。名簿のシートだけを新しいブックにコピーしてください。", "file"
    )


def _old_or_encrypted(content: bytes) -> Invalid:
    """Word and Excel wrap an encrypted .xlsx in the container of the old formats."""
    if ENCRYPTED in content:
        return Invalid("パスワードの付いたファイルは読めません。パスワードを外してから読み込んでください。", "file")
    return Invalid("古い形式（.xls）は読めません。Excelで「Excelブック（*.xlsx）」として保存し直してください。", "file")
