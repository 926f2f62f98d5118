"""参加機関: one organisation's part in one drill, and how its answer follows from those of its people."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, Actor, Author, Role
from domain.calendar import Appointment, AppointmentKind, Attendee, PartStat
from domain.criteria import any_of, nothing
from domain.errors import Conflict
from domain.organizations import Organization
from domain.records import Owned
from domain.replies import Heard, listens
from domain.verbs import broken


class ParticipationRole(StrEnum):
    """訓練参加, 共催, 視察."""

    TRAINEE = "TRAINEE"
    CO_HOST = "CO_HOST"
    OBSERVER = "OBSERVER"


class ParticipationReply(StrEnum):
    """回答待ち, 参加, 未定, 不参加, 案内取消."""

    AWAITED = "AWAITED"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


COMING = (ParticipationReply.ACCEPTED, ParticipationReply.TENTATIVE)
"""The answers with which somebody may be named."""

HOLDING = (ParticipationReply.AWAITED, ParticipationReply.ACCEPTED, ParticipationReply.TENTATIVE)
"""The answers with which places are kept."""

STRONGEST_FIRST = (
    (PartStat.ACCEPTED, ParticipationReply.ACCEPTED),
    (PartStat.TENTATIVE, ParticipationReply.TENTATIVE),
    (PartStat.NEEDS_ACTION, ParticipationReply.AWAITED),
    (PartStat.DELEGATED, ParticipationReply.AWAITED),
    (PartStat.DECLINED, ParticipationReply.DECLINED),
)


class Participation(Owned):
    """One organisation in one drill. Counts are people (人); `attended_count` is empty until the drill is finished.
    `names` are who comes (役職・氏名), a line each, as far as that was said: only while it comes or may, and until the
    drill was reported (`coming`).

    `appointment_id` repeats the drill's: an answer comes for an appointment. None of its people `was_asked` here where
    the drill was entered after it had been held.
    """

    drill: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("renkei.Drill", related_name="participations")
    drill_id: UUID
    appointment_id = fields.UUIDField()
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID
    role = fields.CharEnumField(ParticipationRole, max_length=20)
    reply = fields.CharEnumField(ParticipationReply, max_length=20, default=ParticipationReply.AWAITED)
    planned_count = fields.IntField()
    names: list[str] = fields.JSONField(default=list)
    attended_count = fields.IntField(null=True)
    was_asked = fields.BooleanField(default=True)

    UNTOLD = frozenset({"names"})

    class Meta:
        table = "drill_participation"
        indexes = [
            Index(fields=("drill_id", "created_at", "id"), name="drill_participation_drill"),
            Index(fields=("unit_id", "created_at", "id"), name="drill_participation_unit"),
            Index(fields=("appointment_id", "organization_id"), name="drill_participation_answer"),
        ]


broken("drill_participation_once", "この団体はすでに案内しています。")


def participations_visible_to(actor: Actor) -> QuerySet[Participation]:
    """Liaison officers see their units' rows; a partner only its own: who else comes is not for it to know (X10)."""
    if actor.role in LIAISONS:
        return Participation.filter(any_of(Participation, "unit_id", actor.units))
    if actor.role is Role.PARTNER:
        standing = (*HOLDING, ParticipationReply.DECLINED)
        return Participation.filter(organization_id=actor.organization_id, reply__in=standing, was_asked=True)
    return nothing(Participation)


def taken_together(answers: Iterable[PartStat]) -> ParticipationReply:
    """What an organisation says when its people say this: one who comes is enough; WITHDRAWN where nobody is asked."""
    given = set(answers)
    return next((reply for answer, reply in STRONGEST_FIRST if answer in given), ParticipationReply.WITHDRAWN)


async def must_fit(drill_id: UUID, capacity: int | None) -> None:
    """Raises Conflict where more people are expected than there are places."""
    if capacity is None:
        return
    standing = Participation.filter(drill_id=drill_id, reply__in=HOLDING)
    expected = sum([participation.planned_count for participation in await standing])
    if expected > capacity:
        raise Conflict(
            f"予定人数の合計が{expected:,}人になり、定員の{capacity:,}人を超えます。定員か予定人数を直してください。",
            field="planned_count",
        )


async def follow(author: Author, participation: Participation, *, stays_asked: bool = False) -> Participation:
    """Bring an organisation's answer in line with its people's. Their rows are locked before its own, always. One that
    `stays_asked` though nobody of it is any more has to answer by somebody else."""
    asked = Attendee.filter(
        appointment_id=participation.appointment_id, organization_id=participation.organization_id, removed_at=None
    )
    reply = taken_together([attendee.partstat for attendee in await asked])
    if stays_asked and reply is ParticipationReply.WITHDRAWN and participation.reply in HOLDING:
        reply = ParticipationReply.AWAITED
    names = participation.names if reply in COMING else []
    return await records.change(author, participation, "participation-answered", reply=reply, names=names)


@listens(AppointmentKind.DRILL)
async def hear(author: Author, appointment: Appointment, attendee: Attendee) -> Heard:
    """An answer of one of its people may be the organisation's."""
    own = Participation.filter(appointment_id=appointment.id, organization_id=attendee.organization_id)
    for participation in await own.select_for_update():
        await follow(author, participation)
    return Heard()
