"""日時の変更の申出: somebody who is invited proposes another date (COUNTER, RFC 5546 §3.2.7), and an officer decides.

To accept is to move the date, by the verb with which it is moved otherwise: its states, its rights and its letters to
everybody who is asked hold here, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain import (
    activities,
    agreements,
    drills,
    encounters,
    invitations,
    lectures,
    meetings,
    outreach,
    records,
    replies,
)
from domain.activities import Activity
from domain.actor import LIAISONS, TOKYO, Actor
from domain.agreements import SigningCeremony
from domain.calendar import Appointment, AppointmentKind, Attendee
from domain.drills import Drill, DrillStatus
from domain.encounters import Encounter
from domain.errors import WrongState
from domain.incoming.mail import LABELS, MOVES, IncomingKind, IncomingMail, IncomingStatus, visible_to
from domain.incoming.speaking import said_by, speaker
from domain.lectures import Lecture, LectureStatus
from domain.meetings import CouncilMeeting
from domain.outbox import Method
from domain.outreach import OutreachEvent
from domain.states import must_move, said
from domain.verbs import verb

BY_REQUEST = "参加される方から日時変更のお申し出があったため"

NO_OTHER_TIME = "この申出には、別の日時がありません。用件を確かめ、「申出を断る」か「反映しない」にしてください。"

Move = Callable[[Actor, Appointment, datetime, datetime, str], Awaitable[object]]


async def _move_drill(actor: Actor, date: Appointment, starts_at: datetime, ends_at: datetime, reason: str) -> None:
    drill = await Drill.get(appointment_id=date.id)
    is_told = drill.status in (DrillStatus.INVITING, DrillStatus.CONFIRMED)
    move = drills.postpone if is_told else drills.reschedule
    await move(actor, drill.id, starts_at=starts_at, ends_at=ends_at, reason=reason)


async def _move_lecture(actor: Actor, date: Appointment, starts_at: datetime, ends_at: datetime, reason: str) -> None:
    lecture = await Lecture.get(appointment_id=date.id)
    move = lectures.postpone if lecture.status is LectureStatus.CONFIRMED else lectures.reschedule
    await move(actor, lecture.id, starts_at=starts_at, ends_at=ends_at, reason=reason)


async def _move_activity(actor: Actor, date: Appointment, starts_at: datetime, ends_at: datetime, reason: str) -> None:
    activity = await Activity.get(appointment_id=date.id)
    await activities.reschedule(actor, activity.id, starts_at=starts_at, ends_at=ends_at)


async def _move_ceremony(actor: Actor, date: Appointment, starts_at: datetime, ends_at: datetime, reason: str) -> None:
    ceremony = await SigningCeremony.get_or_none(appointment_id=date.id)
    if ceremony is None:
        raise WrongState(NO_OTHER_TIME)
    await agreements.move_signing(actor, ceremony.id, starts_at=starts_at, ends_at=ends_at, reason=reason)


async def _move_outreach(actor: Actor, date: Appointment, starts_at: datetime, ends_at: datetime, reason: str) -> None:
    event = await OutreachEvent.get(appointment_id=date.id)
    later = starts_at.astimezone(TOKYO).date() - event.day
    until = event.lasts_until and event.lasts_until + later
    await outreach.reschedule(actor, event.id, starts_at=starts_at, ends_at=ends_at, lasts_until=until, reason=reason)


async def _move_encounter(actor: Actor, date: Appointment, starts_at: datetime, ends_at: datetime, reason: str) -> None:
    encounter = await Encounter.get(appointment_id=date.id)
    minutes = (ends_at - starts_at) // timedelta(minutes=1)
    await encounters.correct(actor, encounter.id, version=encounter.version, starts_at=starts_at, minutes=minutes)


async def _move_meeting(actor: Actor, date: Appointment, starts_at: datetime, ends_at: datetime, reason: str) -> None:
    meeting = await CouncilMeeting.get(appointment_id=date.id)
    await meetings.postpone(actor, meeting.id, starts_at=starts_at, ends_at=ends_at, reason=reason)


MOVERS: Mapping[AppointmentKind, Move] = {
    AppointmentKind.DRILL: _move_drill,
    AppointmentKind.LECTURE: _move_lecture,
    AppointmentKind.ACTIVITY: _move_activity,
    AppointmentKind.CEREMONY: _move_ceremony,
    AppointmentKind.OUTREACH: _move_outreach,
    AppointmentKind.ENCOUNTER: _move_encounter,
    AppointmentKind.MEETING: _move_meeting,
}


@verb(*LIAISONS)
async def accept_counter(
    actor: Actor,
    incoming_mail_id: UUID,
    *,
    attendee_id: UUID | None = None,
    reason: str = BY_REQUEST,
    version: int | None = None,
) -> IncomingMail:
    """日時の変更の申出を受ける: move the date to when it is proposed; everybody who is asked is asked anew.

    `attendee_id` says whose proposal it is where several were invited at its address. Raises Incomplete where that is
    not said, WrongState where it proposes no other time, or nobody who is invited does; and as the verb that moves it.
    """
    mail, date, attendee = await _proposal(actor, incoming_mail_id, attendee_id, version, IncomingStatus.ACCEPTED)
    if mail.proposed_starts_at is None or mail.proposed_ends_at is None or date.kind not in MOVERS:
        raise WrongState(NO_OTHER_TIME)
    await MOVERS[date.kind](actor, date, mail.proposed_starts_at, mail.proposed_ends_at, said(reason))
    return await records.change(actor, mail, "counter-accepted", status=IncomingStatus.ACCEPTED, **said_by(attendee))


@verb(*LIAISONS)
async def decline_counter(
    actor: Actor,
    incoming_mail_id: UUID,
    *,
    attendee_id: UUID | None = None,
    reason: str | None = None,
    version: int | None = None,
) -> IncomingMail:
    """日時の変更の申出を断る: the date stays, and whoever has proposed another is told so, with the reason where one is
    given (DECLINECOUNTER, RFC 5546 §3.2.8). `attendee_id` as for `accept_counter`. Raises Incomplete where that is
    missing, WrongState where nobody who is still asked has proposed one."""
    mail, date, attendee = await _proposal(actor, incoming_mail_id, attendee_id, version, IncomingStatus.DISMISSED)
    if why := await replies.why_closed(actor.now, date, attendee):
        raise WrongState(why)
    told: dict[str, Any] = {"reason": said(reason)} if reason is not None else {}
    records.must_fit(Drill, told)  # as long as the reasons of which people are told otherwise
    await records.note(actor, attendee, "counter-declined", **told)
    await invitations.tell(actor, date, attendee, "counter-declined", Method.DECLINECOUNTER, **told)
    return await records.change(actor, mail, "counter-declined", status=IncomingStatus.DISMISSED, **said_by(attendee))


async def _proposal(
    actor: Actor, incoming_mail_id: UUID, attendee_id: UUID | None, version: int | None, to: IncomingStatus
) -> tuple[IncomingMail, Appointment, Attendee]:
    mail = await records.find(visible_to(actor), incoming_mail_id, version)
    must_move(MOVES, LABELS, mail.status, to)
    attendee = await speaker(mail, attendee_id) if mail.kind is IncomingKind.PROPOSAL else None
    if attendee is None:
        raise WrongState("このメールには、招待した人による日時の変更の申出がありません。")
    return mail, await Appointment.get(id=attendee.appointment_id), attendee
