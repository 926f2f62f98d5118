from datetime import UTC, date, datetime, timedelta

import jpholiday
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.japanese import (
    Measure,
    Period,
    PeriodBasis,
    end_of_fiscal_year,
    fiscal_quarter,
    fiscal_year,
    is_open_day,
    next_open_day,
    open_days_after,
    retention_until,
    start_of_fiscal_year,
)

DAYS = st.dates(date(1955, 1, 1), date(2080, 12, 31))


@pytest.mark.parametrize(
    ("day", "year", "quarter"),
    [
        (date(2026, 4, 1), 2026, 1),
        (date(2026, 6, 30), 2026, 1),
        (date(2026, 7, 1), 2026, 2),
        (date(2026, 12, 31), 2026, 3),
        (date(2027, 1, 1), 2026, 4),
        (date(2027, 3, 31), 2026, 4),
    ],
)
def test_the_fiscal_year_runs_from_april_to_march(day, year, quarter):
    assert (fiscal_year(day), fiscal_quarter(day)) == (year, quarter)


def test_a_term_ends_on_the_31_march_on_or_after_its_day():
    assert end_of_fiscal_year(date(2026, 4, 1)) == date(2027, 3, 31)
    assert end_of_fiscal_year(date(2027, 3, 31)) == date(2027, 3, 31)
    assert start_of_fiscal_year(2026) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("day", "years", "until"),
    [
        (date(2022, 4, 1), 3, date(2026, 3, 31)),
        (date(2022, 3, 31), 3, date(2025, 3, 31)),
        (date(2022, 7, 6), 1, date(2024, 3, 31)),
        (date(2022, 9, 28), 3, date(2026, 3, 31)),
        (date(2016, 2, 18), 5, date(2021, 3, 31)),
        (date(2026, 4, 1), 10, date(2037, 3, 31)),
        (date(2027, 1, 1), 30, date(2057, 3, 31)),
    ],
)
def test_retention_counts_whole_years_from_the_april_after_the_document(day, years, until):
    assert retention_until(day, years) == until


@given(DAYS, st.sampled_from([1, 3, 5, 10, 30]))
def test_a_document_is_kept_for_its_years_after_its_own_fiscal_year(day, years):
    assert fiscal_year(retention_until(day, years)) == fiscal_year(day) + years
    assert end_of_fiscal_year(retention_until(day, years)) == retention_until(day, years)


@pytest.mark.parametrize(
    ("code", "first", "last", "caption", "western"),
    [
        ("2026Q2", date(2026, 7, 1), date(2026, 9, 30), "令和８年度第２四半期中", "2026年度第2四半期"),
        ("2026Q4", date(2027, 1, 1), date(2027, 3, 31), "令和８年度第４四半期中", "2026年度第4四半期"),
        ("2026", date(2026, 4, 1), date(2027, 3, 31), "令和８年度中", "2026年度"),
        ("CY2026", date(2026, 1, 1), date(2026, 12, 31), "令和８年中", "2026年"),
        ("CY2026Q2", date(2026, 4, 1), date(2026, 6, 30), "令和８年第２四半期中", "2026年第2四半期"),
        ("2026-12-31", date(2026, 12, 31), date(2026, 12, 31), "令和８年12月31日現在", "2026年12月31日"),
        ("2019", date(2019, 4, 1), date(2020, 3, 31), "平成31年度（令和元年度）中", "2019年度"),
    ],
)
def test_a_period_says_its_days_and_its_names(code, first, last, caption, western):
    period = Period.parse(code)
    assert (period.starts_on, period.ends_on) == (first, last)
    assert (period.code, period.caption, period.western_label) == (code, caption, western)


def test_a_period_says_its_basis_and_its_measure():
    kinds = [(p.basis, p.measure) for p in map(Period.parse, ("2026Q2", "CY2026", "2026-12-31", "2026-03-31"))]
    assert kinds == [
        (PeriodBasis.FISCAL_YEAR, Measure.DURING),
        (PeriodBasis.CALENDAR_YEAR, Measure.DURING),
        (PeriodBasis.CALENDAR_YEAR, Measure.AS_OF),
        (PeriodBasis.FISCAL_YEAR, Measure.AS_OF),
    ]
    assert [kind.label for kind in (*PeriodBasis, *Measure)] == ["暦年", "年度", "現在", "中"]


def test_a_period_begins_and_ends_at_midnight_in_japan():
    period = Period.parse("2026Q2")
    assert period.starts_at == datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
    assert period.ends_before == datetime(2026, 9, 30, 15, 0, tzinfo=UTC)
    assert period.includes(date(2026, 9, 30))
    assert not period.includes(date(2026, 10, 1))


