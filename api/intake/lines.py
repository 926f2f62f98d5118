"""Between a file and the domain's rosters: records become lines, and what the domain refuses gets its place back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from api.intake.kind import Intake, Kind, Problem, as_told
from api.intake.parse import columns_of, told_at
from api.intake.table import Row, Table
from domain import rosters

T = TypeVar("T")


def lines(kind: Kind[T], intake: Intake[T]) -> list[rosters.Line]:
    """What was read, as the domain takes it in, or, where a row is torn, says what else is wrong with the file."""
    whole = [rosters.Line(taken.row, kind.facts(taken.record, intake.given)) for taken in intake.records]
    torn = [rosters.Line(one.row, as_told(one.record, intake.given), one.unread) for one in intake.torn]
    return sorted([*whole, *torn], key=lambda line: line.number)


def placed(kind: Kind[T], table: Table, problems: Sequence[rosters.Problem]) -> list[Problem]:
    """The domain's problems at the columns in which the file says what is meant."""
    columns = columns_of(kind, table)
    rows = {row.number: row for row in table.rows}
    return [
        told_at(kind, columns, rows.get(one.number, Row(one.number, {})), one.field, one.message) for one in problems
    ]
