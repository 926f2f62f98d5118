from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actor import TOKYO
from domain.japanese import Honorific, addressed, clock, day_ahead, day_with_weekday, from_to, personal_name


def in_japan(hour: int, minute: int = 0, day: int = 8) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (9, 30, "午前9時30分"),
        (12, 0, "正午"),
        (17, 15, "午後5時15分"),
        (10, 0, "午前10時"),
        (0, 0, "午前0時"),
        (0, 5, "午前0時5分"),
        (11, 59, "午前11時59分"),
        (12, 1, "午後0時1分"),
        (23, 59, "午後11時59分"),
    ],
)
def test_the_time_of_day_is_said_in_halves(hour, minute, said):
    assert clock(in_japan(hour, minute)) == said


def test_an_instant_is_said_in_the_time_of_japan_wherever_it_was_noted():
    assert clock(datetime(2026, 7, 8, 0, 30, tzinfo=UTC)) == "午前9時30分"
    assert clock(datetime(2026, 7, 7, 17, 30, tzinfo=timezone(timedelta(hours=-7)))) == "午前9時30分"


def test_a_time_without_its_zone_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="time zone"):
        clock(in_japan(9).replace(tzinfo=None))


def test_in_running_text_single_digits_are_wide():
    assert clock(in_japan(9, 5), wide=True) == "午前９時５分"
    assert from_to(in_japan(9, 30), in_japan(12)) == "令和８年７月８日（水）午前９時30分から正午まで"


def test_a_span_over_midnight_names_both_days():
    said = from_to(in_japan(22), in_japan(5, day=9))
    assert said == "令和８年７月８日（水）午後10時から令和８年７月９日（木）午前５時まで"


def test_a_day_bears_its_weekday():
    assert day_with_weekday(date(2026, 7, 8)) == "令和８年７月８日（水）"
    assert day_with_weekday(date(2019, 5, 1)) == "令和元年５月１日（水）"


@given(st.integers(0, 23), st.integers(0, 59))
def test_no_two_minutes_of_a_day_are_said_alike(hour, minute):
    moment = in_japan(hour, minute)
    assert clock(moment) != clock(moment + timedelta(hours=12))
    assert clock(moment) != clock(moment + timedelta(minutes=1))


def test_the_family_name_comes_first_and_both_stay_as_typed():
    assert personal_name("髙見本", "一郎") == "髙見本 一郎"
    assert personal_name("例\ufa10", "恵") == "例\ufa10 恵"
    assert personal_name("見本", "") == "見本"


def test_an_honorific_is_not_put_upon_another():
    assert addressed("会員", Honorific.KAKUI) == "会員 各位"
    for name in ("会員各位", "架空電力株式会社 御中", "見本 太郎 様", "警察署長　殿"):
        assert addressed(name, Honorific.SAMA) == name
    assert addressed("鵜殿", Honorific.SAMA) == "鵜殿 様"


def test_a_day_ahead_is_said_as_people_say_it():
    today = date(2026, 7, 7)
    assert [day_ahead(today + timedelta(days=days), today) for days in (0, 1, 2)] == [
        "本日",
        "明日",
        "令和８年７月９日（木）",
    ]
