"""共同研究: the theme and the period of joint research under an agreement, and what has come of it. Source: S28."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, Actor
from domain.agreements.agreement import LABELS, STANDING, Agreement, AgreementKind, visible_to
from domain.agreements.naming import must_not_say
from domain.criteria import any_of, nothing
from domain.errors import Invalid, WrongState, meaning
from domain.records import Owned
from domain.states import must_be_in
from domain.verbs import verb


class OutputKind(StrEnum):
    """論文・発表, 報告書, 教材, ツール・手法, その他."""

    PAPER = "PAPER"
    REPORT = "REPORT"
    TEACHING_MATERIAL = "TEACHING_MATERIAL"
    METHOD = "METHOD"
    OTHER = "OTHER"


OUTPUT_LABELS: Mapping[OutputKind, str] = {
    OutputKind.PAPER: "論文・発表",
    OutputKind.REPORT: "報告書",
    OutputKind.TEACHING_MATERIAL: "教材",
    OutputKind.METHOD: "ツール・手法",
    OutputKind.OTHER: "その他",
}


class ResearchOutput(Owned):
    """One thing that came of it, on a day; `removed_at` is set for one that was entered by mistake."""

    agreement: fields.ForeignKeyRelation[Agreement] = fields.ForeignKeyField(
        "renkei.Agreement", on_delete=fields.CASCADE, related_name=False
    )
    agreement_id: UUID
    kind = fields.CharEnumField(OutputKind, max_length=20)
    title = fields.CharField(max_length=200)
    produced_on = fields.DateField()
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "research_output"
        indexes = [Index(fields=("agreement_id", "id"), name="research_output_agreement")]


def outputs_visible_to(actor: Actor) -> QuerySet[ResearchOutput]:
    """As their agreements, to liaison officers alone, without those that were taken back."""
    if actor.role not in LIAISONS:
        return nothing(ResearchOutput)
    return ResearchOutput.filter(any_of(ResearchOutput, "unit_id", actor.units), removed_at=None)


async def _find(actor: Actor, agreement_id: UUID, version: int | None) -> Agreement:
    agreement = await records.find(visible_to(actor), agreement_id, version)
    if agreement.kind is not AgreementKind.JOINT_RESEARCH:
        raise WrongState("共同研究の協定ではありません。種別が「共同研究」の協定を選んでください。")
    must_be_in(LABELS, agreement.status, *STANDING)
    return agreement


@verb(*LIAISONS)
async def plan_research(
    actor: Actor,
    agreement_id: UUID,
    *,
    theme: str,
    starts_on: date,
    ends_on: date | None = None,
    version: int | None = None,
) -> Agreement:
    """研究のテーマと期間: what is studied together, and from when until when; said again, it is corrected.

    Raises WrongState for an agreement that is no joint research in force, and where the theme names a party that has
    not consented (X10); Invalid for days out of order.
    """
    agreement = await _find(actor, agreement_id, version)
    records.must_say(theme, "研究のテーマ", "theme")
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("研究の終わりは始まり以後の日付にしてください。", field="ends_on")
    values = {"research_theme": theme, "research_from": starts_on, "research_to": ends_on}
    with meaning(research_theme="theme"):
        await must_not_say(agreement, research_theme=theme)
        return await records.change(actor, agreement, "research-planned", **values)


@verb(*LIAISONS)
async def note_output(
    actor: Actor,
    agreement_id: UUID,
    *,
    kind: OutputKind,
    title: str,
    produced_on: date,
    version: int | None = None,
) -> ResearchOutput:
    """成果: what has come of the research, on a day since the agreement took effect that has come."""
    agreement = await _find(actor, agreement_id, version)
    records.must_say(title, "成果の名称", "title")
    if agreement.effective_on is None or not agreement.effective_on <= produced_on <= actor.today:
        raise Invalid("成果の日は、協定の発効日から今日までの日付にしてください。", field="produced_on")
    await records.touch(actor, agreement)
    told = {"kind": kind, "title": title, "produced_on": produced_on, "unit_id": agreement.unit_id}
    return await records.create(actor, ResearchOutput, "research-output-noted", agreement_id=agreement.id, **told)


@verb(*LIAISONS)
async def take_back_output(actor: Actor, output_id: UUID, *, version: int | None = None) -> ResearchOutput:
    """It was entered by mistake, and counts no more."""
    output = await records.find(outputs_visible_to(actor), output_id, version)
    return await records.change(actor, output, "research-output-taken-back", removed_at=actor.now)
