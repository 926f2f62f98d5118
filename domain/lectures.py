"""講師派遣: a school asks for a lecture; a lecturer is found, the date made firm, the lecture given and reported.

UNCONFIRMED -> RECEIVED -> ACCEPTED | REFUSED; ACCEPTED -> COORDINATING -> CONFIRMED -> DELIVERED -> REPORTED;
POSTPONED leads back to COORDINATING with the same UID; CANCELLED and WITHDRAWN end it. Source: 大分/宮城 5(4)オ.
A lecturer is held to the time from the assignment on (constraint attendee_busy), so nobody is sent to two places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import calendar, invitations, organizations, people, records, volunteers
from domain.actor import LIAISONS, TOKYO, Actor, Author, Role
from domain.calendar import Appointment, AppointmentKind, Attendee, AttendeeRole, PartStat
from domain.errors import Incomplete, Invalid, WrongState
from domain.organizations import Contact, Organization
from domain.outbox import Method
from domain.people import Person
from domain.records import Owned, any_of, nothing
from domain.replies import listens
from domain.states import Moves, must_be_in, must_move, said
from domain.units import Unit
from domain.verbs import broken, verb
from domain.volunteers import ConsentScope, Volunteer


class LectureStatus(StrEnum):
    """仮受付, 受付, 受理, 不受理, 調整中, 決定, 実施済, 報告済, 延期, 中止, 取下げ."""

    UNCONFIRMED = "UNCONFIRMED"
    RECEIVED = "RECEIVED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    COORDINATING = "COORDINATING"
    CONFIRMED = "CONFIRMED"
    DELIVERED = "DELIVERED"
    REPORTED = "REPORTED"
    POSTPONED = "POSTPONED"
    CANCELLED = "CANCELLED"
    WITHDRAWN = "WITHDRAWN"


LABELS: Mapping[LectureStatus, str] = {
    LectureStatus.UNCONFIRMED: "仮受付",
    LectureStatus.RECEIVED: "受付",
    LectureStatus.ACCEPTED: "受理",
    LectureStatus.REFUSED: "不受理",
    LectureStatus.COORDINATING: "調整中",
    LectureStatus.CONFIRMED: "決定",
    LectureStatus.DELIVERED: "実施済",
    LectureStatus.REPORTED: "報告済",
    LectureStatus.POSTPONED: "延期",
    LectureStatus.CANCELLED: "中止",
    LectureStatus.WITHDRAWN: "取下げ",
}

_ENDS = (LectureStatus.CANCELLED, LectureStatus.WITHDRAWN)

MOVES: Moves[LectureStatus] = {
    LectureStatus.UNCONFIRMED: (LectureStatus.RECEIVED, LectureStatus.WITHDRAWN),
    LectureStatus.RECEIVED: (LectureStatus.ACCEPTED, LectureStatus.REFUSED, LectureStatus.WITHDRAWN),
    LectureStatus.ACCEPTED: (LectureStatus.COORDINATING, *_ENDS),
    LectureStatus.REFUSED: (),
    LectureStatus.COORDINATING: (LectureStatus.CONFIRMED, LectureStatus.POSTPONED, *_ENDS),
    LectureStatus.CONFIRMED: (LectureStatus.DELIVERED, LectureStatus.POSTPONED, *_ENDS),
    LectureStatus.DELIVERED: (LectureStatus.REPORTED,),
    LectureStatus.REPORTED: (),
    LectureStatus.POSTPONED: (LectureStatus.COORDINATING, *_ENDS),
    LectureStatus.CANCELLED: (),
    LectureStatus.WITHDRAWN: (),
}


class OfferStatus(StrEnum):
    """打診, 承諾, 辞退, 期限切れ, 取消."""

    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    WITHDRAWN = "WITHDRAWN"


OFFER_MOVES: Moves[OfferStatus] = {
    OfferStatus.OFFERED: (
        OfferStatus.ACCEPTED,
        OfferStatus.DECLINED,
        OfferStatus.LAPSED,
        OfferStatus.WITHDRAWN,
    ),
    OfferStatus.ACCEPTED: (OfferStatus.DECLINED, OfferStatus.WITHDRAWN),
    OfferStatus.DECLINED: (OfferStatus.ACCEPTED, OfferStatus.WITHDRAWN),
    OfferStatus.LAPSED: (),
    OfferStatus.WITHDRAWN: (OfferStatus.OFFERED,),
}
STANDING = (OfferStatus.OFFERED, OfferStatus.ACCEPTED)


class LectureKind(StrEnum):
    """LECTURE 出張講義・講話, TEACHER_TRAINING 教職員研修, CYBER_SECURITY_COLLEGE サイバーセキュリティ・カレッジ."""

    LECTURE = "LECTURE"
    TEACHER_TRAINING = "TEACHER_TRAINING"
    CYBER_SECURITY_COLLEGE = "CYBER_SECURITY_COLLEGE"


class Audience(StrEnum):
    """小学生, 中学生, 高校生, 学生, 保護者, 教職員, 高齢者, 従業員, 一般."""

    PUPIL_ELEM = "PUPIL_ELEM"
    PUPIL_JH = "PUPIL_JH"
    PUPIL_HS = "PUPIL_HS"
    STUDENT = "STUDENT"
    GUARDIAN = "GUARDIAN"
    TEACHER = "TEACHER"
    SENIOR = "SENIOR"
    EMPLOYEE = "EMPLOYEE"
    PUBLIC = "PUBLIC"


class Lecture(Owned):
    """One lecture from the request to its report. `starts_at` repeats the appointment's for ordered reading."""

    school: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name=False
    )
    school_id: UUID
    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "renkei.Contact", on_delete=fields.RESTRICT, related_name=False
    )
    contact_id: UUID
    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "renkei.Appointment", on_delete=fields.RESTRICT, related_name=False
    )
    appointment_id: UUID
    status = fields.CharEnumField(LectureStatus, max_length=20)
    kind = fields.CharEnumField(LectureKind, max_length=30, default=LectureKind.LECTURE)
    audience = fields.CharEnumField(Audience, max_length=20)
    theme = fields.CharField(max_length=200)
    expected_count = fields.IntField()
    starts_at = fields.DatetimeField()
    equipment = fields.CharField(max_length=500, default="")
    remarks = fields.CharField(max_length=1000, default="")
    reason = fields.CharField(max_length=500, default="")
    duration_minutes = fields.IntField(null=True)
    reported_at = fields.DatetimeField(null=True)

    class Meta:
        table = "lecture"
        indexes = [
            Index(fields=("unit_id", "starts_at", "id"), name="lecture_unit_start"),
            Index(fields=("school_id", "starts_at"), name="lecture_school"),
        ]


