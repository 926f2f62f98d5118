"""Flat facts to the table of an office: one row per station, one column per figure, a row of totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from domain.values import dataclass
from exports.columns import Row, Value

if TYPE_CHECKING:
    import pandas

Fact = Mapping[str, object]
PRECISION = 6


@dataclass(frozen=True)
class Table:
    """Rows and total have the keys `station` and `key(kind, measure)` for each figure."""

    rows: list[Row]
    total: Row


def key(kind: str, measure: str) -> str:
    """The column key of a figure in the pivoted rows."""
    return f"{kind}.{measure}"


def by_station(
    facts: Iterable[Fact],
    stations: Sequence[str],
    figures: Sequence[str],
    counted: Mapping[str, Value] | None = None,
) -> Table:
    """Facts (`station`, `kind`, `measure`, `value`) as a table in the given order of stations and figure keys.

    Several facts for one cell are added up. A cell without any fact, or with None only, is None: it does not
    apply, which is not 0. `counted` replaces totals that do not add up (実 across stations). A fact outside the
    given stations and figures raises ValueError, so that nothing is lost unseen.
    """
    table = _pivot(facts)
    _nothing_lost(table, stations, figures)
    table = table.reindex(index=list(stations), columns=list(figures))
    rows = [_row(str(station), figures, cells) for station, *cells in table.itertuples()]
    total = _row("合計", figures, table.sum(min_count=1))
    return Table(rows, {**total, **(counted or {})})


def _pivot(facts: Iterable[Fact]) -> pandas.DataFrame:
    import pandas  # 108 MB and 0.15 s: only who asks for a table pays for it

    frame = pandas.DataFrame(list(facts), columns=["station", "kind", "measure", "value"])
    frame["figure"] = frame["kind"].astype(str) + "." + frame["measure"].astype(str)
    frame["value"] = pandas.to_numeric(frame["value"])
    return frame.groupby(["station", "figure"])["value"].sum(min_count=1).unstack()


def _nothing_lost(table: pandas.DataFrame, stations: Sequence[str], figures: Sequence[str]) -> None:
    lost = sorted({*table.index} - {*stations}) + sorted({*table.columns} - {*figures})
    if lost:
        raise ValueError(f"facts outside the table: {lost}")


def _row(station: str, figures: Sequence[str], cells: Iterable[float]) -> Row:
    return {"station": station, **{figure: _value(cell) for figure, cell in zip(figures, cells, strict=True)}}


def _value(cell: float) -> Value:
    if cell != cell:
        return None
    return int(cell) if float(cell).is_integer() else round(float(cell), PRECISION)
