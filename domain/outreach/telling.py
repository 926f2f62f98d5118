"""What those who are asked to an event are told of it: never what the desk notes for itself, nor who else is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain import invitations
from domain.calendar import Appointment, AppointmentKind
from domain.outreach.event import AUDIENCE_LABELS, THEME_LABELS, OutreachEvent

SHOWN = ("theme", "audience")
"""What of an event stands in the calendars of those who are asked, beside its date."""


@invitations.says(AppointmentKind.OUTREACH)
async def about(appointment: Appointment) -> Mapping[str, Any]:
    """What it is about, and for whom."""
    event = await OutreachEvent.filter(appointment_id=appointment.id).first()
    return said_of(event) if event else {}


def said_of(event: OutreachEvent) -> Mapping[str, Any]:
    """The same of an event that is at hand."""
    return {"theme": THEME_LABELS[event.theme], "audience": AUDIENCE_LABELS[event.audience]}
