"""What a person reads after an import or its dry run: one line for every place that is wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from api.intake.heading import Column
from api.intake.kind import Intake, Kind, Problem, T
from api.intake.parse import columns_of, place_of
from api.intake.table import Table
from domain.japanese import shown
from domain.rosters import Change

FourCells = tuple[str, str, str, str]
HEAD = ("行", "列", "入力されている値", "どう直すか")
CHANGES = ("行", "列", "いまの値", "名簿の値")
BLANK = "（空欄）"
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
    return "\n".join([verdict, *_told("直してください", wrong), *_told("お知らせ", warned)]) + "\n"


def changes_report(kind: Kind[T], table: Table, changes: Sequence[Change]) -> str:
    """A table of the cells that say something else than what was known; empty where there are none."""
    columns = columns_of(kind, table)
    lines = [
        (
            str(one.number),
            _called(kind, columns, one.field),
            _worded(kind, one, one.before),
            _worded(kind, one, one.after),
        )
        for one in changes
    ]
    return "\n".join([*_section("変わるところ", CHANGES, lines)][1:] + [""]) if lines else ""


def _called(kind: Kind[T], columns: Sequence[Column], name: str) -> str:
    if (column := place_of(kind, columns, name)) is not None:
        return column.label
    field = kind.telling(name)
    return field.headings[0] if field else "-"


def _worded(kind: Kind[T], change: Change, value: object) -> str:
    """A value by the word that the input list has for it."""
    if value is None or value == "":
        return BLANK
    field = kind.telling(change.field)
    words = {field.read(word): word for word in field.choices} if field else {}
    return shown(str(words.get(value) or kind.words.get(value) or value))


def _told(title: str, problems: Sequence[Problem]) -> list[str]:
    return _section(title, HEAD, [_line(problem) for problem in sorted(problems, key=_place)])


def _place(problem: Problem) -> tuple[int, int, str]:
    """From row to row and from left to right; B comes before AA."""
    letters = problem.column.partition("列")[0]
    return problem.row, len(letters), letters


def _section(title: str, head: FourCells, lines: Sequence[FourCells]) -> list[str]:
    if not lines:
        return []
    listed = [head, *lines[:MOST_LINES]]
    widths = [min(WIDEST, max(_width(line[at]) for line in listed)) for at in range(len(head) - 1)]
    more = [f"ほか{len(lines) - MOST_LINES}件"] if len(lines) > MOST_LINES else []
    return ["", f"【{title}】", *(_aligned(line, widths) for line in listed), *more]


def _line(problem: Problem) -> FourCells:
    return str(problem.row), problem.column or "-", problem.found or "-", problem.remedy


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    padded = [cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=False)]
    return "  ".join([*padded, line[-1]])


def _width(text: str) -> int:
    """Columns of a terminal: a Japanese character takes two, a combining one none (UAX 11)."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)
