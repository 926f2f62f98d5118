"""After a drill: evaluation, report, approval by another (X15)."""

from __future__ import annotations

from uuid import UUID

from domain import approving, records
from domain.actor import LIAISONS, Actor, Role
from domain.drills.coming import forget_names
from domain.drills.drill import LABELS, Drill, DrillStatus, move, told, visible_to
from domain.states import must_be_in, said
from domain.verbs import verb

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
