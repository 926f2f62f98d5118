"""実施: who came and for how long, what was achieved, corrected afterwards, and hours approved by somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from domain import amounts, approving, calendar, records
from domain.activities.activity import (
    LABELS,
    PARTICIPATION_LABELS,
    PARTICIPATION_MOVES,
    Activity,
    ActivityKind,
    ActivityParticipation,
    ActivityStatus,
    ParticipationStatus,
    visible_to,
)
from domain.activities.planning import move
from domain.actor import LIAISONS, Actor
from domain.calendar import Attendee
from domain.errors import Incomplete, Invalid, NotFound, WrongState
from domain.records import MISSING
from domain.states import must_be_in, must_move, said
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class Presence:
    """出席, and for how many minutes."""

    participation_id: UUID
    minutes: int


@dataclass(frozen=True)
class Absence:
    """欠席, and why."""

    participation_id: UUID
    reason: str


@dataclass(frozen=True)
class ApprovedMinutes:
    """The minutes that are acknowledged, where they differ from those reported."""

    participation_id: UUID
    minutes: int


@dataclass(frozen=True)
class ActivityResults:
    """対象人数(人), 配布数(枚・部), and of a patrol 通報, 転送, 削除(件). What does not apply stays empty."""

    audience_count: int | None = None
    copies_count: int | None = None
    reported_count: int | None = None
    forwarded_count: int | None = None
    removed_count: int | None = None


UNCOUNTED = ActivityResults()
PATROL = ("reported_count", "forwarded_count", "removed_count")


@verb(*LIAISONS)
async def hold(
    actor: Actor,
    activity_id: UUID,
    *,
    attended: Sequence[Presence],
    absent: Sequence[Absence] = (),
    results: ActivityResults = UNCOUNTED,
    version: int | None = None,
) -> Activity:
    """実施済: at least one came; everybody who had said so is accounted for. Raises WrongState before it has begun."""
    activity = await records.find(visible_to(actor), activity_id, version)
    if activity.starts_at > actor.now:
        raise WrongState("まだ始まっていない活動は実施済にできません。")
    if not attended:
        raise Incomplete("出席した人を1人以上入力してください。", field="attended")
    values = {"held_at": actor.now, "reported_by_id": actor.person_id, **_counted(activity, results)}
    await move(actor, activity, ActivityStatus.HELD, "activity-held", **values)
    await _note_attendance(actor, activity, attended, absent)
    left = ActivityParticipation.filter(activity_id=activity.id, released_at=None, status=ParticipationStatus.CONFIRMED)
    if count := await left.count():
        raise Incomplete(f"出欠が入力されていない参加予定の人が{count}人います。", field="attended")
    return activity


def _counted(activity: Activity, results: ActivityResults) -> dict[str, int | None]:
    counts = asdict(results)
    for name, count in counts.items():
        if count is not None and (name in PATROL) != (activity.kind is ActivityKind.PURIFICATION):
            raise Invalid("この種別の活動では数えない項目です。空欄にしてください。", field=name)
    return {name: None if count is None else amounts.pieces(count, name) for name, count in counts.items()}


async def _note_attendance(
    actor: Actor, activity: Activity, attended: Sequence[Presence], absent: Sequence[Absence]
) -> None:
    for one in attended:
        amounts.minutes(one.minutes, "minutes", "活動時間")
    named = [*(one.participation_id for one in attended), *(one.participation_id for one in absent)]
    if len(set(named)) < len(named):
        raise Invalid("同じ人の出欠が二つあります。一人に一つにしてください。", field="attended")
    known = await _participations(activity)
    for came in attended:
        row = _of(known, came.participation_id, "attended")
        await _note(actor, row, ParticipationStatus.ATTENDED, reason="", minutes_reported=came.minutes)
    for stayed in absent:
        row, reason = _of(known, stayed.participation_id, "absent"), said(stayed.reason)
        await _note(actor, row, ParticipationStatus.ABSENT, reason=reason, minutes_reported=None)


async def _participations(activity: Activity) -> dict[UUID, ActivityParticipation]:
    rows = await ActivityParticipation.filter(activity_id=activity.id, released_at=None).select_for_update()
    return {row.id: row for row in rows}


def _of(known: dict[UUID, ActivityParticipation], id: UUID, field: str) -> ActivityParticipation:
    if id not in known:
        raise NotFound(MISSING, field=field)
    return known[id]


async def _note(actor: Actor, row: ActivityParticipation, to: ParticipationStatus, **values: Any) -> None:
    if row.status is not to:
        values["status"] = must_move(PARTICIPATION_MOVES, PARTICIPATION_LABELS, row.status, to)
    if row.minutes_reported != values["minutes_reported"]:
        values |= {"minutes_approved": None, "approved_by_id": None, "approved_at": None}
    await records.change(actor, row, "attendance-noted", **values)
    came = to is ParticipationStatus.ATTENDED
    await calendar.record_attendance(actor, await Attendee.get(id=row.attendee_id), came)


@verb(*LIAISONS)
async def correct_results(
    actor: Actor,
    activity_id: UUID,
    *,
    reason: str,
    attended: Sequence[Presence] = (),
    absent: Sequence[Absence] = (),
    results: ActivityResults = UNCOUNTED,
    version: int | None = None,
) -> Activity:
    """Correct attendance, minutes and counts afterwards; the old values stay in the journal with the reason.

    Who is not named and what is left out stays as it is; changed minutes are approved anew.
    """
    activity = await records.find(visible_to(actor), activity_id, version)
    must_be_in(LABELS, activity.status, ActivityStatus.HELD)
    counts = {name: count for name, count in _counted(activity, results).items() if count is not None}
    who = {"reported_by_id": actor.person_id}
    await records.correct(actor, activity, "activity-results-corrected", said(reason), **who, **counts)
    await _note_attendance(actor, activity, attended, absent)
    if not await ActivityParticipation.filter(activity_id=activity.id, status=ParticipationStatus.ATTENDED).exists():
        raise Incomplete("出席した人がいなくなります。1人以上を出席にしてください。", field="absent")
    return activity


@verb(*LIAISONS)
async def approve_minutes(
    actor: Actor, activity_id: UUID, *, differing: Sequence[ApprovedMinutes] = (), version: int | None = None
) -> Activity:
    """時間の承認: acknowledge what was reported, but for those who are named with other minutes.

    Raises NotAllowed for whoever has noted any of the minutes that are approved here (X15).
    """
    activity = await records.find(visible_to(actor), activity_id, version)
    must_be_in(LABELS, activity.status, ActivityStatus.HELD)
    known = await _participations(activity)
    minutes = {
        _of(known, one.participation_id, "differing").id: amounts.minutes(
            one.minutes, "minutes", "承認する時間", least=0
        )
        for one in differing
    }
    came = [row for row in known.values() if row.status is ParticipationStatus.ATTENDED]
    approved = [row for row in came if row.approved_at is None or row.id in minutes]
    said = "活動時間を報告した人は、その時間を承認できません。別の人が承認してください。"
    await approving.must_be_by_another(actor, approved, ["attendance-noted"], said)
    for row in approved:
        values = {"approved_by_id": actor.person_id, "approved_at": actor.now}
        await records.change(
            actor, row, "minutes-approved", minutes_approved=minutes.get(row.id, row.minutes_reported), **values
        )
    return await records.touch(actor, activity) if approved else activity
