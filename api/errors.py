"""What ends a command without being a bug, and the writing of files, which often does."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class Stopped(Exception):
    """The command cannot go on; the message is one Japanese sentence that says what to do."""


OWNER_ALONE = 0o600
STANDARD_OUTPUT = Path("-")  # what other programs take it for


def write_file(path: Path, content: bytes, option: str, *, is_personal: bool) -> None:
    """Write what a command was asked for: what tells of persons, or opens anything, for its owner alone, also where a
    file of that name was there for everybody. Raises Stopped, naming the option that tells the place."""
    if path == STANDARD_OUTPUT:
        raise Stopped(f"{option} にはファイルの名前を指定してください。画面には書き出せません。")
    try:
        if is_personal:
            _write_privately(path, content)
        else:
            path.write_bytes(content)
    except OSError as error:
        message = f"{path} に書き込めません（{error.strerror}）。{option} で書ける場所を指定してください。"
        raise Stopped(message) from error


def _write_privately(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ALONE), "wb") as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # nobody takes the terminal from others
            os.fchmod(file.fileno(), OWNER_ALONE)
        file.write(content)
