"""招待していない人: somebody to whom an invitation was forwarded answers, or is to come instead of who was invited.

Nobody gets a seat by a mail. An officer refuses whoever was not invited (CANCEL to them alone, RFC 5546 §3.2.2.6), or
says yes to a delegate (§3.2.2.3), who is then asked like anybody else, and answers for themself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from tortoise.expressions import Q

from domain import (
    activities,
    agreements,
    calendar,
    drills,
    encounters,
    invitations,
    lectures,
    meetings,
    outbox,
    outreach,
    people,
    records,
    replies,
)
from domain.activities import Activity
from domain.actor import LIAISONS, Actor
from domain.agreements import SigningCeremony
from domain.calendar import STAYING_AWAY, Appointment, AppointmentKind, Attendee, AttendeeRole, PartStat
from domain.drills import Drill
from domain.encounters import Encounter
from domain.errors import Incomplete, WrongState
from domain.incoming.mail import LABELS, MOVES, IncomingDoubt, IncomingKind, IncomingMail, IncomingStatus, visible_to
from domain.incoming.speaking import said_by, speaker
from domain.japanese import mail_address
from domain.lectures import Lecture
from domain.meetings import CouncilMeeting
from domain.organizations import Contact
from domain.outbox import Method
from domain.outreach import OutreachEvent
from domain.people import Person
from domain.records import Owned
from domain.states import must_move
from domain.units import Unit
from domain.verbs import verb
from domain.volunteers import Volunteer

READER = "ご返信をくださった方へ"
NOT_A_COLLEAGUE = "代理の方は、同じ団体の担当者として登録されている人から選んでください。先に登録してください。"
NOT_A_VOLUNTEER = "代理の方は、登録されているボランティアから選んでください。"
NOTHING_THERE = "この予定は、もう登録されていません。「反映しない」にしてください。"
NOT_FOR_HOSTS = "学校の担当者が代わるときは、講義の「訂正」で新しい担当者を指定してください。"

Seat = Callable[[Actor, Appointment, Attendee, Person], Awaitable[object]]


@verb(*LIAISONS)
async def refuse_uninvited(actor: Actor, incoming_mail_id: UUID, *, version: int | None = None) -> IncomingMail:
    """招待していない人を断る: their calendar alone gets a CANCEL, and nobody else hears of it.

    Raises WrongState where they were invited, speak for another address than their own, or the date is over.
    """
    mail = await records.find(visible_to(actor), incoming_mail_id, version)
    must_move(MOVES, LABELS, mail.status, IncomingStatus.DISMISSED)
    date = await Appointment.filter(id=mail.appointment_id).first()
    if mail.doubt is IncomingDoubt.UNPROVEN and mail.attendee_id is None:
        raise WrongState("差出人を確かめられないため、断りの手紙は送れません。「反映しない」にしてください。")
    if mail.doubt is not IncomingDoubt.UNINVITED or date is None:
        raise WrongState("招待していない人からの返事ではありません。")
    if mail.answers_for.casefold() != mail.sender.casefold():
        raise WrongState(
            "差出人と、返事をした人のアドレスが違うため、断りの手紙は送れません。「反映しない」にしてください。"
        )
    if date.ends_at <= actor.now:
        raise WrongState("この予定はすでに終わっています。「反映しない」にしてください。")
    await _refuse(actor, mail, date, mail_address(mail.answers_for, None))
    return await records.change(actor, mail, "uninvited-refused", status=IncomingStatus.DISMISSED)


async def _refuse(actor: Actor, mail: IncomingMail, date: Appointment, address: str) -> None:
    """Their SEQUENCE is raised above whatever they have (RFC 5546 §2.1.4); where it takes place they are not told."""
    unit = await Unit.get(id=date.unit_id)
    sequence = max(mail.sequence, date.sequence) + 1
    facts = await invitations.facts_of(date, unit, recipient=READER, stamp=actor.now.isoformat())
    await outbox.owe(
        f"uninvited:{mail.id}",
        "uninvited",
        unit_id=unit.id,
        to=(address, address),
        appointment_id=date.id,
        method=Method.CANCEL,
        facts={**facts, "sequence": sequence, "place": "", "online_url": ""},
        owed_at=actor.now,
        gathers=False,
    )


@verb(*LIAISONS)
async def accept_delegation(
    actor: Actor,
    incoming_mail_id: UUID,
    *,
    person_id: UUID,
    attendee_id: UUID | None = None,
    version: int | None = None,
) -> IncomingMail:
    """代理を認める: ask this person, whom the officer knows to be the one who is meant, instead of whoever was invited;
    `attendee_id` says who that is where several were invited at its address.

    Raises Incomplete where that is not said, or for a person who cannot stand in for them, WrongState where the mail
    names no delegate of somebody who is invited; and as the verb with which they are asked.
    """
    mail = await records.find(visible_to(actor), incoming_mail_id, version)
    person = await records.see(people.visible_to(actor), person_id, field="person_id")
    must_move(MOVES, LABELS, mail.status, IncomingStatus.ACCEPTED)
    attendee = await speaker(mail, attendee_id) if mail.kind is IncomingKind.DELEGATION else None
    if attendee is None:
        raise WrongState("このメールには、招待した人による代理の申出がありません。")
    date = await Appointment.get(id=attendee.appointment_id)
    if person.id == attendee.person_id:
        raise Incomplete("招待した本人が指定されています。代理の方を指定してください。", field="person_id")
    if not await _is_asked(actor, date, person):
        await SEATS[date.kind](actor, date, attendee, person)
    await replies.answer_by_mail(actor, attendee.id, partstat=PartStat.DELEGATED, remark=mail.remark)
    return await records.change(actor, mail, "delegation-accepted", status=IncomingStatus.ACCEPTED, **said_by(attendee))


async def _is_asked(actor: Actor, date: Appointment, person: Person) -> bool:
    """Whether a delegate is asked already. One who had said that they stay away is let go, to be asked anew."""
    present = await Attendee.filter(appointment_id=date.id, person_id=person.id, removed_at=None).first()
    if present and present.partstat in STAYING_AWAY and present.role is not AttendeeRole.HOST:
        await calendar.release(actor, present)
        return False
    return present is not None


async def _seat_at_drill(actor: Actor, date: Appointment, instead_of: Attendee, person: Person) -> None:
    drill = await Drill.get(appointment_id=date.id)
    contact = await _colleague(actor, instead_of, person)
    await drills.invite(actor, drill.id, contact_id=contact.id)


async def _colleague(actor: Actor, of: Attendee, person: Person) -> Contact:
    stays = Q(until=None) | Q(until__gt=actor.today)
    contact = await Contact.filter(stays, person_id=person.id, organization_id=of.organization_id).first()
    if contact is None:
        raise Incomplete(NOT_A_COLLEAGUE, field="person_id")
    return contact


async def _seat_at_lecture(actor: Actor, date: Appointment, instead_of: Attendee, person: Person) -> None:
    lecture = await Lecture.get(appointment_id=date.id)
    if instead_of.role is AttendeeRole.HOST:
        raise Incomplete(NOT_FOR_HOSTS, field="person_id")
    await lectures.assign(actor, lecture.id, person_id=person.id, role=instead_of.role)


async def _seat_at_activity(actor: Actor, date: Appointment, instead_of: Attendee, person: Person) -> None:
    activity = await Activity.get(appointment_id=date.id)
    volunteer = await Volunteer.filter(person_id=person.id).order_by("-id").first()
    if volunteer is None:
        raise Incomplete(NOT_A_VOLUNTEER, field="person_id")
    await activities.invite(actor, activity.id, volunteer_ids=[volunteer.id])


def _as_guest(model: type[Owned], invite: Callable[..., Awaitable[object]]) -> Seat:
    """The seat of whoever is a guest of such a date: a colleague of the same body, or another officer."""

    async def seat(actor: Actor, date: Appointment, instead_of: Attendee, person: Person) -> None:
        owner = await model.filter(appointment_id=date.id).first()
        if owner is None:
            raise WrongState(NOTHING_THERE)
        if instead_of.organization_id is None:
            await invite(actor, owner.id, officer_ids=[person.id])
        else:
            contact = await _colleague(actor, instead_of, person)
            await invite(actor, owner.id, contact_ids=[contact.id])

    return seat


SEATS: Mapping[AppointmentKind, Seat] = {
    AppointmentKind.DRILL: _seat_at_drill,
    AppointmentKind.LECTURE: _seat_at_lecture,
    AppointmentKind.ACTIVITY: _seat_at_activity,
    AppointmentKind.CEREMONY: _as_guest(SigningCeremony, agreements.invite_to_signing),
    AppointmentKind.OUTREACH: _as_guest(OutreachEvent, outreach.invite),
    AppointmentKind.ENCOUNTER: _as_guest(Encounter, encounters.invite),
    AppointmentKind.MEETING: _as_guest(CouncilMeeting, meetings.invite),
}
