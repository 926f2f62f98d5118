"""報告: what came of an encounter is written by whoever was there, and again where it was sent back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from domain import amounts, records, units
from domain.actor import LIAISONS, Actor
from domain.encounters.attending import EncounterMember, attend, find_members
from domain.encounters.checklist import ItemChecked, find_answers, tick
from domain.encounters.encounter import (
    LABELS,
    Encounter,
    EncounterKind,
    EncounterStatus,
    EncounterTheme,
    move,
    visible_to,
)
from domain.encounters.following import NextStep, find_step
from domain.encounters.inviting import settle
from domain.encounters.planning import More, find_columns, must_have_begun
from domain.states import must_be_in, said
from domain.verbs import verb


@verb(*LIAISONS)
async def report(
    actor: Actor,
    encounter_id: UUID,
    *,
    outcome: str,
    members: Sequence[EncounterMember] = (),
    starts_at: datetime | None = None,
    minutes: int | None = None,
    checklist: Sequence[ItemChecked] = (),
    next_step: NextStep | None = None,
    version: int | None = None,
) -> Encounter:
    """報告済: it took place, with whom and to what end. Without `members` those stay who were reported before it was
    sent back; `starts_at` is when it really was.

    Raises Incomplete where nobody of one side was there, Invalid before it has begun.
    """
    encounter = await records.find(visible_to(actor), encounter_id, version)
    must_be_in(LABELS, encounter.status, EncounterStatus.PLANNED)
    began = starts_at or encounter.starts_at
    must_have_begun(actor, began)
    records.must_say(outcome, "結果", "outcome")
    columns: dict[str, Any] = {"outcome": outcome, "starts_at": began}
    if minutes is not None:
        columns["minutes"] = amounts.minutes(minutes, "minutes", "時間", amounts.DAY)
    columns |= await find_step(actor, encounter.unit_id, began, next_step)
    columns |= {"reported_by_id": actor.person_id, "reported_at": actor.now, "reason": ""}
    await move(actor, encounter, EncounterStatus.REPORTED, "encounter-reported", **columns)
    await settle(actor, encounter)
    await _enter(actor, encounter, members, checklist)
    return encounter


@verb(*LIAISONS)
async def note(
    actor: Actor,
    /,
    *,
    kind: EncounterKind,
    organization_id: UUID,
    theme: EncounterTheme,
    starts_at: datetime,
    outcome: str,
    members: Sequence[EncounterMember],
    checklist: Sequence[ItemChecked] = (),
    next_step: NextStep | None = None,
    unit_id: UUID | None = None,
    **more: Unpack[More],
) -> Encounter:
    """Enter an encounter that has taken place, planned or not: a call of this morning, or what stands in old papers.

    Raises as `plan` and `report` do.
    """
    unit = await units.find_covered(actor, unit_id)
    must_have_begun(actor, starts_at)
    records.must_say(outcome, "結果", "outcome")
    values = {"kind": kind, "theme": theme, "starts_at": starts_at, "outcome": outcome, **more}
    values |= {"status": EncounterStatus.REPORTED, "reported_by_id": actor.person_id, "reported_at": actor.now}
    values |= await find_step(actor, unit.id, starts_at, next_step)
    columns = await find_columns(actor, organization_id, values)
    encounter = await records.create(actor, Encounter, "encounter-noted", unit_id=unit.id, **columns)
    await _enter(actor, encounter, members, checklist)
    return encounter


async def _enter(
    actor: Actor, encounter: Encounter, members: Sequence[EncounterMember], checklist: Sequence[ItemChecked]
) -> None:
    answers = await find_answers(actor, encounter, checklist)
    await attend(actor, encounter, await find_members(actor, encounter, members))
    await tick(actor, encounter, answers)


@verb(*LIAISONS)
async def send_back(actor: Actor, encounter_id: UUID, *, reason: str, version: int | None = None) -> Encounter:
    """差戻し: the report is to be written again, for this reason; until then it does not count."""
    encounter = await records.find(visible_to(actor), encounter_id, version)
    return await move(actor, encounter, EncounterStatus.PLANNED, "encounter-sent-back", reason=said(reason))
