"""活動実績: what volunteers do, who takes part and for how long, to read and to lead to approved hours."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from api import reading
from api.calendar import OFFICERS, Appointment, Attendee
from api.enums import offer
from api.mutations import mutations
from api.reading import Connection, Node
from api.units import Unit
from api.volunteers import Volunteer, VolunteerGroup
from domain import activities
from domain.activities import ActivityKind, ActivityStatus, ParticipationStatus
from domain.actor import Role
from domain.rights import DataClass

if TYPE_CHECKING:
    from api.outreach import OutreachEvent

INTERNAL = DataClass.INTERNAL
INVOLVED = OFFICERS | {Role.VOLUNTEER}
"""Whoever sees an activity sees its date, and whoever sees that somebody takes part sees the activity."""

offer(ActivityKind, ActivityStatus)
offer(ParticipationStatus, name="ActivityParticipationStatus")


@strawberry.enum
class VolunteerActivityOrder(Enum):
    STARTS_AT_ASC = reading.asc("starts_at")
    STARTS_AT_DESC = reading.desc("starts_at")
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class VolunteerActivityFilter:
    status: list[ActivityStatus] | None = reading.among("status")
    kind: list[ActivityKind] | None = reading.among("kind")
    unit: strawberry.ID | None = reading.of_unit()
    group: strawberry.ID | None = reading.refers("group_id", "VolunteerGroup")
    outreach_event: strawberry.ID | None = reading.refers("outreach_event_id", "OutreachEvent")
    starts_from: datetime | None = reading.at_least("starts_at")
    starts_before: datetime | None = reading.below("starts_at")


@strawberry.enum
class ActivityParticipationOrder(Enum):
    CREATED_AT_ASC = reading.asc("created_at")
    STARTS_AT_DESC = reading.desc("starts_at")


@reading.filters
class ActivityParticipationFilter:
    status: list[ParticipationStatus] | None = reading.among("status")
    activity: strawberry.ID | None = reading.refers("activity_id", "VolunteerActivity")
    volunteer: strawberry.ID | None = reading.refers("volunteer_id", "Volunteer")
    starts_from: datetime | None = reading.at_least("starts_at")
    starts_before: datetime | None = reading.below("starts_at")
    approved: bool | None = reading.present("approved_at")
    released: bool | None = reading.present("released_at")


@reading.entity(activities.ActivityParticipation, activities.participations_visible_to)
@reading.shape(description="参加: one volunteer in one activity; minutes (分) are reported and approved apart.")
class ActivityParticipation(Node):
    version: int
    status: ParticipationStatus
    allowed_transitions: list[ParticipationStatus] = reading.computed("status", activities.PARTICIPATION_MOVES)
    turn: int | None = reading.column(data=INTERNAL, description="補欠の順番: the place in the line for a seat.")
    offered_until: datetime | None = reading.column(description="Until when a seat is kept that has become free.")
    starts_at: datetime
    reason: str = reading.column(data=INTERNAL)
    minutes_reported: int | None
    minutes_approved: int | None
    approved_at: datetime | None
    released_at: datetime | None
    activity: Annotated["VolunteerActivity", strawberry.lazy("api.activities")] | None = reading.one(
        "activity_id", implied=INVOLVED
    )
    volunteer: Volunteer | None = reading.one("volunteer_id", implied=frozenset({Role.VOLUNTEER}))
    attendee: Attendee | None = reading.one("attendee_id", implied=INVOLVED)


@reading.entity(activities.Activity, activities.visible_to)
@reading.shape(description="活動実績: one activity of volunteers; 通報, 転送 and 削除 (件) are counts only.")
class VolunteerActivity(Node):
    version: int = reading.column(data=INTERNAL)
    status: ActivityStatus
    allowed_transitions: list[ActivityStatus] = reading.computed("status", activities.MOVES)
    kind: ActivityKind
    title: str
    starts_at: datetime
    capacity: int | None = reading.column(data=INTERNAL, description="定員 (人)")
    reason: str = reading.column(data=INTERNAL)
    remarks: str = reading.column(data=INTERNAL)
    held_at: datetime | None = reading.column(data=INTERNAL)
    audience_count: int | None = reading.column(data=INTERNAL, description="対象人数 (人)")
    copies_count: int | None = reading.column(data=INTERNAL, description="配布数 (枚・部)")
    reported_count: int | None = reading.column(data=INTERNAL, description="通報 (件)")
    forwarded_count: int | None = reading.column(data=INTERNAL, description="転送 (件)")
    removed_count: int | None = reading.column(data=INTERNAL, description="削除 (件)")
    attended_count: int = reading.expression(
        "(select count(*)::int from activity_participation p where p.activity_id = {t}.id and p.status = 'ATTENDED')",
        data=INTERNAL,
        description="参加人員 (人)",
    )
    minutes_approved: int = reading.expression(
        "(select coalesce(sum(p.minutes_approved), 0)::int from activity_participation p where p.activity_id = {t}.id)",
        data=INTERNAL,
        description="承認された活動時間の合計 (分)",
    )
    unit: Unit | None = reading.one("unit_id")
    group: VolunteerGroup | None = reading.one("group_id")
    outreach_event: Annotated["OutreachEvent", strawberry.lazy("api.outreach")] | None = reading.one(
        "outreach_event_id", description="The event of the police with which they help."
    )
    appointment: Appointment | None = reading.one("appointment_id", implied=INVOLVED)
    participations: Connection[ActivityParticipation] = reading.connection(
        "activity_id", orders=ActivityParticipationOrder, filters=ActivityParticipationFilter, implied=OFFICERS
    )


@reading.shape
class ActivityQueries:
    volunteer_activity: VolunteerActivity | None = reading.root_one()
    volunteer_activities: Connection[VolunteerActivity] = reading.root_connection(
        orders=VolunteerActivityOrder, filters=VolunteerActivityFilter
    )
    activity_participation: ActivityParticipation | None = reading.root_one()
    activity_participations: Connection[ActivityParticipation] = reading.root_connection(
        orders=ActivityParticipationOrder, filters=ActivityParticipationFilter
    )


ActivityMutations = mutations(
    VolunteerActivity,
    plan_activity=activities.plan,
    correct_activity=activities.correct,
    invite_to_activity=activities.invite,
    register_for_activity=activities.register,
    confirm_activity=activities.confirm,
    reschedule_activity=activities.reschedule,
    cancel_activity=activities.cancel,
    hold_activity=activities.hold,
    correct_activity_results=activities.correct_results,
    approve_activity_minutes=activities.approve_minutes,
)
ActivityParticipationMutations = mutations(
    ActivityParticipation, admit_to_activity=activities.admit, release_from_activity=activities.release
)
