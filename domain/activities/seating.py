"""席と補欠: who has a seat, who waits in which order, and to whom a seat that becomes free is offered, for how long.

A seat that is offered is kept; it goes on to the next where whoever it was offered to says no, or nothing in time. All
of this is done while the activity is locked, so the order in the line is that in which the answers were taken.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import invitations, quiet, records
from domain.activities.activity import (
    OPEN,
    OUT_OF_LINE,
    Activity,
    ActivityParticipation,
    ParticipationStatus,
)
from domain.actor import TOKYO, Author, Bearer
from domain.calendar import Appointment, Attendee
from domain.japanese import clock, day_with_weekday
from domain.verbs import routine

LONGEST_OFFER = timedelta(days=2)
"""An offer lasts no longer, nor more than half of the time that is left: so there is time for the next one, too. Its
time begins when its letter may leave: whoever sleeps loses no seat."""

SEATED = Q(status=ParticipationStatus.CONFIRMED) | Q(offered_until__isnull=False)


async def seats_taken(activity: Activity) -> int:
    """How many have said that they come, or are offered a seat."""
    return await ActivityParticipation.filter(SEATED, activity_id=activity.id, released_at=None).count()


def _line(activity: Activity) -> QuerySet[ActivityParticipation]:
    """Whoever waits and has a turn, the first in the line first."""
    waiting = {"status": ParticipationStatus.WAITLISTED, "released_at": None, "turn__isnull": False}
    return ActivityParticipation.filter(activity_id=activity.id, **waiting).order_by("turn")


async def place_in_line(
    activity: Activity, participation: ActivityParticipation, status: ParticipationStatus
) -> dict[str, Any]:
    """Where somebody stands with this status: whoever waits already keeps their turn, anybody else comes last."""
    if status is not ParticipationStatus.WAITLISTED:
        return OUT_OF_LINE
    if participation.status is status and participation.turn is not None:
        return {}
    last = await _line(activity).order_by("-turn").first()
    return {"turn": (last.turn or 0) + 1 if last else 1, "offered_until": None}


async def fill(author: Author, activity: Activity) -> None:
    """Offer each seat that is free to whoever has waited longest for one."""
    if activity.status not in OPEN or activity.starts_at <= author.now:
        return
    waiting = await _line(activity).filter(offered_until=None)
    free = len(waiting) if activity.capacity is None else max(0, activity.capacity - await seats_taken(activity))
    for participation in waiting[:free]:
        await _offer(author, activity, participation)


async def _offer(author: Author, activity: Activity, participation: ActivityParticipation) -> None:
    begins = await quiet.told_at(author.now, participation.person_id, activity.starts_at)
    until = begins + min(LONGEST_OFFER, (activity.starts_at - begins) / 2)
    await records.change(author, participation, "seat-offered", offered_until=until)
    day = until.astimezone(TOKYO).date()
    last = f"{day_with_weekday(day)}{clock(until, wide=True)}まで"
    await _tell(author, participation, "activity-seat-offered", reply_by=last)


async def _tell(author: Author, participation: ActivityParticipation, kind: str, **more: Any) -> None:
    attendee = await Attendee.get(id=participation.attendee_id)
    appointment = await Appointment.get(id=attendee.appointment_id)
    await records.touch(author, attendee)  # so that an offer made again is a letter again
    await invitations.tell(author, appointment, attendee, kind, **more)


@routine
async def pass_on(now: datetime) -> int:
    """期限切れ: take back the offers that nobody took up in time, and offer the seats to the next; answers how many.

    Whoever has let an offer lapse waits on without a turn, until they say yes again. Safe to repeat.
    """
    late = ActivityParticipation.filter(offered_until__lte=now)
    return sum([await _lapse(Bearer(now), late, one) for one in await late.order_by("offered_until", "id")])


async def _lapse(author: Author, late: QuerySet[ActivityParticipation], seen: ActivityParticipation) -> int:
    activity = await Activity.filter(id=seen.activity_id).select_for_update().get()
    participation = await late.filter(id=seen.id).select_for_update().first()
    if participation is None:  # taken up, or released, in the meantime
        return 0
    await records.change(author, participation, "seat-offer-lapsed", **OUT_OF_LINE)
    if activity.status in OPEN:
        await _tell(author, participation, "activity-offer-lapsed")
        await fill(author, activity)
    return 1
