"""期限切れ: nobody said yes or no in time; whoever was asked is free again, and whoever asked hears of it."""

from __future__ import annotations

from datetime import date, datetime, time

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain import letters, people, records
from domain.actor import TOKYO, Author, Bearer
from domain.calendar import Appointment, Attendee
from domain.japanese import day_with_weekday, from_to
from domain.lectures.assigning import Assignment, OfferStatus, free
from domain.lectures.lecture import Lecture, LectureStatus
from domain.people import Person
from domain.verbs import routine

ARRANGING = (LectureStatus.COORDINATING, LectureStatus.CONFIRMED)
GIVEN = (LectureStatus.DELIVERED, LectureStatus.REPORTED)
SILENT = "期限までにお返事がなかったため"


@routine
async def lapse(now: datetime) -> int:
    """期限切れ of the offers whose last day for an answer, or whose lecture's day, is over. Safe to repeat."""
    late = _late(now.astimezone(TOKYO).date())
    return sum([await _lapse(Bearer(now), late, assignment) for assignment in await late.order_by("id")])


def _late(today: date) -> QuerySet[Assignment]:
    begun = Lecture.filter(starts_at__lt=datetime.combine(today, time.min, TOKYO))
    standing = Lecture.filter(status__in=(*ARRANGING, *GIVEN))
    return Assignment.filter(
        Q(reply_by__lt=today) | Q(lecture_id__in=Subquery(begun.values("id"))),
        status=OfferStatus.OFFERED,
        lecture_id__in=Subquery(standing.values("id")),
    )


async def _lapse(author: Author, late: QuerySet[Assignment], seen: Assignment) -> int:
    # Locked in the order of verbs and answers: the lecture, the attendee, the offer.
    lecture = await Lecture.filter(id=seen.lecture_id).select_for_update().get()
    attendee = await Attendee.filter(id=seen.attendee_id).select_for_update().get()
    assignment = await late.filter(id=seen.id).select_for_update().first()
    if assignment is None:  # answered, or asked for another day, in the meantime
        return 0
    await records.change(author, assignment, "lecturer-offer-lapsed", status=OfferStatus.LAPSED)
    if lecture.starts_at > author.now:
        await free(author, assignment, reason=SILENT)
    if lecture.status in ARRANGING:
        await _tell(author, lecture, assignment, attendee)
    return 1


async def _tell(author: Author, lecture: Lecture, assignment: Assignment, attendee: Attendee) -> None:
    """Whoever asked, or their unit where they have moved on since."""
    appointment = await Appointment.get(id=lecture.appointment_id)
    facts = {
        "title": appointment.title,
        "when": from_to(appointment.starts_at, appointment.ends_at),
        "place": appointment.place,
        "lecturer": (await Person.get(id=assignment.person_id)).name,
        "reply_by": day_with_weekday(assignment.reply_by) if assignment.reply_by else "",
    }
    officer, turn = await _in_charge(author, assignment, attendee), f"{assignment.id}:{assignment.version}"
    await letters.write(author, officer, lecture.unit_id, "lecturer-silent", turn, facts, letters.by_day(author.now))


async def _in_charge(author: Author, assignment: Assignment, attendee: Attendee) -> Person | None:
    officer = await Person.get(id=assignment.asked_by_id)
    asked_on, today = [instant.astimezone(TOKYO).date() for instant in (attendee.invited_at or author.now, author.now)]
    return officer if officer.mail_address and not await people.has_moved_on(officer, asked_on, today) else None
