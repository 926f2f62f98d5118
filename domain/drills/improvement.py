"""改善事項: what a drill leaves to be done, until another officer has seen that it was. Source: X3.

OPEN -> IN_PROGRESS -> DONE(evidence) -> VERIFIED -> CLOSED; what is not done is CARRIED_OVER into the objectives of
another drill, or REJECTED for a reason. Being overdue is computed, not a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, Actor, Author
from domain.criteria import any_of, nothing
from domain.drills.drill import Drill
from domain.organizations import Organization
from domain.people import Person
from domain.records import Owned
from domain.states import Moves, must_move


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
WORKED_ON = (ImprovementStatus.OPEN, ImprovementStatus.IN_PROGRESS)
"""While somebody has still to do something about it."""


class Improvement(Owned):
    """One item: `what` until which day, by which officer, for one of the bodies that took part or for the police's own
    side. `raised_on`, `done_on` and `settled_on` (verified, carried over or rejected) are days of Japan; `reason` says
    why it was sent back or rejected last, `carried_to` into which drill's objectives it went."""

    drill: fields.ForeignKeyRelation[Drill] = fields.ForeignKeyField(
        "renkei.Drill", on_delete=fields.RESTRICT, related_name=False
    )
    drill_id: UUID
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID | None
    status = fields.CharEnumField(ImprovementStatus, max_length=20, default=ImprovementStatus.OPEN)
    what = fields.CharField(max_length=300)
    raised_on = fields.DateField()
    due_on = fields.DateField()
    owner: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    owner_id: UUID | None
    evidence = fields.CharField(max_length=1000, default="")
    done_on = fields.DateField(null=True)
    done_by_id = fields.UUIDField(null=True)
    verified_by_id = fields.UUIDField(null=True)
    settled_on = fields.DateField(null=True)
    reason = fields.CharField(max_length=500, default="")
    carried_to: fields.ForeignKeyNullableRelation[Drill] = fields.ForeignKeyField(
        "renkei.Drill", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    carried_to_id: UUID | None

    class Meta:
        table = "improvement"
        indexes = [
            Index(fields=("drill_id", "created_at", "id"), name="improvement_drill"),
            Index(fields=("unit_id", "due_on", "id"), name="improvement_unit_due"),
            Index(fields=("organization_id",), name="improvement_organization"),
            Index(fields=("owner_id",), name="improvement_owner"),
            Index(fields=("carried_to_id",), name="improvement_carried_to"),
        ]


UNSETTLED = Q(settled_on=None)
"""What has been neither verified nor given up."""


def improvements_visible_to(actor: Actor) -> QuerySet[Improvement]:
    """Liaison officers see what their units' drills have left; nobody else any."""
    if actor.role not in LIAISONS:
        return nothing(Improvement)
    return Improvement.filter(any_of(Improvement, "unit_id", actor.units))


async def step(author: Author, item: Improvement, to: ImprovementStatus, fact: str, **values: Any) -> Improvement:
    """Take a step that the table allows. Raises WrongState."""
    status = must_move(IMPROVEMENT_MOVES, IMPROVEMENT_LABELS, item.status, to)
    return await records.change(author, item, fact, status=status, **values)
