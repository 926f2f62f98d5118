"""A small town for the reader's own tests: units, organisations, drills and who takes part, told by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated

import strawberry
from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from api import reading
from api.reading import Connection, Node
from domain.actor import Actor, Role
from domain.rights import DataClass

NOW = datetime(2026, 7, 8, 4, 0, tzinfo=UTC)


class TownDrillStatus(StrEnum):
    PLANNED = "PLANNED"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


TRANSITIONS = {
    TownDrillStatus.PLANNED: [TownDrillStatus.HELD, TownDrillStatus.CANCELLED],
    TownDrillStatus.HELD: [],
    TownDrillStatus.CANCELLED: [],
}


class TownUnit(Model):
    id = fields.UUIDField(primary_key=True)
    name = fields.TextField()

    class Meta:
        table = "town_unit"


class TownOrganization(Model):
    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[TownUnit] = fields.ForeignKeyField("town.TownUnit", related_name=None)
    name = fields.TextField()
    search_key = fields.TextField()
    phone = fields.TextField(null=True)

    class Meta:
        table = "town_organization"


class TownDrill(Model):
    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[TownUnit] = fields.ForeignKeyField("town.TownUnit", related_name=None)
    host = fields.ForeignKeyField("town.TownOrganization", null=True, related_name=None)
    title = fields.TextField()
    starts_at = fields.DatetimeField()
    held_on = fields.DateField(null=True)
    status = fields.CharEnumField(TownDrillStatus)
    fee = fields.DecimalField(max_digits=9, decimal_places=2)
    note = fields.TextField(null=True)

    class Meta:
        table = "town_drill"


class TownParticipant(Model):
    id = fields.UUIDField(primary_key=True)
    drill = fields.ForeignKeyField("town.TownDrill", related_name=None)
    organization = fields.ForeignKeyField("town.TownOrganization", related_name=None)
    head_count = fields.IntField()
    online = fields.BooleanField(default=False)

    class Meta:
        table = "town_participant"


class TownMood(StrEnum):
    WELL_DONE = "WELL-DONE"
    POOR = "POOR"


class TownReview(Model):
    id = fields.UUIDField(primary_key=True)
    mood = fields.CharEnumField(TownMood)
    drill = fields.ForeignKeyField("town.TownDrill", unique=True, related_name=None)
    text = fields.TextField()

    class Meta:
        table = "town_review"


def _own_drills(actor: Actor) -> Subquery:
    return Subquery(TownParticipant.filter(organization_id=actor.organization_id).values("drill_id"))


def visible_units(actor: Actor) -> QuerySet[TownUnit]:
    return TownUnit.filter(id__in=list(actor.units))


def visible_drills(actor: Actor) -> QuerySet[TownDrill]:
    match actor.role:
        case Role.HQ_LIAISON:
            return TownDrill.filter(unit_id__in=list(actor.units))
        case Role.STATION_LIAISON:
            return TownDrill.filter(unit_id=actor.unit_id)
        case Role.PARTNER | Role.VOLUNTEER:
            return TownDrill.filter(id__in=_own_drills(actor))
        case _:
            return TownDrill.filter(id__in=[])


def visible_participants(actor: Actor) -> QuerySet[TownParticipant]:
    return TownParticipant.filter(drill_id__in=Subquery(visible_drills(actor).values("id")))


def visible_reviews(actor: Actor) -> QuerySet[TownReview]:
    if actor.role is Role.PARTNER:
        return TownReview.filter(id__in=[])
    return TownReview.filter(drill_id__in=Subquery(visible_drills(actor).values("id")))


def visible_organizations(actor: Actor) -> QuerySet[TownOrganization]:
    match actor.role:
        case Role.HQ_LIAISON:
            return TownOrganization.filter(unit_id__in=list(actor.units))
        case Role.STATION_LIAISON:
            return TownOrganization.filter(unit_id=actor.unit_id)
        case Role.PARTNER:
            fellows = TownParticipant.filter(drill_id__in=_own_drills(actor)).values("organization_id")
            return TownOrganization.filter(id__in=Subquery(fellows))
        case _:
            return TownOrganization.filter(id__in=[])


strawberry.enum(TownDrillStatus)
strawberry.enum(TownMood)


@strawberry.enum
class TownDrillOrder(Enum):
    STARTS_AT_ASC = reading.asc("starts_at")
    STARTS_AT_DESC = reading.desc("starts_at")
    TITLE_ASC = reading.asc("title")
    TITLE_DESC = reading.desc("title")
    HELD_ON_ASC = reading.asc("held_on", missing="infinity")
    FEE_DESC = reading.desc("fee")
    NOTE_ASC = reading.asc("note", missing="", data=DataClass.INTERNAL)
    HEADS_ASC = reading.asc(
        "heads",
        sql="(select count(*) from town_participant p where p.drill_id = {t}.id)",
        cast="bigint",
    )


@reading.filters
class TownDrillFilter:
    status: list[TownDrillStatus] | None = reading.among("status")
    starts_from: datetime | None = reading.at_least("starts_at")
    starts_before: datetime | None = reading.below("starts_at")
    held_from: date | None = reading.at_least("held_on", "date")
    host: strawberry.ID | None = reading.refers("host_id", "TownOrganization")
    held: bool | None = reading.present("held_on")
    note: str | None = reading.equals("note", data=DataClass.INTERNAL)
    is_attended: bool | None = reading.whether("exists (select from town_participant p where p.drill_id = {t}.id)")
    heads_at_least: int | None = reading.where(
        "(select count(*) from town_participant p where p.drill_id = {t}.id) >= {v}::int"
    )


@reading.filters
class TownOrganizationFilter:
    text: str | None = reading.contains("search_key", str.lower)


@reading.filters
class TownReviewFilter:
    mood: list[TownMood] | None = reading.among("mood")


@strawberry.enum
class TownOrganizationOrder(Enum):
    NAME_ASC = reading.asc("name")
    NAME_DESC = reading.desc("name")


@reading.entity(TownOrganization, visible_organizations)
@strawberry.type(name="TownOrganization")
class OrganizationNode(Node):
    name: str
    phone: str | None = reading.column(data=DataClass.PERSONAL)
    hosted: Connection[Annotated[DrillNode, strawberry.lazy("tests.api.reading.town")]] = reading.connection(
        "host_id", orders=TownDrillOrder, filters=TownDrillFilter
    )


@reading.entity(TownParticipant, visible_participants)
@strawberry.type(name="TownParticipant")
class ParticipantNode(Node):
    heads: int = reading.column("head_count")
    online: bool
    organization: OrganizationNode | None = reading.one("organization_id", implied=frozenset({Role.PARTNER}))
    drill: Annotated[DrillNode, strawberry.lazy("tests.api.reading.town")] | None = reading.one(
        "drill_id", implied=reading.EVERYONE
    )


@reading.entity(TownReview, visible_reviews)
@strawberry.type(name="TownReview")
class ReviewNode(Node):
    text: str
    mood: TownMood


@reading.entity(TownDrill, visible_drills)
@strawberry.type(name="TownDrill")
class DrillNode(Node):
    title: str
    starts_at: datetime
    held_on: date | None
    status: TownDrillStatus
    fee: Decimal
    note: str | None = reading.column(data=DataClass.INTERNAL)
    allowed_transitions: list[TownDrillStatus] = reading.computed("status", TRANSITIONS)
    heads: int = reading.expression(
        "(select coalesce(sum(p.head_count), 0)::int from town_participant p where p.drill_id = {t}.id)"
    )
    host: OrganizationNode | None = reading.one("host_id")
    review: ReviewNode | None = reading.one_back("drill_id")
    participants: Connection[ParticipantNode] = reading.connection(
        "drill_id", order=reading.asc("head_count"), implied=reading.EVERYONE
    )


@strawberry.type
class Query:
    drill: DrillNode | None = reading.root_one()
    drills: Connection[DrillNode] = reading.root_connection(orders=TownDrillOrder, filters=TownDrillFilter)
    organizations: Connection[OrganizationNode] = reading.root_connection(
        orders=TownOrganizationOrder, filters=TownOrganizationFilter
    )
    reviews: Connection[ReviewNode] = reading.root_connection(order=reading.asc("mood"), filters=TownReviewFilter)
    node: Node | None = reading.root_node()
