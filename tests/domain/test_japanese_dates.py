from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.japanese import (
    ERAS,
    WarekiStyle,
    calendar_year_label,
    fiscal_year_label,
    read_date,
    read_year,
    text_number,
    wareki,
    wareki_year,
)

DAYS = st.dates(date(1873, 1, 1), date(2117, 12, 31))


def refusal(read, text: str) -> Invalid:
    with pytest.raises(Invalid) as refused:
        read(text, "held_on")
    return refused.value


@pytest.mark.parametrize(
    ("day", "text", "table", "short"),
    [
        (date(2022, 9, 28), "令和４年９月28日", "令和4.9.28", "R4.9.28"),
        (date(2022, 7, 6), "令和４年７月６日", "令和4.7.6", "R4.7.6"),
        (date(2026, 4, 1), "令和８年４月１日", "令和8.4.1", "R8.4.1"),
        (date(2019, 5, 1), "令和元年５月１日", "令和元.5.1", "R1.5.1"),
        (date(2019, 4, 30), "平成31年４月30日", "平成31.4.30", "H31.4.30"),
        (date(2016, 2, 18), "平成28年２月18日", "平成28.2.18", "H28.2.18"),
        (date(1989, 1, 8), "平成元年１月８日", "平成元.1.8", "H1.1.8"),
        (date(1989, 1, 7), "昭和64年１月７日", "昭和64.1.7", "S64.1.7"),
        (date(1926, 12, 25), "昭和元年12月25日", "昭和元.12.25", "S1.12.25"),
        (date(1912, 7, 30), "大正元年７月30日", "大正元.7.30", "T1.7.30"),
        (date(1912, 7, 29), "明治45年７月29日", "明治45.7.29", "M45.7.29"),
        (date(1873, 1, 1), "明治６年１月１日", "明治6.1.1", "M6.1.1"),
    ],
)
def test_a_day_is_written_in_the_three_styles(day, text, table, short):
    written = (wareki(day), wareki(day, WarekiStyle.TABLE), wareki(day, WarekiStyle.SHORT))
    assert written == (text, table, short)


def test_a_year_is_written_in_the_three_styles():
    day = date(2019, 5, 1)
    assert [wareki_year(day, style) for style in WarekiStyle] == ["令和元年", "令和元", "R1"]
    assert wareki_year(date(2026, 1, 1)) == "令和８年"


def test_one_digit_is_full_width_and_more_are_half_width():
    assert [text_number(number) for number in (0, 4, 9, 10, 28)] == ["０", "４", "９", "10", "28"]


def test_a_year_of_two_eras_bears_both_names():
    assert calendar_year_label(2019) == "平成31年（令和元年）"
    assert calendar_year_label(1989) == "昭和64年（平成元年）"
    assert calendar_year_label(2026) == "令和８年"


def test_a_fiscal_year_is_renamed_only_by_an_era_that_began_in_its_own_calendar_year():
    assert fiscal_year_label(2019) == "平成31年度（令和元年度）"
    assert fiscal_year_label(2018) == "平成30年度"
    assert fiscal_year_label(2020) == "令和２年度"
    assert fiscal_year_label(1988) == "昭和63年度"
    assert fiscal_year_label(1989) == "平成元年度"


