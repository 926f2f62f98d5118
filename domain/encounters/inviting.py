"""予定の招待: a planned encounter as a date in the calendars of the officers who go and, if wished, of those they meet.

Only where that is asked for (`invites`) is there a date at all, and is anybody written to. They are told when, where
and with whom, never what it is about: the purpose is the desk's own note.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain import calendar, guests, invitations, organizations, people, records, replies
from domain.actor import LIAISONS, Actor, Author
from domain.calendar import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
)
from domain.encounters.encounter import HELD, KIND_LABELS, LABELS, Encounter, EncounterStatus, visible_to
from domain.errors import Invalid
from domain.organizations import Contact, Organization
from domain.people import Person
from domain.states import must_be_in
from domain.units import Unit
from domain.verbs import verb

USUAL = 60
"""Minutes that a date lasts of which nobody has said how long it takes."""
MOST_AT_ONCE = 50
ELSEWHEN = "別の日時に実施したため"

replies.belongs(AppointmentKind.ENCOUNTER, Encounter, HELD)


def _title(encounter: Encounter, unit: Unit, body: Organization) -> str:
    return f"{KIND_LABELS[encounter.kind]}（{unit.name}・{body.name}）"


def _end(encounter: Encounter) -> datetime:
    return encounter.starts_at + timedelta(minutes=encounter.minutes or USUAL)


@verb(*LIAISONS)
async def invite(
    actor: Actor,
    encounter_id: UUID,
    *,
    officer_ids: Sequence[UUID] = (),
    contact_ids: Sequence[UUID] = (),
    place: str | None = None,
    version: int | None = None,
) -> Encounter:
    """招待: ask officers and contacts of the body to a planned encounter, each by a letter with an entry for their
    calendar. Whoever was invited before is told of another place.

    Raises WrongState once it is reported, Invalid for a contact of another body or an officer who will have left,
    Conflict for somebody who is asked already.
    """
    encounter = await records.find(visible_to(actor), encounter_id, version)
    must_be_in(LABELS, encounter.status, EncounterStatus.PLANNED)
    calendar.must_be_ahead(actor, encounter.starts_at)
    if not 1 <= len(officer_ids) + len(contact_ids) <= MOST_AT_ONCE:
        raise Invalid(f"招待する人を1人から{MOST_AT_ONCE}人まで選んでください。", field="officer_ids")
    if encounter.appointment_id is None:
        await _open_date(actor, encounter, place or "")
    else:
        await follow(actor, encounter, place)
    date = await Appointment.get(id=encounter.appointment_id)
    officers = await guests.find_officers(actor, officer_ids, encounter.day)
    contacts = await _find_contacts(actor, encounter, contact_ids)
    await guests.ask(actor, date, "encounter-invitation", contacts=contacts, officers=officers)
    return await records.touch(actor, encounter)


async def _open_date(actor: Actor, encounter: Encounter, place: str) -> None:
    unit, body = await Unit.get(id=encounter.unit_id), await Organization.get(id=encounter.organization_id)
    where: dict[str, Any] = {"place": place, "status": AppointmentStatus.CONFIRMED}
    title, when = _title(encounter, unit, body), (encounter.starts_at, _end(encounter))
    date = await calendar.propose(actor, AppointmentKind.ENCOUNTER, unit, title, *when, **where)
    await records.change(actor, encounter, "encounter-dated", appointment_id=date.id)


async def _find_contacts(actor: Actor, encounter: Encounter, ids: Sequence[UUID]) -> list[Contact]:
    contacts = await organizations.find_present_contacts(actor, ids)
    if any(contact.organization_id != encounter.organization_id for contact in contacts):
        raise Invalid("会う相手の団体の担当者から選んでください。", field="contact_ids")
    return contacts


async def _date_of(encounter: Encounter) -> Appointment | None:
    return await Appointment.get(id=encounter.appointment_id) if encounter.appointment_id else None


@verb(*LIAISONS)
async def uninvite(actor: Actor, encounter_id: UUID, *, attendee_id: UUID, version: int | None = None) -> Encounter:
    """Take one person's invitation back: their calendar gets a CANCEL, nobody else hears of it."""
    encounter = await records.find(visible_to(actor), encounter_id, version)
    must_be_in(LABELS, encounter.status, EncounterStatus.PLANNED)
    attendee = await guests.find_asked(actor, encounter.appointment_id, attendee_id)
    await guests.let_go(actor, attendee, "encounter-released")
    return await records.touch(actor, encounter)


async def follow(author: Author, encounter: Encounter, place: str | None = None) -> None:
    """The date is as the plan says now: at another time everybody is asked anew, with the same UID; of anything else
    they are only told. Raises Invalid for a place where there is no date."""
    date = await _date_of(encounter)
    if date is None and place is not None:
        raise Invalid("場所は、招待のある予定でだけ入力できます。", field="place")
    if date is None or encounter.reported_at is not None:
        return
    unit, body = await Unit.get(id=encounter.unit_id), await Organization.get(id=encounter.organization_id)
    when = (encounter.starts_at, _end(encounter))
    is_moved, before = when != (date.starts_at, date.ends_at), date.version
    shown: dict[str, Any] = {"title": _title(encounter, unit, body)} | ({} if place is None else {"place": place})
    await calendar.change(author, date, "appointment-rescheduled", starts_at=when[0], ends_at=when[1], **shown)
    if date.version == before:
        return
    if is_moved:
        await calendar.ask_anew(author, await calendar.coming(date.id).select_for_update())
    await invitations.tell_all(author, date, "encounter-rescheduled" if is_moved else "encounter-changed")


async def call_off(author: Author, encounter: Encounter, reason: str) -> None:
    """It does not take place, and whoever is asked to what is still to come is told."""
    date = await _date_of(encounter)
    if date is not None and date.status is not AppointmentStatus.CANCELLED:
        await calendar.cancel(author, date)
        await invitations.tell_all(author, date, "encounter-cancelled", reason=reason)


async def settle(author: Author, encounter: Encounter) -> None:
    """It has taken place; where that was before the day on which calendars still show it, it goes out of them."""
    date = await _date_of(encounter)
    if date is not None and date.starts_at > author.now:
        await call_off(author, encounter, ELSEWHEN)


@people.when_leaving
async def release_for_leaving(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """Whoever leaves goes to no encounter from that day on, but to those of the unit that they go to; where they had
    said yes, whoever asked them hears of it."""
    ahead = Encounter.filter(people.outside(to), status=EncounterStatus.PLANNED, starts_at__gte=at)
    await guests.release(author, person, ahead.filter(appointment_id__isnull=False), "encounter-released")
