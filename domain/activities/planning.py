"""計画: planning an activity, its date and its corrections, and calling it off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack
from uuid import UUID

from tortoise.expressions import Subquery

from domain import amounts, calendar, invitations, outreach, records, units, volunteers
from domain.activities.activity import (
    EXPECTED,
    LABELS,
    MOVES,
    OPEN,
    OUT_OF_LINE,
    WAITING,
    Activity,
    ActivityKind,
    ActivityParticipation,
    ActivityStatus,
    ParticipationStatus,
    visible_to,
)
from domain.activities.seating import fill, seats_taken
from domain.actor import LIAISONS, TOKYO, Actor, Author
from domain.calendar import Appointment, AppointmentKind, Attendee
from domain.criteria import any_of
from domain.errors import Conflict, Invalid, WrongState
from domain.outreach import OutreachStatus
from domain.states import must_be_in, must_move, said
from domain.verbs import verb
from domain.volunteers import ConsentScope, Volunteer

FARTHEST = timedelta(days=800)


class More(TypedDict, total=False):
    """What may be known of an activity besides kind, title and date. `capacity` is people (人), `outreach_event_id` the
    event of the police with which the volunteers help."""

    group_id: UUID | None
    outreach_event_id: UUID | None
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


async def _must_be_right(actor: Actor, facts: Facts, before: Activity | None = None) -> None:
    if "title" in facts:
        records.must_say(facts["title"], "活動の名称", "title")
    seats, group_id = facts.get("capacity"), facts.get("group_id")
    if seats is not None:
        amounts.people(seats, "capacity", "定員", least=1)
    if group_id and group_id != (before and before.group_id):
        await records.see(volunteers.groups_visible_to(actor), group_id, field="group_id")
    event_id = facts.get("outreach_event_id")
    if event_id and event_id != (before and before.outreach_event_id):
        event = await records.see(outreach.visible_to(actor), event_id, field="outreach_event_id")
        if event.status is OutreachStatus.CANCELLED:
            raise Invalid("中止になった広報啓発です。別のものを選ぶか、空欄にしてください。", field="outreach_event_id")


def _must_be_near(actor: Actor, starts_at: datetime) -> None:
    if not actor.now - calendar.OLDEST <= starts_at <= actor.now + FARTHEST:
        raise Invalid("活動の日時の年を確かめてください。前年度から2年先までを入力できます。", field="starts_at")


@verb(*LIAISONS)
async def correct(actor: Actor, /, activity_id: UUID, *, version: int, **facts: Unpack[Facts]) -> Activity:
    """Correct what an activity is called and counted as; the date is changed by `reschedule`. More seats are offered to
    whoever waits."""
    activity = await records.find(visible_to(actor), activity_id, version)
    await _must_be_right(actor, facts, activity)
    if facts.get("kind", activity.kind) is not activity.kind:
        await _must_suit_all(activity, facts["kind"])
    await _must_seat_all(activity, facts.get("capacity"))
    appointment = await Appointment.get(id=activity.appointment_id)
    before, title = appointment.title, facts.get("title", activity.title)
    await calendar.change(actor, appointment, "appointment-renamed", title=title)
    if title != before and activity.status in OPEN:
        await _tell(actor, activity, appointment, "activity-changed", WAITING)
    await records.change(actor, activity, "activity-corrected", **facts)
    await fill(actor, activity)
    return activity


async def _must_seat_all(activity: Activity, seats: int | None) -> None:
    if seats is not None and seats < (going := await seats_taken(activity)):
        raise Conflict(f"参加予定の人が{going}人います。定員はそれより少なくできません。", field="capacity")


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
        anew = {"status": ParticipationStatus.REQUESTED, **OUT_OF_LINE}
        await records.change(actor, participation, "participation-asked-anew", **anew)
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
    theirs = [participation.attendee_id for participation in await asked]
    attendees = await Attendee.filter(any_of(Attendee, "id", theirs)).order_by("id")
    await invitations.tell_each(author, appointment, attendees, kind, **more)
