"""予定: the common face of whatever has a date, and the people who are to come to it.

A lecture, a drill, an activity each own one Appointment. Its uid is given once and never changes; SEQUENCE rises
exactly when start, end, place or status change (RFC 5546 §2.1.4, the place by our own rule) and never for text. What
one attendee alone is told raises only their own (`sequence_for`), in their letters and in their feed alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from domain import changes, outbox, records
from domain.actor import LIAISONS, OUTSIDERS, TOKYO, Actor, Author
from domain.criteria import any_of, nothing
from domain.errors import Conflict, Invalid
from domain.people import Person
from domain.records import Owned
from domain.units import Unit
from domain.values import dataclass
from domain.verbs import broken


class AppointmentKind(StrEnum):
    """LECTURE 講義, DRILL 訓練, ACTIVITY 活動, CEREMONY 締結式, OUTREACH 広報啓発, ENCOUNTER 接触,
    MEETING 協議会の会議."""

    LECTURE = "LECTURE"
    DRILL = "DRILL"
    ACTIVITY = "ACTIVITY"
    CEREMONY = "CEREMONY"
    OUTREACH = "OUTREACH"
    ENCOUNTER = "ENCOUNTER"
    MEETING = "MEETING"


class AppointmentStatus(StrEnum):
    """STATUS of a VEVENT (RFC 5545 §3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class PartStat(StrEnum):
    """PARTSTAT of an attendee (RFC 5545 §3.2.12)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"
    DELEGATED = "DELEGATED"


STAYING_AWAY = (PartStat.DECLINED, PartStat.DELEGATED)
"""The answers with which somebody is not counted on: they do not come, or let another come."""


class AttendeeRole(StrEnum):
    """LECTURER 講師, CO_LECTURER 補助講師(ボランティア), PARTICIPANT 参加者, HOST 受入先(学校の担当者), STAFF 運営."""

    LECTURER = "LECTURER"
    CO_LECTURER = "CO_LECTURER"
    PARTICIPANT = "PARTICIPANT"
    HOST = "HOST"
    STAFF = "STAFF"


class AnswerChannel(StrEnum):
    """How an answer reached us: the page behind the letter's link, a mail, or a call that an officer noted."""

    PAGE = "PAGE"
    MAIL = "MAIL"
    PHONE = "PHONE"


class Appointment(Owned):
    """A date. Instants are UTC; `changed_at` is the DTSTAMP and LAST-MODIFIED of feeds."""

    kind = fields.CharEnumField(AppointmentKind, max_length=20)
    uid = fields.CharField(max_length=255, unique=True)
    sequence = fields.IntField(default=0)
    title = fields.CharField(max_length=500)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    place = fields.CharField(max_length=300, default="")
    online_url = fields.CharField(max_length=500, default="")
    status = fields.CharEnumField(AppointmentStatus, max_length=20, default=AppointmentStatus.TENTATIVE)
    changed_at = fields.DatetimeField()
    cancelled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "appointment"
        indexes = [Index(fields=("unit_id", "starts_at", "id"), name="appointment_unit_start")]


class Attendee(Owned):
    """Somebody who is to come. `busy_from`/`busy_to` are set while the person is held to the time: two of them
    may not overlap for one person, which the database itself refuses (constraint attendee_busy). Whoever `waits`
    has said yes, but there is no seat for them yet. `attended` is whether they came, empty until that is recorded.
    `raised` is how far their SEQUENCE is ahead of the date's own, `shown_starts_at` the start that their own calendar
    shows as far as is known (UTC; the database and `feeds` keep it)."""

    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "renkei.Appointment", related_name="attendees"
    )
    appointment_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("renkei.Person", on_delete=fields.RESTRICT)
    person_id: UUID
    organization_id = fields.UUIDField(null=True)
    role = fields.CharEnumField(AttendeeRole, max_length=20)
    partstat = fields.CharEnumField(PartStat, max_length=20, default=PartStat.NEEDS_ACTION)
    answered_at = fields.DatetimeField(null=True)
    channel = fields.CharEnumField(AnswerChannel, max_length=10, null=True)
    remark = fields.CharField(max_length=500, default="")
    invited_at = fields.DatetimeField(null=True)
    asked_by_id = fields.UUIDField(null=True)
    removed_at = fields.DatetimeField(null=True)
    busy_from = fields.DatetimeField(null=True)
    busy_to = fields.DatetimeField(null=True)
    waits = fields.BooleanField(default=False)
    raised = fields.IntField(default=0)
    shown_starts_at = fields.DatetimeField(null=True)
    attended = fields.BooleanField(null=True)

    class Meta:
        table = "attendee"
        indexes = [
            Index(fields=("appointment_id", "id"), name="attendee_appointment"),
            Index(fields=("person_id", "appointment_id"), name="attendee_person"),
            Index(fields=("organization_id", "appointment_id"), name="attendee_organization"),
        ]


