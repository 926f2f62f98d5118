"""朝の仕事: whom to call this morning and why, and how each partner stands with us.

This is computed, not read by the reader: one statement finds all that waits, whatever is selected.
"""

from datetime import date
from typing import Self

import strawberry

from api import reading, referring
from api.context import Info
from api.enums import offer
from domain import worklist as desk
from domain.worklist import LABELS, SETTLED_BY, RelationshipGrade, RelationshipReason, Work, WorkKind

offer(RelationshipGrade, RelationshipReason, WorkKind)

PRICE = 2_000
"""Rows that one list is held to cost."""


@reading.made(description="One line of the worklist: what waits, why, and what settles it.")
class WorkItem:
    kind: WorkKind
    label: str
    subject: strawberry.ID = strawberry.field(description="The row that waits: for `node`, and for the mutation.")
    title: str = strawberry.field(description="By what it is known: a body, a date, an agreement; never a person.")
    why: str
    settled_by: list[str] = strawberry.field(description="The mutations that settle it, the usual one first.")
    unit: strawberry.ID
    owner: strawberry.ID | None = strawberry.field(description="The officer who answers for it, where one does.")
    since: date
    due_on: date | None = strawberry.field(description="The last day for it.")
    is_overdue: bool

    @classmethod
    def of(cls, info: Info, work: Work) -> Self:
        name = reading.type_of(info._raw_info.schema, work.record)
        return cls(
            kind=work.kind,
            label=LABELS[work.kind],
            subject=strawberry.ID(reading.encode(name, work.row_id)),
            title=work.title,
            why=work.why,
            settled_by=list(SETTLED_BY[work.kind]),
            unit=strawberry.ID(reading.encode("Unit", work.unit_id)),
            owner=strawberry.ID(reading.encode("Officer", work.owner_id)) if work.owner_id else None,
            since=work.since,
            due_on=work.due_on,
            is_overdue=work.is_overdue,
        )


@reading.made(description="How many lines of one kind there are, told or not.")
class WorkCount:
    kind: WorkKind
    label: str
    count: int


@reading.made(description="朝の仕事")
class Worklist:
    total_count: int
    overdue_count: int
    counts: list[WorkCount]
    items: list[WorkItem]


async def _worklist(
    info: Info,
    unit: strawberry.ID | None = None,
    kinds: list[WorkKind] | None = None,
    is_mine: bool = False,
    first: int = 100,
) -> Worklist:
    found = await desk.worklist(
        info.context.actor,
        unit_id=referring.key("unit_id", unit) if unit else None,
        kinds=tuple(WorkKind) if kinds is None else kinds,
        is_mine=is_mine,
        first=first,
    )
    counts = [
        WorkCount(kind=kind, label=LABELS[kind], count=found.counts[kind]) for kind in WorkKind if found.counts[kind]
    ]
    items = [WorkItem.of(info, work) for work in found.works]
    return Worklist(total_count=found.total, overdue_count=found.overdue, counts=counts, items=items)


@reading.made(description="Why a grade is not the best.")
class GradeReason:
    kind: RelationshipReason
    day: date | None = strawberry.field(description="Since when, or until which day; null is never.")
    told: str


@reading.made(description="協定の相手方との関係: a grade with its reasons, never a bare score.")
class Relationship:
    organization: strawberry.ID
    name: str
    unit: strawberry.ID
    grade: RelationshipGrade
    reasons: list[GradeReason] = strawberry.field(description="The gravest first.")
    met_on: date | None = strawberry.field(
        description="The day on which it was in touch last: an encounter that was reported, a meeting of a council to"
        " which it came, or an event of ours that it held with us or helped at."
    )
    drilled_on: date | None = strawberry.field(description="The day of the last drill in which it took part.")
    verified_on: date | None = strawberry.field(description="The day on which a contact of it was confirmed last.")
    partner_since: date
    open_improvements: int = strawberry.field(description="改善事項 of drills that are still open; overdue ones weigh.")
    read_on: date | None = strawberry.field(description="The day on which it last said that it knows of a notice.")

    @classmethod
    def of(cls, one: desk.Relationship) -> Self:
        return cls(
            organization=strawberry.ID(reading.encode("Organization", one.organization_id)),
            name=one.name,
            unit=strawberry.ID(reading.encode("Unit", one.unit_id)),
            grade=one.grade,
            reasons=[GradeReason(kind=reason.kind, day=reason.day, told=reason.told) for reason in one.reasons],
            met_on=one.met_on,
            drilled_on=one.drilled_on,
            verified_on=one.verified_on,
            partner_since=one.partner_since,
            open_improvements=one.open_improvements,
            read_on=one.read_on,
        )


async def _relationships(
    info: Info,
    unit: strawberry.ID | None = None,
    grades: list[RelationshipGrade] | None = None,
    first: int = 500,
) -> list[Relationship]:
    found = await desk.relationships(
        info.context.actor,
        unit_id=referring.key("unit_id", unit) if unit else None,
        grades=tuple(RelationshipGrade) if grades is None else grades,
        first=first,
    )
    return [Relationship.of(one) for one in found]


@reading.shape
class WorklistQueries:
    worklist: Worklist = strawberry.field(
        resolver=_worklist,
        metadata=reading.answered(PRICE, desk.worklist),
        description="What waits for the desk: overdue first, then what is due soonest. 500 lines at most at once.",
    )
    relationships: list[Relationship] = strawberry.field(
        resolver=_relationships,
        metadata=reading.answered(PRICE, desk.relationships),
        description="How each partner of an agreement stands with the desk, the gravest first; 500 at most.",
    )
