"""活動: what volunteers do together on a date, and who is asked to it.

PLANNED -> CONFIRMED -> HELD, or CANCELLED before it is held; a new date keeps the UID and raises SEQUENCE. An activity
that has already taken place is entered the same way, without letters. Source: 警察庁 5(4), 大分/宮城 5(4)カ.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict, Unpack
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import amounts, calendar, invitations, records, units, volunteers
from domain.actor import LIAISONS, TOKYO, Actor, Author, Role
from domain.calendar import Appointment, AppointmentKind, Attendee
from domain.errors import Conflict, Invalid, WrongState
from domain.records import Owned, any_of, nothing
from domain.replies import belongs
from domain.states import Moves, must_be_in, must_move, said
from domain.verbs import broken, verb
from domain.volunteers import ConsentScope, Volunteer, VolunteerGroup

FARTHEST = timedelta(days=800)


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
    通報, 転送 and 削除 (件) belong to the patrol only, and never say what was found."""

    group: fields.ForeignKeyNullableRelation[VolunteerGroup] = fields.ForeignKeyField(
        "renkei.VolunteerGroup", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    group_id: UUID | None
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
        ]


class ActivityParticipation(Owned):
    """One volunteer in one activity. Minutes are what the station reports and what somebody else approves; the group
    is the one of that day. `released_at` is set when they need not come any more."""

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
        ]


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


class More(TypedDict, total=False):
    """What may be known of an activity besides kind, title and date. `capacity` is people (人)."""

    group_id: UUID | None
    capacity: int | None
    remarks: str


class Facts(More, total=False):
    """All that can be corrected; what is left out stays as it is."""

    kind: ActivityKind
    title: str


@verb(*LIAISONS)
async def plan(
    actor: Actor,
    /,
    *,
    kind: ActivityKind,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    place: str = "",
    online_url: str = "",
    unit_id: UUID | None = None,
    **more: Unpack[More],
) -> Activity:
    """計画: an activity of a unit that the actor covers, ahead or already over. Nobody is asked yet."""
    unit = await units.find_covered(actor, unit_id)
    facts: Facts = {"kind": kind, "title": title, **more}
    await _must_be_right(actor, facts)
    _must_be_near(actor, starts_at)
    where = {"place": place, "online_url": online_url}
    appointment = await calendar.propose(actor, AppointmentKind.ACTIVITY, unit, title, starts_at, ends_at, **where)
    return await records.create(
        actor,
        Activity,
        "activity-planned",
        unit_id=unit.id,
        appointment_id=appointment.id,
        starts_at=starts_at,
        **facts,
    )


async def _must_be_right(actor: Actor, facts: Facts, group_before: UUID | None = None) -> None:
    if "title" in facts:
        records.must_say(facts["title"], "活動の名称", "title")
    seats, group_id = facts.get("capacity"), facts.get("group_id")
    if seats is not None:
        amounts.people(seats, "capacity", "定員", least=1)
    if group_id and group_id != group_before:
        await records.see(volunteers.groups_visible_to(actor), group_id, field="group_id")


def _must_be_near(actor: Actor, starts_at: datetime) -> None:
    if not actor.now - calendar.OLDEST <= starts_at <= actor.now + FARTHEST:
        raise Invalid("活動の日時の年を確かめてください。前年度から2年先までを入力できます。", field="starts_at")


@verb(*LIAISONS)
async def correct(actor: Actor, /, activity_id: UUID, *, version: int, **facts: Unpack[Facts]) -> Activity:
    """Correct what an activity is called and counted as; the date is changed by `reschedule`."""
    activity = await records.find(visible_to(actor), activity_id, version)
    await _must_be_right(actor, facts, activity.group_id)
    if facts.get("kind", activity.kind) is not activity.kind:
        await _must_suit_all(activity, facts["kind"])
    await _must_seat_all(activity, facts.get("capacity"))
    appointment = await Appointment.get(id=activity.appointment_id)
    before, title = appointment.title, facts.get("title", activity.title)
    await calendar.change(actor, appointment, "appointment-renamed", title=title)
    if title != before and activity.status in OPEN:
        await _tell(actor, activity, appointment, "activity-changed", WAITING)
    return await records.change(actor, activity, "activity-corrected", **facts)


async def _must_seat_all(activity: Activity, seats: int | None) -> None:
    if seats is not None and seats < (going := await seats_taken(activity)):
        raise Conflict(f"参加予定の人が{going}人います。定員はそれより少なくできません。", field="capacity")


async def seats_taken(activity: Activity) -> int:
    """How many have said that they come, and need a seat."""
    going = ActivityParticipation.filter(activity_id=activity.id, released_at=None)
    return await going.filter(status=ParticipationStatus.CONFIRMED).count()


async def _must_suit_all(activity: Activity, kind: ActivityKind) -> None:
    if activity.status is ActivityStatus.HELD and ActivityKind.PURIFICATION in (kind, activity.kind):
        raise WrongState("実施済の活動を浄化活動に、または浄化活動から変えることはできません。", field="kind")
    taking_part = ActivityParticipation.filter(activity_id=activity.id, released_at=None, status__in=WAITING)
    going = await Volunteer.filter(id__in=Subquery(taking_part.values("volunteer_id")))
    await must_suit(going, kind, activity.starts_at, field="kind")