class Assignment(Owned):
    """講師割当: one person asked to give, or help to give, one lecture."""

    lecture: fields.ForeignKeyRelation[Lecture] = fields.ForeignKeyField("renkei.Lecture", related_name="assignments")
    lecture_id: UUID
    attendee: fields.OneToOneRelation[Attendee] = fields.OneToOneField("renkei.Attendee", related_name=False)
    attendee_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", on_delete=fields.RESTRICT, related_name=False
    )
    person_id: UUID
    role = fields.CharEnumField(AttendeeRole, max_length=20)
    status = fields.CharEnumField(OfferStatus, max_length=20, default=OfferStatus.OFFERED)

    class Meta:
        table = "lecture_assignment"
        indexes = [Index(fields=("lecture_id", "id"), name="lecture_assignment_lecture")]


class HeadCount(Owned):
    """How many people of one audience heard the lecture (人, 延べ)."""

    lecture: fields.ForeignKeyRelation[Lecture] = fields.ForeignKeyField("renkei.Lecture", related_name="head_counts")
    lecture_id: UUID
    audience = fields.CharEnumField(Audience, max_length=20)
    count = fields.IntField()

    class Meta:
        table = "lecture_head_count"


broken("lecture_head_count_once", "同じ対象の人数が二つあります。対象ごとに一つにまとめてください。")


def visible_to(actor: Actor) -> QuerySet[Lecture]:
    """Liaison officers see their units' lectures, a school its own, whoever is asked to one that one."""
    if actor.role in LIAISONS:
        return Lecture.filter(any_of(Lecture, "unit_id", actor.units))
    if actor.role is Role.SCHOOL:
        return Lecture.filter(school_id=actor.organization_id)
    if actor.role is Role.VOLUNTEER:
        return Lecture.filter(appointment_id__in=calendar.asked_to(actor))
    return nothing(Lecture)


