"""講師派遣: lectures, who gives them and how many heard them, to read."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum, StrEnum

import strawberry

from api import reading
from api.calendar import OFFICERS, Appointment, Attendee
from api.enums import offer
from api.mutations import mutations
from api.organizations import Contact, Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import lectures
from domain.calendar import AttendeeRole
from domain.lectures import Audience, LectureKind, LectureStatus, OfferStatus
from domain.rights import DataClass


def among(states: Sequence[StrEnum]) -> str:
    """States as they stand in SQL."""
    return ", ".join(f"'{state}'" for state in states)


offer(Audience, LectureKind, LectureStatus, OfferStatus)


# The offset has each lecture looked up by itself: few of those to come have a lecturer, as good as all others had one,
# so PostgreSQL would think that hardly any lacks one, and read on for a page of them.
NEEDS_LECTURER = f"""{{t}}.status in ({among(lectures.STAFFED)}) and not exists (
    select from lecture_assignment a
    where a.lecture_id = {{t}}.id and a.role = 'LECTURER' and a.status in ({among(lectures.STANDING)}) offset 0)"""


@strawberry.enum
class LectureOrder(Enum):
    STARTS_AT_ASC = reading.asc("starts_at")
    STARTS_AT_DESC = reading.desc("starts_at")
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class LectureFilter:
    needs_lecturer: bool | None = reading.whether(NEEDS_LECTURER, data=DataClass.INTERNAL)
    status: list[LectureStatus] | None = reading.among("status")
    kind: list[LectureKind] | None = reading.among("kind")
    audience: list[Audience] | None = reading.among("audience")
    unit: strawberry.ID | None = reading.of_unit()
    school: strawberry.ID | None = reading.refers("school_id", "Organization")
    starts_from: datetime | None = reading.at_least("starts_at")
    starts_before: datetime | None = reading.below("starts_at")


@reading.entity(lectures.HeadCount, lectures.head_counts_visible_to)
@reading.shape(description="How many people of one audience heard the lecture (人, 延べ).")
class HeadCount(Node):
    version: int
    audience: Audience
    count: int


@reading.entity(lectures.Assignment, lectures.assignments_visible_to)
@reading.shape(description="講師割当")
class LecturerAssignment(Node):
    version: int
    role: AttendeeRole
    status: OfferStatus
    allowed_transitions: list[OfferStatus] = reading.computed("status", lectures.OFFER_MOVES)
    reply_by: date | None = reading.column(description="回答期限: the last day")
    person: Person | None = reading.one("person_id")
    attendee: Attendee | None = reading.one("attendee_id", implied=OFFICERS)


@reading.entity(lectures.Lecture, lectures.visible_to)
@reading.shape(description="出張講義・講話")
class Lecture(Node):
    version: int
    status: LectureStatus
    allowed_transitions: list[LectureStatus] = reading.computed("status", lectures.MOVES)
    kind: LectureKind
    audience: Audience
    theme: str
    expected_count: int
    starts_at: datetime
    equipment: str
    remarks: str = reading.column(data=DataClass.INTERNAL)
    reason: str = reading.column(description="不受理・延期・中止・取下げの理由, as the school was told")
    duration_minutes: int | None
    reported_at: datetime | None = reading.column(data=DataClass.INTERNAL)
    total_participants: int = reading.expression(
        "(select coalesce(sum(h.count), 0)::int from lecture_head_count h where h.lecture_id = {t}.id)",
        data=DataClass.INTERNAL,
        description="延べ人員",
    )
    needs_lecturer: bool = reading.expression(
        f"({NEEDS_LECTURER})",
        data=DataClass.INTERNAL,
        description="Whether the lecture has been promised, and nobody is counted on to give it (any more).",
    )
    unit: Unit | None = reading.one("unit_id")
    school: Organization | None = reading.one("school_id")
    contact: Contact | None = reading.one("contact_id")
    appointment: Appointment | None = reading.one("appointment_id", implied=OFFICERS)
    assignments: Connection[LecturerAssignment] = reading.connection(
        "lecture_id", order=reading.asc("created_at"), implied=OFFICERS
    )
    head_counts: Connection[HeadCount] = reading.connection(
        "lecture_id", order=reading.asc("audience"), implied=OFFICERS
    )


@reading.shape
class LectureQueries:
    lecture: Lecture | None = reading.root_one()
    lectures: Connection[Lecture] = reading.root_connection(orders=LectureOrder, filters=LectureFilter)


LectureMutations = mutations(
    Lecture,
    request_lecture=lectures.request,
    correct_lecture=lectures.correct,
    accept_lecture=lectures.accept,
    refuse_lecture=lectures.refuse,
    assign_lecturer=lectures.assign,
    confirm_lecture=lectures.confirm,
    postpone_lecture=lectures.postpone,
    reschedule_lecture=lectures.reschedule,
    cancel_lecture=lectures.cancel,
    withdraw_lecture=lectures.withdraw,
    deliver_lecture=lectures.deliver,
    record_held_lecture=lectures.record_held,
    correct_head_counts=lectures.correct_head_counts,
    report_lecture=lectures.report,
)
AssignmentMutations = mutations(LecturerAssignment, release_lecturer=lectures.release)
