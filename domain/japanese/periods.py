"""Statistical periods: which days a figure speaks of, and whether it is a stock or a flow.

Three kinds are in real use side by side: stocks "○年12月末現在", flows of the calendar year "○年中" and flows
of the fiscal year "○年度中". A figure without its basis and measure says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self

from domain.actor import TOKYO
from domain.errors import Invalid
from domain.japanese.eras import calendar_year_label, fiscal_year_label, text_number, wareki
from domain.japanese.fiscal import FIRST_MONTH, fiscal_year, months_later
from domain.japanese.text import shown
from domain.values import dataclass

YEARS = range(1900, 2200)


class PeriodBasis(StrEnum):
    CALENDAR_YEAR = "CALENDAR_YEAR"
    FISCAL_YEAR = "FISCAL_YEAR"

    @property
    def label(self) -> str:
        return "暦年" if self is PeriodBasis.CALENDAR_YEAR else "年度"

    @property
    def first_month(self) -> int:
        return 1 if self is PeriodBasis.CALENDAR_YEAR else FIRST_MONTH


class Measure(StrEnum):
    """AS_OF is a stock on the last day of the period, DURING a flow between its first and last day."""

    AS_OF = "AS_OF"
    DURING = "DURING"

    @property
    def label(self) -> str:
        return "現在" if self is Measure.AS_OF else "中"


@dataclass(frozen=True)
class Period:
    """Whole days in Japan, both ends included. Made by `parse` or by `of_year`, `of_quarter` and `on`."""

    basis: PeriodBasis
    measure: Measure
    starts_on: date
    ends_on: date

    @classmethod
    def parse(cls, text: str, field: str | None = "period") -> Self:
        """Read 2026Q2 (fiscal), 2026 (fiscal year), CY2026Q2, CY2026 or 2026-12-31. Raises Invalid."""
        plain = unicodedata.normalize("NFKC", text).strip().upper()
        span, day = _SPAN.fullmatch(plain), _day(plain)
        if day and day.year in YEARS:
            return cls.on(day)
        if not span or int(span["year"]) not in YEARS:
            raise Invalid(f"期間「{shown(text)}」は読めません。{_HOW_TO_WRITE}", field)
        basis = PeriodBasis.CALENDAR_YEAR if span["calendar"] else PeriodBasis.FISCAL_YEAR
        year, quarter = int(span["year"]), span["quarter"]
        return cls.of_quarter(year, int(quarter), basis) if quarter else cls.of_year(year, basis)

    @classmethod
    def of_year(cls, year: int, basis: PeriodBasis = PeriodBasis.FISCAL_YEAR) -> Self:
        starts_on = date(year, basis.first_month, 1)
        return cls(basis, Measure.DURING, starts_on, months_later(starts_on, 12) - timedelta(days=1))

    @classmethod
    def of_quarter(cls, year: int, quarter: int, basis: PeriodBasis = PeriodBasis.FISCAL_YEAR) -> Self:
        """The first quarter of a fiscal year is April to June, of a calendar year January to March."""
        if quarter not in range(1, 5):
            raise ValueError("quarter must be 1 to 4")
        starts_on = months_later(date(year, basis.first_month, 1), 3 * (quarter - 1))
        return cls(basis, Measure.DURING, starts_on, months_later(starts_on, 3) - timedelta(days=1))

    @classmethod
    def quarter_of(cls, day: date, basis: PeriodBasis = PeriodBasis.FISCAL_YEAR) -> Self:
        months = (day.month - basis.first_month) % 12
        return cls.of_quarter(_year_of(day, basis), months // 3 + 1, basis)

    @classmethod
    def on(cls, day: date, basis: PeriodBasis | None = None) -> Self:
        """A stock on that day. 31 December speaks for the calendar year unless `basis` says otherwise."""
        usual = PeriodBasis.CALENDAR_YEAR if (day.month, day.day) == (12, 31) else PeriodBasis.FISCAL_YEAR
        return cls(basis or usual, Measure.AS_OF, day, day)

    @property
    def year(self) -> int:
        """The western year in which the calendar or fiscal year of this period began."""
        return _year_of(self.starts_on, self.basis)

    @property
    def quarter(self) -> int | None:
        """1 to 4, or None for a year and for a single day."""
        if not 80 < (self.ends_on - self.starts_on).days < 100:
            return None
        return (self.starts_on.month - self.basis.first_month) % 12 // 3 + 1

    @property
    def code(self) -> str:
        """What `parse` reads; the code of a single day does not tell its basis."""
        if self.measure is Measure.AS_OF:
            return self.ends_on.isoformat()
        prefix = "CY" if self.basis is PeriodBasis.CALENDAR_YEAR else ""
        return f"{prefix}{self.year}" + (f"Q{self.quarter}" if self.quarter else "")

    @property
    def label(self) -> str:
        """令和８年度第２四半期, 令和８年度, 令和８年第２四半期, 令和８年 or 令和８年12月31日."""
        if self.measure is Measure.AS_OF:
            return wareki(self.ends_on)
        name = calendar_year_label if self.basis is PeriodBasis.CALENDAR_YEAR else fiscal_year_label
        return name(self.year) + (f"第{text_number(self.quarter)}四半期" if self.quarter else "")

    @property
    def caption(self) -> str:
        """The label with its measure: 令和８年度第２四半期中, 令和８年12月31日現在."""
        return self.label + self.measure.label

    @property
    def western_label(self) -> str:
        """The label in western years and half-width digits, for open data: 2026年度第2四半期."""
        if self.measure is Measure.AS_OF:
            return f"{self.ends_on.year}年{self.ends_on.month}月{self.ends_on.day}日"
        unit = "年" if self.basis is PeriodBasis.CALENDAR_YEAR else "年度"
        return f"{self.year}{unit}" + (f"第{self.quarter}四半期" if self.quarter else "")

    @property
    def starts_at(self) -> datetime:
        """The first instant, in Asia/Tokyo."""
        return datetime.combine(self.starts_on, time.min, TOKYO)

    @property
    def ends_before(self) -> datetime:
        """The first instant that no longer belongs to the period, in Asia/Tokyo."""
        return datetime.combine(self.ends_on + timedelta(days=1), time.min, TOKYO)

    def includes(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def previous(self) -> Period:
        """The quarter or year directly before; for a single day the same day of the year before."""
        if self.measure is Measure.AS_OF or not self.quarter:
            return self.year_before()
        return Period.quarter_of(self.starts_on - timedelta(days=1), self.basis)

    def year_before(self) -> Period:
        """The same period a year earlier (前年同期); 29 February becomes 28 February."""
        if self.measure is Measure.AS_OF:
            return Period.on(_same_day(self.ends_on, self.ends_on.year - 1), self.basis)
        if self.quarter:
            return Period.of_quarter(self.year - 1, self.quarter, self.basis)
        return Period.of_year(self.year - 1, self.basis)

    def as_of_end(self) -> Period:
        """The stock on the last day, on the same basis: what stands beside these flows in one table."""
        return Period.on(self.ends_on, self.basis)


_SPAN = re.compile(r"(?P<calendar>CY)?(?P<year>[0-9]{4})(?:Q(?P<quarter>[1-4]))?")
_HOW_TO_WRITE = (
    "2026Q2（令和8年度第2四半期）、2026（令和8年度）、CY2026（令和8年）、CY2026Q2、"
    "2026-12-31 のように指定してください。"
)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def _year_of(day: date, basis: PeriodBasis) -> int:
    return day.year if basis is PeriodBasis.CALENDAR_YEAR else fiscal_year(day)


def _same_day(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