def assignments_visible_to(actor: Actor) -> QuerySet[Assignment]:
    """Liaison officers see who is asked; a volunteer only themselves."""
    if actor.role in LIAISONS:
        return Assignment.filter(any_of(Assignment, "unit_id", actor.units))
    if actor.role is Role.VOLUNTEER:
        return Assignment.filter(person_id=actor.person_id)
    return nothing(Assignment)


def head_counts_visible_to(actor: Actor) -> QuerySet[HeadCount]:
    """Liaison officers see their units' head-counts."""
    return HeadCount.filter(any_of(HeadCount, "unit_id", actor.units)) if actor.is_liaison else nothing(HeadCount)


@verb(*LIAISONS, Role.SCHOOL)
async def request(
    actor: Actor,
    *,
    school_id: UUID,
    contact_id: UUID,
    theme: str,
    audience: Audience,
    expected_count: int,
    starts_at: datetime,
    ends_at: datetime,
    place: str = "",
    online_url: str = "",
    kind: LectureKind = LectureKind.LECTURE,
    equipment: str = "",
    remarks: str = "",
) -> Lecture:
    """Take a school's request in, on its first wished date; the school is told that it has arrived.

    Raises NotFound for the school or contact, Invalid for a date that has passed or a head-count below one.
    """
    school = await records.see(organizations.visible_to(actor), school_id, field="school_id")
    contacts = organizations.contacts_visible_to(actor).filter(organization_id=school.id)
    contact = await records.see(contacts, contact_id, field="contact_id")
    _must_be_ahead(actor, starts_at)
    if expected_count < 1:
        raise Invalid("予定人数は1人以上にしてください。", field="expected_count")
    unit = await Unit.get(id=school.unit_id)
    where = {"place": place or school.name, "online_url": online_url}
    appointment = await calendar.propose(
        actor, AppointmentKind.LECTURE, unit, f"{school.name} {theme}", starts_at, ends_at, **where
    )
    lecture = await records.create(
        actor,
        Lecture,
        "lecture-requested",
        unit_id=unit.id,
        school_id=school.id,
        contact_id=contact.id,
        appointment_id=appointment.id,
        status=LectureStatus.RECEIVED,
        kind=kind,
        audience=audience,
        theme=theme,
        expected_count=expected_count,
        starts_at=starts_at,
        equipment=equipment,
        remarks=remarks,
    )
    await _tell_school(actor, lecture, appointment, "lecture-received")
    return lecture


def _must_be_ahead(actor: Author, starts_at: datetime) -> None:
    if starts_at <= actor.now:
        raise Invalid("これからの日時を指定してください。", field="starts_at")


@verb(*LIAISONS)
async def accept(actor: Actor, lecture_id: UUID, *, version: int | None = None) -> Lecture:
    """受理: we will send somebody."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    return await _move(actor, lecture, LectureStatus.ACCEPTED, "lecture-accepted")


@verb(*LIAISONS)
async def refuse(actor: Actor, lecture_id: UUID, *, reason: str, version: int | None = None) -> Lecture:
    """不受理, with the reason that the school is told."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    await _move(actor, lecture, LectureStatus.REFUSED, "lecture-refused", reason=said(reason))
    await _end(actor, lecture, reason, "lecture-refused")
    return lecture


@verb(*LIAISONS)
async def assign(
    actor: Actor,
    lecture_id: UUID,
    *,
    person_id: UUID,
    role: AttendeeRole = AttendeeRole.LECTURER,
    version: int | None = None,
) -> Lecture:
    """Ask a lecturer (講師) or a helper (補助講師), hold them to the time, and send them the invitation.

    Raises Conflict where the person is held elsewhere at that time, Incomplete for a volunteer who does not serve or
    whose guardian has not consented.
    """
    lecture = await records.find(visible_to(actor), lecture_id, version)
    if role not in (AttendeeRole.LECTURER, AttendeeRole.CO_LECTURER):
        raise Invalid("講師か補助講師を選んでください。", field="role")
    if lecture.status is LectureStatus.ACCEPTED:
        await _move(actor, lecture, LectureStatus.COORDINATING, "lecture-coordinating")
    must_be_in(LABELS, lecture.status, LectureStatus.COORDINATING, LectureStatus.CONFIRMED)
    person = await records.see(people.visible_to(actor), person_id, field="person_id")
    appointment = await Appointment.get(id=lecture.appointment_id)
    day = appointment.starts_at.astimezone(TOKYO).date()
    await volunteers.must_be_fit(person.id, day, ConsentScope.EDUCATION, field="person_id")
    attendee = await calendar.ask(actor, appointment, person, role, holding=True)
    await _offer(actor, lecture, attendee)
    await invitations.tell(actor, appointment, attendee, "lecture-assigned", Method.REQUEST)
    return lecture


