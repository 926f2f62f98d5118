"""A figure with all that it needs to be understood, and a report: the figures of some units for one period."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain.japanese import Measure, Period, PeriodBasis
from domain.statistics.measures import TALLIES
from domain.statistics.tally import ALL, Counting, Tally
from domain.units import Unit, UnitKind
from domain.values import dataclass

Value = int | Decimal | None
Key = tuple[UUID, str, str]
"""Unit, key of the tally, kind."""
Count = int | None
"""What the database counted (hours still in minutes), or nothing where the figure does not apply."""


@dataclass(frozen=True)
class CountedUnit:
    """One row of the statistics: a station with its sections, the whole headquarters, or a whole prefecture.

    `members` are the units whose records count here; `closed_on` is the first day without it.
    """

    id: UUID
    code: str
    name: str
    kind: UnitKind
    members: tuple[UUID, ...]
    closed_on: date | None = None

    @classmethod
    def of(cls, unit: Unit, members: tuple[UUID, ...]) -> CountedUnit:
        return cls(unit.id, unit.code, unit.name, unit.kind, members, unit.retired_on)


@dataclass(frozen=True)
class Figure:
    """One number. None means that it does not apply ("-"), 0 that nothing was there to count."""

    unit_id: UUID
    tally: Tally
    kind: str
    value: Value
    period: Period
    as_of: date

    @property
    def subject(self) -> str:
        return self.tally.facts.name

    @property
    def measure(self) -> Measure:
        """AS_OF 現在 (on `as_of`) or DURING 中 (from the first day of the period to `as_of`)."""
        return self.tally.when

    @property
    def unit_label(self) -> str:
        """件, 回, 校, 団体, 人 or 時間."""
        return self.tally.unit

    @property
    def counting(self) -> Counting:
        return self.tally.counting

    @property
    def basis(self) -> PeriodBasis:
        return self.period.basis

    @property
    def period_code(self) -> str:
        return self.period.code


@dataclass(frozen=True)
class Report:
    """The figures of one period as of one computing; `name` is whose they are.

    `as_of` is the last day counted: today in a running period. `whole_id` is the unit whose figures are the totals,
    counted apart because 実 does not add up; nothing where only some of its units are shown.
    """

    name: str
    period: Period
    as_of: date
    computed_at: datetime
    units: tuple[CountedUnit, ...]
    whole_id: UUID | None
    counts: Mapping[Key, Count]

    @property
    def is_preliminary(self) -> bool:
        """Whether the period was still running."""
        return self.computed_at < self.period.ends_before

    @property
    def unit_names(self) -> Mapping[UUID, str]:
        return {unit.id: unit.name for unit in self.units}

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return asked(self.period)

    def value(self, unit_id: UUID, tally: Tally, kind: str = ALL) -> Value:
        count = self.counts[unit_id, tally.key, kind]
        return None if count is None else tally.value(count)

    def figures(self, *, by_kind: bool = True, keys: Collection[str] | None = None) -> list[Figure]:
        """Every figure, or only those of all kinds together, or of these tallies: unit by unit, the totals last."""
        ids = [unit.id for unit in self.units] + ([self.whole_id] if self.whole_id else [])
        wanted = [
            (tally, kind)
            for tally, kind in grid(self.period)
            if (by_kind or kind == ALL) and (keys is None or tally.key in keys)
        ]
        return [
            Figure(id, tally, kind, self.value(id, tally, kind), self.period, self.as_of)
            for id in ids
            for tally, kind in wanted
        ]


def asked(period: Period) -> tuple[Tally, ...]:
    """What a period asks for: a single day has only stocks."""
    return tuple(tally for tally in TALLIES if period.measure is Measure.DURING or tally.when is Measure.AS_OF)


def grid(period: Period) -> list[tuple[Tally, str]]:
    """Every tally with each of its kinds, all kinds together first."""
    return [(tally, str(kind)) for tally in asked(period) for kind in (ALL, *tally.facts.kinds)]
