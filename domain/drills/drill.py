"""The drill itself: its states, what is known of it, and who may see it.

DRAFT -> PLANNING -> INVITING -> CONFIRMED -> RUNNING <-> PAUSED -> FINISHED -> EVALUATING -> IN_REVIEW -> CLOSED;
CANCELLED ends it before it is finished. Postponing is no state: it leads back to PLANNING with the same UID. What
is in review may be returned to the evaluation, because an approver who cannot say no approves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, Actor, Author, Role
from domain.calendar import Appointment, AppointmentKind
from domain.criteria import any_of, nothing, within
from domain.drills.participation import participations_visible_to
from domain.errors import Incomplete, Invalid
from domain.records import Owned
from domain.replies import belongs
from domain.states import Moves, must_move


class DrillStatus(StrEnum):
    """企画, 調整, 案内中, 確定, 実施中, 中断, 実施済, 評価中, 報告書承認, 完了, 中止."""

    DRAFT = "DRAFT"
    PLANNING = "PLANNING"
    INVITING = "INVITING"
    CONFIRMED = "CONFIRMED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    FINISHED = "FINISHED"
    EVALUATING = "EVALUATING"
    IN_REVIEW = "IN_REVIEW"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


LABELS: Mapping[DrillStatus, str] = {
    DrillStatus.DRAFT: "企画",
    DrillStatus.PLANNING: "調整",
    DrillStatus.INVITING: "案内中",
    DrillStatus.CONFIRMED: "確定",
    DrillStatus.RUNNING: "実施中",
    DrillStatus.PAUSED: "中断",
    DrillStatus.FINISHED: "実施済",
    DrillStatus.EVALUATING: "評価中",
    DrillStatus.IN_REVIEW: "報告書承認",
    DrillStatus.CLOSED: "完了",
    DrillStatus.CANCELLED: "中止",
}

MOVES: Moves[DrillStatus] = {
    DrillStatus.DRAFT: (DrillStatus.PLANNING, DrillStatus.CANCELLED),
    DrillStatus.PLANNING: (DrillStatus.INVITING, DrillStatus.CANCELLED),
    DrillStatus.INVITING: (DrillStatus.CONFIRMED, DrillStatus.PLANNING, DrillStatus.CANCELLED),
    DrillStatus.CONFIRMED: (DrillStatus.RUNNING, DrillStatus.PLANNING, DrillStatus.CANCELLED),
    DrillStatus.RUNNING: (DrillStatus.PAUSED, DrillStatus.FINISHED, DrillStatus.CANCELLED),
    DrillStatus.PAUSED: (DrillStatus.RUNNING, DrillStatus.CANCELLED),
    DrillStatus.FINISHED: (DrillStatus.EVALUATING,),
    DrillStatus.EVALUATING: (DrillStatus.IN_REVIEW,),
    DrillStatus.IN_REVIEW: (DrillStatus.CLOSED, DrillStatus.EVALUATING),
    DrillStatus.CLOSED: (),
    DrillStatus.CANCELLED: (),
}

ARRANGING = (DrillStatus.PLANNING, DrillStatus.INVITING, DrillStatus.CONFIRMED)
"""While somebody may be invited, or has been."""

HELD = (DrillStatus.FINISHED, DrillStatus.EVALUATING, DrillStatus.IN_REVIEW, DrillStatus.CLOSED)
"""After the drill took place: what the statistics count."""


class DrillFormat(StrEnum):
    """机上, 実働, 技術, オンライン."""

    TABLETOP = "TABLETOP"
    FUNCTIONAL = "FUNCTIONAL"
    TECHNICAL = "TECHNICAL"
    ONLINE = "ONLINE"


FORMAT_LABELS: Mapping[DrillFormat, str] = {
    DrillFormat.TABLETOP: "机上訓練",
    DrillFormat.FUNCTIONAL: "実働訓練",
    DrillFormat.TECHNICAL: "技術訓練",
    DrillFormat.ONLINE: "オンライン訓練",
}


class DrillThreat(StrEnum):
    """想定別: ランサムウェア, 標的型メール, サービス妨害攻撃, ホームページ改ざん, 情報漏えい, 大規模停電, その他."""

    RANSOMWARE = "RANSOMWARE"
    TARGETED_MAIL = "TARGETED_MAIL"
    DENIAL_OF_SERVICE = "DENIAL_OF_SERVICE"
    DEFACEMENT = "DEFACEMENT"
    INFORMATION_LEAK = "INFORMATION_LEAK"
    BLACKOUT = "BLACKOUT"
    OTHER = "OTHER"


class Drill(Owned):
    """One drill from its plan to the approved report.

    `scenario` is for the police only, and stands in no letter (it is played, not read). `capacity` and
    `police_count` are people (人). `reply_by` is the last day for answers. `reason` is the last one that was said,
    for a postponement, a cancellation or a returned report. `starts_at` repeats the appointment's for ordered reading.
    """

    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "renkei.Appointment", on_delete=fields.RESTRICT, related_name=False
    )
    appointment_id: UUID
    status = fields.CharEnumField(DrillStatus, max_length=20)
    format = fields.CharEnumField(DrillFormat, max_length=20)
    threat = fields.CharEnumField(DrillThreat, max_length=20)
    title = fields.CharField(max_length=200)
    search = fields.CharField(max_length=600)
    purpose = fields.CharField(max_length=1000, default="")
    scenario = fields.TextField(default="")
    objectives: list[str] = fields.JSONField(default=list)
    starts_at = fields.DatetimeField()
    reply_by = fields.DateField(null=True)
    capacity = fields.IntField(null=True)
    police_count = fields.IntField(null=True)
    reason = fields.CharField(max_length=500, default="")
    summary = fields.TextField(default="")
    reported_by_id = fields.UUIDField(null=True)
    reported_at = fields.DatetimeField(null=True)
    approved_by_id = fields.UUIDField(null=True)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "drill"
        indexes = [Index(fields=("unit_id", "starts_at", "id"), name="drill_unit_start")]


belongs(AppointmentKind.DRILL, Drill, HELD)


def visible_to(actor: Actor) -> QuerySet[Drill]:
    """Liaison officers see their units' drills; a partner those to which its own organisation stands invited."""
    if actor.role in LIAISONS:
        return Drill.filter(any_of(Drill, "unit_id", actor.units))
    if actor.role is Role.PARTNER:
        return Drill.filter(within(Drill, "id", participations_visible_to(actor).values("drill_id")))
    return nothing(Drill)


async def move(author: Author, drill: Drill, to: DrillStatus, fact: str, **values: Any) -> Drill:
    """The step to another state, where the table allows it."""
    status = must_move(MOVES, LABELS, drill.status, to)
    return await records.change(author, drill, fact, status=status, **values)


def must_be_ready(drill: Drill, appointment: Appointment) -> None:
    """Raises Incomplete where somebody who is invited would not know what for, or where to."""
    if not drill.objectives:
        raise Incomplete("訓練の目標を1つ以上入力してください。", field="objectives")
    if not (appointment.place or appointment.online_url):
        raise Incomplete("場所かオンラインのURLを入力してください。", field="place")


def told(text: str, field: str, name: str, most: int) -> str:
    """The text as it is, where something is said in at most so many characters."""
    if not text.strip():
        raise Invalid(f"{name}を入力してください。", field=field)
    return at_most(text, field, name, most)


def at_most(text: str, field: str, name: str, most: int) -> str:
    """The text as it is, empty or not. Raises Invalid where it is too long."""
    if len(text) > most:
        raise Invalid(f"{name}は{most:,}文字以内で入力してください。", field=field)
    return text
