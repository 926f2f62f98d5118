"""What a mail means, and whether it can simply be taken: lenient in form, strict in substance.

A mail changes an answer only where it is a REPLY of the person who was invited, from their own address, or one that is
entered as theirs (`answering`), as our mail server has proven (RFC 6047 §2.2.1), to the date as it stands (RFC 5546
§2.1.5); everything else waits for an officer. Nothing that arrives is answered.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from domain import answering, database, records, replies
from domain.actor import Author, Bearer
from domain.answering import AnswerAddress
from domain.calendar import Appointment, Attendee, PartStat, sequence_for
from domain.errors import Conflict
from domain.incoming import returning
from domain.incoming.mail import IncomingDoubt, IncomingKind, IncomingMail, IncomingStatus
from domain.incoming.speaking import invited_at
from domain.outbox import Letter
from domain.units import Unit, UnitKind
from domain.values import dataclass
from domain.verbs import routine

MOST_AHEAD = 1000
"""How far SEQUENCE in a mail may be ahead of the date's own: programs echo it (RFC 5546 §2.1.4), and no date of ours is
changed so often. What is farther ahead is no echo, and would lead ours out of the range of an INTEGER (RFC 5545
§3.3.8)."""

ALONE = "SELECT pg_advisory_xact_lock(hashtext($1))"
"""Two clocks that have fetched the same mail take it in one after the other."""


@dataclass(frozen=True)
class Told:
    """What a mail says, as far as it could be read; nothing of it is believed yet. Addresses are bare, instants aware.

    `is_proven` says that our own mail server has found the sender's domain to be genuine (RFC 8601), `is_automatic`
    that a program sent it (RFC 3834); `returned` is the letter of ours that came back, `returned_code`
    why (RFC 3463). `method` is empty without a
    calendar.
    """

    digest: str
    received_at: datetime
    sender: str = ""
    is_proven: bool = False
    is_automatic: bool = False
    to: tuple[str, ...] = ()
    method: str = ""
    uid: str = ""
    attendee: str = ""
    delegate: str = ""
    partstat: str = ""
    sequence: int = 0
    stamp: datetime | None = None
    proposed: tuple[datetime, datetime] | None = None
    remark: str = ""
    returned: UUID | None = None
    returned_code: str = ""


@dataclass(frozen=True)
class _Place:
    """Where a mail belongs, as far as that is known; `is_shared` where several people were invited at its address, `by`
    the entry by which what comes from another address is theirs all the same."""

    unit: Unit
    appointment: Appointment | None = None
    attendee: Attendee | None = None
    letter: Letter | None = None
    is_shared: bool = False
    by: AnswerAddress | None = None


@routine
async def take_in(now: datetime, told: Told) -> IncomingMail | None:
    """Keep one mail, and take the answer in it where that is beyond doubt; nothing where it was kept before, or no unit
    is there yet that could have it."""
    await database.execute(ALONE, told.digest)
    if await IncomingMail.exists(digest=told.digest):
        return None
    place = await _place(told)
    if place is None:
        return None
    author = Bearer(now, place.attendee.person_id if place.attendee else None, place.unit.id)
    kind = _kind(told)
    doubt = await _doubt(now, told, kind, place)
    status = _status(kind, doubt)
    if status is IncomingStatus.APPLIED:
        status, doubt = await _taken(author, told, place)
    if kind is IncomingKind.BOUNCE and place.letter:
        await returning.take_back(author, place.letter, place.attendee, told.returned_code)
    return await _kept(author, told, place, kind=kind, doubt=doubt, status=status)


async def _place(told: Told) -> _Place | None:
    if letter := await Letter.filter(id=told.returned).first() if told.returned else None:
        attendee = await Attendee.filter(appointment_id=letter.appointment_id, person_id=letter.person_id).first()
        return _Place(await Unit.get(id=letter.unit_id), attendee=attendee, letter=letter)
    appointment = await Appointment.filter(uid=told.uid).first() if told.uid else None
    if appointment is None:
        unit = await _addressed(told)
        return _Place(unit) if unit else None
    invited = await invited_at(appointment.id, told.attendee)
    attendee = invited[0] if len(invited) == 1 else None
    by = await answering.used_by(attendee.person_id, told.sender) if attendee else None
    return _Place(await Unit.get(id=appointment.unit_id), appointment, attendee, is_shared=len(invited) > 1, by=by)


async def _addressed(told: Told) -> Unit | None:
    """The unit to whose address the mail came, else the prefecture that was there first."""
    named = {_untagged(to.casefold()) for to in told.to}
    units = await Unit.filter(retired_on=None).exclude(mail_address="").order_by("id")
    own = next((unit for unit in units if unit.mail_address.casefold() in named), None)
    return own or await Unit.filter(kind=UnitKind.PREFECTURE).order_by("id").first()


def _untagged(address: str) -> str:
    """The mailbox of an address with a plus tag (RFC 5233)."""
    name, _, host = address.rpartition("@")
    return f"{name.partition('+')[0]}@{host}"


def _kind(told: Told) -> IncomingKind:
    if told.returned:
        return IncomingKind.BOUNCE
    if told.method == "COUNTER":
        return IncomingKind.PROPOSAL
    if told.method == "REPLY" and told.partstat == PartStat.DELEGATED:
        return IncomingKind.DELEGATION
    if told.method == "REPLY" and told.partstat in set(replies.ANSWERS):
        return IncomingKind.ANSWER
    return IncomingKind.AUTOMATIC if told.is_automatic else IncomingKind.OTHER


async def _doubt(now: datetime, told: Told, kind: IncomingKind, place: _Place) -> IncomingDoubt | None:
    """Why a person has to look at it, the gravest reason first."""
    if kind in (IncomingKind.BOUNCE, IncomingKind.AUTOMATIC):
        return None
    if not told.method or _is_far_ahead(told, place.appointment):
        return IncomingDoubt.UNUSUAL
    if place.is_shared:
        return _strange(told, None) or IncomingDoubt.SHARED
    if place.appointment is None:
        return IncomingDoubt.UNKNOWN_DATE
    if place.attendee is None:
        return IncomingDoubt.UNINVITED if told.is_proven else IncomingDoubt.UNPROVEN
    return _strange(told, place.by) or await _late(now, told, place.appointment, place.attendee) or _odd(kind)


def _is_far_ahead(told: Told, date: Appointment | None) -> bool:
    return date is not None and told.sequence > date.sequence + MOST_AHEAD


def _odd(kind: IncomingKind) -> IncomingDoubt | None:
    return None if kind is IncomingKind.ANSWER else IncomingDoubt.UNUSUAL


async def _late(now: datetime, told: Told, date: Appointment, attendee: Attendee) -> IncomingDoubt | None:
    """Why it may not be about the date as it stands."""
    if await replies.why_closed(now, date, attendee):
        return IncomingDoubt.CLOSED
    return IncomingDoubt.OUTDATED if told.sequence != sequence_for(date, attendee) else None


def _strange(told: Told, by: AnswerAddress | None) -> IncomingDoubt | None:
    """Why it may not be from whom it says, unless it is known that they answer from there."""
    if by is None and told.sender.casefold() != told.attendee.casefold():
        return IncomingDoubt.SENDER
    if not told.is_proven:
        return IncomingDoubt.UNPROVEN
    return IncomingDoubt.AUTOMATIC if told.is_automatic else None


def _status(kind: IncomingKind, doubt: IncomingDoubt | None) -> IncomingStatus:
    if kind is IncomingKind.AUTOMATIC:
        return IncomingStatus.FILED
    return IncomingStatus.APPLIED if doubt is None and kind is IncomingKind.ANSWER else IncomingStatus.WAITING


async def _taken(author: Author, told: Told, place: _Place) -> tuple[IncomingStatus, IncomingDoubt | None]:
    """What becomes of an answer that is beyond doubt. Whoever is held elsewhere at that time, or for whose body there
    is no room, is asked by an officer."""
    try:
        async with in_transaction("default"):
            is_newest = await _applied(author, told, place)
    except (Conflict, IntegrityError) as refused:
        is_full = isinstance(refused, Conflict) and refused.field == "planned_count"
        return IncomingStatus.WAITING, IncomingDoubt.FULL if is_full else IncomingDoubt.CLASH
    return (IncomingStatus.APPLIED if is_newest else IncomingStatus.FILED), None


async def _applied(author: Author, told: Told, place: _Place) -> bool:
    """Whether the answer holds now; not where a newer one has been given, whichever way."""
    if place.attendee is None:
        return False
    given_at = min(told.stamp or told.received_at, author.now)
    partstat = PartStat(told.partstat)
    return await replies.answer_by_mail(
        author, place.attendee.id, partstat=partstat, remark=told.remark, given_at=given_at, by=place.by
    )


async def _kept(author: Author, told: Told, place: _Place, **sorted_as: object) -> IncomingMail:
    appointment = place.appointment or (place.attendee and await place.attendee.appointment)
    return await records.create(
        author,
        IncomingMail,
        "mail-arrived",
        unit_id=place.unit.id,
        prefecture_id=place.unit.prefecture_id,
        digest=told.digest,
        received_at=told.received_at,
        sender=told.sender,
        answers_for=told.attendee,
        delegate=told.delegate,
        person_id=place.attendee.person_id if place.attendee else None,
        attendee_id=place.attendee.id if place.attendee else None,
        appointment_id=appointment.id if appointment else None,
        letter_id=place.letter.id if place.letter else None,
        answer_address_id=place.by.id if place.by else None,
        partstat=PartStat(told.partstat) if told.partstat in set(PartStat) else None,
        sequence=told.sequence,
        stamp=told.stamp,
        proposed_starts_at=told.proposed[0] if told.proposed else None,
        proposed_ends_at=told.proposed[1] if told.proposed else None,
        remark=told.remark,
        **sorted_as,
    )