async def _offer(actor: Actor, lecture: Lecture, attendee: Attendee) -> None:
    known = await Assignment.filter(attendee_id=attendee.id).first()
    if known:
        await records.change(actor, known, "lecturer-asked-again", status=OfferStatus.OFFERED, role=attendee.role)
        return
    await records.create(
        actor,
        Assignment,
        "lecturer-asked",
        unit_id=lecture.unit_id,
        lecture_id=lecture.id,
        attendee_id=attendee.id,
        person_id=attendee.person_id,
        role=attendee.role,
    )


@verb(*LIAISONS)
async def release(actor: Actor, assignment_id: UUID, *, version: int | None = None) -> Assignment:
    """Take the request to a lecturer back; they are free again and their calendar is told."""
    assignment = await records.find(assignments_visible_to(actor), assignment_id, version)
    await _let_go(actor, assignment)
    return assignment


async def _let_go(author: Author, assignment: Assignment, **more: Any) -> None:
    await records.change(author, assignment, "lecturer-released", status=_offer_may(assignment, OfferStatus.WITHDRAWN))
    attendee = await Attendee.get(id=assignment.attendee_id)
    appointment = await Appointment.select_for_update().get(id=attendee.appointment_id)
    await calendar.uninvite(author, appointment, attendee)
    await invitations.tell(author, appointment, attendee, "lecturer-released", Method.CANCEL, **more)


@volunteers.when_stepping_back
async def excuse(author: Author, volunteer: Volunteer, reason: str) -> None:
    """A volunteer who no longer serves is released from the lectures that are still ahead."""
    if await volunteers.has_active(volunteer.person_id):
        return
    for assignment in await Assignment.filter(person_id=volunteer.person_id, status__in=STANDING).select_for_update():
        if (await Lecture.get(id=assignment.lecture_id)).starts_at > author.now:
            await _let_go(author, assignment, reason=reason)


def _offer_may(assignment: Assignment, to: OfferStatus) -> OfferStatus:
    if to not in OFFER_MOVES[assignment.status]:
        raise WrongState("この割当はもう変えられません。最新の内容を読み直してください。")
    return to


@listens(AppointmentKind.LECTURE)
async def hear(author: Author, appointment: Appointment, attendee: Attendee) -> None:
    """An answer of a lecturer is the answer to the offer; whoever declines is free at that time."""
    assignment = await Assignment.filter(attendee_id=attendee.id).select_for_update().first()
    if assignment is None or attendee.partstat is PartStat.TENTATIVE:
        return
    answer = OfferStatus(attendee.partstat.value)
    await records.change(author, assignment, "lecturer-answered", status=answer)
    busy = (None, None) if answer is OfferStatus.DECLINED else (appointment.starts_at, appointment.ends_at)
    await records.change(author, attendee, "attendee-held", busy_from=busy[0], busy_to=busy[1])


