"""解散の前に: what is still to come of a council, and so stands in the way of its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from domain import councils
from domain.actor import TOKYO
from domain.councils import Council
from domain.errors import WrongState
from domain.meetings.meeting import AHEAD, CouncilMeeting

MOST_NAMED = 3


@councils.when_dissolving
async def must_leave_none(council: Council, on: date) -> None:
    """Raises WrongState, naming the first of them, where meetings are to be held on the day (in Japan) of the
    dissolution or later: whoever is invited would wait for what nobody can hold any more."""
    begins = datetime(on.year, on.month, on.day, tzinfo=TOKYO)
    left = CouncilMeeting.filter(council_id=council.id, status__in=AHEAD, starts_at__gte=begins)
    if meetings := await left.order_by("starts_at", "id"):
        raise WrongState(
            f"解散日以後に会議が予定されています（{named(meetings)}）。"
            "先に会議を中止するか、開催日を解散日より前に変更してください。"
        )


def named(meetings: Sequence[CouncilMeeting]) -> str:
    """The day and title of the first of them, and how many more there are."""
    first = "、".join(f"{one.day:%Y年%-m月%-d日}「{one.title}」" for one in meetings[:MOST_NAMED])
    more = len(meetings) - MOST_NAMED
    return f"{first} ほか{more}件" if more > 0 else first
