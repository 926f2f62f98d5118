"""期限切れ: nobody said yes or no in time; whoever was asked is free again, and whoever asked hears of it."""

from __future__ import annotations

from datetime import date, datetime, time

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import TOKYO, Author, Bearer
from domain.lectures.assigning import Assignment, OfferStatus, free, locked
from domain.lectures.lecture import ARRANGING, GIVEN, Lecture
from domain.lectures.losing import tell_officer
from domain.verbs import routine

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
    lecture, attendee, assignment = await locked(seen)
    if not await late.filter(id=seen.id).exists():  # answered, or asked for another day, in the meantime
        return 0
    await records.change(author, assignment, "lecturer-offer-lapsed", status=OfferStatus.LAPSED)
    if lecture.starts_at > author.now:
        await free(author, assignment, reason=SILENT)
    if lecture.status in ARRANGING:
        await tell_officer(author, lecture, assignment, attendee, "lecturer-silent")
    return 1
