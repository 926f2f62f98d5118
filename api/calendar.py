"""予定: the dates of everything that has one, and who is to come, to read."""

from datetime import datetime
from enum import Enum

import strawberry

from api import reading
from api.enums import offer
from api.mutations import mutations
from api.organizations import Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import calendar, replies
from domain.actor import LIAISONS
from domain.calendar import AnswerChannel, AppointmentKind, AppointmentStatus, AttendeeRole, PartStat
from domain.feeds import unseen
from domain.rights import DataClass

OFFICERS = frozenset(LIAISONS)

offer(AnswerChannel, AppointmentKind, AppointmentStatus, AttendeeRole, PartStat)


UNSEEN = "Whether they subscribe, and no program has fetched what changed for them within 48 hours before the start."


@strawberry.enum
class AppointmentOrder(Enum):
    STARTS_AT_ASC = reading.asc("starts_at")
    STARTS_AT_DESC = reading.desc("starts_at")


@reading.filters
class AppointmentFilter:
    kind: list[AppointmentKind] | None = reading.among("kind")
    status: list[AppointmentStatus] | None = reading.among("status")
    unit: strawberry.ID | None = reading.of_unit()
    starts_from: datetime | None = reading.at_least("starts_at")
    starts_before: datetime | None = reading.below("starts_at")
    is_unseen: bool | None = reading.whether(unseen.ANYBODYS, data=DataClass.INTERNAL)
    unseen_from: datetime | None = reading.where(unseen.FROM, data=DataClass.INTERNAL)
    unseen_before: datetime | None = reading.where(unseen.BEFORE, data=DataClass.INTERNAL)


@reading.filters
class AttendeeFilter:
    role: list[AttendeeRole] | None = reading.among("role")
    partstat: list[PartStat] | None = reading.among("partstat")
    removed: bool | None = reading.present("removed_at")
    is_unseen: bool | None = reading.whether(unseen.UNSEEN, data=DataClass.INTERNAL)


@reading.entity(calendar.Attendee, calendar.attendees_visible_to)
@reading.shape(description="Somebody who is asked to come, and what they answered.")
class Attendee(Node):
    version: int
    role: AttendeeRole
    partstat: PartStat
    answered_at: datetime | None
    channel: AnswerChannel | None
    remark: str = reading.column(data=DataClass.INTERNAL, description="What was said with the answer, or noted of it.")
    invited_at: datetime | None
    removed_at: datetime | None
    waits: bool = reading.column(description="Whether they have said yes, but there is no seat for them yet.")
    attended: bool | None = reading.column(description="Whether they came; null until that is recorded.")
    calendar_fetched_at: datetime | None = reading.expression(
        unseen.FETCHED,
        data=DataClass.INTERNAL,
        description="When a program of theirs last fetched their calendar feed.",
    )
    shown_starts_at: datetime | None = reading.column(
        data=DataClass.INTERNAL, description="The start that their own calendar shows, as far as is known."
    )
    is_unseen: bool = reading.expression(unseen.UNSEEN, data=DataClass.INTERNAL, description=UNSEEN)
    person: Person | None = reading.one("person_id")
    organization: Organization | None = reading.one("organization_id")


@reading.entity(calendar.Appointment, calendar.visible_to)
@reading.shape(description="予定")
class Appointment(Node):
    version: int = reading.column(data=DataClass.INTERNAL)
    kind: AppointmentKind
    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    online_url: str
    status: AppointmentStatus
    cancelled_at: datetime | None
    unit: Unit | None = reading.one("unit_id")
    attendees: Connection[Attendee] = reading.connection(
        "appointment_id", order=reading.asc("created_at"), filters=AttendeeFilter
    )


@reading.shape
class CalendarQueries:
    appointment: Appointment | None = reading.root_one()
    appointments: Connection[Appointment] = reading.root_connection(orders=AppointmentOrder, filters=AppointmentFilter)


AttendeeMutations = mutations(Attendee, note_reply=replies.note)
