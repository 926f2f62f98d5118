"""What every format asks of typed text before it leaves: no controls, one line end, no live formula."""

from __future__ import annotations

import re

LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")
NOT_APPLICABLE = "-"


def lines(typed: str) -> str:
    r"""The text with whatever a reader may take for the end of a line as \n, and without other controls."""
    return typed if typed.isprintable() else CONTROLS.sub("", LINE_ENDS.sub("\n", typed))


def one_line(typed: str) -> str:
    return " ".join(lines(typed).split("\n"))


def one_word(typed: str) -> str:
    return "".join(CONTROLS.sub("", typed).split())


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula; the lone "-" of a table is harmless."""
    return text != NOT_APPLICABLE and bool(FORMULA.match(text))
