"""改善: what a drill has left to be done is raised, seen to, proven, verified by another (X15), or carried on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain import approving, organizations, people, records, tasks, units
from domain.actor import LIAISONS, TOKYO, Actor, Author
from domain.drills.drill import HELD, LABELS, visible_to
from domain.drills.improvement import (
    IMPROVEMENT_LABELS,
    UNSETTLED,
    WORKED_ON,
    Improvement,
    ImprovementStatus,
    improvements_visible_to,
    step,
)
from domain.drills.participation import Participation
from domain.drills.planning import aim
from domain.errors import Invalid, NotAllowed, meaning
from domain.people import Person
from domain.states import must_be_in, said
from domain.verbs import verb

PROVEN = ("improvement-finished",)
"""What makes somebody the one whose work is verified."""


@verb(*LIAISONS)
async def raise_improvement(
    actor: Actor,
    drill_id: UUID,
    *,
    what: str,
    due_on: date,
    organization_id: UUID | None = None,
    owner_id: UUID | None = None,
) -> Improvement:
    """未着手: what the drill has shown to be mended until a day, by a body that took part or by the police. Nobody sees
    to it unless an officer is told, or until one begins with it.

    Raises WrongState before the drill is over, Invalid for a day that has passed, a body that did not take part, or an
    officer of another unit.
    """
    drill = await records.see(visible_to(actor), drill_id, field="drill_id")
    if organization_id is not None:
        await records.see(organizations.visible_to(actor), organization_id, field="organization_id")
    must_be_in(LABELS, drill.status, *HELD)
    records.must_say(what, "改善すること", "what")
    _must_be_ahead(actor, due_on)
    if organization_id is not None:
        await _must_have_come(drill.id, organization_id)
    owner = await tasks.find_owner(actor, drill.unit_id, owner_id) if owner_id else None
    told = {"drill_id": drill.id, "organization_id": organization_id, "what": what, "due_on": due_on}
    whose = {"unit_id": drill.unit_id, "owner_id": owner and owner.id, "raised_on": actor.today}
    return await records.create(actor, Improvement, "improvement-raised", **told, **whose)


def _must_be_ahead(actor: Actor, due_on: date) -> None:
    if due_on < actor.today:
        raise Invalid("期限は今日から後の日付にしてください。", field="due_on")


async def _must_have_come(drill_id: UUID, organization_id: UUID) -> None:
    came = Participation.filter(drill_id=drill_id, organization_id=organization_id, attended_count__gt=0)
    if not await came.exists():
        raise Invalid("この訓練に参加した団体から選んでください。", field="organization_id")


@verb(*LIAISONS)
async def correct_improvement(
    actor: Actor,
    improvement_id: UUID,
    *,
    what: str | None = None,
    due_on: date | None = None,
    owner_id: UUID | None = None,
    version: int | None = None,
) -> Improvement:
    """Change what is to be done, until when or by whom, while it is; what is left out stays as it is."""
    item = await records.find(improvements_visible_to(actor), improvement_id, version)
    must_be_in(IMPROVEMENT_LABELS, item.status, *WORKED_ON)
    told = {"what": what, "due_on": due_on}
    values: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
    if what is not None:
        records.must_say(what, "改善すること", "what")
    if due_on is not None:
        _must_be_ahead(actor, due_on)
    if owner_id is not None:
        values["owner_id"] = (await tasks.find_owner(actor, item.unit_id, owner_id)).id
    return await records.change(actor, item, "improvement-corrected", **values)


@verb(*LIAISONS)
async def begin_improvement(actor: Actor, improvement_id: UUID, *, version: int | None = None) -> Improvement:
    """対応中: somebody has begun with it; an officer of the unit who begins with what is nobody's sees to it then."""
    item = await records.find(improvements_visible_to(actor), improvement_id, version)
    must_be_in(IMPROVEMENT_LABELS, item.status, ImprovementStatus.OPEN)
    serves_there = actor.unit_id in await units.below(actor.prefecture_id, item.unit_id)
    owner = item.owner_id or (actor.person_id if serves_there else None)
    return await step(actor, item, ImprovementStatus.IN_PROGRESS, "improvement-begun", owner_id=owner)


