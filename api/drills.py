"""共同対処訓練: drills and the organisations that take part, to read and to lead from the plan to the report."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated

import strawberry

from api import reading
from api.calendar import OFFICERS, Appointment
from api.enums import offer
from api.mutations import NO_CASES, mutations
from api.organizations import Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import drills
from domain.actor import Role
from domain.drills import (
    DrillFormat,
    DrillStatus,
    DrillThreat,
    ImprovementStatus,
    ParticipationReply,
    ParticipationRole,
)
from domain.japanese import search_key
from domain.rights import DataClass

INSIDE = OFFICERS | {Role.PARTNER}
"""Whoever sees a drill sees its date, and whoever sees a part in one sees the drill."""

AWAITING = "exists (select from drill_participation p where p.drill_id = {t}.id and p.reply = 'AWAITED')"
"""Whether somebody who is invited has not answered: how others answer is not for a partner to find out."""

offer(DrillFormat, DrillStatus, DrillThreat, ImprovementStatus)
offer(ParticipationReply, name="DrillReply")
offer(ParticipationRole, name="DrillRole")


@strawberry.enum
class DrillOrder(Enum):
    STARTS_AT_ASC = reading.asc("starts_at")
    STARTS_AT_DESC = reading.desc("starts_at")
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class DrillFilter:
    status: list[DrillStatus] | None = reading.among("status")
    format: list[DrillFormat] | None = reading.among("format")
    threat: list[DrillThreat] | None = reading.among("threat", data=DataClass.INTERNAL)
    unit: strawberry.ID | None = reading.of_unit()
    text: str | None = reading.found("drill", search_key)
    starts_from: datetime | None = reading.at_least("starts_at")
    starts_before: datetime | None = reading.below("starts_at")
    reply_by_before: date | None = reading.below("reply_by", "date")
    awaiting: bool | None = reading.whether(AWAITING, data=DataClass.INTERNAL)


@strawberry.enum
class DrillParticipationOrder(Enum):
    CREATED_AT_ASC = reading.asc("created_at")
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class DrillParticipationFilter:
    reply: list[ParticipationReply] | None = reading.among("reply")
    role: list[ParticipationRole] | None = reading.among("role")
    drill: strawberry.ID | None = reading.refers("drill_id", "Drill")
    organization: strawberry.ID | None = reading.refers("organization_id", "Organization")


@reading.entity(drills.Participation, drills.participations_visible_to)
@reading.shape(description="参加機関: one organisation's part in one drill; counts are people (人).")
class DrillParticipation(Node):
    version: int
    role: ParticipationRole
    reply: ParticipationReply
    planned_count: int
    names: list[str] = reading.column(
        data=DataClass.PERSONAL,
        description="来られる方: who comes (役職・氏名), a line each; gone once reported.",
    )
    attended_count: int | None
    drill: Annotated["Drill", strawberry.lazy("api.drills")] | None = reading.one("drill_id", implied=INSIDE)
    organization: Organization | None = reading.one("organization_id", implied=frozenset({Role.PARTNER}))


@strawberry.enum
class ImprovementOrder(Enum):
    DUE_ON_ASC = reading.asc("due_on")
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class ImprovementFilter:
    status: list[ImprovementStatus] | None = reading.among("status")
    unit: strawberry.ID | None = reading.of_unit()
    drill: strawberry.ID | None = reading.refers("drill_id", "Drill")
    organization: strawberry.ID | None = reading.refers("organization_id", "Organization")
    owner: strawberry.ID | None = reading.refers("owner_id", "Officer", data=DataClass.INTERNAL)
    due_before: date | None = reading.below("due_on", "date")
    settled: bool | None = reading.present("settled_on")


@reading.entity(drills.Improvement, drills.improvements_visible_to)
@reading.shape(description="改善事項: what a drill leaves to be done, until another officer has verified it.")
class Improvement(Node):
    version: int
    status: ImprovementStatus
    allowed_transitions: list[ImprovementStatus] = reading.computed("status", drills.IMPROVEMENT_MOVES)
    what: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)
    raised_on: date
    due_on: date = reading.column(description="期限: the last day")
    evidence: str = reading.column(data=DataClass.INTERNAL, description="証跡: by what it can be seen")
    done_on: date | None
    settled_on: date | None = reading.column(description="The day on which it was verified, carried over or rejected.")
    reason: str = reading.column(data=DataClass.INTERNAL, description="Why it was sent back or rejected last.")
    unit: Unit | None = reading.one("unit_id")
    organization: Organization | None = reading.one("organization_id", description="Null: for the police to do.")
    owner: Person | None = reading.one("owner_id", data=DataClass.INTERNAL)
    done_by: Person | None = reading.one("done_by_id", data=DataClass.INTERNAL)
    verified_by: Person | None = reading.one("verified_by_id", data=DataClass.INTERNAL)
    drill: Annotated["Drill", strawberry.lazy("api.drills")] | None = reading.one("drill_id")
    carried_to: Annotated["Drill", strawberry.lazy("api.drills")] | None = reading.one("carried_to_id")


@reading.entity(drills.Drill, drills.visible_to)
@reading.shape(description="共同対処訓練")
class Drill(Node):
    version: int = reading.column(data=DataClass.INTERNAL)
    status: DrillStatus
    allowed_transitions: list[DrillStatus] = reading.computed("status", drills.MOVES)
    format: DrillFormat
    threat: DrillThreat = reading.column(data=DataClass.INTERNAL, description="想定別")
    title: str
    purpose: str
    scenario: str = reading.column(data=DataClass.SENSITIVE, description="想定: never shown outside the police")
    objectives: list[str]
    starts_at: datetime
    reply_by: date | None = reading.column(description="回答期限: the last day")
    capacity: int | None = reading.column(data=DataClass.INTERNAL, description="定員 (人)")
    police_count: int | None = reading.column(data=DataClass.INTERNAL, description="警察の参加人数 (人)")
    attended_count: int = reading.expression(
        "(select coalesce(sum(p.attended_count), 0)::int from drill_participation p where p.drill_id = {t}.id)",
        data=DataClass.INTERNAL,
        description="参加人員 of the organisations (人, 延べ), without the police",
    )
    reason: str = reading.column(data=DataClass.INTERNAL)
    summary: str = reading.column(data=DataClass.INTERNAL, description="報告の概要")
    reported_at: datetime | None = reading.column(data=DataClass.INTERNAL)
    closed_at: datetime | None = reading.column(data=DataClass.INTERNAL)
    unit: Unit | None = reading.one("unit_id")
    reported_by: Person | None = reading.one("reported_by_id", data=DataClass.INTERNAL)
    approved_by: Person | None = reading.one("approved_by_id", data=DataClass.INTERNAL)
    appointment: Appointment | None = reading.one("appointment_id", implied=INSIDE)
    participations: Connection[DrillParticipation] = reading.connection(
        "drill_id", orders=DrillParticipationOrder, filters=DrillParticipationFilter, implied=OFFICERS
    )
    improvements: Connection[Improvement] = reading.connection(
        "drill_id", orders=ImprovementOrder, filters=ImprovementFilter
    )


@reading.shape
class DrillQueries:
    drill: Drill | None = reading.root_one()
    drills: Connection[Drill] = reading.root_connection(orders=DrillOrder, filters=DrillFilter)
    drill_participation: DrillParticipation | None = reading.root_one()
    drill_participations: Connection[DrillParticipation] = reading.root_connection(
        orders=DrillParticipationOrder, filters=DrillParticipationFilter
    )
    improvement: Improvement | None = reading.root_one()
    improvements: Connection[Improvement] = reading.root_connection(orders=ImprovementOrder, filters=ImprovementFilter)


DrillMutations = mutations(
    Drill,
    plan_drill=drills.plan,
    correct_drill=drills.correct,
    open_drill_planning=drills.open_planning,
    reschedule_drill=drills.reschedule,
    invite_to_drill=drills.invite,
    uninvite_from_drill=drills.uninvite,
    resume_inviting_to_drill=drills.resume_inviting,
    confirm_drill=drills.confirm,
    postpone_drill=drills.postpone,
    start_drill=drills.start,
    pause_drill=drills.pause,
    resume_drill=drills.resume,
    finish_drill=drills.finish,
    record_held_drill=drills.record_held,
    correct_drill_attendance=drills.correct_attendance,
    evaluate_drill=drills.evaluate,
    submit_drill_report=drills.submit_report,
    return_drill_report=drills.return_report,
    close_drill=drills.close,
    call_off_drill=drills.call_off,
)
ParticipationMutations = mutations(DrillParticipation, correct_drill_participation=drills.correct_participation)
ImprovementMutations = mutations(
    Improvement,
    raise_improvement=drills.raise_improvement,
    correct_improvement=drills.correct_improvement,
    begin_improvement=drills.begin_improvement,
    finish_improvement=drills.finish_improvement,
    verify_improvement=drills.verify_improvement,
    send_back_improvement=drills.send_back_improvement,
    close_improvement=drills.close_improvement,
    carry_over_improvement=drills.carry_over_improvement,
    reject_improvement=drills.reject_improvement,
)
