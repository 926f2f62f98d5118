"""席と補欠: who has a seat, who waits in which order, and to whom a seat that becomes free is offered, for how long.

A seat that is offered is kept; it goes on to the next where whoever it was offered to says no, or nothing in time. All
of this is done while the activity is locked, so the order in the line is that in which the answers were taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import invitations, outbox, quiet, records
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
from domain.outbox import Letter
from domain.verbs import routine

LONGEST_OFFER = timedelta(days=2)
"""An offer lasts no longer, nor more than half of the time that is left: so there is time for the next one, too. Its
time begins when its letter leaves, for which it waits so long or half of the time that is left, whichever is more:
neither whoever sleeps nor whom a busy mail server keeps waiting loses a seat."""

OFFER = "activity-seat-offered"

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
    until = _ends_at(activity, begins)
    await records.change(author, participation, "seat-offered", offered_until=until)
    await _tell(author, participation, OFFER, reply_by=_said(until))


def _ends_at(activity: Activity, begins: datetime) -> datetime:
    return begins + min(LONGEST_OFFER, (activity.starts_at - begins) / 2)


def _said(until: datetime) -> str:
    return f"{day_with_weekday(until.astimezone(TOKYO).date())}{clock(until, wide=True)}まで"


@outbox.when_leaving
async def begin_offers(now: datetime, letters: Sequence[Letter]) -> None:
    """The time of an offer begins anew with each attempt of its letter, which says so; a guardian's copy says it too,
    and begins nothing."""
    for letter in letters:
        if letter.kind == OFFER and letter.person_id is not None:
            offered = ActivityParticipation.filter(activity__appointment_id=letter.appointment_id)
            theirs = offered.filter(person_id=letter.person_id, offered_until__isnull=False)
            if participation := await theirs.select_for_update().first():
                if letter.method is not None:
                    await _begin(Bearer(now), participation)
                letter.facts |= {"reply_by": _said(participation.offered_until or now)}


async def _begin(author: Author, participation: ActivityParticipation) -> None:
    until = _ends_at(await Activity.get(id=participation.activity_id), author.now)
    if participation.offered_until and until > participation.offered_until:
        await records.change(author, participation, "seat-offered", offered_until=until)


async def _is_on_its_way(author: Author, activity: Activity, participation: ActivityParticipation) -> bool:
    """Whether the letter with an offer has not left, and is still waited for."""
    theirs = Letter.filter(appointment_id=activity.appointment_id, person_id=participation.person_id, kind=OFFER)
    letter = await theirs.filter(method__isnull=False, **outbox.WAITING).order_by("-id").first()
    if letter is None or activity.status not in OPEN:
        return False
    return author.now < letter.owed_at + max(LONGEST_OFFER, (activity.starts_at - letter.owed_at) / 2)


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
    if participation is None or await _is_on_its_way(author, activity, participation):
        return 0  # taken up, or released, in the meantime; or not offered by any letter yet
    await records.change(author, participation, "seat-offer-lapsed", **OUT_OF_LINE)
    if activity.status in OPEN:
        await _tell(author, participation, "activity-offer-lapsed")
        await fill(author, activity)
    return 1
