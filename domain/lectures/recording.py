"""実施済の登録: a lecture that was given before anybody entered it. Nobody is written to: all of them were there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain import calendar, organizations, people, records
from domain.actor import LIAISONS, Actor
from domain.calendar import AppointmentKind, AppointmentStatus
from domain.lectures.giving import GivenBy, note_givers
from domain.lectures.lecture import Audience, Lecture, LectureKind, LectureStatus, make, must_make_sense, titled
from domain.lectures.reporting import Counted, count, duration, total
from domain.verbs import verb


@verb(*LIAISONS)
async def record_held(
    actor: Actor,
    *,
    school_id: UUID,
    theme: str,
    audience: Audience,
    starts_at: datetime,
    ends_at: datetime,
    given_by: Sequence[GivenBy],
    head_counts: list[Counted],
    duration_minutes: int | None = None,
    place: str = "",
    kind: LectureKind = LectureKind.LECTURE,
    remarks: str = "",
) -> Lecture:
    """Enter a lecture that has been given already, this fiscal year or the last: straight to 実施済, without letters.

    It was as long as from start to end unless told. Raises Invalid for one that is not over, Conflict for one that is
    there already or a lecturer who was elsewhere at that time, and as `assign` does for one who could not be sent on
    that day.
    """
    school = await records.see(organizations.visible_to(actor), school_id, field="school_id")
    must_make_sense({"theme": theme})
    when = (starts_at, ends_at)
    title = titled(school, theme)
    await calendar.must_be_over_and_missing(actor, AppointmentKind.LECTURE, school.unit_id, title, *when)
    told = {"kind": kind, "audience": audience, "theme": theme, "starts_at": starts_at, "remarks": remarks}
    told |= {"expected_count": max(1, total(head_counts)), "duration_minutes": _length(*when, duration_minutes)}
    where = {"place": place or school.name, "status": AppointmentStatus.CONFIRMED}
    lecture, _ = await make(actor, "lecture-recorded", school, ends_at, where, status=LectureStatus.DELIVERED, **told)
    await note_givers(actor, lecture, given_by, people.visible_to(actor))
    await count(actor, lecture, head_counts)
    return lecture


def _length(starts_at: datetime, ends_at: datetime, minutes: int | None) -> int:
    """As long as it is told to have been, else from start to end."""
    return duration((ends_at - starts_at) // timedelta(minutes=1) if minutes is None else minutes)