async def must_suit(going: list[Volunteer], kind: ActivityKind, starts_at: datetime, *, field: str) -> None:
    """No minor patrols; to anything else a minor goes with a guardian's consent for that day.

    Raises Invalid or Incomplete.
    """
    if kind is ActivityKind.PURIFICATION:
        if any(volunteer.is_minor for volunteer in going):
            raise Invalid("未成年のボランティアは浄化活動（サイバーパトロール）に参加できません。", field=field)
        return
    day = starts_at.astimezone(TOKYO).date()
    await volunteers.must_have_consent(going, day, ConsentScope(kind.value), field=field)


@verb(*LIAISONS)
async def confirm(actor: Actor, activity_id: UUID, *, version: int | None = None) -> Activity:
    """決定: the date is firm; whoever is asked, or waits for a seat, is told. Raises Incomplete where a minor's consent
    has run out."""
    activity = await records.find(visible_to(actor), activity_id, version)
    await move(actor, activity, ActivityStatus.CONFIRMED, "activity-confirmed")
    await _must_suit_all(activity, activity.kind)
    appointment = await calendar.confirm(actor, await Appointment.get(id=activity.appointment_id))
    await _tell_date(actor, activity, appointment, "activity-confirmed")
    return activity


@verb(*LIAISONS)
async def reschedule(
    actor: Actor,
    activity_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str | None = None,
    online_url: str | None = None,
    version: int | None = None,
) -> Activity:
    """Another date or place: same UID, SEQUENCE raised. At another time everybody is asked again."""
    activity = await records.find(visible_to(actor), activity_id, version)
    must_be_in(LABELS, activity.status, *OPEN)
    _must_be_near(actor, starts_at)
    appointment = await Appointment.get(id=activity.appointment_id)
    before, date_before = activity.version, appointment.version
    if (starts_at, ends_at) != (appointment.starts_at, appointment.ends_at):
        await _ask_anew(actor, activity, starts_at)
    where = {"place": place, "online_url": online_url}
    given = {name: value for name, value in where.items() if value is not None}
    await calendar.change(actor, appointment, "appointment-rescheduled", starts_at=starts_at, ends_at=ends_at, **given)
    await records.change(actor, activity, "activity-rescheduled", starts_at=starts_at)
    await _must_suit_all(activity, activity.kind)
    await _tell_date(actor, activity, appointment, "activity-invitation")
    is_changed = appointment.version != date_before
    return await records.touch_since(actor, activity, before) if is_changed else activity


async def _ask_anew(actor: Actor, activity: Activity, starts_at: datetime) -> None:
    for participation in await ActivityParticipation.filter(activity_id=activity.id, released_at=None):
        await records.change(actor, participation, "participation-moved", starts_at=starts_at)
        if participation.status is ParticipationStatus.DECLINED:
            continue
        await records.change(actor, participation, "participation-asked-anew", status=ParticipationStatus.REQUESTED)
        attendee = await Attendee.get(id=participation.attendee_id)
        free = {"busy_from": None, "busy_to": None, "waits": False}
        await records.change(actor, attendee, "attendee-asked-anew", **calendar.UNANSWERED, **free)


@verb(*LIAISONS)
async def cancel(actor: Actor, activity_id: UUID, *, reason: str, version: int | None = None) -> Activity:
    """中止, with the reason that everybody is told who was asked and has not declined."""
    activity = await records.find(visible_to(actor), activity_id, version)
    await move(actor, activity, ActivityStatus.CANCELLED, "activity-cancelled", reason=said(reason))
    appointment = await calendar.cancel(actor, await Appointment.get(id=activity.appointment_id))
    await _tell(actor, activity, appointment, "activity-cancelled", WAITING, reason=reason)
    return activity


async def move(author: Author, activity: Activity, to: ActivityStatus, fact: str, **values: Any) -> Activity:
    """Take a step that the table allows. Raises WrongState."""
    status = must_move(MOVES, LABELS, activity.status, to)
    return await records.change(author, activity, fact, status=status, **values)


async def _tell_date(author: Author, activity: Activity, appointment: Appointment, kind: str) -> None:
    """The date as it stands now, also to whoever waits for a seat: they may get one, and have it in their calendar."""
    waiting = (ParticipationStatus.WAITLISTED,)
    await _tell(author, activity, appointment, kind, EXPECTED)
    await _tell(author, activity, appointment, "activity-still-waitlisted", waiting)


async def _tell(
    author: Author,
    activity: Activity,
    appointment: Appointment,
    kind: str,
    states: tuple[ParticipationStatus, ...],
    **more: Any,
) -> None:
    """Owe everybody of whom it stands so the same letter, each their own."""
    asked = ActivityParticipation.filter(activity_id=activity.id, released_at=None, status__in=states).order_by("id")
    for participation in await asked:
        attendee = await Attendee.get(id=participation.attendee_id)
        await invitations.tell(author, appointment, attendee, kind, **more)
