"""Running a drill: from the start to the attendance, which can be corrected with the old numbers kept.

An inject (状況付与) is what is played on the participants. Its states are declared here; nobody but the police
sees one before it is sent (X14).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from domain import amounts, calendar, records
from domain.actor import LIAISONS, TOKYO, Actor
from domain.calendar import Attendee
from domain.drills.drill import HELD, LABELS, Drill, DrillStatus, move, visible_to
from domain.drills.participation import HOLDING, Participation, ParticipationReply
from domain.errors import Incomplete, Invalid, NotFound, WrongState
from domain.records import MISSING
from domain.states import Moves, must_be_in, said
from domain.values import dataclass
from domain.verbs import verb


class InjectStatus(StrEnum):
    """作成中, 確認済, 承認済, 保留, 送付済, 受領済, 回答済, 評価済."""

    DRAFT = "DRAFT"
    REVIEWED = "REVIEWED"
    APPROVED = "APPROVED"
    HELD = "HELD"
    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ANSWERED = "ANSWERED"
    ASSESSED = "ASSESSED"


INJECT_LABELS: Mapping[InjectStatus, str] = {
    InjectStatus.DRAFT: "作成中",
    InjectStatus.REVIEWED: "確認済",
    InjectStatus.APPROVED: "承認済",
    InjectStatus.HELD: "保留",
    InjectStatus.SENT: "送付済",
    InjectStatus.ACKNOWLEDGED: "受領済",
    InjectStatus.ANSWERED: "回答済",
    InjectStatus.ASSESSED: "評価済",
}

INJECT_MOVES: Moves[InjectStatus] = {
    InjectStatus.DRAFT: (InjectStatus.REVIEWED,),
    InjectStatus.REVIEWED: (InjectStatus.APPROVED, InjectStatus.DRAFT),
    InjectStatus.APPROVED: (InjectStatus.HELD, InjectStatus.SENT),
    InjectStatus.HELD: (InjectStatus.SENT,),
    InjectStatus.SENT: (InjectStatus.ACKNOWLEDGED,),
    InjectStatus.ACKNOWLEDGED: (InjectStatus.ANSWERED,),
    InjectStatus.ANSWERED: (InjectStatus.ASSESSED,),
    InjectStatus.ASSESSED: (),
}


@verb(*LIAISONS)
async def start(actor: Actor, drill_id: UUID, *, version: int | None = None) -> Drill:
    """実施中, from the morning of its day on. Raises WrongState before."""
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, DrillStatus.CONFIRMED)
    if actor.today < drill.starts_at.astimezone(TOKYO).date():
        raise WrongState("まだ訓練の日ではありません。日を早めるときは、先に延期の操作で日時を変えてください。")
    return await move(actor, drill, DrillStatus.RUNNING, "drill-started")


@verb(*LIAISONS)
async def pause(actor: Actor, drill_id: UUID, *, version: int | None = None) -> Drill:
    """中断: the journal keeps when."""
    drill = await records.find(visible_to(actor), drill_id, version)
    return await move(actor, drill, DrillStatus.PAUSED, "drill-paused")


@verb(*LIAISONS)
async def resume(actor: Actor, drill_id: UUID, *, version: int | None = None) -> Drill:
    """実施中 again, after a pause."""
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, DrillStatus.PAUSED)
    return await move(actor, drill, DrillStatus.RUNNING, "drill-resumed")


@dataclass(frozen=True)
class Attended:
    """With how many people (人) an organisation came, and who of those invited (`attendee_ids`).

    Without `attendee_ids` nothing new is said of single people, except that of 0 nobody came.
    """

    participation_id: UUID
    count: int
    attendee_ids: Sequence[UUID] | None = None


@verb(*LIAISONS)
async def finish(
    actor: Actor,
    drill_id: UUID,
    *,
    attendance: Sequence[Attended],
    police_count: int = 0,
    version: int | None = None,
) -> Drill:
    """実施済, with the attendance of every organisation that did not decline (0 for one that stayed away).

    `police_count` is the police's own people (人). Raises Incomplete where an organisation is missing.
    """
    drill = await records.find(visible_to(actor), drill_id, version)
    await move(actor, drill, DrillStatus.FINISHED, "drill-finished", police_count=_police(police_count))
    await _record(actor, drill, attendance)
    left = Participation.filter(drill_id=drill.id, attended_count=None)
    if await left.filter(reply__in=HOLDING).exists():
        raise Incomplete(
            "人数が入力されていない団体があります。来なかった団体は0人と入力してください。", field="attendance"
        )
    for participation in await left.filter(reply=ParticipationReply.DECLINED):
        await _record_one(actor, participation, Attended(participation.id, 0))
    return drill


@verb(*LIAISONS)
async def correct_attendance(
    actor: Actor,
    drill_id: UUID,
    *,
    reason: str,
    attendance: Sequence[Attended] = (),
    police_count: int | None = None,
    version: int | None = None,
) -> Drill:
    """Correct the numbers afterwards; the old ones stay in the journal with the reason. What is not given stays."""
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, *HELD)
    values = {} if police_count is None else {"police_count": _police(police_count)}
    if not (attendance or values):
        raise Invalid("直す人数を入力してください。", field="attendance")
    await records.correct(actor, drill, "drill-attendance-corrected", said(reason), **values)
    await _record(actor, drill, attendance)
    return drill


def _police(count: int) -> int:
    return amounts.people(count, "police_count", "警察の参加人数")


async def _record(actor: Actor, drill: Drill, attendance: Sequence[Attended]) -> None:
    known = {participation.id: participation for participation in await Participation.filter(drill_id=drill.id)}
    for attended in attendance:
        participation = known.pop(attended.participation_id, None)
        if participation is None:
            raise NotFound(MISSING, field="attendance")
        await _record_one(actor, participation, attended)


async def _record_one(actor: Actor, participation: Participation, attended: Attended) -> None:
    count = amounts.people(attended.count, "attendance", "参加人数")
    invited = await calendar.coming(participation.appointment_id).filter(organization_id=participation.organization_id)
    present = _present(attended, invited)
    if count < len(present):
        raise Invalid("参加人数が、出席した担当者の数より少なくなっています。", field="attendance")
    if attended.attendee_ids is not None or count == 0:
        for attendee in invited:
            await calendar.record_attendance(actor, attendee, attendee.id in present)
    await records.change(actor, participation, "attendance-recorded", attended_count=count)


def _present(attended: Attended, invited: Sequence[Attendee]) -> set[UUID]:
    if attended.attendee_ids is None:
        return {attendee.id for attendee in invited if attendee.attended and attended.count}
    if set(attended.attendee_ids) - {attendee.id for attendee in invited}:
        raise NotFound(MISSING, field="attendance")
    return set(attended.attendee_ids)
