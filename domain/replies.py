"""返事: one state and one history of answers, whichever way they come (page, mail, a call that an officer notes).

The newest answer holds. What an answer means for a lecture or a drill is said by those concepts, which listen here;
and once one of them has taken place, who came is known, and no answer is taken any more. The calendar of whoever has
answered hears what holds now, unless it has said so itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from domain import charge, invitations, records, walls
from domain.actor import LIAISONS, TOKYO, Actor, Author, Bearer
from domain.answering import AnswerAddress
from domain.calendar import (
    STAYING_AWAY,
    AnswerChannel,
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Attendee,
    PartStat,
    attendees_visible_to,
)
from domain.errors import Conflict, Invalid, WrongState
from domain.people import Person
from domain.records import Owned
from domain.values import dataclass
from domain.verbs import routine, verb
from domain.walls import DESK, Wall


@dataclass(frozen=True)
class Heard:
    """What a concept has done with an answer: the letter, if any, that says more to whoever has answered than that the
    answer has come, and whether it tells the desk itself of somebody who is lost."""

    letter: str | None = None
    tells_of_loss: bool = False


@dataclass(frozen=True)
class Coming:
    """With how many (人) a body comes for which somebody answers, and who they are, a line each; what is not given
    stays as it is known. `seen` marks what stood in the form in which it was said: what was left as it stood there is
    not given, and nothing is put in the place of what nobody has seen. An officer is told by telephone, without one."""

    count: int | None = None
    names: Sequence[str] | None = None
    seen: str | None = None


@dataclass(frozen=True)
class Counted:
    """With how many (人) a body comes after an answer, and whether that is news."""

    count: int
    is_new: bool


Listener = Callable[[Author, Appointment, Attendee], Awaitable[Heard]]
LISTENERS: dict[AppointmentKind, Listener] = {}
Counter = Callable[[Author, Attendee, Coming], Awaitable[Counted | None]]
"""What a concept does with what is said of who comes from the body for which somebody answers."""

COUNTERS: dict[AppointmentKind, Counter] = {}
NOTHING_SAID = Coming()
PURPOSE = "rsvp"
LONGEST_REMARK = 500
ANSWERS = (PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE)
LABELS: Mapping[PartStat, str] = {
    PartStat.ACCEPTED: "出席",
    PartStat.DECLINED: "欠席",
    PartStat.TENTATIVE: "未定",
    PartStat.DELEGATED: "代理の方が出席",
}


def in_words(partstat: PartStat, count: int | None = None) -> str:
    """An answer as people are told it, with how many (人) come where a body answers: 出席（3人）."""
    comes = partstat is PartStat.ACCEPTED and count is not None
    return f"{LABELS[partstat]}（{count:,}人）" if comes else LABELS[partstat]


class Owner(NamedTuple):
    """To what dates of one kind belong, and the states in which it has taken place."""

    model: type[Owned]
    held: tuple[StrEnum, ...]


OWNERS: dict[AppointmentKind, Owner] = {}


def belongs(kind: AppointmentKind, model: type[Owned], held: tuple[StrEnum, ...]) -> None:
    """Register to what dates of this kind belong, and the states of that in which it has taken place."""
    OWNERS[kind] = Owner(model, held)


def listens(kind: AppointmentKind) -> Callable[[Listener], Listener]:
    """Register what a concept does when one of its attendees answers."""

    def register(listener: Listener) -> Listener:
        LISTENERS[kind] = listener
        return listener

    return register


def counts(kind: AppointmentKind) -> Callable[[Counter], Counter]:
    """Register what a concept does when one of its attendees answers for a body of which it counts who comes."""

    def register(counter: Counter) -> Counter:
        COUNTERS[kind] = counter
        return counter

    return register


@verb(*LIAISONS)
async def note(
    actor: Actor,
    attendee_id: UUID,
    *,
    partstat: PartStat,
    remark: str = "",
    planned_count: int | None = None,
    names: Sequence[str] | None = None,
    version: int | None = None,
) -> Attendee:
    """An officer notes the answer that was given by telephone, and of a body that comes to a drill with how many (人),
    and who they are.

    Names without a number are counted; of a body that does not come neither is kept. Raises Invalid for fewer people
    than are named, and where nobody but the one who is asked is counted.
    """
    seen = await records.see(attendees_visible_to(actor), attendee_id)
    appointment = await _locked_date(seen)
    attendee = await records.find(attendees_visible_to(actor), attendee_id, version)
    _must_be_an_answer(partstat)
    coming = Coming(planned_count, names)
    return await _answer(actor, appointment, attendee, partstat, AnswerChannel.PHONE, remark, coming=coming)


@routine
async def answer_by_link(
    now: datetime,
    attendee_id: UUID,
    *,
    partstat: PartStat,
    remark: str = "",
    sequence: int | None = None,
    coming: Coming = NOTHING_SAID,
) -> Attendee:
    """The bearer of the letter's link answers for the one person the letter was written to; `sequence` is that of the
    date which they have seen, `coming` with whom their body comes. Raises Conflict where the date has been moved since,
    somebody else has said meanwhile who comes, or there are not so many places; Invalid as `note` does."""
    seen = await records.see(Attendee.all(), attendee_id)
    async with walls.behind(Wall(DESK, seen.prefecture_id)):
        appointment = await _locked_date(seen)
        if sequence not in (None, appointment.sequence):
            raise Conflict("ご覧いただいた後に予定が変わりました。下の日時と場所を確かめて、もう一度お答えください。")
        attendee = await records.find(Attendee.all(), attendee_id)
        _must_be_an_answer(partstat)
        bearer = Bearer(now, attendee.person_id, attendee.unit_id)
        return await _answer(bearer, appointment, attendee, partstat, AnswerChannel.PAGE, remark, coming=coming)


async def answer_by_mail(
    author: Author,
    attendee_id: UUID,
    *,
    partstat: PartStat,
    remark: str,
    given_at: datetime | None = None,
    by: AnswerAddress | None = None,
) -> bool:
    """The answer that somebody's calendar program has sent, given at this instant; whether it is the newest, and so
    holds. Answers overtake each other in the mail: of two, the one that was given later holds, whichever comes first.
    Without an instant an officer has decided that it holds now; only so does anybody let another come (DELEGATED).
    What came `by` another address than that at which they are invited is told there, and by whom it was given.
    """
    seen = await records.see(Attendee.all(), attendee_id)
    async with walls.behind(Wall(DESK, seen.prefecture_id)):
        appointment = await _locked_date(seen)
        attendee = await records.find(Attendee.all(), attendee_id)
        newest = (attendee.answered_at, attendee.partstat)
        if given_at and attendee.answered_at and (given_at, partstat) <= newest:
            return False
        said = _by_proxy(by, remark)
        await _answer(author, appointment, attendee, partstat, AnswerChannel.MAIL, said, given_at, is_shown=by is None)
        return True


def _by_proxy(by: AnswerAddress | None, remark: str) -> str:
    """What was said with an answer, and by whom, where they have not answered themself."""
    return f"（{by.holder}さんによる代理の回答）{remark}"[:LONGEST_REMARK] if by and by.holder else remark


def _must_be_an_answer(partstat: PartStat) -> None:
    if partstat not in ANSWERS:
        raise Invalid("「出席」「欠席」「未定」のどれかを選んでください。", field="partstat")


async def _locked_date(seen: Attendee) -> Appointment:
    """The date to which somebody is asked. What it belongs to is locked, before anybody who is asked to it and as in
    every change of it: no answer slips in beside one."""
    appointment = await Appointment.get(id=seen.appointment_id)
    if owner := OWNERS.get(appointment.kind):
        await owner.model.filter(appointment_id=appointment.id).select_for_update().first()
    return await Appointment.get(id=seen.appointment_id)


async def _answer(
    author: Author,
    appointment: Appointment,
    attendee: Attendee,
    partstat: PartStat,
    channel: AnswerChannel,
    remark: str,
    given_at: datetime | None = None,
    is_shown: bool = True,
    coming: Coming = NOTHING_SAID,
) -> Attendee:
    await _must_be_open(author, appointment, attendee)
    before, was_coming = attendee.partstat, attendee.partstat is PartStat.ACCEPTED and not attendee.waits
    said = {"partstat": partstat, "channel": channel, "remark": remark, "answered_at": given_at or author.now}
    await records.change(author, attendee, "attendee-answered", **said)
    listener = LISTENERS.get(appointment.kind)
    heard = await listener(author, appointment, attendee) if listener else Heard()
    counted = await _count(author, appointment, attendee, coming)
    is_same = partstat is before and not (counted and counted.is_new)
    is_known = (given_at is not None or is_same) and is_shown
    if heard.letter or not is_known:
        answer = in_words(partstat, counted.count if counted else None)
        await _tell_calendar(author, appointment, attendee, heard.letter or "answer-received", answer)
    if was_coming and partstat in STAYING_AWAY and not heard.tells_of_loss:
        await charge.tell_of_loss(author, appointment, attendee, answer=LABELS[partstat], reason=attendee.remark)
    return attendee


async def _count(author: Author, appointment: Appointment, attendee: Attendee, coming: Coming) -> Counted | None:
    """Who comes besides, where that is counted and anybody does."""
    counter = COUNTERS.get(appointment.kind)
    if counter is None and coming != NOTHING_SAID:
        field = "names" if coming.count is None else "planned_count"
        raise Invalid("人数と来られる方をうかがうのは、団体として参加する訓練だけです。省いてください。", field=field)
    is_away = attendee.partstat in STAYING_AWAY
    return None if counter is None or is_away else await counter(author, attendee, coming)


async def _tell_calendar(
    author: Author, appointment: Appointment, attendee: Attendee, letter: str, answer: str
) -> None:
    """Whoever answers elsewhere finds their answer in their calendar: a REQUEST of the same SEQUENCE and a newer
    DTSTAMP (RFC 5546 §2.1.5), which asks for no reply."""
    await invitations.tell(author, appointment, attendee, letter, answer=answer, asks=False)


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
    if await _was_held(appointment):
        return "この予定はすでに実施されたため、回答は受け付けていません。ご用件は担当者にお電話ください。"
    if appointment.ends_at <= now:
        return "この予定はすでに終わっています。"
    return ""


async def _was_held(appointment: Appointment) -> bool:
    owner = OWNERS.get(appointment.kind)
    return owner is not None and await owner.model.exists(appointment_id=appointment.id, status__in=owner.held)


async def _has_left(attendee: Attendee, now: datetime) -> bool:
    person = await Person.get(id=attendee.person_id)
    return person.retired_on is not None and person.retired_on <= now.astimezone(TOKYO).date()