@verb(*LIAISONS)
async def confirm(actor: Actor, lecture_id: UUID, *, version: int | None = None) -> Lecture:
    """決定: the date is firm; the school and the lecturers are told. Raises Incomplete without a lecturer."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    await _move(actor, lecture, LectureStatus.CONFIRMED, "lecture-confirmed")
    standing = Assignment.filter(lecture_id=lecture.id, role=AttendeeRole.LECTURER, status__in=STANDING)
    if not await standing.exists():
        raise Incomplete("講師が決まっていません。先に講師を割り当ててください。")
    appointment = await calendar.confirm(actor, await Appointment.get(id=lecture.appointment_id))
    await _invite_school(actor, lecture, appointment)
    await _tell_lecturers(actor, appointment, "lecture-assigned", Method.REQUEST)
    return lecture


async def _invite_school(actor: Actor, lecture: Lecture, appointment: Appointment) -> None:
    contact = await Contact.get(id=lecture.contact_id).prefetch_related("person")
    host = await _host(appointment, contact) or await calendar.ask(
        actor, appointment, contact.person, AttendeeRole.HOST, organization_id=lecture.school_id
    )
    await invitations.tell(actor, appointment, host, "lecture-confirmed", Method.REQUEST)


async def _tell_lecturers(author: Author, appointment: Appointment, kind: str, method: Method, **more: Any) -> None:
    for attendee in await calendar.coming(appointment.id).exclude(role=AttendeeRole.HOST):
        if attendee.partstat is not PartStat.DECLINED:
            await invitations.tell(author, appointment, attendee, kind, method, **more)


@verb(*LIAISONS)
async def postpone(
    actor: Actor,
    lecture_id: UUID,
    *,
    reason: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    version: int | None = None,
) -> Lecture:
    """延期: with a new date at once, or until one is found (then the calendars take the old date out)."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    await _move(actor, lecture, LectureStatus.POSTPONED, "lecture-postponed", reason=said(reason))
    appointment = await Appointment.get(id=lecture.appointment_id)
    if starts_at and ends_at:
        return await _reschedule(actor, lecture, appointment, starts_at, ends_at, reason)
    await calendar.cancel(actor, appointment)
    await _tell_school(actor, lecture, appointment, "lecture-postponed", reason=reason)
    await _tell_lecturers(actor, appointment, "lecturer-released", Method.CANCEL, reason=reason)
    return lecture


@verb(*LIAISONS)
async def reschedule(
    actor: Actor, lecture_id: UUID, *, starts_at: datetime, ends_at: datetime, version: int | None = None
) -> Lecture:
    """A new date for a postponed lecture, or for one that is still being arranged; same UID, SEQUENCE raised."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    appointment = await Appointment.get(id=lecture.appointment_id)
    must_be_in(
        LABELS,
        lecture.status,
        LectureStatus.RECEIVED,
        LectureStatus.ACCEPTED,
        LectureStatus.COORDINATING,
        LectureStatus.POSTPONED,
    )
    return await _reschedule(actor, lecture, appointment, starts_at, ends_at, lecture.reason)


async def _reschedule(
    actor: Actor,
    lecture: Lecture,
    appointment: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
) -> Lecture:
    _must_be_ahead(actor, starts_at)
    values = {"starts_at": starts_at, "ends_at": ends_at, "status": calendar.AppointmentStatus.TENTATIVE}
    await calendar.change(actor, appointment, "appointment-rescheduled", **values)
    await _hold_again(actor, lecture, appointment)
    await records.change(actor, lecture, "lecture-rescheduled", starts_at=starts_at)
    if lecture.status is LectureStatus.POSTPONED:
        await _move(actor, lecture, LectureStatus.COORDINATING, "lecture-coordinating")
        await _tell_school(actor, lecture, appointment, "lecture-rescheduled", Method.REQUEST, reason=reason)
    await _tell_lecturers(actor, appointment, "lecture-assigned", Method.REQUEST, reason=reason)
    return lecture


async def _hold_again(actor: Actor, lecture: Lecture, appointment: Appointment) -> None:
    for assignment in await Assignment.filter(lecture_id=lecture.id, status__in=STANDING):
        attendee = await Attendee.get(id=assignment.attendee_id)
        times = {"busy_from": appointment.starts_at, "busy_to": appointment.ends_at}
        await records.change(actor, attendee, "attendee-held", **times)


@verb(*LIAISONS)
async def cancel(actor: Actor, lecture_id: UUID, *, reason: str, version: int | None = None) -> Lecture:
    """中止, with the reason that everybody is told."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    await _move(actor, lecture, LectureStatus.CANCELLED, "lecture-cancelled", reason=said(reason))
    await _end(actor, lecture, reason, "lecture-cancelled")
    return lecture


