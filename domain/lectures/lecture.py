"""講師派遣: a school asks for a lecture; a lecturer is found, the date made firm, the lecture given and reported.

UNCONFIRMED -> RECEIVED -> ACCEPTED | REFUSED; ACCEPTED -> COORDINATING -> CONFIRMED -> DELIVERED -> REPORTED;
POSTPONED leads back to COORDINATING with the same UID; CANCELLED and WITHDRAWN end it. Source: 大分/宮城 5(4)オ.
A lecturer is held to the time from the assignment on (constraint attendee_busy), so nobody is sent to two places.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import amounts, calendar, records
from domain.actor import LIAISONS, Actor, Author, Role
from domain.calendar import Appointment, AppointmentKind
from domain.criteria import any_of, nothing
from domain.organizations import Contact, Organization
from domain.records import Owned
from domain.replies import belongs
from domain.states import Moves, must_move
from domain.units import Unit


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

ARRANGING = (LectureStatus.COORDINATING, LectureStatus.CONFIRMED)
"""While lecturers are asked, and answer."""

STAFFED = (LectureStatus.ACCEPTED, *ARRANGING)
"""What has been promised to the school, and so needs a lecturer."""

GIVEN = (LectureStatus.DELIVERED, LectureStatus.REPORTED)

AHEAD = (LectureStatus.UNCONFIRMED, LectureStatus.RECEIVED, *STAFFED, LectureStatus.POSTPONED)
"""What is still to be given, or asked for."""

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


AUDIENCE_LABELS: Mapping[Audience, str] = {
    Audience.PUPIL_ELEM: "小学生",
    Audience.PUPIL_JH: "中学生",
    Audience.PUPIL_HS: "高校生",
    Audience.STUDENT: "学生",
    Audience.GUARDIAN: "保護者",
    Audience.TEACHER: "教職員",
    Audience.SENIOR: "高齢者",
    Audience.EMPLOYEE: "従業員",
    Audience.PUBLIC: "一般",
}


class Lecture(Owned):
    """One lecture from the request to its report. `starts_at` repeats the appointment's for ordered reading.

    `contact` is the school's person for it, empty only where the lecture was entered after it had been given. `reason`
    is what the school is told of a refusal, a postponement or an end; `remarks` are the desk's own.
    """

    school: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name=False
    )
    school_id: UUID
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "renkei.Contact", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    contact_id: UUID | None
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


belongs(AppointmentKind.LECTURE, Lecture, GIVEN)


def visible_to(actor: Actor) -> QuerySet[Lecture]:
    """Liaison officers see their units' lectures, a school its own, whoever is asked to one that one."""
    if actor.role in LIAISONS:
        return Lecture.filter(any_of(Lecture, "unit_id", actor.units))
    if actor.role is Role.SCHOOL:
        return Lecture.filter(school_id=actor.organization_id)
    if actor.role is Role.VOLUNTEER:
        return Lecture.filter(appointment_id__in=calendar.asked_to(actor))
    return nothing(Lecture)


def titled(school: Organization, theme: str) -> str:
    """What calendars call a lecture."""
    return f"{school.name} {theme}"


def must_make_sense(facts: Mapping[str, Any]) -> None:
    """Raises Invalid for a theme of blanks only or one that is too long, or a number of listeners that no hall has."""
    if "theme" in facts:
        records.must_say(facts["theme"], "講義のテーマ", "theme")
        records.must_fit(Lecture, {"theme": facts["theme"]})
    if "expected_count" in facts:
        amounts.people(facts["expected_count"], "expected_count", "予定人数", least=1)


async def make(
    author: Author, fact: str, school: Organization, ends_at: datetime, where: Mapping[str, Any], **columns: Any
) -> tuple[Lecture, Appointment]:
    """A lecture of the unit that looks after the school, with the date of its own; `where` is the appointment's."""
    unit = await Unit.get(id=school.unit_id)
    title = titled(school, columns["theme"])
    appointment = await calendar.propose(
        author, AppointmentKind.LECTURE, unit, title, columns["starts_at"], ends_at, **where
    )
    owned = {"unit_id": unit.id, "school_id": school.id, "appointment_id": appointment.id}
    return await records.create(author, Lecture, fact, **owned, **columns), appointment


async def move(author: Author, lecture: Lecture, to: LectureStatus, fact: str, **values: Any) -> Lecture:
    """Take a step that the table allows. Raises WrongState."""
    status = must_move(MOVES, LABELS, lecture.status, to)
    return await records.change(author, lecture, fact, status=status, **values)
