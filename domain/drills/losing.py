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
from domain.organizations import Contact, Organization
from domain.people import Person, when_leaving

GONE = "担当を離れるため"
NEWS = {"drill-body-rescheduled": "日時の変更", "drill-body-cancelled": "中止"}


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
    author: Author, drill: Drill, appointment: Appointment, kind: str, *, reason: str, **more: Any
) -> None:
    """Owe a letter to everybody who is there for a body that is expected, but of which nobody is asked any more, and so
    nobody's calendar is told. Where nobody can be written to, whoever has asked it hears that it has to be called."""
    present = {one.organization_id for one in await calendar.coming(appointment.id)}
    expected = Participation.filter(drill_id=drill.id, reply__in=HOLDING, was_asked=True).order_by("id")
    left_alone = expected.exclude(organization_id__in=present - {None}).prefetch_related("organization")
    for body in [one.organization for one in await left_alone]:
        if not await _tell_body(author, appointment, body, kind, reason=reason, **more):
            asked = Attendee.filter(appointment_id=appointment.id, organization_id=body.id, invited_at__isnull=False)
            last = await asked.order_by("-invited_at", "-id").first()
            assert last is not None  # by whom the body was asked
            said = {"body": body.name, "news": NEWS[kind], "reason": reason}
            await charge.tell_of_unreached_body(author, appointment, last, **said)


async def _tell_body(author: Author, appointment: Appointment, body: Organization, kind: str, **more: Any) -> bool:
    """Whether there was anybody to write to."""
    stays = Q(until=None) | Q(until__gt=author.now.astimezone(TOKYO).date())
    contacts = await Contact.filter(stays, organization_id=body.id).order_by("id").prefetch_related("person")
    turns = {f"{one.id}:{appointment.version}": one.person for one in contacts}
    told = [await invitations.write(author, appointment, person, kind, turn, **more) for turn, person in turns.items()]
    return any(told)
