"""Instants on the wire: with an offset, or not at all."""

from datetime import UTC, date, datetime

import pytest

from api.scalars import day, instant
from domain.errors import Invalid


@pytest.mark.parametrize(
    "text", ["2026-07-08T13:00:00+09:00", "2026-07-08T04:00:00Z", "2026-07-08T04:00Z", "20260708T130000+0900"]
)
def test_one_instant_may_be_written_in_any_zone(text):
    assert instant(text) == datetime(2026, 7, 8, 4, 0, tzinfo=UTC)


def test_an_instant_without_an_offset_could_mean_two_things_and_is_refused_with_the_remedy():
    with pytest.raises(Invalid, match=r"\+09:00 を付けてください"):
        instant("2026-07-08T13:00:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13-01T00:00:00Z",
        "令和8年7月8日",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        0,
        None,
        True,
    ],
)
def test_what_is_no_instant_is_refused_with_the_form_that_is(text):
    with pytest.raises(Invalid, match="の形で書いてください"):
        instant(text)


def test_a_day_is_written_with_hyphens_and_what_is_none_is_refused_with_the_form_that_is():
    assert day("2026-07-08") == date(2026, 7, 8)
    for text in ("2026/7/8", "令和8年7月8日", "", None, 20260708):
        with pytest.raises(Invalid, match="2026-07-08 の形で書いてください"):
            day(text)
