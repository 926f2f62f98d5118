"""What ends a command without being a bug, and the writing of files, which often does."""

from __future__ import annotations

from pathlib import Path


class Stopped(Exception):
    """The command cannot go on; the message is one Japanese sentence that says what to do."""


def write_file(path: Path, content: bytes, option: str) -> None:
    """Write what a command was asked for. Raises Stopped, naming the option that tells the place."""
    try:
        path.write_bytes(content)
    except OSError as error:
        message = f"{path} に書き込めません（{error.strerror}）。{option} で書ける場所を指定してください。"
        raise Stopped(message) from error
