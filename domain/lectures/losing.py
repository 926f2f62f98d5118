"""欠員: somebody who was counted on says no, leaves or may not come any more; the officer in charge hears of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, Subquery

from domain import charge, letters, records, volunteers
from domain.actor import TOKYO, Author
from domain.calendar import Appointment, AppointmentKind, Attendee, PartStat
from domain.errors import Incomplete, Invalid
from domain.japanese import day_with_weekday
from domain.lectures.assigning import (
    STANDING,
    Assignment,
    OfferStatus,
    has_lecturer,
    let_go,
    locked,
    must_be_fit,
)
from domain.lectures.lecture import AHEAD, ARRANGING, Lecture, LectureStatus
from domain.organizations import Contact
from domain.people import Person, outside, when_leaving
from domain.replies import Heard, listens
from domain.volunteers import Volunteer

ANSWERED = (*STANDING, OfferStatus.DECLINED)
MEANT = {
    PartStat.ACCEPTED: OfferStatus.ACCEPTED,
    PartStat.TENTATIVE: OfferStatus.OFFERED,
    PartStat.DECLINED: OfferStatus.DECLINED,
    PartStat.DELEGATED: OfferStatus.DECLINED,
}
DECLINED = "辞退のお返事があったため"
GONE = "異動または退任のため"
MISSING = "この講義には、いま講師がいません。"


@listens(AppointmentKind.LECTURE)
async def hear(author: Author, appointment: Appointment, attendee: Attendee) -> Heard:
    """An answer of a lecturer is the answer to the offer: with "perhaps" it is open again. Whoever declines is free at
    that time, and whoever asked them hears of it; with another answer after all they get the date as it stands now."""
    lecture = await Lecture.get(appointment_id=appointment.id)
    assignment = await Assignment.filter(attendee_id=attendee.id).select_for_update().first()
    if assignment is None or lecture.status not in ARRANGING:
        return Heard()
    status = MEANT[attendee.partstat]
    if assignment.status not in ANSWERED:  # the offer lapsed before the answer came
        return Heard()
    had_declined = assignment.status is OfferStatus.DECLINED
    await records.change(author, assignment, "lecturer-answered", status=status)
    busy = (None, None) if status is OfferStatus.DECLINED else (appointment.starts_at, appointment.ends_at)
    await records.change(author, attendee, "attendee-held", busy_from=busy[0], busy_to=busy[1])
    if status is OfferStatus.DECLINED:
        await tell_officer(author, lecture, assignment, attendee, "lecturer-lost", reason=DECLINED)
    elif had_declined:
        return Heard("lecturer-confirmed" if lecture.status is LectureStatus.CONFIRMED else "lecture-assigned")
    return Heard(tells_of_loss=True)


@volunteers.when_stepping_back
async def excuse(author: Author, volunteer: Volunteer, reason: str) -> None:
    """A volunteer is released from the lectures still ahead to which they may not go any more."""
    for assignment in await _standing_of(volunteer.person_id, author.now):
        if not await _may_go(author, assignment):
            await _lose(author, assignment, reason)


async def _may_go(author: Author, assignment: Assignment) -> bool:
    lecture, person = await Lecture.get(id=assignment.lecture_id), await Person.get(id=assignment.person_id)
    begins = max(lecture.starts_at, author.now)  # a lecture without a date still has its old one
    try:
        await must_be_fit(author, person, begins.astimezone(TOKYO).date(), field="person_id")
    except (Incomplete, Invalid):
        return False
    return True


@when_leaving
async def release_for_leaving(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """Whoever leaves their unit gives no lecture from that day on, but those of the unit that they go to; and where
    they were a school's contact and leave for good, somebody has to find the next one."""
    for assignment in await _standing_of(person.id, at, to):
        await _lose(author, assignment, GONE)
    if to is None:
        await _miss_contact(author, person, at)


async def _standing_of(person_id: UUID, since: datetime, to: UUID | None = None) -> list[Assignment]:
    waits = Q(status__in=ARRANGING, starts_at__gte=since) | Q(status=LectureStatus.POSTPONED)
    ahead = Lecture.filter(waits, outside(to))
    offers = Assignment.filter(person_id=person_id, status__in=STANDING, lecture_id__in=Subquery(ahead.values("id")))
    return await offers.order_by("lecture_id")


async def _lose(author: Author, seen: Assignment, reason: str) -> None:
    lecture, attendee, assignment = await locked(seen)
    if assignment.status in STANDING:
        await let_go(author, assignment, reason=reason)
        await tell_officer(author, lecture, assignment, attendee, "lecturer-lost", reason=reason)


async def tell_officer(
    author: Author, lecture: Lecture, assignment: Assignment, attendee: Attendee, kind: str, **more: str
) -> None:
    """A letter to whoever asked a lecturer who does not come (`charge`)."""
    facts = {
        **await charge.said_of(await Appointment.get(id=lecture.appointment_id)),
        "lecturer": (await Person.get(id=assignment.person_id)).name,
        "reply_by": day_with_weekday(assignment.reply_by) if assignment.reply_by else "",
        "missing": "" if await has_lecturer(lecture) else MISSING,
        **more,
    }
    await charge.tell(author, attendee, kind, f"{assignment.id}:{assignment.version}", facts)


async def _miss_contact(author: Author, person: Person, at: datetime) -> None:
    of_theirs = Contact.filter(person_id=person.id)
    lectures = Lecture.filter(contact_id__in=Subquery(of_theirs.values("id")), status__in=AHEAD).order_by("id")
    for lecture in await lectures:
        if lecture.starts_at >= at or lecture.status is LectureStatus.POSTPONED:
            facts = {**await charge.said_of(await Appointment.get(id=lecture.appointment_id)), "person": person.name}
            turn = f"{lecture.id}:{person.id}:{at.date()}"
            await letters.write(author, None, lecture.unit_id, "lecture-contact-left", turn, facts)