MOST_SHOWN = 50
"""How many of somebody's dates ahead, or behind, a page shows."""

broken("attendee_busy", "この人は同じ時間に別の予定が入っています。別の人か別の時間を選んでください。")
broken("attendee_once", "この人はこの予定にすでに入っています。別の人か、別の予定を選んでください。")


def visible_to(actor: Actor) -> QuerySet[Appointment]:
    """Liaison officers see their units' dates; outsiders those to which they themselves, or their body, are asked."""
    if actor.role in LIAISONS:
        return Appointment.filter(any_of(Appointment, "unit_id", actor.units))
    if actor.role in OUTSIDERS:
        return Appointment.filter(id__in=asked_to(actor))
    return nothing(Appointment)


def asked_to(actor: Actor) -> Subquery:
    """The ids of the appointments in which the actor sees an attendee."""
    return Subquery(attendees_visible_to(actor).values("appointment_id"))


def attendees_visible_to(actor: Actor) -> QuerySet[Attendee]:
    """Outsiders see themselves and their own body's people, never who else was asked."""
    if actor.role in LIAISONS:
        return Attendee.filter(any_of(Attendee, "unit_id", actor.units))
    if actor.role not in OUTSIDERS:
        return nothing(Attendee)
    asked = Attendee.filter(removed_at=None, invited_at__isnull=False)
    if actor.organization_id is None:
        return asked.filter(person_id=actor.person_id)
    return asked.filter(Q(person_id=actor.person_id) | Q(organization_id=actor.organization_id))


async def propose(
    actor: Author,
    kind: AppointmentKind,
    unit: Unit,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    **where: Any,
) -> Appointment:
    """A new date, not yet firm, with its uid for life."""
    prefecture = await Unit.get(id=unit.prefecture_id)
    told = {"unit_id": unit.id, "title": title, "starts_at": starts_at, "ends_at": ends_at, **where}
    return await records.create(actor, Appointment, "appointment-proposed", **_proposed(actor, kind, prefecture, told))


async def propose_all(
    author: Author, prefecture_id: UUID, kind: AppointmentKind, dates: Sequence[Mapping[str, Any]]
) -> list[Appointment]:
    """The same for many dates of a prefecture at once, each told by its columns."""
    prefecture = await Unit.get(id=prefecture_id)
    rows = [_proposed(author, kind, prefecture, told) for told in dates]
    return await records.create_many(author, Appointment, "appointment-proposed", rows)


def _proposed(author: Author, kind: AppointmentKind, prefecture: Unit, told: Mapping[str, Any]) -> dict[str, Any]:
    _must_run_forward(told["starts_at"], told["ends_at"])
    must_be_a_link(told.get("online_url"))
    return {"kind": kind, "uid": f"{uuid7()}@{prefecture.domain}", "changed_at": author.now, **told}


ENTERED_OTHERWISE = "すでに行われたものは、予定ではなく、実施済みの記録として入力してください。"


def must_be_ahead(author: Author, starts_at: datetime, instead: str = "") -> None:
    """Raises Invalid for an instant that has passed, and says what is to be done `instead`."""
    if starts_at <= author.now:
        raise Invalid(f"これからの日時を指定してください。{instead}", field="starts_at")


OLDEST = timedelta(days=400)
"""How far back something that has taken place may be entered: this fiscal year and the one before."""


def must_be_over(author: Author, starts_at: datetime, ends_at: datetime) -> None:
    """Raises Invalid for what has not ended yet, or is too long ago to be no slip of the pen."""
    if ends_at > author.now:
        raise Invalid("まだ終わっていない予定です。終わってから入力してください。", field="ends_at")
    if starts_at < author.now - OLDEST:
        raise Invalid("日時の年を確かめてください。入力できるのは前年度からです。", field="starts_at")


async def must_be_over_and_missing(
    author: Author, kind: AppointmentKind, unit_id: UUID, title: str, starts_at: datetime, ends_at: datetime
) -> None:
    """What is entered afterwards: Raises Invalid for what is not over, Conflict where the unit has entered the same
    already, for a second one would count twice."""
    must_be_over(author, starts_at, ends_at)
    await must_be_missing(kind, unit_id, title, starts_at)


async def must_be_missing(kind: AppointmentKind, unit_id: UUID, title: str, starts_at: datetime) -> None:
    """Raises Conflict where the unit has the same already: a second one would count twice."""
    same = Appointment.filter(kind=kind, unit_id=unit_id, title=title, starts_at=starts_at)
    if await same.exclude(status=AppointmentStatus.CANCELLED).exists():
        raise Conflict(
            "同じ日時・同じ件名のものが、すでに入力されています。一覧で確かめてください。", field="starts_at"
        )


