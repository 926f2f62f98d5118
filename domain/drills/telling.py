"""What those who are invited to a drill are told of it: never the scenario, which is played, nor who else is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain import invitations
from domain.calendar import Appointment, AppointmentKind
from domain.drills.drill import FORMAT_LABELS, Drill
from domain.drills.participation import Participation
from domain.japanese import day_with_weekday

SHOWN = ("format", "purpose", "objectives")
"""What of a drill stands in the calendars of those who are invited, beside its date."""


@invitations.says(AppointmentKind.DRILL)
async def about(appointment: Appointment) -> Mapping[str, Any]:
    """What it is for."""
    drill = await Drill.filter(appointment_id=appointment.id).first()
    return said_of(drill) if drill else {}


def said_of(drill: Drill) -> Mapping[str, Any]:
    """The same of a drill that is at hand."""
    objectives = [f"・{objective}" for objective in drill.objectives]
    return {"format": FORMAT_LABELS[drill.format], "purpose": drill.purpose, "objectives": objectives}


def deadline(drill: Drill) -> dict[str, Any]:
    """What a letter says of the last day for answers: nothing where there is none, or none any more."""
    return {"reply_by": day_with_weekday(drill.reply_by) if drill.reply_by else ""}


def asked_for(participation: Participation) -> dict[str, Any]:
    """With how many its organisation is counted on, as the page of the answer shows it, too."""
    return {"planned_count": f"{participation.planned_count:,}人"}
