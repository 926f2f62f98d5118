"""Inviting organisations to a drill, and making it firm when they have answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain import calendar, guests, invitations, organizations, records
from domain.actor import LIAISONS, Actor
from domain.calendar import Appointment, AttendeeRole
from domain.drills import coming
from domain.drills.drill import (
    ARRANGING,
    LABELS,
    Drill,
    DrillStatus,
    move,
    must_be_ready,
    visible_to,
)
from domain.drills.participation import (
    Participation,
    ParticipationReply,
    ParticipationRole,
    follow,
    must_fit,
    participations_visible_to,
)
from domain.drills.telling import asked_for, deadline, said_of
from domain.errors import Incomplete, WrongState
from domain.organizations import Contact
from domain.replies import Coming
from domain.states import must_be_in
from domain.verbs import verb


@verb(*LIAISONS)
async def invite(
    actor: Actor,
    drill_id: UUID,
    *,
    contact_id: UUID,
    role: ParticipationRole | None = None,
    planned_count: int | None = None,
    version: int | None = None,
) -> Drill:
    """案内中: ask an organisation, by one of its contacts, to take part. The first invitation ends the planning.

    `role` and `planned_count` (人) are the organisation's; where it is invited already, what is not given stays.
    Raises Incomplete without an objective or a place, Conflict for somebody who is invited already or for more
    people than there are places.
    """
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, *ARRANGING)
    appointment = await _ready(actor, drill)
    contact = await organizations.find_present_contact(actor, contact_id)
    attendee = await calendar.ask(
        actor, appointment, await contact.person, AttendeeRole.PARTICIPANT, organization_id=contact.organization_id
    )
    part = await _take_part(actor, drill, contact, role, planned_count)
    told = {"about": said_of(drill), **deadline(drill), **asked_for(part)}
    await invitations.tell(actor, appointment, attendee, "drill-invitation", **told)
    if drill.status is DrillStatus.PLANNING:
        return await move(actor, drill, DrillStatus.INVITING, "drill-inviting")
    return await records.touch(actor, drill)


async def _ready(actor: Actor, drill: Drill) -> Appointment:
    appointment = await Appointment.get(id=drill.appointment_id)
    calendar.must_be_ahead(actor, appointment.starts_at)
    must_be_ready(drill, appointment)
    return appointment


async def _take_part(
    actor: Actor, drill: Drill, contact: Contact, role: ParticipationRole | None, planned_count: int | None
) -> Participation:
    known = await Participation.filter(drill_id=drill.id, organization_id=contact.organization_id).first()
    told = _told(role, planned_count, known)
    if known:
        part = await records.change(actor, known, "participation-corrected", **told)
        await follow(actor, part)
    else:
        whose = {"drill_id": drill.id, "organization_id": contact.organization_id, "unit_id": drill.unit_id}
        usual = {"appointment_id": drill.appointment_id, "role": ParticipationRole.TRAINEE, "planned_count": 1}
        part = await records.create(actor, Participation, "participation-invited", **whose, **{**usual, **told})
    await must_fit(drill.id, drill.capacity)
    return part


def _told(role: ParticipationRole | None, planned_count: int | None, known: Participation | None) -> dict[str, Any]:
    """Only what was given, checked."""
    return _part(role) | coming.told(Coming(planned_count), known)


def _part(role: ParticipationRole | None) -> dict[str, Any]:
    return {"role": role} if role else {}


@verb(*LIAISONS)
async def uninvite(actor: Actor, drill_id: UUID, *, attendee_id: UUID, version: int | None = None) -> Drill:
    """Take one person's invitation back: their calendar gets a CANCEL, nobody else hears of it."""
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, *ARRANGING)
    attendee = await guests.find_asked(actor, drill.appointment_id, attendee_id)
    appointment = await Appointment.get(id=drill.appointment_id)
    await calendar.uninvite(actor, appointment, attendee)
    for participation in await Participation.filter(drill_id=drill.id, organization_id=attendee.organization_id):
        await follow(actor, participation)
    await invitations.tell(actor, appointment, attendee, "drill-released")
    return await records.touch(actor, drill)


@verb(*LIAISONS)
async def correct_participation(
    actor: Actor,
    participation_id: UUID,
    *,
    role: ParticipationRole | None = None,
    planned_count: int | None = None,
    names: Sequence[str] | None = None,
    version: int | None = None,
) -> Participation:
    """Change in what part, or with how many people (人), an organisation comes, or put right who does; what is not
    given stays. `names` put the list right that stands, also after the drill and for as long as it is there
    (個人情報の保護に関する法律 90条, 98条). Raises WrongState where none is."""
    known = await records.see(participations_visible_to(actor), participation_id)
    drill = await records.find(visible_to(actor), known.drill_id)
    if names is None or role or planned_count is not None:
        must_be_in(LABELS, drill.status, *ARRANGING)
    participation = await records.find(participations_visible_to(actor), participation_id, version)
    if names is not None and not participation.names:
        raise WrongState("来られる方の名簿はありません。回答を登録するときに入力してください。", field="names")
    count = participation.planned_count if planned_count is None else planned_count
    told = coming.told(Coming(count, names), participation)
    await records.change(actor, participation, "participation-corrected", **_part(role), **told)
    await must_fit(drill.id, drill.capacity)
    return participation


@verb(*LIAISONS)
async def resume_inviting(actor: Actor, drill_id: UUID, *, version: int | None = None) -> Drill:
    """案内中 again, after a postponement: those who were invited stay so. Raises Incomplete where nobody is."""
    drill = await records.find(visible_to(actor), drill_id, version)
    await move(actor, drill, DrillStatus.INVITING, "drill-inviting")
    await _ready(actor, drill)
    if not await calendar.coming(drill.appointment_id).exists():
        raise Incomplete("まだ誰にも案内していません。先に参加機関の担当者を案内してください。")
    return drill


@verb(*LIAISONS)
async def confirm(actor: Actor, drill_id: UUID, *, version: int | None = None) -> Drill:
    """確定: the drill takes place. Everybody who is invited is told. Raises Incomplete where no organisation comes."""
    drill = await records.find(visible_to(actor), drill_id, version)
    await move(actor, drill, DrillStatus.CONFIRMED, "drill-confirmed")
    if not await Participation.filter(drill_id=drill.id, reply=ParticipationReply.ACCEPTED).exists():
        raise Incomplete("参加すると回答した団体がまだありません。回答を確かめてから確定してください。")
    appointment = await calendar.confirm(actor, await Appointment.get(id=drill.appointment_id))
    await invitations.tell_all(actor, appointment, "drill-confirmed")
    return drill
