"""確認: a report is checked by an officer who has written none of it (X15), one by one or many in one act.

Many are what a section chief has before them on a Friday. The act stays as a row of its own, so that whoever looks at a
report sees that it was checked among so many others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

from tortoise.queryset import QuerySet

from domain import approving, organizations, records
from domain.actor import LIAISONS, Actor
from domain.criteria import any_of, nothing
from domain.encounters.encounter import (
    KIND_LABELS,
    LABELS,
    MOVES,
    Encounter,
    EncounterReview,
    EncounterStatus,
    move,
    visible_to,
)
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, Refused, WrongState
from domain.japanese import wareki
from domain.values import dataclass
from domain.verbs import verb

WRITTEN = ("encounter-reported", "encounter-noted", "encounter-report-corrected", "encounter-taken-in")
"""What makes somebody one of the report's authors."""
MOST = 200
"""Reports that are checked in one act."""
NAMED = 10
"""Of the reports that keep an act from being done so many are named."""
OWN = "報告した人、報告を直した人は確認できません。別の人が確認してください。"


def reviews_visible_to(actor: Actor) -> QuerySet[EncounterReview]:
    """Liaison officers see what their units have checked."""
    if actor.role not in LIAISONS:
        return nothing(EncounterReview)
    return EncounterReview.filter(any_of(EncounterReview, "unit_id", actor.units))


@verb(*LIAISONS)
async def check(actor: Actor, encounter_id: UUID, *, version: int | None = None) -> Encounter:
    """確認済: another officer of the desk has read the report, never whoever has written any of it (X15)."""
    encounter = await records.find(visible_to(actor), encounter_id, version)
    await approving.must_be_by_another(actor, [encounter], WRITTEN, OWN)
    return await _checked(actor, encounter)


async def _checked(actor: Actor, encounter: Encounter, review_id: UUID | None = None) -> Encounter:
    values = {"checked_by_id": actor.person_id, "checked_at": actor.now, "review_id": review_id}
    return await move(actor, encounter, EncounterStatus.CHECKED, "encounter-checked", **values)


@dataclass(frozen=True)
class ReportRead:
    """A report as it was read; without a version as it stands now."""

    encounter_id: UUID
    version: int | None = None


@verb(*LIAISONS)
async def check_many(actor: Actor, *, reports: Sequence[ReportRead]) -> EncounterReview:
    """確認済 of many reports in one act, each as `check` would: all of them, or none.

    Raises NotFound, Conflict, WrongState or NotAllowed, which name those on account of which nothing was checked;
    Invalid for more than 200, or one that is told twice.
    """
    found = await _found(actor, reports)
    await _must_all_be_ready(actor, found, {one.encounter_id: one.version for one in reports})
    own = {"unit_id": actor.unit_id, "count": len(found), "checked_by_id": actor.person_id}
    review = await records.create(actor, EncounterReview, "encounters-checked", **own)
    for encounter in found:
        await _checked(actor, encounter, review.id)
    return review


async def _found(actor: Actor, reports: Sequence[ReportRead]) -> list[Encounter]:
    """The reports, locked, in one order whoever asks."""
    if not reports:
        raise Incomplete("確認する接触を、一つ以上指定してください。", field="reports")
    if len(reports) > MOST:
        raise Invalid(f"一度に確認できるのは{MOST}件までです。分けて操作してください。", field="reports")
    ids = [one.encounter_id for one in reports]
    if len(set(ids)) < len(ids):
        raise Invalid("同じ接触が二度入っています。一つにしてください。", field="reports")
    found = await visible_to(actor).filter(id__in=ids).order_by("id").select_for_update()
    if missing := set(ids) - {one.id for one in found}:
        places = "、".join(f"{at}番目" for at, id in enumerate(ids, 1) if id in missing)
        raise NotFound(f"{places}の接触が見つかりません。何も確認していません。", field="reports")
    return found


async def find_own(actor: Actor, reports: Sequence[Encounter]) -> set[UUID]:
    """Those of the reports of which the actor has written any."""
    return await approving.find_written(actor, reports, WRITTEN)


async def _must_all_be_ready(actor: Actor, found: Sequence[Encounter], read: Mapping[UUID, int | None]) -> None:
    """Raises for the gravest of what stands in the way, and names the reports of each."""
    own = await find_own(actor, found)
    rules: list[tuple[type[Refused], str, Callable[[Encounter], bool]]] = [
        (Conflict, "読んだ後に変更されています", lambda one: read[one.id] not in (None, one.version)),
        (WrongState, "報告済ではありません", lambda one: EncounterStatus.CHECKED not in MOVES[one.status]),
        (NotAllowed, "報告したか直した本人です", lambda one: one.id in own),
    ]
    failing = [(refusal, why, some) for refusal, why, holds in rules if (some := [one for one in found if holds(one)])]
    if not failing:
        return
    bodies = organizations.visible_to(actor).filter(id__in={one.organization_id for one in found})
    names = {body.id: body.name for body in await bodies}
    told = "".join(f"{why}：{'、'.join(_named(some, names))}。" for _, why, some in failing)
    raise failing[0][0](f"{told}これらを除いて、もう一度操作してください。何も確認していません。", field="reports")


def _named(some: Sequence[Encounter], names: Mapping[UUID, str]) -> Iterator[str]:
    for one in some[:NAMED]:
        name = names.get(one.organization_id, "団体")
        yield f"{name}（{wareki(one.day)}{KIND_LABELS[one.kind]}、{LABELS[one.status]}）"
    if len(some) > NAMED:
        yield f"ほか{len(some) - NAMED}件"
