"""接触記録: visits, calls, meetings, mails and guidance, to read, to plan, to report and to follow up."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated

import strawberry

from api import reading
from api.calendar import Appointment
from api.enums import offer
from api.mutations import NO_CASES, mutations
from api.organizations import Contact, Establishment, Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import encounters
from domain.encounters import (
    EncounterAnswer,
    EncounterCheckItem,
    EncounterKind,
    EncounterSide,
    EncounterStatus,
    EncounterTheme,
    GuidedBusiness,
)
from domain.rights import DataClass

OPEN = "{t}.next_due_on is not null and {t}.next_done_on is null and {t}.status <> 'CANCELLED'"
"""Whether there is something to be done still (`domain.encounters.following`)."""
LAST = "9999-12-31"
OF_BODY = reading.through("{seen:Encounter}", "organization_id", reading.BODIES)

offer(
    EncounterAnswer,
    EncounterCheckItem,
    EncounterKind,
    EncounterSide,
    EncounterStatus,
    EncounterTheme,
    GuidedBusiness,
)


@strawberry.enum
class EncounterOrder(Enum):
    STARTS_AT_DESC = reading.desc("starts_at")
    STARTS_AT_ASC = reading.asc("starts_at")
    NEXT_DUE_ON_ASC = reading.asc("next_due_on", missing=LAST, data=DataClass.INTERNAL)
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class EncounterFilter:
    status: list[EncounterStatus] | None = reading.among("status")
    kind: list[EncounterKind] | None = reading.among("kind")
    theme: list[EncounterTheme] | None = reading.among("theme")
    business: list[GuidedBusiness] | None = reading.among("business")
    unit: strawberry.ID | None = reading.of_unit()
    organization: strawberry.ID | None = reading.refers("organization_id", "Organization")
    starts_from: datetime | None = reading.at_least("starts_at")
    starts_before: datetime | None = reading.below("starts_at")
    next_open: bool | None = reading.whether(OPEN, data=DataClass.INTERNAL)
    next_due_before: date | None = reading.below("next_due_on", "date", data=DataClass.INTERNAL)
    next_owner: strawberry.ID | None = reading.refers("next_owner_id", "Officer", data=DataClass.INTERNAL)
    text: str | None = reading.worded("encounter", OF_BODY, data=DataClass.INTERNAL)
    next_owned: bool | None = reading.present("next_owner_id", data=DataClass.INTERNAL)


@reading.entity(encounters.EncounterAttendance, encounters.attendances_visible_to)
@reading.shape(
    description="接触の参加者, with the post held on that day; without a person a post whose holder is unknown."
)
class EncounterAttendance(Node):
    side: EncounterSide
    is_lead: bool
    job_title: str = reading.column(data=DataClass.PERSONAL)
    department: str = reading.column(data=DataClass.PERSONAL)
    person: Person | None = reading.one("person_id")
    police_unit: Unit | None = reading.one("police_unit_id")
    organization: Organization | None = reading.one("organization_id")


@reading.entity(encounters.EncounterCheck, encounters.checks_visible_to)
@reading.shape(description="個別訪問の点検項目")
class EncounterCheck(Node):
    item: EncounterCheckItem
    answer: EncounterAnswer
    note: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)
    contact: Contact | None = reading.one("contact_id", description="The emergency contact who was confirmed.")


@reading.entity(encounters.Encounter, encounters.traces_visible_to)
@reading.shape(
    description="接触の事実: that a department was, or will be, in touch with a body; no more of it is told."
)
class EncounterTrace(Node):
    kind: EncounterKind
    status: EncounterStatus
    starts_at: datetime
    unit: Unit | None = reading.one("unit_id")


@reading.entity(encounters.EncounterReview, encounters.reviews_visible_to)
@reading.shape(description="一括確認: reports that one officer has checked in one act.")
class EncounterReview(Node):
    count: int
    created_at: datetime
    unit: Unit | None = reading.one("unit_id")
    checked_by: Person | None = reading.one("checked_by_id", data=DataClass.INTERNAL)
    encounters: Connection[Annotated["Encounter", strawberry.lazy("api.encounters")]] = reading.connection(
        "review_id", order=reading.asc("starts_at")
    )


@reading.entity(encounters.Encounter, encounters.visible_to)
@reading.shape(description="接触記録 (訪問・電話・会議・メール・指導)")
class Encounter(Node):
    version: int
    status: EncounterStatus
    allowed_transitions: list[EncounterStatus] = reading.computed("status", encounters.MOVES)
    kind: EncounterKind
    theme: EncounterTheme
    business: GuidedBusiness | None = reading.column(description="指導先の業態, of 指導 only.")
    starts_at: datetime
    minutes: int | None
    purpose: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)
    outcome: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)
    reason: str = reading.column(data=DataClass.INTERNAL, description="Why it was sent back last, or called off.")
    next_step: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)
    next_due_on: date | None = reading.column(data=DataClass.INTERNAL, description="次の対応の期限: the last day.")
    next_done_on: date | None = reading.column(data=DataClass.INTERNAL)
    next_owner: Person | None = reading.one("next_owner_id", data=DataClass.INTERNAL)
    reported_at: datetime | None = reading.column(data=DataClass.INTERNAL)
    checked_at: datetime | None = reading.column(data=DataClass.INTERNAL)
    reported_by: Person | None = reading.one("reported_by_id", data=DataClass.INTERNAL)
    checked_by: Person | None = reading.one("checked_by_id", data=DataClass.INTERNAL)
    review: EncounterReview | None = reading.one(
        "review_id", data=DataClass.INTERNAL, description="一括確認: the act in which it was checked among others."
    )
    unit: Unit | None = reading.one("unit_id")
    organization: Organization | None = reading.one("organization_id")
    establishment: Establishment | None = reading.one("establishment_id")
    appointment: Appointment | None = reading.one(
        "appointment_id", description="The date in calendars, of one to which somebody was invited."
    )
    attendances: Connection[EncounterAttendance] = reading.connection("encounter_id", order=reading.asc("created_at"))
    checks: Connection[EncounterCheck] = reading.connection("encounter_id", order=reading.asc("created_at"))
    in_touch: Connection[Annotated["EncounterTrace", strawberry.lazy("api.encounters")]] = reading.connection(
        "organization_id",
        column="organization_id",
        besides=reading.Besides(encounters.ELSEWHERE, encounters.is_elsewhere),
        order=reading.desc("starts_at"),
        description="ほかの部門の接触: other departments with the same body, 30 days before or after unless the"
        " prefecture has set other `touchDays`. A warning: it keeps nobody from anything.",
    )


@reading.shape
class EncounterQueries:
    encounter: Encounter | None = reading.root_one()
    encounters: Connection[Encounter] = reading.root_connection(orders=EncounterOrder, filters=EncounterFilter)
    encounter_review: EncounterReview | None = reading.root_one()
    encounter_reviews: Connection[EncounterReview] = reading.root_connection(order=reading.desc("created_at"))


EncounterMutations = mutations(
    Encounter,
    plan_encounter=encounters.plan,
    note_encounter=encounters.note,
    invite_to_encounter=encounters.invite,
    uninvite_from_encounter=encounters.uninvite,
    correct_encounter=encounters.correct,
    report_encounter=encounters.report,
    check_encounter=encounters.check,
    send_back_encounter=encounters.send_back,
    correct_checked_encounter=encounters.correct_checked,
    cancel_encounter=encounters.cancel,
    assign_next_step=encounters.assign_next_step,
    settle_next_step=encounters.settle_next_step,
)
EncounterReviewMutations = mutations(EncounterReview, check_encounters=encounters.check_many)
