"""What a person reads after an import or its dry run: one line for every place that is wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from api.intake.kind import Intake, Kind, Problem, T

HEAD = ("行", "列", "入力されている値", "どう直すか")
MOST_LINES = 200
WIDEST = 40


def report(kind: Kind[T], name: str, intake: Intake[T]) -> str:
    """A table in columns for a terminal with a fixed-width font, warnings after what must be put right."""
    wrong = [problem for problem in intake.problems if not problem.is_warning]
    warned = [problem for problem in intake.problems if problem.is_warning]
    if wrong:
        rows = len({problem.row for problem in wrong})
        verdict = f"{name}: 直すところが{rows}行に{len(wrong)}件あります。1件も取り込んでいません。"
    else:
        verdict = f"{name}: {kind.label} {len(intake.records)}件を読み取りました。"
    return "\n".join([verdict, *_section("直してください", wrong), *_section("お知らせ", warned)]) + "\n"


def _section(title: str, problems: Sequence[Problem]) -> list[str]:
    if not problems:
        return []
    ordered = sorted(problems, key=lambda problem: problem.row)
    lines = [HEAD, *(_line(problem) for problem in ordered[:MOST_LINES])]
    widths = [min(WIDEST, max(_width(line[at]) for line in lines)) for at in range(len(HEAD) - 1)]
    more = [f"ほか{len(problems) - MOST_LINES}件"] if len(problems) > MOST_LINES else []
    return ["", f"【{title}】", *(_aligned(line, widths) for line in lines), *more]


def _line(problem: Problem) -> tuple[str, str, str, str]:
    return str(problem.row), problem.column or "-", problem.found or "-", problem.remedy


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    padded = [cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=False)]
    return "  ".join([*padded, line[-1]])


def _width(text: str) -> int:
    """Columns of a terminal: a Japanese character takes two, a combining one none (UAX 11)."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)
