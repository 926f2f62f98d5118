"""解散と事務局の変更: what is still to come of a council that ends, or that comes under another secretariat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from domain import calendar, councils, records
from domain.actor import TOKYO, Author
from domain.calendar import Appointment
from domain.councils import Council
from domain.documents import Document
from domain.errors import WrongState
from domain.meetings.meeting import AHEAD, CouncilMeeting, MeetingStatus

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


@councils.when_moving
async def go_along(author: Author, council: Council, unit_id: UUID) -> None:
    """Put the meetings that are planned under another unit, with their dates and papers; nobody is told of them yet.

    Raises WrongState, naming the first of them, where people are invited: their calendars have the date from the
    secretariat which asked them, and need not believe another organiser (RFC 5546 §3.2.2.4). Nor does the meeting go
    without its ORGANIZER: the new secretariat would lead it in the old one's name, whose address the answers reach and
    in whose feed it stands. So a council changes hands between two meetings, or whoever hands it over calls off what is
    invited and the new secretariat asks anew, under its own name.
    """
    ahead = CouncilMeeting.filter(council_id=council.id, status__in=AHEAD).order_by("starts_at", "id")
    meetings = await ahead.select_for_update()
    if invited := [one for one in meetings if one.status is MeetingStatus.INVITED]:
        raise WrongState(
            f"案内済の会議があります（{named(invited)}）。"
            "先にいまの事務局で会議を開催済にするか、中止してから、事務局を変更してください。"
        )
    for meeting in meetings:
        appointment = await Appointment.get(id=meeting.appointment_id)
        await calendar.change(author, appointment, "appointment-transferred", unit_id=unit_id)
        for paper in await Document.filter(appointment_id=appointment.id).order_by("id").select_for_update():
            await records.change(author, paper, "document-transferred", unit_id=unit_id)
        await records.change(author, meeting, "meeting-transferred", unit_id=unit_id)


def named(meetings: Sequence[CouncilMeeting]) -> str:
    """The day and title of the first of them, and how many more there are."""
    first = "、".join(f"{one.day:%Y年%-m月%-d日}「{one.title}」" for one in meetings[:MOST_NAMED])
    more = len(meetings) - MOST_NAMED
    return f"{first} ほか{more}件" if more > 0 else first
