"""催促: what is called to mind, by rules, each once for a date as it stands: before it, while somebody has not
answered, and after it, until it is reported.

A letter's key is the rule, who is asked to which appointment, and the date: what moves to another date is recalled
there again. Before one leaves it is looked at once more (`settle`): of a date that has moved meanwhile, or to somebody
who has answered, nothing is sent; and what is true again after all is owed anew, as it stands now. Whoever is reminded
says how many days before, or that it be never (`people`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from domain import letters
from domain.activities import Activity, ActivityStatus
from domain.actor import TOKYO, Bearer
from domain.calendar import STAYING_AWAY, Appointment, AppointmentStatus, Attendee, PartStat, coming
from domain.criteria import any_of
from domain.database import rows
from domain.drills import Drill, DrillStatus
from domain.invitations import write
from domain.japanese import from_to
from domain.lectures import Lecture, LectureStatus
from domain.meetings import CouncilMeeting, MeetingStatus
from domain.people import MOST_DAYS
from domain.records import Owned
from domain.verbs import routine

ASKED_AGAIN = timedelta(days=7)
"""How long before a date those are asked again who have not answered."""

THINKING = timedelta(days=2)
"""What anybody gets to answer before that."""

REPORT_DAYS = 3
"""After so many days a report is missed."""

LOOKED_BACK = timedelta(days=30)
"""How far back missing reports are looked for; what is older stands in the morning's digest (`digests`) only."""


class Rule(StrEnum):
    """What is called to mind; the value is the kind of the letter."""

    BEFORE = "reminder-day-before"
    UNANSWERED = "reminder-unanswered"
    REPORT = "report-due"


UNREPORTED: Mapping[type[Owned], tuple[StrEnum, ...]] = {
    Lecture: (LectureStatus.CONFIRMED, LectureStatus.DELIVERED),
    Drill: (DrillStatus.CONFIRMED, DrillStatus.RUNNING, DrillStatus.PAUSED),
    Activity: (ActivityStatus.PLANNED, ActivityStatus.CONFIRMED),
    CouncilMeeting: (MeetingStatus.PLANNED, MeetingStatus.INVITED),
}
"""The states of what is over in which somebody at the desk still has to enter what became of it."""


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), TOKYO)


def _days_until(instant: datetime, now: datetime) -> int:
    """Days from today until that day, in Japan."""
    return (instant.astimezone(TOKYO).date() - now.astimezone(TOKYO).date()).days


@routine
async def owe_before(now: datetime) -> int:
    """Owe a reminder to everybody who is expected within the days that they have chosen, which are counted in Japan;
    answers to how many. Whoever was to be told when no clock ran is told as soon as one does."""
    end = _morning(now.astimezone(TOKYO).date() + timedelta(days=MOST_DAYS + 1))
    firm = Appointment.filter(status=AppointmentStatus.CONFIRMED, starts_at__gt=now, starts_at__lt=end)
    return sum([await _owe_all(now, Rule.BEFORE, appointment) for appointment in await firm])


def _coming(appointment: Appointment) -> QuerySet[Attendee]:
    return coming(appointment.id).prefetch_related("person")


async def _expected(now: datetime, appointment: Appointment) -> list[Attendee]:
    if appointment.status is not AppointmentStatus.CONFIRMED:
        return []
    asked = await _coming(appointment).filter(waits=False).exclude(partstat__in=STAYING_AWAY)
    days = _days_until(appointment.starts_at, now)
    return [one for one in asked if days <= one.person.remind_days and one.person.remind_days]


@routine
async def owe_unanswered(now: datetime) -> int:
    """Ask those again who have not answered a week before, and had time to; nobody else, and whoever is reminded of the
    date itself by now not twice. Answers how many."""
    ahead = Appointment.filter(starts_at__gt=now, starts_at__lte=now + ASKED_AGAIN)
    standing = await ahead.exclude(status=AppointmentStatus.CANCELLED)
    return sum([await _owe_all(now, Rule.UNANSWERED, appointment) for appointment in standing])


async def _silent(now: datetime, appointment: Appointment) -> list[Attendee]:
    silent = _coming(appointment).filter(partstat=PartStat.NEEDS_ACTION, invited_at__lte=now - THINKING)
    days = _days_until(appointment.starts_at, now)
    wanting = [one for one in await silent.filter(waits=False) if one.person.remind_days]
    is_firm = appointment.status is AppointmentStatus.CONFIRMED
    return [one for one in wanting if not (is_firm and days <= one.person.remind_days)]


DUE = {Rule.BEFORE: _expected, Rule.UNANSWERED: _silent}


async def _owe_all(now: datetime, rule: Rule, appointment: Appointment, among: Collection[UUID] | None = None) -> int:
    """Owe the reminder to whoever is due one, of all or only of these persons; answers to how many."""
    due = [one for one in await DUE[rule](now, appointment) if among is None or one.person_id in among]
    for attendee in due:
        turn = f"{attendee.id}:{appointment.starts_at.isoformat()}"
        await write(Bearer(now), appointment, attendee.person, rule, turn, attendee_id=str(attendee.id))
    return len(due)