@verb(*LIAISONS)
async def finish_improvement(
    actor: Actor, improvement_id: UUID, *, evidence: str, done_on: date | None = None, version: int | None = None
) -> Improvement:
    """対応済: it was done, today unless told; `evidence` says by what that can be seen (改訂した要領の文書番号など).

    Raises Invalid without evidence, or for a day that is no day between the drill and today.
    """
    item = await records.find(improvements_visible_to(actor), improvement_id, version)
    records.must_say(evidence, "確かめられるもの（証跡）", "evidence")
    day = done_on or actor.today
    if not item.raised_on <= day <= actor.today:
        raise Invalid("対応した日は、改善事項を登録した日から今日までの日付にしてください。", field="done_on")
    values = {"evidence": evidence, "done_on": day, "done_by_id": actor.person_id, "reason": ""}
    return await step(actor, item, ImprovementStatus.DONE, "improvement-finished", **values)


@verb(*LIAISONS)
async def verify_improvement(actor: Actor, improvement_id: UUID, *, version: int | None = None) -> Improvement:
    """確認済: another officer has looked at the evidence, neither who sees to it nor who has entered it (X15)."""
    item = await records.find(improvements_visible_to(actor), improvement_id, version)
    message = "対応した人と担当者は確認できません。別の人が確認してください。"
    await approving.must_be_by_another(actor, [item], PROVEN, message)
    if item.owner_id == actor.person_id:
        raise NotAllowed(message)
    values = {"verified_by_id": actor.person_id, "settled_on": actor.today}
    return await step(actor, item, ImprovementStatus.VERIFIED, "improvement-verified", **values)


@verb(*LIAISONS)
async def send_back_improvement(
    actor: Actor, improvement_id: UUID, *, reason: str, version: int | None = None
) -> Improvement:
    """差戻し: the evidence does not show it; it is worked on again."""
    item = await records.find(improvements_visible_to(actor), improvement_id, version)
    must_be_in(IMPROVEMENT_LABELS, item.status, ImprovementStatus.DONE)
    values = {"done_on": None, "done_by_id": None, "reason": said(reason)}
    return await step(actor, item, ImprovementStatus.IN_PROGRESS, "improvement-sent-back", **values)


@verb(*LIAISONS)
async def close_improvement(actor: Actor, improvement_id: UUID, *, version: int | None = None) -> Improvement:
    """完了: what was verified is put away."""
    item = await records.find(improvements_visible_to(actor), improvement_id, version)
    return await step(actor, item, ImprovementStatus.CLOSED, "improvement-closed")


@verb(*LIAISONS)
async def carry_over_improvement(
    actor: Actor, improvement_id: UUID, *, to_drill_id: UUID, objective: str, version: int | None = None
) -> Improvement:
    """次回へ引継ぎ: it becomes an objective of a drill that is still to come, in words that name nobody, for whoever is
    invited reads them; it is settled here.

    Raises Invalid for the drill that has left it, WrongState for one that is under way or over.
    """
    item = await records.find(improvements_visible_to(actor), improvement_id, version)
    if to_drill_id == item.drill_id:
        raise Invalid("改善事項が出た訓練とは別の、これからの訓練を指定してください。", field="to_drill_id")
    values = {"carried_to_id": to_drill_id, "settled_on": actor.today}
    drill = await records.see(visible_to(actor), to_drill_id, field="to_drill_id")
    await step(actor, item, ImprovementStatus.CARRIED_OVER, "improvement-carried-over", **values)
    with meaning(objectives="objective"):
        await aim(actor, await records.find(visible_to(actor), drill.id), objective)
    return item


@verb(*LIAISONS)
async def reject_improvement(
    actor: Actor, improvement_id: UUID, *, reason: str, version: int | None = None
) -> Improvement:
    """見送り: it is not done, for this reason."""
    item = await records.find(improvements_visible_to(actor), improvement_id, version)
    values = {"reason": said(reason), "settled_on": actor.today}
    return await step(actor, item, ImprovementStatus.REJECTED, "improvement-rejected", **values)


@people.when_leaving
async def hand_back(author: Author, person: Person, leaves_at: datetime, to: UUID | None) -> None:
    """Whoever leaves a unit leaves what they were to see to; it is nobody's then, until the desk gives it away."""
    own = Improvement.filter(UNSETTLED, people.outside(to), owner_id=person.id)
    if leaves_at > author.now:
        own = own.filter(due_on__gte=leaves_at.astimezone(TOKYO).date())
    for item in await own.order_by("id").select_for_update():
        await records.change(author, item, "improvement-handed-back", owner_id=None)
