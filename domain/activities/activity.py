"""活動: what volunteers do together on a date, and who is asked to it.

PLANNED -> CONFIRMED -> HELD, or CANCELLED before it is held; a new date keeps the UID and raises SEQUENCE. An activity
that has already taken place is entered the same way, without letters. Source: 警察庁 5(4), 大分/宮城 5(4)カ.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain.actor import LIAISONS, Actor, Role
from domain.calendar import Appointment, AppointmentKind, Attendee
from domain.criteria import any_of, nothing
from domain.outreach import OutreachEvent
from domain.records import Owned
from domain.replies import belongs
from domain.states import Moves
from domain.verbs import broken
from domain.volunteers import Volunteer, VolunteerGroup


class ActivityStatus(StrEnum):
    """計画, 決定, 実施済, 中止."""

    PLANNED = "PLANNED"
    CONFIRMED = "CONFIRMED"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


LABELS: Mapping[ActivityStatus, str] = {
    ActivityStatus.PLANNED: "計画",
    ActivityStatus.CONFIRMED: "決定",
    ActivityStatus.HELD: "実施済",
    ActivityStatus.CANCELLED: "中止",
}

MOVES: Moves[ActivityStatus] = {
    ActivityStatus.PLANNED: (ActivityStatus.CONFIRMED, ActivityStatus.CANCELLED),
    ActivityStatus.CONFIRMED: (ActivityStatus.HELD, ActivityStatus.CANCELLED),
    ActivityStatus.HELD: (),
    ActivityStatus.CANCELLED: (),
}
OPEN = (ActivityStatus.PLANNED, ActivityStatus.CONFIRMED)


class ActivityKind(StrEnum):
    """教育活動, 広報啓発活動, 浄化活動(サイバーパトロール): the three national kinds."""

    EDUCATION = "EDUCATION"
    PUBLICITY = "PUBLICITY"
    PURIFICATION = "PURIFICATION"


class ParticipationStatus(StrEnum):
    """依頼中, 参加予定, 不参加, 補欠, 出席, 欠席."""

    REQUESTED = "REQUESTED"
    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    WAITLISTED = "WAITLISTED"
    ATTENDED = "ATTENDED"
    ABSENT = "ABSENT"


PARTICIPATION_LABELS: Mapping[ParticipationStatus, str] = {
    ParticipationStatus.REQUESTED: "依頼中",
    ParticipationStatus.CONFIRMED: "参加予定",
    ParticipationStatus.DECLINED: "不参加",
    ParticipationStatus.WAITLISTED: "補欠",
    ParticipationStatus.ATTENDED: "出席",
    ParticipationStatus.ABSENT: "欠席",
}

_CAME = (ParticipationStatus.ATTENDED, ParticipationStatus.ABSENT)

PARTICIPATION_MOVES: Moves[ParticipationStatus] = {
    ParticipationStatus.REQUESTED: (
        ParticipationStatus.CONFIRMED,
        ParticipationStatus.DECLINED,
        ParticipationStatus.WAITLISTED,
        *_CAME,
    ),
    ParticipationStatus.CONFIRMED: (ParticipationStatus.REQUESTED, ParticipationStatus.DECLINED, *_CAME),
    ParticipationStatus.DECLINED: (
        ParticipationStatus.REQUESTED,
        ParticipationStatus.CONFIRMED,
        ParticipationStatus.WAITLISTED,
        ParticipationStatus.ATTENDED,
    ),
    ParticipationStatus.WAITLISTED: (
        ParticipationStatus.REQUESTED,
        ParticipationStatus.CONFIRMED,
        ParticipationStatus.DECLINED,
        ParticipationStatus.ATTENDED,
    ),
    ParticipationStatus.ATTENDED: (ParticipationStatus.ABSENT,),
    ParticipationStatus.ABSENT: (ParticipationStatus.ATTENDED,),
}
EXPECTED = (ParticipationStatus.REQUESTED, ParticipationStatus.CONFIRMED)
WAITING = (*EXPECTED, ParticipationStatus.WAITLISTED)


class Activity(Owned):
    """One activity. `starts_at` repeats the appointment's for ordered reading. Counts are empty until it is held:
    通報, 転送 and 削除 (件) belong to the patrol only, and never say what was found. `outreach_event` is what the
    volunteers help with, where it is an event of the police."""

    group: fields.ForeignKeyNullableRelation[VolunteerGroup] = fields.ForeignKeyField(
        "renkei.VolunteerGroup", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    group_id: UUID | None
    outreach_event: fields.ForeignKeyNullableRelation[OutreachEvent] = fields.ForeignKeyField(
        "renkei.OutreachEvent", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    outreach_event_id: UUID | None
    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "renkei.Appointment", on_delete=fields.RESTRICT, related_name=False
    )
    appointment_id: UUID
    kind = fields.CharEnumField(ActivityKind, max_length=20)
    status = fields.CharEnumField(ActivityStatus, max_length=20, default=ActivityStatus.PLANNED)
    title = fields.CharField(max_length=200)
    starts_at = fields.DatetimeField()
    capacity = fields.IntField(null=True)
    reason = fields.CharField(max_length=500, default="")
    remarks = fields.CharField(max_length=1000, default="")
    audience_count = fields.IntField(null=True)
    copies_count = fields.IntField(null=True)
    reported_count = fields.IntField(null=True)
    forwarded_count = fields.IntField(null=True)
    removed_count = fields.IntField(null=True)
    reported_by_id = fields.UUIDField(null=True)
    held_at = fields.DatetimeField(null=True)

    class Meta:
        table = "activity"
        indexes = [
            Index(fields=("unit_id", "starts_at", "id"), name="activity_unit_start"),
            Index(fields=("group_id", "starts_at"), name="activity_group"),
            Index(fields=("outreach_event_id", "starts_at"), name="activity_outreach_event"),
        ]


class ActivityParticipation(Owned):
    """One volunteer in one activity. Minutes are what the station reports and what somebody else approves; the group
    is the one of that day. `turn` is the place of whoever waits in the line, `offered_until` the instant until which a
    seat is kept for them. `released_at` is set when they need not come any more."""

    activity: fields.ForeignKeyRelation[Activity] = fields.ForeignKeyField(
        "renkei.Activity", related_name="participations"
    )
    activity_id: UUID
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        "renkei.Volunteer", on_delete=fields.RESTRICT, related_name=False
    )
    volunteer_id: UUID
    attendee: fields.OneToOneRelation[Attendee] = fields.OneToOneField("renkei.Attendee", related_name=False)
    attendee_id: UUID
    person_id = fields.UUIDField()
    group_id = fields.UUIDField(null=True)
    status = fields.CharEnumField(ParticipationStatus, max_length=20, default=ParticipationStatus.REQUESTED)
    turn = fields.IntField(null=True)
    offered_until = fields.DatetimeField(null=True)
    starts_at = fields.DatetimeField()
    reason = fields.CharField(max_length=500, default="")
    minutes_reported = fields.IntField(null=True)
    minutes_approved = fields.IntField(null=True)
    approved_by_id = fields.UUIDField(null=True)
    approved_at = fields.DatetimeField(null=True)
    released_at = fields.DatetimeField(null=True)

    class Meta:
        table = "activity_participation"
        indexes = [
            Index(fields=("activity_id", "id"), name="activity_participation_activity"),
            Index(fields=("volunteer_id", "starts_at"), name="activity_participation_volunteer"),
            Index(fields=("person_id", "starts_at"), name="activity_participation_person"),
            Index(fields=("offered_until",), name="activity_participation_offered"),
            Index(fields=("unit_id",), name="activity_participation_unit"),
        ]


OUT_OF_LINE: dict[str, Any] = {"turn": None, "offered_until": None}
"""What holds of whoever does not wait for a seat."""

belongs(AppointmentKind.ACTIVITY, Activity, (ActivityStatus.HELD,))
broken("activity_participation_once", "この人はすでに入っています。")


def visible_to(actor: Actor) -> QuerySet[Activity]:
    """Liaison officers see their units' activities, a volunteer those to which they are asked."""
    if actor.role in LIAISONS:
        return Activity.filter(any_of(Activity, "unit_id", actor.units))
    if actor.role is not Role.VOLUNTEER:
        return nothing(Activity)
    return Activity.filter(id__in=Subquery(participations_visible_to(actor).values("activity_id")))


def participations_visible_to(actor: Actor) -> QuerySet[ActivityParticipation]:
    """Liaison officers see who takes part; a volunteer only themself, never who else."""
    if actor.role in LIAISONS:
        return ActivityParticipation.filter(any_of(ActivityParticipation, "unit_id", actor.units))
    if actor.role is Role.VOLUNTEER:
        return ActivityParticipation.filter(person_id=actor.person_id, released_at=None)
    return nothing(ActivityParticipation)
