"""四半期集計: the figures of a period, counted or as they were kept, and the records behind one of them.

This is computed, not read by the reader: one SQL statement counts everything, whatever is selected.
"""

from datetime import UTC, date, datetime
from typing import Self

import strawberry

from api import reading, referring
from api.context import Info
from api.enums import offer
from api.mutations import mutations
from api.reading import Connection, Node
from api.units import Unit
from domain import statistics
from domain.japanese import Measure, Period, PeriodBasis
from domain.statistics import ALL, BY_KEY, Counting, Figure, Report

offer(Counting, Measure, PeriodBasis)

PRICE = 2_000
"""Rows that one counting is held to cost: ten of them are a whole document's budget."""

PERIOD = "2026Q2 (年度の四半期), 2026 (年度), CY2026Q2, CY2026 (暦年), 2026-12-31 (現在)"


@reading.made(description="One number with all that it means.")
class StatisticsFigure:
    unit_id: strawberry.ID = strawberry.field(description="The unit; for a total the prefecture, or 警察庁.")
    unit_name: str
    is_total: bool = strawberry.field(description="Counted apart: 実 does not add up.")
    subject: str
    subject_label: str
    kind: str | None = strawberry.field(description="Null for all kinds together.")
    kind_label: str | None
    measure: str
    label: str
    unit_label: str = strawberry.field(description="件, 回, 校, 団体, 機関, 人, 時間.")
    when: Measure = strawberry.field(description="現在, on the report's asOf, or 中.")
    counting: Counting | None = strawberry.field(description="延べ or 実: every figure says which.")
    value: float | None = strawberry.field(description="Null where it does not apply (-); 0 was counted.")

    @classmethod
    def of(cls, report: Report, figure: Figure) -> Self:
        tally, is_total = figure.tally, figure.unit_id == report.whole_id
        return cls(
            unit_id=strawberry.ID(reading.encode("Unit", figure.unit_id)),
            unit_name=report.name if is_total else report.unit_names[figure.unit_id],
            is_total=is_total,
            subject=figure.subject,
            subject_label=tally.facts.label,
            kind=figure.kind or None,
            kind_label=tally.facts.kinds.get(figure.kind),
            measure=tally.key,
            label=tally.label,
            unit_label=figure.unit_label,
            when=figure.measure,
            counting=figure.counting,
            value=None if figure.value is None else float(figure.value),
        )


def _figures(
    root: strawberry.Parent["Statistics"], by_kind: bool = False, measures: list[str] | None = None
) -> list[StatisticsFigure]:
    figures = root.report.figures(by_kind=by_kind, keys=measures)
    return [StatisticsFigure.of(root.report, figure) for figure in figures]


@strawberry.type(description="集計: the figures of one period as of one computing.")
class Statistics:
    report: strawberry.Private[Report]
    name: str = strawberry.field(description="Whose they are.")
    period: str
    period_label: str
    basis: PeriodBasis
    starts_on: date
    ends_on: date
    as_of: date = strawberry.field(description="The last day counted: today while the period runs.")
    computed_at: datetime
    is_preliminary: bool
    figures: list[StatisticsFigure] = strawberry.field(
        resolver=_figures, description="All kinds together, or with byKind each kind too; of these measures, or of all."
    )

    @classmethod
    def of(cls, report: Report) -> Self:
        period = report.period
        return cls(
            report=report,
            name=report.name,
            period=period.code,
            period_label=period.label,
            basis=period.basis,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            as_of=report.as_of,
            computed_at=report.computed_at.astimezone(UTC),
            is_preliminary=report.is_preliminary,
        )


@reading.entity(statistics.Run, statistics.visible_to)
@reading.shape(description="集計の実行: one computing that was kept.")
class StatisticsRun(Node):
    basis: PeriodBasis
    measure: Measure
    starts_on: date
    ends_on: date
    as_of: date
    computed_at: datetime
    unit: Unit | None = reading.one("unit_id")


async def _statistics(info: Info, period: str, fresh: bool = False) -> Statistics:
    return Statistics.of(await statistics.show(info.context.actor, Period.parse(period), fresh=fresh))


async def _records(
    info: Info, measure: str, unit_id: strawberry.ID, period: str, kind: str | None = None
) -> list[strawberry.ID]:
    found = await statistics.records_behind(
        info.context.actor,
        measure=measure,
        unit_id=referring.key("unit_id", unit_id),
        period=Period.parse(period),
        kind=kind or ALL,
    )
    name = reading.type_of(info._raw_info.schema, BY_KEY[measure].facts.record)
    return [strawberry.ID(reading.encode(name, id)) for id in found]


SHOWN = reading.answered(PRICE, statistics.show)
TRACED = reading.answered(PRICE, statistics.records_behind)


@reading.shape
class StatisticsQueries:
    statistics_runs: Connection[StatisticsRun] = reading.root_connection(order=reading.desc("computed_at"))
    statistics: Statistics = strawberry.field(
        resolver=_statistics,
        metadata=SHOWN,
        description=f"The figures of a period: {PERIOD}. As kept since its end, else, or when fresh, counted now.",
    )
    statistics_records: list[strawberry.ID] = strawberry.field(
        resolver=_records,
        metadata=TRACED,
        description="The records that one figure counts now, for whoever may open them.",
    )


StatisticsMutations = mutations(StatisticsRun, compute_statistics=statistics.compute)
