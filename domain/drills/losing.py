"""欠員: a contact who is asked to a drill leaves their body; whoever planned hears of it, the body stays reached."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery

from domain import calendar, charge, invitations, records
from domain.actor import TOKYO, Author
from domain.calendar import STAYING_AWAY, Appointment, Attendee, PartStat
from domain.drills.drill import ARRANGING, Drill
from domain.drills.participation import HOLDING, Participation, follow
from domain.organizations import Contact
from domain.people import Person, when_leaving

GONE = "担当を離れるため"


@when_leaving
async def release_for_leaving(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """A contact who leaves is asked to no drill from that day on, and their calendar is told while they can be written
    to. Their body stays asked, without an answer; where they had said yes, whoever asked them hears of it."""
    if to is not None:
        return
    ahead = Drill.filter(status__in=ARRANGING, starts_at__gte=at)
    asked = Attendee.filter(person_id=person.id, removed_at=None, organization_id__not_isnull=True)
    theirs = asked.filter(appointment_id__in=Subquery(ahead.values("appointment_id"))).exclude(
        partstat__in=STAYING_AWAY
    )
    for seen in await theirs.order_by("appointment_id"):
        drill = await ahead.filter(appointment_id=seen.appointment_id).select_for_update().first()
        attendee = await theirs.filter(id=seen.id).select_for_update().first()
        if drill and attendee:
            await _lose(author, drill, attendee)


async def _lose(author: Author, drill: Drill, attendee: Attendee) -> None:
    appointment, was_coming = await attendee.appointment, attendee.partstat is PartStat.ACCEPTED
    await calendar.uninvite(author, appointment, attendee)
    own = Participation.filter(drill_id=drill.id, organization_id=attendee.organization_id)
    for participation in await own.select_for_update():
        await follow(author, participation, stays_asked=True)
    await invitations.tell(author, appointment, attendee, "drill-released")
    if was_coming:
        await charge.tell_of_loss(author, appointment, attendee, reason=GONE)
    await records.touch(author, drill)


async def tell_bodies_left_alone(
    author: Author, drill: Drill, appointment: Appointment, kind: str, **more: Any
) -> None:
    """Owe a letter to everybody who is there for a body that is expected, but of which nobody is asked any more."""
    present = {one.organization_id for one in await calendar.coming(appointment.id)}
    stays = Q(until=None) | Q(until__gt=author.now.astimezone(TOKYO).date())
    for participation in await Participation.filter(drill_id=drill.id, reply__in=HOLDING, was_asked=True).order_by(
        "id"
    ):
        if participation.organization_id not in present:
            for contact in await Contact.filter(stays, organization_id=participation.organization_id).order_by("id"):
                turn = f"{participation.id}:{contact.id}:{appointment.version}"
                await invitations.write(author, appointment, await contact.person, kind, turn, **more)
