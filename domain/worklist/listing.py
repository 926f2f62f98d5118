"""朝の仕事: what waits for somebody of the desk, each line with why it is there and what settles it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from domain.thresholds import Thresholds, find_thresholds
from domain.units import find_own_below
from domain.values import dataclass
from domain.verbs import verb
from domain.worklist import health, partners
from domain.worklist.health import GRAVE, RelationshipGrade
from domain.worklist.kinds import WorkKind
from domain.worklist.parts import BY_KIND, PARTS

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
    covered, thresholds = await find_own_below(actor, unit_id), await find_thresholds(actor)
    found, counts, overdue = await _waiting(actor, covered, kinds, thresholds, is_mine, first)
    if WorkKind.DRIFTING in kinds:
        asked = ((RelationshipGrade.DRIFTING,), first, partners.BY_SILENCE, actor.person_id if is_mine else None)
        drifting, counted = await health.read(covered, actor, thresholds, *asked)
        found += _drifting(drifting)
        counts |= {WorkKind.DRIFTING: counted}
    found.sort(key=lambda one: (one.due_on or date.max, one.since, one.kind, one.title, one.row_id))
    return Worklist(found[:first], Counter(counts), overdue)


def _drifting(partners: Sequence[health.Relationship]) -> Iterator[Work]:
    for one in partners:
        why = "".join(reason.told for reason in one.reasons if reason.kind in GRAVE)
        told = (one.organization_id, one.unit_id, one.owner_id, one.name, why, one.silent_since, None, False)
        yield Work(WorkKind.DRIFTING, Organization, *told)


# All parts at once: counted, and the first of them in the order in which they are to be done. A parameter that no part
# happens to use must still be one.
WAITING = """
    WITH used AS (SELECT $1::uuid[], $2::date, $3::timestamptz, $4::uuid, $5::text),
    work AS MATERIALIZED ({parts}),
    mine AS (SELECT * FROM work WHERE NOT $6::bool OR owner_id IS NULL OR owner_id = $4),
    counted AS (SELECT kind, count(*) AS number FROM mine GROUP BY kind)
    SELECT
        (SELECT json_object_agg(kind, number) FROM counted) AS counts,
        (SELECT count(*) FROM mine WHERE due_on < $2) AS overdue,
        (SELECT json_agg(one) FROM (
            SELECT * FROM mine
            ORDER BY coalesce(due_on, '9999-12-31'), since, kind COLLATE "C", title COLLATE "C", id LIMIT $7
        ) one) AS first"""


async def _waiting(
    actor: Actor, covered: Sequence[UUID], kinds: Collection[WorkKind], most: Thresholds, is_mine: bool, first: int
) -> tuple[list[Work], dict[WorkKind, int], int]:
    """The first of what waits, how many of each kind there are, and how many are overdue."""
    asked = [part for part in PARTS if part.kind in kinds and actor.role in part.roles]
    if not asked:
        return [], {}, 0
    statement = WAITING.replace("{parts}", " UNION ALL ".join(part.select for part in asked))
    values = (list(covered), actor.today, actor.now, actor.person_id, most.days, is_mine, first)
    [row] = await database.rows(statement, *values)
    counts = {WorkKind(kind): number for kind, number in orjson.loads(row["counts"] or "{}").items()}
    return [_work(one, actor.today) for one in orjson.loads(row["first"] or "[]")], counts, row["overdue"]


def _work(told: dict[str, Any], today: date) -> Work:
    part = BY_KIND[WorkKind(told["kind"])]
    due_on = date.fromisoformat(told["due_on"]) if told["due_on"] else None
    why = part.why.format(amount=told["amount"], due_on=wareki(due_on) if due_on else "")
    return Work(
        kind=part.kind,
        record=part.record,
        row_id=UUID(told["id"]),
        unit_id=UUID(told["unit_id"]),
        owner_id=UUID(told["owner_id"]) if told["owner_id"] else None,
        title=told["title"],
        why=why,
        since=date.fromisoformat(told["since"]),
        due_on=due_on,
        is_overdue=due_on is not None and due_on < today,
    )
