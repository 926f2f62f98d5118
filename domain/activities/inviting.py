"""依頼と返事: volunteers are asked, answer, wait for a seat, or are released again. Nobody has to come."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain import calendar, charge, invitations, records, volunteers
from domain.activities.activity import (
    LABELS,
    OPEN,
    OUT_OF_LINE,
    PARTICIPATION_LABELS,
    PARTICIPATION_MOVES,
    WAITING,
    Activity,
    ActivityParticipation,
    ParticipationStatus,
    participations_visible_to,
    visible_to,
)
from domain.activities.planning import must_suit
from domain.activities.seating import fill, place_in_line, seats_taken
from domain.actor import LIAISONS, Actor, Author
from domain.calendar import STAYING_AWAY, AnswerChannel, Appointment, AppointmentKind, Attendee, AttendeeRole, PartStat
from domain.errors import Conflict, Incomplete, Invalid, WrongState
from domain.people import Person
from domain.replies import Heard, listens
from domain.states import must_be_in, must_move, said
from domain.verbs import verb
from domain.volunteers import Volunteer, VolunteerStatus, when_stepping_back

MOST_AT_ONCE = 500
HELD = {"partstat": PartStat.ACCEPTED, "channel": AnswerChannel.PHONE}


@verb(*LIAISONS)
async def invite(
    actor: Actor, activity_id: UUID, *, volunteer_ids: Sequence[UUID], version: int | None = None
) -> Activity:
    """依頼: ask volunteers to come, each by a letter of their own.

    Raises Incomplete for one who does not serve or whose guardian has not consented, Invalid for a minor on patrol,
    Conflict for one who is asked already.
    """
    activity = await records.find(visible_to(actor), activity_id, version)
    must_be_in(LABELS, activity.status, *OPEN)
    if activity.starts_at <= actor.now:
        raise WrongState("すでに始まった活動には依頼できません。参加した人は「参加者の登録」で入れてください。")
    appointment = await Appointment.get(id=activity.appointment_id)
    for volunteer in await _fit(actor, activity, volunteer_ids):
        attendee = await _ask(actor, appointment, volunteer, holding=False)
        await _take_in(actor, activity, volunteer, attendee, ParticipationStatus.REQUESTED)
        await invitations.tell(actor, appointment, attendee, "activity-invitation")
    return await records.touch(actor, activity)


@verb(*LIAISONS)
async def register(
    actor: Actor, activity_id: UUID, *, volunteer_ids: Sequence[UUID], version: int | None = None
) -> Activity:
    """参加者の登録: enter volunteers who have said that they come, or who came. Raises as `invite`, and Conflict
    where the seats are taken or somebody is held elsewhere at that time."""
    activity = await records.find(visible_to(actor), activity_id, version)
    must_be_in(LABELS, activity.status, *OPEN)
    going = await _fit(actor, activity, volunteer_ids)
    await _must_have_seats(activity, len(going))
    appointment = await Appointment.get(id=activity.appointment_id)
    for volunteer in going:
        attendee = await _ask(actor, appointment, volunteer, holding=True)
        await records.change(actor, attendee, "attendee-answered", answered_at=actor.now, **HELD)
        await _take_in(actor, activity, volunteer, attendee, ParticipationStatus.CONFIRMED)
        await invitations.tell(actor, appointment, attendee, "activity-invitation")
    return await records.touch(actor, activity)


async def _fit(actor: Actor, activity: Activity, ids: Sequence[UUID]) -> list[Volunteer]:
    if not 1 <= len(set(ids)) <= MOST_AT_ONCE:
        raise Invalid(f"ボランティアを1人から{MOST_AT_ONCE}人まで選んでください。", field="volunteer_ids")
    scope = volunteers.visible_to(actor)
    going = [await records.see(scope, id, field="volunteer_ids") for id in dict.fromkeys(ids)]
    idle = [volunteer for volunteer in going if volunteer.status is not VolunteerStatus.ACTIVE]
    if idle:
        raise Incomplete(
            f"委嘱中でない人が{len(idle)}人含まれています。委嘱中の人だけを選んでください。", field="volunteer_ids"
        )
    await must_suit(going, activity.kind, activity.starts_at, field="volunteer_ids")
    return going


async def _ask(actor: Actor, appointment: Appointment, volunteer: Volunteer, *, holding: bool) -> Attendee:
    person = await Person.get(id=volunteer.person_id)
    return await calendar.ask(actor, appointment, person, AttendeeRole.PARTICIPANT, holding=holding)


async def _take_in(
    actor: Actor, activity: Activity, volunteer: Volunteer, attendee: Attendee, status: ParticipationStatus
) -> None:
    known = await ActivityParticipation.filter(attendee_id=attendee.id).first()
    values = {"status": status, "starts_at": activity.starts_at, "group_id": volunteer.group_id}
    if known:
        again = {"released_at": None, "reason": "", "volunteer_id": volunteer.id}
        await records.change(actor, known, "volunteer-asked-again", **values, **again)
        return
    await records.create(
        actor,
        ActivityParticipation,
        "volunteer-asked",
        unit_id=activity.unit_id,
        activity_id=activity.id,
        volunteer_id=volunteer.id,
        person_id=volunteer.person_id,
        attendee_id=attendee.id,
        **values,
    )


async def _must_have_seats(activity: Activity, more: int) -> None:
    if activity.capacity is not None and await seats_taken(activity) + more > activity.capacity:
        raise Conflict(f"定員（{activity.capacity}人）を超えます。定員を増やすか、人数を減らしてください。")


@listens(AppointmentKind.ACTIVITY)
async def hear(author: Author, appointment: Appointment, attendee: Attendee) -> Heard:
    """An answer: whoever accepts has a seat and is held to the time, or waits for one where all are taken. Whoever had
    declined was not told any more of the date, and now gets it as it stands."""
    activity = await Activity.filter(appointment_id=appointment.id).select_for_update().get()
    participation = await ActivityParticipation.filter(attendee_id=attendee.id).select_for_update().first()
    if participation is None or activity.status not in OPEN:
        return Heard()
    before, status = participation.status, await _meant(activity, participation, attendee.partstat)
    place = await place_in_line(activity, participation, status)
    await records.change(author, participation, "volunteer-answered", status=status, **place)
    await _hold(author, appointment, attendee, status)
    await fill(author, activity)
    if status is ParticipationStatus.WAITLISTED:
        return Heard("activity-waitlisted" if place else None)
    if before is ParticipationStatus.DECLINED and status is not before:
        return Heard("activity-invitation")
    has_got_a_seat = before is ParticipationStatus.WAITLISTED and status is ParticipationStatus.CONFIRMED
    return Heard("answer-received" if has_got_a_seat else None)


async def _meant(activity: Activity, participation: ActivityParticipation, answer: PartStat) -> ParticipationStatus:
    if answer in STAYING_AWAY:
        return ParticipationStatus.DECLINED
    if answer is not PartStat.ACCEPTED:
        return ParticipationStatus.REQUESTED
    if participation.status is ParticipationStatus.CONFIRMED or participation.offered_until is not None:
        return ParticipationStatus.CONFIRMED
    full = activity.capacity is not None and await seats_taken(activity) >= activity.capacity
    return ParticipationStatus.WAITLISTED if full else ParticipationStatus.CONFIRMED


async def _hold(author: Author, appointment: Appointment, attendee: Attendee, status: ParticipationStatus) -> None:
    coming = status is ParticipationStatus.CONFIRMED
    times = (appointment.starts_at, appointment.ends_at) if coming else (None, None)
    waits = status is ParticipationStatus.WAITLISTED
    await records.change(author, attendee, "attendee-held", busy_from=times[0], busy_to=times[1], waits=waits)


@verb(*LIAISONS)
async def admit(actor: Actor, participation_id: UUID, *, version: int | None = None) -> ActivityParticipation:
    """補欠 to 参加予定: there is a seat now. Raises Conflict where there is none, or where they are held elsewhere."""
    participation, activity = await _open(actor, participation_id, version)
    must_be_in(PARTICIPATION_LABELS, participation.status, ParticipationStatus.WAITLISTED)
    await _must_have_seats(activity, 0 if participation.offered_until else 1)
    status = _step(participation, ParticipationStatus.CONFIRMED)
    await records.change(actor, participation, "volunteer-admitted", status=status, **OUT_OF_LINE)
    attendee = await Attendee.get(id=participation.attendee_id)
    appointment = await Appointment.get(id=activity.appointment_id)
    await _hold(actor, appointment, attendee, status)
    await invitations.tell(actor, appointment, attendee, "activity-invitation")
    return participation


@verb(*LIAISONS)
async def release(
    actor: Actor, participation_id: UUID, *, reason: str, version: int | None = None
) -> ActivityParticipation:
    """Take the request to a volunteer back, with the reason; their calendar is told and their seat is free."""
    participation, activity = await _open(actor, participation_id, version)
    await _let_go(actor, participation, said(reason))
    await fill(actor, activity)
    await records.touch(actor, activity)
    return participation


async def _open(actor: Actor, participation_id: UUID, version: int | None) -> tuple[ActivityParticipation, Activity]:
    standing = participations_visible_to(actor).filter(released_at=None)
    seen = await records.see(standing, participation_id)
    # The activity is locked before its participations, as when an answer comes in.
    activity = await Activity.filter(id=seen.activity_id).select_for_update().get()
    must_be_in(LABELS, activity.status, *OPEN)
    return await records.find(standing, participation_id, version), activity


def _step(participation: ActivityParticipation, to: ParticipationStatus) -> ParticipationStatus:
    return must_move(PARTICIPATION_MOVES, PARTICIPATION_LABELS, participation.status, to)


async def _let_go(author: Author, participation: ActivityParticipation, reason: str) -> None:
    values = {"status": ParticipationStatus.DECLINED, "reason": reason, "released_at": author.now, **OUT_OF_LINE}
    attendee = await Attendee.get(id=participation.attendee_id)
    appointment = await Appointment.select_for_update().get(id=attendee.appointment_id)
    knows = participation.status is not ParticipationStatus.DECLINED
    await records.change(author, participation, "volunteer-released", **values)
    if not knows:
        await calendar.release(author, attendee)
    else:
        await calendar.uninvite(author, appointment, attendee)
        await invitations.tell(author, appointment, attendee, "activity-released", reason=reason)


@when_stepping_back
async def excuse(author: Author, volunteer: Volunteer, reason: str) -> None:
    """Whoever leaves or pauses is released from every activity that is still ahead; whoever serves on from those that
    do not suit them, as a minor does not suit the patrol."""
    ahead = ActivityParticipation.filter(
        volunteer_id=volunteer.id, released_at=None, status__in=WAITING, starts_at__gt=author.now
    )
    for seen in await ahead.order_by("id"):
        activity = await Activity.filter(id=seen.activity_id).select_for_update().get()
        participation = await ahead.filter(id=seen.id).select_for_update().first()
        if participation and not await _goes_on(volunteer, activity):
            await _lose(author, participation, reason)
            await fill(author, activity)


async def _lose(author: Author, participation: ActivityParticipation, reason: str) -> None:
    """Release somebody who may not come any more; where they were counted on, whoever asked them hears of it."""
    was_coming = participation.status is ParticipationStatus.CONFIRMED
    await _let_go(author, participation, reason)
    if was_coming:
        attendee = await Attendee.get(id=participation.attendee_id)
        appointment = await Appointment.get(id=attendee.appointment_id)
        await charge.tell_of_loss(author, appointment, attendee, reason=reason)


async def _goes_on(volunteer: Volunteer, activity: Activity) -> bool:
    return volunteer.status is VolunteerStatus.ACTIVE and await _suits(volunteer, activity)


async def _suits(volunteer: Volunteer, activity: Activity) -> bool:
    try:
        await must_suit([volunteer], activity.kind, activity.starts_at, field="volunteer_id")
    except (Incomplete, Invalid):
        return False
    return True
