"""File names that survive disks, mailers and headers."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exports.names import ascii_twin, content_disposition, file_name

QUARTER = "R08Q2_活動状況_中央署_20261005.xlsx"


def test_a_name_says_period_subject_place_and_day() -> None:
    assert file_name("R08Q2", "活動状況", "中央署", "20261005", extension="xlsx") == QUARTER


def test_an_old_mailer_gets_what_is_ascii_in_it() -> None:
    assert ascii_twin(QUARTER) == "R08Q2_20261005.xlsx"
    assert ascii_twin("名簿.csv") == "file.csv"


def test_the_header_carries_both_names() -> None:
    assert content_disposition("R08_名簿.csv") == (
        "attachment; filename=\"R08.csv\"; filename*=UTF-8''R08_%E5%90%8D%E7%B0%BF.csv"
    )
    assert content_disposition("calendar.ics", "inline").startswith('inline; filename="calendar.ics"')


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ('a\\b/c:d*e?f"g<h>i|j', "a-b-c-d-e-f-g-h-i-j"),
        ("7月～9月〜年度", "7月-9月-年度"),
        ("../../etc", "etc"),
        (" 中央署　刑事 ", "中央署-刑事"),
        ("\u202egpj.exe", "gpj.exe"),
        ("か\u3099", "が"),
    ],
)
def test_what_a_disk_or_an_eye_could_stumble_over_is_gone(part: str, kept: str) -> None:
    assert file_name(part, extension="pdf") == f"{kept}.pdf"


def test_empty_parts_leave_no_gap() -> None:
    assert file_name("R08", "", "..", "名簿", extension="csv") == "R08_名簿.csv"
    assert file_name("", extension="csv") == "file.csv"


def test_a_long_name_loses_the_end_of_its_longest_part() -> None:
    name = file_name("R08Q2", "活動状況", "長" * 80, "20261005", extension="xlsx")
    assert len(name) == 60
    assert name.startswith("R08Q2_活動状況_長")
    assert name.endswith("長_20261005.xlsx")


@given(st.lists(st.text(), max_size=6))
@example(["葛\U000e0100" * 40])
@example(["長" * 50, "短" * 50, "\ud800"])
@example(["a" * 40 + "." * 20 + "b" * 20])
def test_whatever_is_said_the_name_and_its_header_are_safe(parts: list[str]) -> None:
    name = file_name(*parts, extension="xlsx")
    header = content_disposition(name)
    assert 6 <= len(name) <= 60
    assert not set(name) & set('\\/:*?"<>|\r\n\t')
    assert header.isascii()
    assert header.isprintable()
    assert unquote(header.partition("UTF-8''")[2]) == name
