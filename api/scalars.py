"""How values look on the wire."""

from __future__ import annotations

from datetime import UTC, date, datetime

import strawberry

from domain.actor import TOKYO
from domain.errors import Invalid
from domain.japanese import shown


def instant(text: str) -> datetime:
    """An ISO 8601 instant; one without an offset could mean two things and is refused."""
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC)  # the first and last day there are can lie outside the calendar in UTC
    except (TypeError, ValueError, OverflowError) as error:
        raise Invalid(
            f"「{shown(str(text))}」は日時ではありません。2026-07-08T13:00:00+09:00 の形で書いてください。"
        ) from error
    if moment.tzinfo is None:
        raise Invalid(f"「{shown(text)}」に時差がありません。日本時間なら末尾に +09:00 を付けてください。")
    return moment


def day(text: str) -> date:
    """An ISO 8601 date, as it is written most: with hyphens."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise Invalid(f"「{shown(str(text))}」は日付ではありません。2026-07-08 の形で書いてください。") from error


Date = strawberry.scalar(
    name="Date", description="A day, ISO 8601, as 2026-07-08.", serialize=date.isoformat, parse_value=day
)
DateTime = strawberry.scalar(
    name="DateTime",
    description="An instant, ISO 8601 with an offset, as 2026-07-08T13:00:00+09:00; answers are in Japanese time.",
    serialize=lambda moment: moment.astimezone(TOKYO).isoformat(),
    parse_value=instant,
)
