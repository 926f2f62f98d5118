"""和暦: writing a date the way an office writes it, and reading what people type.

Storage and the API speak ISO 8601; 和暦 exists only in labels, documents and input.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.errors import Invalid
from domain.japanese.text import HYPHENS, shown

LAST_YEAR = 2199
WEEKDAYS = "月火水木金土日"
WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")


class Era(NamedTuple):
    """`first_year` is the western year of 元年; days before `starts_on` belong to the era before."""

    name: str
    letter: str
    starts_on: date
    first_year: int

    def year_of(self, day: date) -> int:
        return day.year - self.first_year + 1


# 改元の政令 (元号法). Meiji begins here with its sixth year: before it Japan had no Gregorian dates.
ERAS = (
    Era("令和", "R", date(2019, 5, 1), 2019),
    Era("平成", "H", date(1989, 1, 8), 1989),
    Era("昭和", "S", date(1926, 12, 25), 1926),
    Era("大正", "T", date(1912, 7, 30), 1912),
    Era("明治", "M", date(1873, 1, 1), 1868),
)
EARLIEST = ERAS[-1].starts_on


class WarekiStyle(StrEnum):
    """TEXT 令和４年９月28日 (本文), TABLE 令和8.4.1 (表中), SHORT R8.4.1."""

    TEXT = "TEXT"
    TABLE = "TABLE"
    SHORT = "SHORT"


def era_of(day: date) -> Era:
    """Raises Invalid before 1873-01-01 (明治6年)."""
    for era in ERAS:
        if era.starts_on <= day:
            return era
    raise Invalid("明治6年1月1日より前の日付は扱えません。年を確かめてください。")


def wareki(day: date, style: WarekiStyle = WarekiStyle.TEXT) -> str:
    """The day in 和暦; in TEXT one digit is full-width, more are half-width, as in police notices."""
    if style is WarekiStyle.TEXT:
        return f"{wareki_year(day)}{text_number(day.month)}月{text_number(day.day)}日"
    return f"{wareki_year(day, style)}.{day.month}.{day.day}"


def wareki_year(day: date, style: WarekiStyle = WarekiStyle.TEXT) -> str:
    """The year of the day: 令和８年 or 令和元年, in a table 令和8 or 令和元, short R8 or R1."""
    era = era_of(day)
    number = era.year_of(day)
    if style is WarekiStyle.SHORT:
        return f"{era.letter}{number}"
    if style is WarekiStyle.TABLE:
        return f"{era.name}{'元' if number == 1 else number}"
    return f"{_year_name(day)}年"


def calendar_year_label(year: int) -> str:
    """令和８年; a year in which the era changed bears both names: 平成31年（令和元年）."""
    return _year_label(date(year, 1, 1), date(year, 12, 31), "年")


def fiscal_year_label(year: int) -> str:
    """令和８年度 for the year that begins in April `year`; 2019 is 平成31年度（令和元年度）.

    A change of era in January to March does not rename the running fiscal year (昭和63年度).
    """
    return _year_label(date(year, 4, 1), date(year, 12, 31), "年度")


def text_number(number: int) -> str:
    """１桁は全角、２桁以上は半角: the way police notices write numbers in running text."""
    return str(number).translate(WIDE_DIGITS) if 0 <= number <= 9 else str(number)


def read_date(text: str, field: str | None = None) -> date:
    """Read 2026-04-01, 2026/4/1, 20260401, 2026年4月1日, 令和8年4月1日, R8.4.1, 令8.4.1, in any width.

    付け behind it says no more, and the 末日 of a month is its last day (令和9年3月末日, 令和9年3月末). A weekday in
    brackets must be right; a midnight behind the date, as spreadsheets write it, is ignored.
    Only days that the named era really had are read: 平成31年5月1日 is refused, naming 令和元年5月1日.
    Raises Invalid, also outside 1873-01-01 to 2199-12-31.
    """
    plain, weekday = _without_weekday(_tidy(text))
    parts = _DATE.fullmatch(plain)
    if not parts:
        raise Invalid(f"日付「{shown(text)}」は読めません。{_HOW_TO_WRITE}", field)
    day = _real_day(parts, text, field)
    if weekday and WEEKDAYS[day.weekday()] != weekday:
        right = f"{wareki(day)}は{WEEKDAYS[day.weekday()]}曜日です"
        raise Invalid(f"日付「{shown(text)}」の曜日が合いません。{right}。日付と曜日を確かめてください。", field)
    return day


def read_year(text: str, field: str | None = None) -> int:
    """Read the western year from 2026, 令和8年, R8, 令８ or 令和元年度. Raises Invalid."""
    parts = _YEAR.fullmatch(_tidy(text))
    if not parts:
        raise Invalid(f"年「{shown(text)}」は読めません。2026、令和8年、R8 のように入力してください。", field)
    year, era = _western_year(parts), _named_era(parts)
    if not EARLIEST.year <= year <= LAST_YEAR or (era and year > _last_day(era).year):
        raise Invalid(f"年「{shown(text)}」はありません。元号と年を確かめてください。", field)
    return year


_HOW_TO_WRITE = "2026-04-01、2026年4月1日、令和8年4月1日、R8.4.1 のように入力してください。"
_ERA = "|".join(f"{era.name}|{era.name[0]}|{era.letter}" for era in ERAS)
_COUNT = rf"(?:(?P<era>{_ERA})(?P<number>元|0?[1-9]|[1-9][0-9])|(?P<western>[0-9]{{4}}))"
_DATE = re.compile(rf"{_COUNT}-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}}|末)")
_COMPACT = re.compile(r"^([0-9]{4})([0-9]{2})([0-9]{2})$")
_YEAR = re.compile(rf"{_COUNT}(?:年度?)?")
_MIDNIGHT = re.compile(r"(?<=[0-9日])[ T]0{1,2}:00(:00(\.0+)?)?$")
_DATED = re.compile(r"(?<=[0-9日末)])付け?$")
_WEEKDAY = re.compile(rf"\(([{WEEKDAYS}])(曜日?)?\)$")
_SEPARATORS = str.maketrans(dict.fromkeys(HYPHENS + "年月/.", "-"))


def _tidy(text: str) -> str:
    plain = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", text).upper().strip())
    return "".join(plain.split())


def _without_weekday(text: str) -> tuple[str, str]:
    text = _DATED.sub("", text)
    found = _WEEKDAY.search(text)
    plain = _WEEKDAY.sub("", text).removesuffix("日").translate(_SEPARATORS)
    return _COMPACT.sub(r"\1-\2-\3", plain), found.group(1) if found else ""


def _real_day(parts: re.Match[str], text: str, field: str | None) -> date:
    year, era = _western_year(parts), _named_era(parts)
    try:
        day = _day(year, int(parts["month"]), parts["day"])
    except ValueError as error:
        raise Invalid(f"「{shown(text)}」という日はありません。月と日を確かめてください。", field) from error
    if not EARLIEST <= day <= date(LAST_YEAR, 12, 31):
        raise Invalid(f"日付「{shown(text)}」の年が範囲の外です。{_HOW_TO_WRITE}", field)
    if era and era is not era_of(day):
        raise Invalid(f"{era.name}に「{shown(text)}」という日はありません。{wareki(day)}と入力してください。", field)
    return day


def _day(year: int, month: int, day: str) -> date:
    """Raises ValueError for a day that no calendar has."""
    return date(year, month, monthrange(year, month)[1] if day == "末" else int(day))


def _named_era(parts: re.Match[str]) -> Era | None:
    named = parts["era"]
    return next((era for era in ERAS if named in (era.name, era.name[0], era.letter)), None)


def _western_year(parts: re.Match[str]) -> int:
    era = _named_era(parts)
    if era is None:
        return int(parts["western"])
    return era.first_year - 1 + (1 if parts["number"] == "元" else int(parts["number"]))


def _last_day(era: Era) -> date:
    later = ERAS.index(era) - 1
    return ERAS[later].starts_on - timedelta(days=1) if later >= 0 else date(LAST_YEAR, 12, 31)


def _year_name(day: date) -> str:
    era = era_of(day)
    number = era.year_of(day)
    return f"{era.name}{'元' if number == 1 else text_number(number)}"


def _year_label(first: date, last: date, unit: str) -> str:
    names = [f"{_year_name(day)}{unit}" for day in (first, last)]
    return names[0] if era_of(first) is era_of(last) else f"{names[0]}（{names[1]}）"