@pytest.mark.parametrize(
    "typed",
    [
        "2026-04-01",
        "2026/4/1",
        "2026.4.1",
        "20260401",
        "2026年4月1日",
        "２０２６年４月１日",
        "令和8年4月1日",
        "令和８年４月１日",
        "㋿8年4月1日",
        "R8.4.1",
        "r08.04.01",
        "Ｒ８．４．１",
        "令8.4.1",
        "令和8.4.1",
        "令和 8年 4月 1日",
        " R8/4/1 ",
        "R8ー4−1",
        "令和８年４月１日（水）",
        "2026-04-01(水曜日)",
        "2026-04-01 00:00:00",
        "2026/4/1 0:00",
        "令和8年4月1日付",
        "令和８年４月１日付け",
        "令和8年4月1日（水）付け",
        "R8.4.1付",
    ],
)
def test_the_first_of_april_2026_is_read_however_it_is_typed(typed):
    assert read_date(typed) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("㋿元年5月1日", date(2019, 5, 1)),
        ("H31.4.30", date(2019, 4, 30)),
        ("S64.1.7", date(1989, 1, 7)),
        ("㍻元年1月8日", date(1989, 1, 8)),
        ("昭和元.12.25", date(1926, 12, 25)),
        ("M45.7.29", date(1912, 7, 29)),
        ("令和6年2月29日", date(2024, 2, 29)),
    ],
)
def test_the_edges_of_the_eras_are_read(typed, day):
    assert read_date(typed) == day


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和９年３月末日", date(2027, 3, 31)),
        ("令和9年3月末", date(2027, 3, 31)),
        ("令和10年2月末日付け", date(2028, 2, 29)),
        ("令和８年９月末日（水）", date(2026, 9, 30)),
        ("2026年2月末日", date(2026, 2, 28)),
    ],
)
def test_the_last_day_of_a_month_need_not_be_counted(typed, day):
    assert read_date(typed) == day


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("平成31年5月1日", "令和元年５月１日"),
        ("平成32年3月31日", "令和２年３月31日"),
        ("S64.1.8", "平成元年１月８日"),
        ("令和元年4月30日", "平成31年４月30日"),
        ("大正15年12月25日", "昭和元年12月25日"),
    ],
)
def test_a_day_that_an_era_did_not_have_is_refused_with_the_right_name(typed, meant):
    refused = refusal(read_date, typed)
    assert meant in refused.message
    assert refused.field == "held_on"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "8.4.1",
        "26/4/1",
        "令8",
        "令和0年4月1日",
        "令和2026年4月1日",
        "元年5月1日",
        "2026年4月",
        "令和8年3月末日以降",
        "令和8年末",
        "年度末",
        "付け",
        "2026-04-01 09:30",
    ]
    + ["令和八年四月一日", "四月一日", "2026-4-1-1", "X8.4.1", "46113", "\ud800", "٢٠٢٦-٠٤-٠١"],
)
def test_what_is_not_plainly_one_date_is_refused_with_examples(typed):
    assert "令和8年4月1日" in refusal(read_date, typed).message


@pytest.mark.parametrize(
    "typed", ["2026-02-29", "令和8年2月29日", "2026/13/1", "2026-4-31", "R8.0.1", "令和8年13月末日"]
)
def test_a_day_that_no_calendar_has_is_refused(typed):
    assert "という日はありません" in refusal(read_date, typed).message


@pytest.mark.parametrize("typed", ["0206-04-01", "1872-12-31", "M5.1.1", "2200-01-01", "R99.1.1"])
def test_a_year_that_can_only_be_a_slip_is_read_only_inside_the_range(typed):
    if typed == "R99.1.1":
        assert read_date(typed) == date(2117, 1, 1)
    else:
        assert "範囲の外" in refusal(read_date, typed).message


def test_a_wrong_weekday_is_refused_with_the_right_one():
    assert "水曜日" in refusal(read_date, "令和8年7月8日（火）").message


def test_no_day_before_the_gregorian_calendar_has_a_japanese_name():
    with pytest.raises(Invalid):
        wareki(date(1872, 12, 31))


@given(DAYS, st.sampled_from(WarekiStyle))
def test_whatever_is_written_in_japanese_years_is_read_back(day, style):
    assert read_date(wareki(day, style)) == day


@given(DAYS)
def test_whatever_is_written_in_western_years_is_read_back(day):
    assert read_date(day.isoformat()) == day == read_date(f"{day.year}年{day.month}月{day.day}日")


@given(st.text(st.one_of(st.characters(), st.sampled_from("0123456789年月日令和元RH./-（水）"))))
def test_reading_a_date_answers_with_a_day_or_a_refusal(typed):
    with suppress(Invalid):
        assert type(read_date(typed)) is date


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("2026", 2026),
        ("令和8", 2026),
        ("R8", 2026),
        ("令８", 2026),
        ("令和８年度", 2026),
        ("元", None),
        ("8", None),
    ]
    + [
        ("令和元年", 2019),
        ("平成31年度", 2019),
        ("平成32年", None),
        ("昭和65", None),
        ("1872", None),
        ("度", None),
    ],
)
def test_a_year_is_read_if_its_era_had_it(typed, year):
    if year is None:
        assert refusal(read_year, typed).field == "held_on"
    else:
        assert read_year(typed) == year


def test_the_eras_follow_one_another_without_a_gap():
    assert [era.name for era in ERAS] == ["令和", "平成", "昭和", "大正", "明治"]
    assert [era.starts_on for era in ERAS] == sorted((era.starts_on for era in ERAS), reverse=True)


def test_an_instant_is_not_taken_for_a_day():
    with pytest.raises(TypeError):
        wareki(datetime(2026, 4, 1, tzinfo=UTC))
