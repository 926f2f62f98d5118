"""What several commands share: numbers within bounds, tables to print, files of the sources to renew."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from api.errors import Stopped


def between(least: int, most: int) -> Callable[[str], int]:
    """A whole number within these bounds, both included."""

    def number(text: str) -> int:
        if not (text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"「{text}」は使えません。{least}から{most}までの整数にしてください")
        return int(text)

    return number


EXTRA = ".venv/bin/pip install -q -c constraints.txt -e '.[{}]'"


def must_be_installed(asking: str, extra: str, *packages: str) -> None:
    """Raises Stopped, with the line that installs them, where any package is missing that `asking` needs."""
    if not all(map(find_spec, packages)):
        raise Stopped(
            f"{asking} を使うには追加の部品が要ります。ソースのある場所で次を実行してください: {EXTRA.format(extra)}"
        )


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines in which each column begins under its heading, full-width characters counted as two."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    padded = ([text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True)] for row in rows)
    return ["  ".join(row).rstrip() for row in padded]


def renew(reviewed: Path, text: str) -> None:
    """Write a file of the sources anew. Raises Stopped where they may not be written."""
    try:
        reviewed.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{reviewed} に書き込めません（{error.strerror}）。ソースに書き込める利用者で実行してください。"
        raise Stopped(message) from error