@pytest.mark.parametrize(
    ("code", "previous", "year_before"),
    [
        ("2026Q1", "2025Q4", "2025Q1"),
        ("2026Q2", "2026Q1", "2025Q2"),
        ("CY2026Q1", "CY2025Q4", "CY2025Q1"),
        ("2026", "2025", "2025"),
        ("CY2026", "CY2025", "CY2025"),
        ("2026-12-31", "2025-12-31", "2025-12-31"),
        ("2024-02-29", "2023-02-28", "2023-02-28"),
    ],
)
def test_a_period_knows_what_it_is_compared_with(code, previous, year_before):
    period = Period.parse(code)
    assert (period.previous().code, period.year_before().code) == (previous, year_before)


def test_the_stock_beside_a_quarter_is_that_of_its_last_day_on_the_same_basis():
    stock = Period.parse("2026Q3").as_of_end()
    assert (stock.code, stock.caption) == ("2026-12-31", "令和８年12月31日現在")
    assert (stock.basis, stock.measure) == (PeriodBasis.FISCAL_YEAR, Measure.AS_OF)


@given(DAYS, st.sampled_from(PeriodBasis))
def test_every_day_lies_in_its_quarter_which_follows_on_the_one_before(day, basis):
    quarter = Period.quarter_of(day, basis)
    assert quarter.includes(day)
    assert Period.of_year(quarter.year, basis).includes(day)
    assert quarter.previous().ends_before == quarter.starts_at
    assert Period.parse(quarter.code) == quarter


@given(DAYS)
def test_the_quarter_of_a_day_is_its_fiscal_quarter(day):
    quarter = Period.quarter_of(day)
    assert (quarter.year, quarter.quarter) == (fiscal_year(day), fiscal_quarter(day))


def test_a_period_is_read_in_full_width_and_lower_case():
    assert Period.parse(" ２０２６ｑ２ ") == Period.of_quarter(2026, 2)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2026Q5",
        "2026Q0",
        "26Q2",
        "2026-02-30",
        "2026-2-3",
        "FY2026",
        "9999",
        "0001-01-01",
        "2026H1",
        "R8",
        "２０２６Q２Q",
    ],
)
def test_an_unreadable_period_is_refused_with_examples(code):
    with pytest.raises(Invalid, match="2026Q2") as refused:
        Period.parse(code)
    assert refused.value.field == "period"


def test_there_is_no_fifth_quarter():
    with pytest.raises(ValueError, match="quarter"):
        Period.of_quarter(2026, 5)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 9, 21),
        date(2026, 9, 22),  # 国民の休日, between two 祝日
        date(2026, 9, 23),
        date(2026, 12, 29),
        date(2026, 12, 30),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 1, 3),
        date(2026, 5, 6),  # 振替休日
        date(2026, 4, 4),
        date(2026, 4, 5),
    ],
)
def test_the_office_is_closed_on_holidays_weekends_and_over_the_new_year(day):
    assert not is_open_day(day)


def test_on_these_weekdays_of_2026_the_office_is_closed():
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    closed = " ".join(f"{day:%m/%d}" for day in year if day.weekday() < 5 and not is_open_day(day))
    assert closed == (
        "01/01 01/02 01/12 02/11 02/23 03/20 04/29 05/04 05/05 05/06 07/20 "
        "08/11 09/21 09/22 09/23 10/12 11/03 11/23 12/29 12/30 12/31"
    )


@pytest.mark.parametrize("day", [date(2026, 12, 28), date(2027, 1, 4), date(2026, 9, 24), date(2026, 4, 1)])
def test_the_office_is_open_on_other_days(day):
    assert is_open_day(day)


def test_a_deadline_on_a_closed_day_moves_to_the_next_open_one():
    assert next_open_day(date(2026, 9, 19)) == date(2026, 9, 24)
    assert next_open_day(date(2026, 12, 29)) == date(2027, 1, 4)
    assert next_open_day(date(2026, 10, 9)) == date(2026, 10, 9)


def test_open_days_are_counted_from_the_day_after():
    assert open_days_after(date(2026, 9, 18), 1) == date(2026, 9, 24)
    assert open_days_after(date(2026, 12, 25), 2) == date(2027, 1, 4)
    with pytest.raises(ValueError, match="count"):
        open_days_after(date(2026, 9, 18), 0)


@given(DAYS, st.integers(1, 30))
def test_between_a_day_and_its_nth_open_day_lie_exactly_n_open_days(day, count):
    last = open_days_after(day, count)
    between = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert sum(map(is_open_day, between)) == count
    assert is_open_day(last)
    assert not jpholiday.is_holiday(last)
