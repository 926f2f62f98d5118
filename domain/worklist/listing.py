"""朝の仕事: what waits for somebody of the desk, each line with why it is there and what settles it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from domain import database
from domain.actor import LIAISONS, Actor
from domain.errors import Invalid
from domain.japanese import wareki
from domain.organizations import Organization
from domain.records import Record
from domain.verbs import verb
from domain.worklist import health
from domain.worklist.health import GRAVE, RelationshipGrade
from domain.worklist.parts import BY_KIND, PARTS, WorkKind
from domain.worklist.scope import find_covered
from domain.worklist.thresholds import Thresholds, find_thresholds

MOST = 500
"""Lines that are told at once; how many there are is always told."""
DRIFTING = "遠のいている協定先"
LABELS: Mapping[WorkKind, str] = {WorkKind.DRIFTING: DRIFTING} | {part.kind: part.label for part in PARTS}
SETTLED_BY: Mapping[WorkKind, Sequence[str]] = {
    WorkKind.DRIFTING: ("noteEncounter", "planEncounter", "addContact"),
    **{part.kind: part.settled_by for part in PARTS},
}


@dataclass(frozen=True)
class Work:
    """One line. `row_id` is a row of `record`; days are of Japan. What is past its last day is overdue."""

    kind: WorkKind
    record: type[Record]
    row_id: UUID
    unit_id: UUID
    owner_id: UUID | None
    title: str
    why: str
    since: date
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True)
class Worklist:
    """`works` in the order in which they are to be done; `counts` of all of them, also of those that are not told."""

    works: Sequence[Work]
    counts: Mapping[WorkKind, int]
    overdue: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@verb(*LIAISONS, only_reads=True)
async def worklist(
    actor: Actor,
    *,
    unit_id: UUID | None = None,
    kinds: Collection[WorkKind] = tuple(WorkKind),
    is_mine: bool = False,
    first: int = 100,
) -> Worklist:
    """What waits for the actor's units, or one of them, of these kinds; with `is_mine` what the actor answers for, or
    nobody does. What is overdue longest comes first, then what is due soonest, then what has waited longest.

    Raises NotFound for another's unit, Invalid for more lines than are told at once.
    """
    if not 1 <= first <= MOST:
        raise Invalid(f"1件から{MOST}件までにしてください。", field="first")
    covered, thresholds = await find_covered(actor, unit_id), await find_thresholds(actor)
    found = [*await _waiting(actor, covered, kinds, thresholds)]
    if WorkKind.DRIFTING in kinds:
        found += _drifting(actor, await health.read(covered, actor, thresholds))
    mine = [one for one in found if not is_mine or one.owner_id in (None, actor.person_id)]
    mine.sort(key=lambda one: (one.due_on or date.max, one.since, one.kind, one.title, one.row_id))
    return Worklist(mine[:first], Counter(one.kind for one in mine), sum(one.is_overdue for one in mine))


def _drifting(actor: Actor, partners: Sequence[health.Relationship]) -> Iterator[Work]:
    for one in partners:
        if one.grade is RelationshipGrade.DRIFTING:
            why = "".join(reason.told for reason in one.reasons if reason.kind in GRAVE)
            since = min((reason.day for reason in one.reasons if reason.day), default=one.partner_since)
            told = (one.organization_id, one.unit_id, None, one.name, why, since, None, False)
            yield Work(WorkKind.DRIFTING, Organization, *told)


async def _waiting(
    actor: Actor, covered: Sequence[UUID], kinds: Collection[WorkKind], most: Thresholds
) -> Iterator[Work]:
    """All parts in one statement."""
    asked = [part for part in PARTS if part.kind in kinds]
    if not asked:
        return iter(())
    selects = " UNION ALL ".join(part.select for part in asked)
    days = {name: getattr(most, name) for name in ("verified_days", "ending_days", "answer_days")}
    values = (list(covered), actor.today, actor.now, actor.person_id, orjson.dumps(days).decode())
    rows = await database.rows(f"{USED} {selects}", *values)
    return (_work(row, actor.today) for row in rows)


# A parameter that no SELECT happens to use must still be one.
USED = "WITH used AS (SELECT $1::uuid[], $2::date, $3::timestamptz, $4::uuid, $5::text)"


def _work(row: dict[str, Any], today: date) -> Work:
    part, due_on = BY_KIND[WorkKind(row.pop("kind"))], row["due_on"]
    why = part.why.format(amount=row.pop("amount"), due_on=wareki(due_on) if due_on else "")
    is_overdue = due_on is not None and due_on < today
    return Work(part.kind, part.record, row.pop("id"), why=why, is_overdue=is_overdue, **row)
