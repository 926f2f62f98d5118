"""会議の記録: a meeting that was held before anybody entered it, with all that is known of it. Nobody is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain import calendar, councils, records
from domain.actor import LIAISONS, Actor, Author
from domain.calendar import AppointmentKind, AppointmentStatus
from domain.councils import Council
from domain.errors import Conflict
from domain.meetings.attending import MeetingPresence, MeetingProxy, Row, find_who_came, write_down
from domain.meetings.meeting import CouncilMeeting, MeetingStatus
from domain.meetings.planning import checked, must_be_of
from domain.meetings.resolving import MOST, TOO_MANY, CouncilResolution, MeetingResolution, resolved
from domain.units import Unit
from domain.verbs import verb


@verb(*LIAISONS)
async def record(
    actor: Actor,
    /,
    council_id: UUID,
    *,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    attended: Sequence[MeetingPresence],
    proxies: Sequence[MeetingProxy] = (),
    resolutions: Sequence[MeetingResolution] = (),
    agenda: Sequence[str] = (),
    place: str = "",
    quorum: int | None = None,
    minutes_text: str = "",
) -> CouncilMeeting:
    """Enter a meeting of this fiscal year or the last that was held before anybody entered it: straight to 開催済, or
    with its minutes to 議事録作成済, without letters. Who came may be told without a post that is not known any more.

    Raises as `hold` and `resolve` do, Invalid for one that is not over or from before the council was founded, Conflict
    where it is entered already.
    """
    council = await councils.find_kept(actor, council_id)
    told = {"title": title, "agenda": agenda, "quorum": quorum, "minutes_text": minutes_text}
    meeting = bygone(actor, council, starts_at, told)
    await calendar.must_be_over_and_missing(actor, AppointmentKind.MEETING, council.unit_id, title, starts_at, ends_at)
    came = await find_who_came(actor, meeting, attended, proxies, is_bygone=True)
    values = settled(meeting, came.counts, resolutions)
    unit = await Unit.get(id=council.unit_id)
    where: dict[str, Any] = {"place": place, "status": AppointmentStatus.CONFIRMED}
    date = await calendar.propose(actor, AppointmentKind.MEETING, unit, title, starts_at, ends_at, **where)
    columns = {**columns_of(meeting), "appointment_id": date.id}
    row = await records.create(actor, CouncilMeeting, "meeting-recorded", **columns)
    await write_down_all(actor, [(row, came.rows, values)])
    return row


COLUMNS = (
    *("unit_id", "council_id", "status", "title", "agenda", "starts_at", "minutes_text", "minuted_by_id", "minuted_at"),
    *("quorum", "member_count", "present_count", "proxy_count", "is_quorate"),
)


def bygone(actor: Actor, council: Council, starts_at: datetime, told: dict[str, Any]) -> CouncilMeeting:
    """What is told of a meeting that was held, not kept yet. Raises Invalid, and WrongState where the council was
    dissolved by then."""
    records.must_fit(CouncilMeeting, told)
    columns = checked(told)  # type: ignore[arg-type]
    is_minuted = bool(told.get("minutes_text", "").strip())
    minuted = {"minuted_by_id": actor.person_id, "minuted_at": actor.now} if is_minuted else {}
    status = MeetingStatus.MINUTED if is_minuted else MeetingStatus.HELD
    whose = {"unit_id": council.unit_id, "council_id": council.id}
    meeting = CouncilMeeting(**whose, status=status, starts_at=starts_at, **columns, **minuted)
    must_be_of(council, meeting)
    return meeting


def settled(meeting: CouncilMeeting, counts: Row, resolutions: Sequence[MeetingResolution]) -> list[Row]:
    """Put the counts down at a meeting that is not kept yet; what was resolved, as columns. Raises as `resolve`."""
    meeting.update_from_dict(counts)
    if len(resolutions) > MOST:
        raise Conflict(TOO_MANY)
    return [resolved(meeting, one) for one in resolutions]


def columns_of(meeting: CouncilMeeting) -> dict[str, Any]:
    """Its columns, as it is to be kept."""
    return {name: getattr(meeting, name) for name in COLUMNS}


async def write_down_all(author: Author, kept: Sequence[tuple[CouncilMeeting, Sequence[Row], Sequence[Row]]]) -> None:
    """Keep who came to meetings that are there, and what was resolved at each."""
    await write_down(author, [(meeting, attendance) for meeting, attendance, _ in kept])
    outcomes = [
        {"unit_id": meeting.unit_id, "meeting_id": meeting.id} | one for meeting, _, rows in kept for one in rows
    ]
    await records.create_many(author, CouncilResolution, "meeting-resolved", outcomes)
