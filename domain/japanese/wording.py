"""How an office says times, names and addressees in a letter (公用文)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from domain.actor import TOKYO
from domain.japanese.eras import WEEKDAYS, text_number, wareki


class Honorific(StrEnum):
    """様 for a person, 御中 for an organisation, 殿 for an office-holder inside the police, 各位 for many."""

    SAMA = "様"
    ONCHU = "御中"
    DONO = "殿"
    KAKUI = "各位"


def day_with_weekday(day: date) -> str:
    """令和８年７月８日（水）."""
    return f"{wareki(day)}（{WEEKDAYS[day.weekday()]}）"


def day_ahead(day: date, today: date) -> str:
    """本日, 明日, or another day by its date: 令和８年７月８日（水）."""
    return {0: "本日", 1: "明日"}.get((day - today).days) or day_with_weekday(day)


def clock(moment: datetime, *, wide: bool = False) -> str:
    """午前9時30分, 正午, 午後5時15分: the time in Japan of an aware instant; seconds are not said.

    `wide` writes single digits full-width (午前９時30分), to stand in one sentence with `wareki`.
    """
    local = _in_japan(moment)
    if (local.hour, local.minute) == (12, 0):
        return "正午"
    number = text_number if wide else str
    half = "午前" if local.hour < 12 else "午後"
    return f"{half}{number(local.hour % 12)}時" + (f"{number(local.minute)}分" if local.minute else "")


def from_to(starts_at: datetime, ends_at: datetime) -> str:
    """令和８年７月８日（水）午前９時30分から正午まで; the second date only where it differs in Japan."""
    first, last = _in_japan(starts_at).date(), _in_japan(ends_at).date()
    second = "" if first == last else day_with_weekday(last)
    return f"{day_with_weekday(first)}{clock(starts_at, wide=True)}から{second}{clock(ends_at, wide=True)}まで"


def personal_name(family_name: str, given_name: str) -> str:
    """Family name first, joined by a half-width space (DS-431); both exactly as stored."""
    return f"{family_name} {given_name}".strip(" ")


def addressed(name: str, honorific: Honorific) -> str:
    """The name with its one honorific; a name that already ends in one is left as it is."""
    return name if _has_honorific(name) else f"{name} {honorific}"


def _in_japan(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return moment.astimezone(TOKYO)


def _has_honorific(name: str) -> bool:
    return name.endswith(("御中", "各位", " 様", "\u3000様", " 殿", "\u3000殿"))