@routine
async def owe_reports(now: datetime) -> int:
    """Tell a unit what has taken place, or should have, and was not reported in three days; answers how much."""
    over = Appointment.filter(ends_at__gt=now - LOOKED_BACK, ends_at__lt=_morning(_last_day(now)))
    dates = await over.exclude(status=AppointmentStatus.CANCELLED).order_by("id")
    unreported, count = await _unreported(dates), 0
    for appointment in dates:
        if appointment.id in unreported:
            facts = {"title": appointment.title, "when": from_to(appointment.starts_at, appointment.ends_at)}
            turn = f"{appointment.id}:{appointment.ends_at.isoformat()}"
            count += await letters.write(Bearer(now), None, appointment.unit_id, Rule.REPORT, turn, facts)
    return count


def _last_day(now: datetime) -> date:
    return now.astimezone(TOKYO).date() - timedelta(days=REPORT_DAYS - 1)


async def _unreported(dates: Sequence[Appointment]) -> set[UUID]:
    """Of which of these what became of them has still to be entered; a statement for each kind of date."""
    ids, found = [one.id for one in dates], set[UUID]()
    for model, states in UNREPORTED.items():
        waiting: Any = model.filter(any_of(model, "appointment_id", ids), status__in=states)
        found.update(await waiting.values_list("appointment_id", flat=True))
    return found


# The date is where it was and takes place, and whoever is written to is asked, has a seat, has not declined and still
# wants to be reminded by now; nor has answered at all, where they are asked for that.
DUE_STILL = """
        (appointment.starts_at = (letter.facts->>'starts_at')::timestamptz AND appointment.status <> 'CANCELLED'
         AND attendee.removed_at IS NULL AND NOT attendee.waits AND attendee.partstat NOT IN ('DECLINED', 'DELEGATED')
         AND person.remind_days > 0
         AND CASE WHEN letter.kind = $3 THEN attendee.partstat = 'NEEDS-ACTION'
             ELSE (appointment.starts_at AT TIME ZONE 'Asia/Tokyo')::date
                  - ($1::timestamptz AT TIME ZONE 'Asia/Tokyo')::date <= person.remind_days END)"""
# It says what stands now, and goes where they read now; a unit reads for its officers, a guardian for a minor.
SAYS_STILL = """
        ((letter.facts->>'title', letter.facts->>'place', letter.facts->>'online_url')
             = (appointment.title, appointment.place, appointment.online_url)
         AND (letter.facts->>'ends_at')::timestamptz = appointment.ends_at
         AND (letter.person_id IS NULL OR letter.facts ? 'copied_for' OR letter.to_address = person.mail_address))"""
ABOUT = """attendee JOIN appointment ON appointment.id = attendee.appointment_id
        JOIN person ON person.id = attendee.person_id"""
WHOSE = """
        letter.appointment_id = appointment.id AND (attendee.id::text = letter.facts->>'attendee_id'
             OR (letter.facts ? 'copied_for' AND attendee.person_id = letter.person_id))"""
UNTRUE = f"""
    UPDATE letter SET spared_at = $1
    FROM {ABOUT}
    WHERE letter.kind = ANY($2::text[]) AND letter.sent_at IS NULL AND letter.given_up_at IS NULL
      AND letter.spared_at IS NULL AND (letter.leased_until IS NULL OR letter.leased_until <= $1)
      AND {WHOSE} AND NOT ({DUE_STILL} AND {SAYS_STILL})
    RETURNING letter.id"""  # noqa: S608 - our own words
# What was let go gives its key away, to the letter that is owed in its place.
TRUE_AGAIN = f"""
    UPDATE letter SET key = 'spared:' || letter.id
    FROM {ABOUT}
    WHERE letter.key LIKE 'reminder-%' AND letter.spared_at IS NOT NULL AND letter.kind = ANY($2::text[])
      AND appointment.starts_at > $1 AND {WHOSE} AND {DUE_STILL}
    RETURNING letter.kind, letter.appointment_id, attendee.person_id"""  # noqa: S608 - our own words


@routine
async def settle(now: datetime) -> int:
    """Let go of the reminders that wait and are true no more, and owe those anew that are again, or are with other
    words or at another address; answers how many were let go."""
    which = ([Rule.BEFORE, Rule.UNANSWERED], Rule.UNANSWERED)
    untrue = len(await rows(UNTRUE, now, *which))
    again: dict[tuple[str, UUID], set[UUID]] = defaultdict(set)
    for line in await rows(TRUE_AGAIN, now, *which):
        again[line["kind"], line["appointment_id"]].add(line["person_id"])
    for (kind, appointment_id), persons in again.items():
        await _owe_all(now, Rule(kind), await Appointment.get(id=appointment_id), persons)
    return untrue
