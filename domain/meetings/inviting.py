"""案内: the people of the members, and officers of the secretariat, are asked to a meeting, or let go again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from domain import calendar, councils, guests, organizations, records
from domain.actor import LIAISONS, Actor, Author
from domain.calendar import Appointment
from domain.criteria import any_of
from domain.errors import Incomplete, Invalid
from domain.meetings.meeting import AHEAD, LABELS, CouncilMeeting, MeetingStatus, move, visible_to
from domain.meetings.telling import deadline, said_of
from domain.organizations import Contact, ContactRole
from domain.people import Person, when_leaving
from domain.states import must_be_in
from domain.verbs import verb

MOST = 500
GONE = "担当を離れるため"
USUAL = (ContactRole.REPRESENTATIVE, ContactRole.WORKING)


@verb(*LIAISONS)
async def invite(
    actor: Actor,
    meeting_id: UUID,
    *,
    contact_ids: Sequence[UUID] = (),
    officer_ids: Sequence[UUID] = (),
    version: int | None = None,
) -> CouncilMeeting:
    """案内: ask contacts of members, and officers, each by a letter of their own. The first invitation makes the date
    firm.

    Raises Invalid for a contact whose body is no member on that day, Incomplete without a place, Conflict for somebody
    who is invited already.
    """
    meeting = await records.find(visible_to(actor), meeting_id, version)
    must_be_in(LABELS, meeting.status, *AHEAD)
    if not contact_ids and not officer_ids:
        raise Incomplete("案内する担当者か職員を1人以上指定してください。", field="contact_ids")
    if len(contact_ids) + len(officer_ids) > MOST:
        raise Invalid(f"一度に案内できるのは{MOST}人までです。", field="contact_ids")
    contacts = await _contacts(actor, meeting, contact_ids)
    officers = await guests.find_officers(actor, officer_ids, meeting.day)
    return await _ask(actor, meeting, contacts, officers)


@verb(*LIAISONS)
async def invite_members(
    actor: Actor,
    meeting_id: UUID,
    *,
    roles: Sequence[ContactRole] = USUAL,
    version: int | None = None,
) -> CouncilMeeting:
    """会員への一斉の案内: of each body that is a member on that day and of which nobody is asked yet, the contact of
    the first of these roles who has a mail address. Whoever cannot be written to is left to the telephone.

    Raises Incomplete where that leaves nobody to ask.
    """
    meeting = await records.find(visible_to(actor), meeting_id, version)
    must_be_in(LABELS, meeting.status, *AHEAD)
    asked = calendar.coming(meeting.appointment_id).filter(organization_id__not_isnull=True)
    known = {one.organization_id for one in await asked}
    members = await councils.members_on([meeting.council_id], meeting.day).filter(organization_id__not_isnull=True)
    bodies = [one.organization_id for one in members if one.organization_id not in known]
    found = await _reached(actor, bodies, roles)
    if not found:
        raise Incomplete("まだ案内していない会員で、メールで連絡できる担当者がいません。", field="roles")
    return await _ask(actor, meeting, found, [])


async def _reached(actor: Actor, bodies: Sequence[UUID | None], roles: Sequence[ContactRole]) -> list[Contact]:
    """Of each body the first contact of the first of these roles who can be written to, in the bodies' order."""
    stays = Q(until=None) | Q(until__gt=actor.today)
    present = organizations.contacts_visible_to(actor).filter(stays, since__lte=actor.today)
    ids = [id for id in bodies if id is not None]
    rows = await present.filter(any_of(Contact, "organization_id", ids)).order_by("id").prefetch_related("person")
    of_body: dict[UUID, list[Contact]] = {}
    for one in sorted([row for row in rows if row.role in roles], key=lambda row: roles.index(row.role)):
        if one.person.mail_address:
            of_body.setdefault(one.organization_id, []).append(one)
    return [of_body[id][0] for id in ids if id in of_body]


async def _contacts(actor: Actor, meeting: CouncilMeeting, ids: Sequence[UUID]) -> list[Contact]:
    contacts = await organizations.find_present_contacts(actor, ids)
    members = await councils.members_on([meeting.council_id], meeting.day)
    if not {contact.organization_id for contact in contacts} <= {one.organization_id for one in members}:
        message = "この担当者の団体は、会議の日に会員ではありません。先に会員に加えてください。"
        raise Invalid(message, field="contact_ids")
    return contacts


async def _ask(
    actor: Actor, meeting: CouncilMeeting, contacts: Sequence[Contact], officers: Sequence[Person]
) -> CouncilMeeting:
    appointment = await Appointment.get(id=meeting.appointment_id)
    guests.must_be_ready(actor, appointment)
    appointment = await calendar.confirm(actor, appointment)
    told = {"about": await said_of(meeting), **deadline(meeting)}
    await guests.ask(actor, appointment, "meeting-invitation", contacts=contacts, officers=officers, **told)
    if meeting.status is MeetingStatus.PLANNED:
        return await move(actor, meeting, MeetingStatus.INVITED, "meeting-invited")
    return await records.touch(actor, meeting)


@verb(*LIAISONS)
async def uninvite(actor: Actor, meeting_id: UUID, *, attendee_id: UUID, version: int | None = None) -> CouncilMeeting:
    """Take one person's invitation back: their calendar gets a CANCEL, nobody else hears of it."""
    meeting = await records.find(visible_to(actor), meeting_id, version)
    must_be_in(LABELS, meeting.status, *AHEAD)
    attendee = await guests.find_asked(actor, meeting.appointment_id, attendee_id)
    await guests.let_go(actor, attendee, "meeting-released")
    return await records.touch(actor, meeting)


@when_leaving
async def release_for_leaving(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """A contact who leaves is asked to no meeting from that day on, and their calendar is told while they can be
    written to; where they had said yes, whoever asked them hears of it. Officers keep theirs: they change units, and
    stay officers."""
    if to is not None or person.is_officer:
        return
    ahead = CouncilMeeting.filter(status__in=AHEAD, starts_at__gte=at)
    await guests.release(author, person, ahead, "meeting-released", reason=GONE)