def must_be_whole(starts_at: datetime | None, ends_at: datetime | None) -> tuple[datetime, datetime] | None:
    """Both ends of a date, or none. Raises Invalid for one without the other."""
    if starts_at and ends_at:
        return starts_at, ends_at
    if starts_at or ends_at:
        missing = "ends_at" if starts_at else "starts_at"
        raise Invalid("始まりと終わりの日時は、両方を指定するか、両方を省いてください。", field=missing)
    return None


def must_leave_time(author: Author, reply_by: date | None, starts_at: datetime) -> None:
    """Raises Invalid for a last day for answers that has passed, or lies after the date itself."""
    days = [instant.astimezone(TOKYO).date() for instant in (author.now, starts_at)]
    if reply_by is not None and not days[0] <= reply_by <= days[1]:
        raise Invalid("回答期限は今日から予定の日までの日付にしてください。", field="reply_by")


def _must_run_forward(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid("終わりの時刻は始まりより後にしてください。", field="ends_at")
    if ends_at - starts_at > timedelta(days=14):
        raise Invalid("一つの予定は14日以内にしてください。", field="ends_at")


def must_be_a_link(url: str | None) -> None:
    """Raises Invalid for what no browser would open."""
    if url and not re.fullmatch(r"https?://[^\s/]+\S*", url):
        raise Invalid("オンラインのURLは https:// から入力してください。", field="online_url")


async def change(actor: Author, appointment: Appointment, fact: str, **values: Any) -> Appointment:
    """Change a date. SEQUENCE rises for what makes people look at their diary again; the held times move along.

    While there is no date nobody is told where it would have been: SEQUENCE rises when there is one again.
    """
    differs = {name for name, value in values.items() if getattr(appointment, name) != value}
    if not differs:
        return appointment
    _must_run_forward(values.get("starts_at", appointment.starts_at), values.get("ends_at", appointment.ends_at))
    must_be_a_link(values.get("online_url"))
    if "status" in differs:
        values["cancelled_at"] = actor.now if values["status"] is AppointmentStatus.CANCELLED else None
    is_off = appointment.status is AppointmentStatus.CANCELLED and "status" not in differs
    if changes.raises(differs) and not is_off:
        values["sequence"] = appointment.sequence + 1
    await records.change(actor, appointment, fact, **values, changed_at=actor.now)
    if differs & {"starts_at", "ends_at"}:
        held = Attendee.filter(appointment_id=appointment.id, busy_from__isnull=False)
        await held.update(busy_from=appointment.starts_at, busy_to=appointment.ends_at)
    return appointment


async def confirm(actor: Author, appointment: Appointment) -> Appointment:
    """The date is firm."""
    return await change(actor, appointment, "appointment-confirmed", status=AppointmentStatus.CONFIRMED)


async def cancel(actor: Author, appointment: Appointment) -> Appointment:
    """The date will not take place, for good or until there is a new one; whoever was held to it is free again."""
    await change(actor, appointment, "appointment-cancelled", status=AppointmentStatus.CANCELLED)
    await let_go(appointment)
    return appointment


async def let_go(appointment: Appointment) -> None:
    """Nobody is held to this date any more; they stay asked."""
    await Attendee.filter(appointment_id=appointment.id).update(busy_from=None, busy_to=None)


UNANSWERED: dict[str, Any] = {"partstat": PartStat.NEEDS_ACTION, "answered_at": None, "channel": None, "remark": ""}


@dataclass(frozen=True)
class Asked:
    """Somebody who is to come, and for which body."""

    person: Person
    role: AttendeeRole
    organization_id: UUID | None = None


async def ask(
    actor: Author,
    appointment: Appointment,
    person: Person,
    role: AttendeeRole,
    *,
    organization_id: UUID | None = None,
    holding: bool = False,
) -> Attendee:
    """Ask somebody to come (`ask_all`). With `holding` the person is held to the time: Conflict where they are held
    elsewhere."""
    return (await ask_all(actor, appointment, [Asked(person, role, organization_id)], holding=holding))[0]


async def ask_all(
    actor: Author, appointment: Appointment, asked: Sequence[Asked], *, holding: bool = False
) -> list[Attendee]:
    """Ask these to come, however many in as many statements; asked again after having been removed, the same row comes
    back, with a SEQUENCE that is newer than that of the CANCEL which they got. Raises Conflict for somebody who is
    asked already, or twice."""
    busy = (appointment.starts_at, appointment.ends_at) if holding else (None, None)
    common: dict[str, Any] = {
        "invited_at": actor.now,
        "asked_by_id": actor.person_id,
        "removed_at": None,
        **UNANSWERED,
        "busy_from": busy[0],
        "busy_to": busy[1],
        "waits": False,
    }
    ids = [one.person.id for one in asked]
    removed = Attendee.filter(any_of(Attendee, "person_id", ids), appointment_id=appointment.id)
    gone = {one.person_id: one for one in await removed.exclude(removed_at=None)}
    again, new = [], []
    for one in asked:
        values = {"role": one.role, "organization_id": one.organization_id, **common}
        if row := gone.pop(one.person.id, None):
            again.append((row, values | {"raised": row.raised + 1}))
        else:
            whose = {"appointment_id": appointment.id, "person_id": one.person.id, "unit_id": appointment.unit_id}
            new.append(whose | values)
    await records.change_many(actor, "attendee-asked-again", again)
    rows = [row for row, _ in again] + await records.create_many(actor, Attendee, "attendee-asked", new)
    of_person = {row.person_id: row for row in rows}
    return [of_person[id] for id in ids]


async def ask_anew(actor: Author, attendees: Iterable[Attendee]) -> None:
    """Ask these again whose answer was for another date; the journal keeps it."""
    await records.change_many(actor, "attendee-asked-anew", [(one, UNANSWERED) for one in attendees])


async def record_attendance(actor: Author, attendee: Attendee, came: bool, **values: Any) -> Attendee:
    """Whether somebody came."""
    return await records.change(actor, attendee, "attendance-recorded", attended=came, **values)


async def record_attendances(actor: Author, came: Iterable[tuple[Attendee, bool]]) -> None:
    """The same of many."""
    await records.change_many(actor, "attendance-recorded", [(one, {"attended": was_there}) for one, was_there in came])


async def release(actor: Author, attendee: Attendee, **more: Any) -> Attendee:
    """Somebody need not come any more, and is free at that time."""
    values = {"removed_at": actor.now, "busy_from": None, "busy_to": None, **more}
    return await records.change(actor, attendee, "attendee-released", **values)


async def uninvite(actor: Author, appointment: Appointment, attendee: Attendee) -> Attendee:
    """Release somebody who gets a CANCEL, for which SEQUENCE has to rise (RFC 5546 §2.1.4): theirs alone, for the date
    goes on as it was for the others, who hear nothing (§3.2.5). Who is asked in the same mailbox goes on from what that
    was told (`gathering`)."""
    await records.touch(actor, appointment)  # so that their feed is never the one again that they had before
    address = (await Person.get(id=attendee.person_id)).mail_address
    behind = coming(appointment.id).filter(raised__lt=attendee.raised, person__mail_address__iexact=address)
    for one in await behind.exclude(id=attendee.id) if address else ():
        await records.change(actor, one, "attendee-raised", raised=attendee.raised)
    return await release(actor, attendee, raised=attendee.raised + 1)


async def overtake(author: Author, appointment: Appointment, told: Sequence[tuple[Attendee, str]]) -> None:
    """What each of these is told at their address is newer than any CANCEL that it was: before they were asked, or
    before their address was put right to it, they may have been refused there, or somebody else with that address let
    go."""
    cancelled = await outbox.last_cancelled(appointment.id, {address for _, address in told})
    least = [(one, cancelled[address] + 1 - appointment.sequence) for one, address in told]
    await records.change_many(
        author, "attendee-raised", [(one, {"raised": max(one.raised, number)}) for one, number in least]
    )


def sequence_for(appointment: Appointment, attendee: Attendee) -> int:
    """SEQUENCE of a date as one attendee is told it, in letters and in their feed."""
    return appointment.sequence + attendee.raised


Dates = list[tuple[Appointment, Attendee]]


async def ahead_of(person_id: UUID, now: datetime) -> Dates:
    """The next dates that are not over and stand, to which somebody has been asked, and they in each."""
    return await _asked_to(person_id, Appointment.filter(ends_at__gt=now).order_by("starts_at", "id"))


async def behind_of(person_id: UUID, now: datetime) -> Dates:
    """The dates of the last year that are over, the latest first."""
    over = Appointment.filter(ends_at__lte=now, ends_at__gt=now - timedelta(days=365))
    return await _asked_to(person_id, over.order_by("-starts_at", "-id"))


async def _asked_to(person_id: UUID, dates: QuerySet[Appointment]) -> Dates:
    own = Attendee.filter(person_id=person_id, removed_at=None, invited_at__isnull=False)
    asked = Subquery(own.values("appointment_id"))
    found = await dates.filter(id__in=asked, cancelled_at=None).limit(MOST_SHOWN)
    present = {one.appointment_id: one for one in await own.filter(appointment_id__in=[date.id for date in found])}
    return [(date, present[date.id]) for date in found]


def coming(appointment_id: UUID) -> QuerySet[Attendee]:
    """Whoever is asked to a date and has not been released."""
    return Attendee.filter(appointment_id=appointment_id, removed_at=None).order_by("id")
