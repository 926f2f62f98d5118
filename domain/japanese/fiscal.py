"""The office year: fiscal years and quarters, retention, and the days on which the office is open."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

FIRST_MONTH = 4
YEAR_END_CLOSURE = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


def fiscal_year(day: date) -> int:
    """The western year in which the day's 年度 began: January to March belong to the year before."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def fiscal_quarter(day: date) -> int:
    """1 for April to June, up to 4 for January to March."""
    return (day.month - FIRST_MONTH) % 12 // 3 + 1


def start_of_fiscal_year(year: int) -> date:
    return date(year, FIRST_MONTH, 1)


def end_of_fiscal_year(day: date) -> date:
    """The 31 March on or next after the day."""
    return date(fiscal_year(day) + 1, 3, 31)


def retention_until(day: date, years: int) -> date:
    """The last day on which a document of that date is kept: 31 March of (its fiscal year + 1 + years).

    Retention counts from 1 April after the document's fiscal year, so 令和4年4月1日 kept for 3 years ends on
    令和8年3月31日 (警察庁 依命通達 令和4年4月1日, header 原議保存期間).
    """
    return date(fiscal_year(day) + 1 + years, 3, 31)


@lru_cache(maxsize=4096)
def is_open_day(day: date) -> bool:
    """Whether the office works: not on Saturdays, Sundays, 祝日 nor from 29 December to 3 January.

    These are the 県の休日 of the prefectures' ordinances (地方自治法 第4条の2).
    """
    import jpholiday  # holds the holidays of all years: for whoever asks of a day, not for every start

    return day.weekday() < 5 and (day.month, day.day) not in YEAR_END_CLOSURE and not jpholiday.is_holiday(day)


def next_open_day(day: date) -> date:
    """The day itself if the office is open, else the next open one: where a statutory deadline moves to."""
    while not is_open_day(day):
        day += timedelta(days=1)
    return day


def open_days_after(day: date, count: int) -> date:
    """The `count`-th open day after the day, which itself is not counted; `count` is at least 1."""
    if count < 1:
        raise ValueError("count must be at least 1")
    for _ in range(count):
        day = next_open_day(day + timedelta(days=1))
    return day


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
