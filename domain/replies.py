"""返事: one state and one history of answers, whichever way they come (page, mail, a call that an officer notes).

The newest answer holds. What an answer means for a lecture or a drill is said by those concepts, which listen here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from domain import records, walls
from domain.actor import LIAISONS, TOKYO, Actor, Author, Bearer
from domain.calendar import (
    AnswerChannel,
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Attendee,
    PartStat,
    attendees_visible_to,
)
from domain.errors import Conflict, Invalid, NotFound, WrongState
from domain.people import Person
from domain.records import MISSING
from domain.verbs import routine, verb
from domain.walls import DESK, Wall

Listener = Callable[[Author, Appointment, Attendee], Awaitable[None]]
LISTENERS: dict[AppointmentKind, Listener] = {}
PURPOSE = "rsvp"
ANSWERS = (PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE)


def listens(kind: AppointmentKind) -> Callable[[Listener], Listener]:
    """Register what a concept does when one of its attendees answers."""

    def register(listener: Listener) -> Listener:
        LISTENERS[kind] = listener
        return listener

    return register


@verb(*LIAISONS)
async def note(
    actor: Actor, attendee_id: UUID, *, partstat: PartStat, remark: str = "", version: int | None = None
) -> Attendee:
    """An officer notes the answer that was given by telephone."""
    attendee = await records.find(attendees_visible_to(actor), attendee_id, version)
    return await _answer(actor, attendee, partstat, AnswerChannel.PHONE, remark)


@routine
async def answer_by_link(
    now: datetime, attendee_id: UUID, *, partstat: PartStat, remark: str = "", sequence: int | None = None
) -> Attendee:
    """The bearer of the letter's link answers for the one person the letter was written to; `sequence` is that of the
    date which they have seen. Raises Conflict where it has been moved since."""
    attendee = await Attendee.filter(id=attendee_id).select_for_update().first()
    if attendee is None:
        raise NotFound(MISSING)
    async with walls.behind(Wall(DESK, attendee.prefecture_id)):
        await _must_have_seen(attendee, sequence)
        bearer = Bearer(now, attendee.person_id, attendee.unit_id)
        return await _answer(bearer, attendee, partstat, AnswerChannel.PAGE, remark)


async def _must_have_seen(attendee: Attendee, sequence: int | None) -> None:
    appointment = await Appointment.get(id=attendee.appointment_id)
    if sequence not in (None, appointment.sequence):
        raise Conflict("ご覧いただいた後に予定が変わりました。下の日時と場所を確かめて、もう一度お答えください。")


async def _answer(
    author: Author, attendee: Attendee, partstat: PartStat, channel: AnswerChannel, remark: str
) -> Attendee:
    appointment = await Appointment.get(id=attendee.appointment_id)
    await _must_be_open(author, appointment, attendee)
    if partstat not in ANSWERS:
        raise Invalid("「出席」「欠席」「未定」のどれかを選んでください。", field="partstat")
    said = {"partstat": partstat, "channel": channel, "remark": remark, "answered_at": author.now}
    await records.change(author, attendee, "attendee-answered", **said)
    if listener := LISTENERS.get(appointment.kind):
        await listener(author, appointment, attendee)
    return attendee


async def _must_be_open(author: Author, appointment: Appointment, attendee: Attendee) -> None:
    if reason := await why_closed(author.now, appointment, attendee):
        raise WrongState(reason)


async def why_closed(now: datetime, appointment: Appointment, attendee: Attendee) -> str:
    """Why no answer is taken any more, in words for whoever would answer; nothing where one is. Who is not asked any
    more, or was asked to what is over, is no longer told what it was."""
    if await _has_left(attendee, now):
        return "ご担当から外れているため、このリンクからは回答できません。いまのご担当の方にご連絡ください。"
    if attendee.removed_at is not None:
        return "この招待は取り消されています。担当者に連絡してください。"
    if appointment.status is AppointmentStatus.CANCELLED:
        return "この予定は中止または延期になりました。いまは回答の必要はありません。"
    if appointment.ends_at <= now:
        return "この予定はすでに終わっています。"
    return ""


async def _has_left(attendee: Attendee, now: datetime) -> bool:
    person = await Person.get(id=attendee.person_id)
    return person.retired_on is not None and person.retired_on <= now.astimezone(TOKYO).date()
