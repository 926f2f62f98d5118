"""After a drill: evaluation, report, approval by another (X15).

An improvement item (改善事項) is what a drill leaves to be done. Its states are declared here; being overdue is
computed, not a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from domain import approving, records
from domain.actor import LIAISONS, Actor, Role
from domain.drills.coming import forget_names
from domain.drills.drill import LABELS, Drill, DrillStatus, move, told, visible_to
from domain.states import Moves, must_be_in, said
from domain.verbs import verb


class ImprovementStatus(StrEnum):
    """未着手, 対応中, 対応済, 確認済, 完了, 次回へ引継ぎ, 見送り."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    VERIFIED = "VERIFIED"
    CLOSED = "CLOSED"
    CARRIED_OVER = "CARRIED_OVER"
    REJECTED = "REJECTED"


IMPROVEMENT_LABELS: Mapping[ImprovementStatus, str] = {
    ImprovementStatus.OPEN: "未着手",
    ImprovementStatus.IN_PROGRESS: "対応中",
    ImprovementStatus.DONE: "対応済",
    ImprovementStatus.VERIFIED: "確認済",
    ImprovementStatus.CLOSED: "完了",
    ImprovementStatus.CARRIED_OVER: "次回へ引継ぎ",
    ImprovementStatus.REJECTED: "見送り",
}

_GIVEN_UP = (ImprovementStatus.CARRIED_OVER, ImprovementStatus.REJECTED)

IMPROVEMENT_MOVES: Moves[ImprovementStatus] = {
    ImprovementStatus.OPEN: (ImprovementStatus.IN_PROGRESS, *_GIVEN_UP),
    ImprovementStatus.IN_PROGRESS: (ImprovementStatus.DONE, *_GIVEN_UP),
    ImprovementStatus.DONE: (ImprovementStatus.VERIFIED, ImprovementStatus.IN_PROGRESS, *_GIVEN_UP),
    ImprovementStatus.VERIFIED: (ImprovementStatus.CLOSED,),
    ImprovementStatus.CLOSED: (),
    ImprovementStatus.CARRIED_OVER: (),
    ImprovementStatus.REJECTED: (),
}


WRITTEN = ("drill-finished", "drill-recorded", "drill-attendance-corrected", "drill-reported")
"""What makes somebody one of the report's authors."""


@verb(*LIAISONS)
async def evaluate(actor: Actor, drill_id: UUID, *, version: int | None = None) -> Drill:
    """評価中: what went well, what did not."""
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, DrillStatus.FINISHED)
    return await move(actor, drill, DrillStatus.EVALUATING, "drill-evaluating")


@verb(*LIAISONS)
async def submit_report(actor: Actor, drill_id: UUID, *, summary: str, version: int | None = None) -> Drill:
    """報告書承認: the report goes to headquarters; whoever submits it is its author. What it was written from goes:
    who was to come from each organisation."""
    drill = await records.find(visible_to(actor), drill_id, version)
    written = {"summary": told(summary, "summary", "報告の概要", 20_000), "reported_by_id": actor.person_id}
    await move(actor, drill, DrillStatus.IN_REVIEW, "drill-reported", reported_at=actor.now, **written)
    await forget_names(actor, drill.id)
    return drill


@verb(Role.HQ_LIAISON)
async def return_report(actor: Actor, drill_id: UUID, *, reason: str, version: int | None = None) -> Drill:
    """差戻し: back to the evaluation, with the reason."""
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, DrillStatus.IN_REVIEW)
    return await move(actor, drill, DrillStatus.EVALUATING, "drill-report-returned", reason=said(reason))


@verb(Role.HQ_LIAISON)
async def close(actor: Actor, drill_id: UUID, *, version: int | None = None) -> Drill:
    """完了: the report is approved at headquarters, never by whoever has submitted it or entered its numbers (X15)."""
    drill = await records.find(visible_to(actor), drill_id, version)
    said = "報告書を出した人、人数を入力した人は承認できません。別の人が承認してください。"
    await approving.must_be_by_another(actor, [drill], WRITTEN, said)
    approved = {"approved_by_id": actor.person_id, "closed_at": actor.now}
    return await move(actor, drill, DrillStatus.CLOSED, "drill-closed", **approved)
