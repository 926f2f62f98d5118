"""When something happens by itself: the schedule is told in Japan's time wherever the program runs."""

import os
import time as clocks
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actor import TOKYO
from jobs.schedule import SCHEDULE, Daily, Every, Hourly, Quarterly

NINE = Daily(time(9))
QUARTER = Quarterly(time(0, 30))


def japan(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@pytest.fixture(params=["UTC", "America/New_York", "Pacific/Kiritimati"])
def host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(os.environ, "TZ", request.param)
    clocks.tzset()
    yield
    monkeypatch.undo()
    clocks.tzset()


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("now", "turn"),
    [
        ("2026-07-01T09:00", "2026-07-01T09:00"),
        ("2026-07-01T08:59", "2026-06-30T09:00"),
        ("2026-07-01T00:00", "2026-06-30T09:00"),
        ("2026-07-01T23:59", "2026-07-01T09:00"),
        ("2027-01-01T00:30", "2026-12-31T09:00"),
        ("2028-02-29T08:00", "2028-02-28T09:00"),
        ("2028-03-01T00:00", "2028-02-29T09:00"),
        ("2026-04-01T08:59", "2026-03-31T09:00"),
    ],
)
def test_a_daily_turn_is_the_newest_that_is_due_in_japan(now: str, turn: str) -> None:
    assert NINE.slot(japan(now).astimezone(UTC)) == japan(turn)


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("now", "turn"),
    [
        ("2026-06-30T23:59", "2026-04-01T00:30"),
        ("2026-07-01T00:00", "2026-04-01T00:30"),
        ("2026-07-01T00:29", "2026-04-01T00:30"),
        ("2026-07-01T00:30", "2026-07-01T00:30"),
        ("2026-07-01T08:59", "2026-07-01T00:30"),
        ("2026-09-30T12:00", "2026-07-01T00:30"),
        ("2027-01-01T00:00", "2026-10-01T00:30"),
        ("2027-01-01T08:59", "2027-01-01T00:30"),
        ("2027-03-31T23:59", "2027-01-01T00:30"),
        ("2027-04-01T00:30", "2027-04-01T00:30"),
        ("2028-02-29T09:00", "2028-01-01T00:30"),
    ],
)
def test_a_quarterly_turn_is_the_first_day_after_the_quarter_in_japan(now: str, turn: str) -> None:
    assert QUARTER.slot(japan(now).astimezone(UTC)) == japan(turn)


INSTANTS = st.integers(1_600_000_000, 2_200_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(INSTANTS)
def test_no_turn_lies_ahead_and_none_is_older_than_its_period(now: datetime) -> None:
    assert timedelta() <= now - NINE.slot(now) < timedelta(days=1)
    assert timedelta() <= now - QUARTER.slot(now) <= timedelta(days=93)


@given(INSTANTS)
def test_a_turn_is_its_own_turn(now: datetime) -> None:
    for trigger in (NINE, QUARTER):
        assert trigger.slot(trigger.slot(now)) == trigger.slot(now)


def test_a_year_of_minutes_has_one_daily_turn_for_every_day_and_four_quarterly_ones() -> None:
    hours = [datetime(2027, 4, 1, tzinfo=TOKYO) + timedelta(hours=at) for at in range(366 * 24)]
    days = {NINE.slot(now) for now in hours}
    assert {turn.astimezone(TOKYO).date() for turn in days} == {
        date(2027, 3, 31) + timedelta(days=at) for at in range(367)
    }
    quarters = [turn.astimezone(TOKYO).date() for turn in sorted({QUARTER.slot(now) for now in hours})]
    assert quarters == [*(date(2027, month, 1) for month in (1, 4, 7, 10)), date(2028, 1, 1)]


@pytest.mark.parametrize("minute", [0, 1, 59])
def test_what_is_due_every_hour_is_due_at_the_full_hour(minute: int) -> None:
    assert Hourly().slot(datetime(2026, 7, 10, 3, minute, 7, tzinfo=UTC)) == datetime(2026, 7, 10, 3, tzinfo=UTC)


def test_every_line_of_the_schedule_has_a_name_of_its_own_and_says_why() -> None:
    assert len({job.name for job in SCHEDULE}) == len(SCHEDULE)
    assert all(job.why for job in SCHEDULE)


def test_only_what_is_safe_to_repeat_runs_at_every_tick() -> None:
    assert [job.name for job in SCHEDULE if isinstance(job.trigger, Every)] == [
        "password-resets",
        "post-letters",
        "take-in-mail",
        "notices",
        "seats-pass-on",
        "seal-journal",
        "feeds-ahead",
        "erase",
    ]
