"""Which of what is there a line means that tells a day, and not always the time: lists seldom know both alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Generic, TypeVar

from domain.actor import TOKYO
from domain.errors import Invalid

R = TypeVar("R")


class Days(Generic[R]):
    """Rows that are there, by what they are and their day in Japan; each comes with what it is and when it began. One
    of which the time was not known began at midnight."""

    def __init__(self, rows: Iterable[tuple[str, datetime, R]]) -> None:
        self._on: dict[tuple[str, date], dict[time, R]] = {}
        for what, starts_at, row in rows:
            at = starts_at.astimezone(TOKYO)
            self._on.setdefault((what, at.date()), {})[at.time()] = row

    def meant(self, what: str, on: date, clock: time | None, *, is_once: bool = False) -> R | None:
        """The row of that time; for a line without one the only row of the day. Raises Invalid where that may be one of
        several, or where the row of the day may be the same though its time is another: always, where there is but one
        such a day (`is_once`), and else where the row has no time."""
        there = self._on.get((what, on), {})
        at = clock or time()
        if at in there:
            return there[at]
        if clock is None and len(there) < 2:
            return next(iter(there.values()), None)
        if clock is None:
            raise Invalid(f"この日には{_told(there)}のものがあります。どれか、時刻を入力してください。", field="clock")
        if there and (is_once or time() in there):
            known = _told(there if is_once else [time()])
            message = f"同じ日のものが、{known}で登録されています。名簿か登録済みの時刻を直してください。"
            raise Invalid(message, field="clock")
        return None


def _told(times: Iterable[time]) -> str:
    return "・".join(f"{at:%H:%M}" if at != time() else "時刻なし" for at in sorted(times))
