"""The year around today, by which the story dates everything: three whole quarters back, the present one, the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from domain.actor import TOKYO
from domain.japanese import Period, is_open_day, next_open_day
from domain.values import dataclass

RUN_UP = timedelta(days=90)
VACATIONS = (((7, 21), (8, 31)), ((12, 24), (12, 31)), ((1, 1), (1, 7)), ((3, 21), (4, 8)))
"""夏季, 冬季 and 学年末・学年始 休業, first and last day."""


def at(day: date, clock: str | time) -> datetime:
    """An instant in Japan, such as 9:30 on that day, in UTC."""
    told = time.fromisoformat(clock) if isinstance(clock, str) else clock
    return datetime.combine(day, told, TOKYO).astimezone(UTC)


def midnight(now: datetime) -> datetime:
    """The first instant of today in Japan."""
    return at(now.astimezone(TOKYO).date(), "00:00")


def is_school_day(day: date) -> bool:
    """Whether schools teach: the office is open and there is no vacation."""
    return is_open_day(day) and not any(first <= (day.month, day.day) <= last for first, last in VACATIONS)


def school_day(day: date) -> date:
    """The day itself if schools teach, else the next on which they do."""
    while not is_school_day(day):
        day += timedelta(days=1)
    return day


def open_day(day: date, days: int) -> date:
    """The open day on or next after so many days from a day; `days` may be negative."""
    return next_open_day(day + timedelta(days=days))


def office_hour(dice: Random, day: date) -> datetime:
    """Some five minutes of the morning or the afternoon of an open day on or after the day."""
    hour, minute = dice.choice((9, 10, 11, 13, 14, 15, 16)), dice.randrange(0, 60, 5)
    return at(next_open_day(day), f"{hour:02}:{minute:02}")


@dataclass(frozen=True)
class Year:
    """`quarters` are five fiscal quarters, of which the fourth is the present one."""

    today: date
    quarters: tuple[Period, ...]

    @classmethod
    def around(cls, today: date) -> Year:
        present = Period.quarter_of(today)
        before = [present.previous().previous().previous(), present.previous().previous(), present.previous()]
        after = Period.quarter_of(present.ends_on + timedelta(days=1))
        return cls(today, (*before, present, after))

    @property
    def begins(self) -> date:
        """The first day of the year that the figures speak of."""
        return self.quarters[0].starts_on

    @property
    def founded(self) -> date:
        """The open day on which the prefecture took the program into use, long enough before for a run-up."""
        return next_open_day(self.begins - RUN_UP)

    @property
    def april(self) -> date:
        """The one 1 April between the founding and today."""
        first = date(self.founded.year, 4, 1)
        return first if first > self.founded else date(self.founded.year + 1, 4, 1)


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)
