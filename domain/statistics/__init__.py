"""四半期集計: facts counted in SQL, kept as runs, shown to whom they belong, and traced to their records.

Source: 宮城 6(1) (reports on how the measures go), 警察庁 5(4) and the tables that police publish: a figure without
its unit, 現在 or 中, 実 or 延べ, basis and instant of computing says nothing. No name stands in any of it.
"""

from domain.statistics.counting import Scope, national_scope, prefecture_scope
from domain.statistics.figures import CountedUnit, Figure, Report, Value
from domain.statistics.measures import BY_KEY, TALLIES
from domain.statistics.runs import (
    Run,
    RunRow,
    compute,
    compute_quarter,
    records_behind,
    rows_visible_to,
    show,
    visible_to,
)
from domain.statistics.tally import ALL, Counting, Facts, Tally

__all__ = [
    "ALL",
    "BY_KEY",
    "TALLIES",
    "CountedUnit",
    "Counting",
    "Facts",
    "Figure",
    "Report",
    "Run",
    "RunRow",
    "Scope",
    "Tally",
    "Value",
    "compute",
    "compute_quarter",
    "national_scope",
    "prefecture_scope",
    "records_behind",
    "rows_visible_to",
    "show",
    "visible_to",
]
