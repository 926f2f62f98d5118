"""What whoever is invited to a meeting is told of it: its council and its agenda, never who else is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain import invitations
from domain.calendar import Appointment, AppointmentKind
from domain.councils import Council
from domain.japanese import day_with_weekday
from domain.meetings.meeting import CouncilMeeting


@invitations.says(AppointmentKind.MEETING)
async def about(appointment: Appointment) -> Mapping[str, Any]:
    """What it is about."""
    meeting = await CouncilMeeting.filter(appointment_id=appointment.id).first()
    return await said_of(meeting) if meeting else {}


async def said_of(meeting: CouncilMeeting) -> Mapping[str, Any]:
    """The same of a meeting that is at hand."""
    council = await Council.get(id=meeting.council_id)
    return {"council": council.name, "agenda": [f"・{item}" for item in meeting.agenda]}


def deadline(meeting: CouncilMeeting) -> dict[str, Any]:
    """What a letter says of the last day for answers: nothing where there is none, or none any more."""
    return {"reply_by": day_with_weekday(meeting.reply_by) if meeting.reply_by else ""}