@verb(*LIAISONS, Role.SCHOOL)
async def withdraw(actor: Actor, lecture_id: UUID, *, reason: str, version: int | None = None) -> Lecture:
    """取下げ: the school does not ask any more."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    await _move(actor, lecture, LectureStatus.WITHDRAWN, "lecture-withdrawn", reason=said(reason))
    await _end(actor, lecture, reason, "lecture-withdrawn")
    return lecture


async def _end(actor: Actor, lecture: Lecture, reason: str, letter: str) -> None:
    appointment = await calendar.cancel(actor, await Appointment.get(id=lecture.appointment_id))
    await _tell_school(actor, lecture, appointment, letter, reason=reason)
    await _tell_lecturers(actor, appointment, "lecturer-released", Method.CANCEL, reason=reason)


@dataclass(frozen=True)
class Counted:
    """人数 of one audience."""

    audience: Audience
    count: int


@verb(*LIAISONS)
async def deliver(
    actor: Actor,
    lecture_id: UUID,
    *,
    duration_minutes: int,
    head_counts: list[Counted],
    version: int | None = None,
) -> Lecture:
    """実施済: the lecture was given, this long, to so many. Raises Invalid before it has begun."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    if lecture.starts_at > actor.now:
        raise WrongState("まだ始まっていない講義は実施済にできません。")
    if not 1 <= duration_minutes <= 24 * 60:
        raise Invalid("実施時間は1分から1,440分までで入力してください。", field="duration_minutes")
    values = {"duration_minutes": duration_minutes}
    await _move(actor, lecture, LectureStatus.DELIVERED, "lecture-delivered", **values)
    await _count(actor, lecture, head_counts)
    return lecture


@verb(*LIAISONS)
async def correct_head_counts(
    actor: Actor, lecture_id: UUID, *, head_counts: list[Counted], reason: str, version: int | None = None
) -> Lecture:
    """Correct the numbers afterwards; the old ones stay in the journal with the reason."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    must_be_in(LABELS, lecture.status, LectureStatus.DELIVERED, LectureStatus.REPORTED)
    await records.change(actor, lecture, "head-count-corrected", reason=said(reason))
    await _count(actor, lecture, head_counts)
    return lecture


async def _count(actor: Actor, lecture: Lecture, head_counts: list[Counted]) -> None:
    if not head_counts or any(not 0 <= one.count <= 100_000 for one in head_counts):
        raise Invalid("対象ごとの人数を0人から100,000人までで入力してください。", field="head_counts")
    known = {row.audience: row for row in await HeadCount.filter(lecture_id=lecture.id)}
    for one in head_counts:
        if row := known.pop(one.audience, None):
            await records.change(actor, row, "head-count-corrected", count=one.count)
        else:
            whose = {"unit_id": lecture.unit_id, "lecture_id": lecture.id}
            values = {"audience": one.audience, "count": one.count}
            await records.create(actor, HeadCount, "head-count-entered", **whose, **values)
    for row in known.values():
        await records.change(actor, row, "head-count-corrected", count=0)


@verb(*LIAISONS)
async def report(actor: Actor, lecture_id: UUID, *, version: int | None = None) -> Lecture:
    """報告済: the head-counts are checked and final."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    values = {"reported_at": actor.now}
    return await _move(actor, lecture, LectureStatus.REPORTED, "lecture-reported", **values)


async def _move(author: Author, lecture: Lecture, to: LectureStatus, fact: str, **values: Any) -> Lecture:
    status = must_move(MOVES, LABELS, lecture.status, to)
    return await records.change(author, lecture, fact, status=status, **values)


async def _tell_school(
    author: Author,
    lecture: Lecture,
    appointment: Appointment,
    kind: str,
    method: Method = Method.CANCEL,
    **more: Any,
) -> None:
    """A letter to the school; where it was invited before, its calendar is told by `method` as well."""
    contact = await Contact.get(id=lecture.contact_id).prefetch_related("person")
    host = await _host(appointment, contact)
    if host:
        await invitations.tell(author, appointment, host, kind, method, **more)
    else:
        turn = f"{lecture.id}:{appointment.version}"
        await invitations.write(author, appointment, contact.person, kind, turn, **more)


async def _host(appointment: Appointment, contact: Contact) -> Attendee | None:
    known = Attendee.filter(appointment_id=appointment.id, person_id=contact.person_id, removed_at=None)
    return await known.first()
