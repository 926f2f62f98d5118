"""広報啓発: seminars, campaigns, stands and what is handed out, to read, to plan, to report and to check."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated

import strawberry

from api import reading
from api.activities import VolunteerActivity
from api.calendar import Appointment
from api.enums import offer
from api.mutations import NO_CASES, mutations
from api.organizations import Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import outreach
from domain.japanese import search_key
from domain.outreach import OutreachAudience, OutreachHostRole, OutreachKind, OutreachStatus, OutreachTheme
from domain.rights import DataClass

INTERNAL = DataClass.INTERNAL

offer(OutreachAudience, OutreachHostRole, OutreachKind, OutreachStatus, OutreachTheme)


@strawberry.enum
class OutreachEventOrder(Enum):
    STARTS_AT_DESC = reading.desc("starts_at")
    STARTS_AT_ASC = reading.asc("starts_at")
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class OutreachEventFilter:
    status: list[OutreachStatus] | None = reading.among("status")
    kind: list[OutreachKind] | None = reading.among("kind")
    theme: list[OutreachTheme] | None = reading.among("theme")
    audience: list[OutreachAudience] | None = reading.among("audience")
    unit: strawberry.ID | None = reading.of_unit()
    text: str | None = reading.found("outreach_event", search_key)
    starts_from: datetime | None = reading.at_least("starts_at")
    starts_before: datetime | None = reading.below("starts_at")


@reading.entity(outreach.OutreachHost, outreach.hosts_visible_to)
@reading.shape(description="主催・共催・後援・協力: a body's part in one event; a partner sees no other's.")
class OutreachHost(Node):
    version: int
    role: OutreachHostRole
    event: Annotated["OutreachEvent", strawberry.lazy("api.outreach")] | None = reading.one("event_id")
    organization: Organization | None = reading.one("organization_id")


@reading.entity(outreach.OutreachMaterial, outreach.materials_visible_to)
@reading.shape(description="配布物 with the copies (部) that were handed out")
class OutreachMaterial(Node):
    name: str = reading.column(data=INTERNAL)
    copies: int = reading.column(data=INTERNAL)


@reading.entity(outreach.OutreachEvent, outreach.visible_to)
@reading.shape(description="広報啓発 (セミナー・キャンペーン・出展・資料配布・活動事例の紹介)")
class OutreachEvent(Node):
    version: int = reading.column(data=INTERNAL)
    status: OutreachStatus
    allowed_transitions: list[OutreachStatus] = reading.computed("status", outreach.MOVES)
    kind: OutreachKind
    theme: OutreachTheme
    audience: OutreachAudience = reading.column(description="主な対象")
    title: str
    starts_at: datetime
    lasts_until: date | None = reading.column(description="期間の最終日, of what goes on after it was opened.")
    urges_reporting: bool = reading.column(description="通報・相談を促すか")
    remarks: str = reading.column(data=INTERNAL, description=NO_CASES)
    summary: str = reading.column(data=INTERNAL, description=f"実施結果. {NO_CASES}")
    reason: str = reading.column(data=INTERNAL, description="Why it was sent back last, or called off.")
    body_count: int | None = reading.column(data=INTERNAL, description="参加団体 (団体, 延べ)")
    people_count: int | None = reading.column(data=INTERNAL, description="参加者 (人)")
    visitor_count: int | None = reading.column(data=INTERNAL, description="来場者 (人)")
    officer_count: int | None = reading.column(data=INTERNAL, description="従事した職員 (人)")
    media_count: int | None = reading.column(data=INTERNAL, description="報道 (件)")
    copies_count: int = reading.expression(
        "(select coalesce(sum(m.copies), 0)::int from outreach_material m"
        " where m.event_id = {t}.id and m.removed_at is null)",
        data=INTERNAL,
        description="配布 (部)",
    )
    reported_at: datetime | None = reading.column(data=INTERNAL)
    checked_at: datetime | None = reading.column(data=INTERNAL)
    reported_by: Person | None = reading.one("reported_by_id", data=INTERNAL)
    checked_by: Person | None = reading.one("checked_by_id", data=INTERNAL)
    unit: Unit | None = reading.one("unit_id")
    appointment: Appointment | None = reading.one(
        "appointment_id", description="Date, place and who is asked; a co-host sees it once somebody of it is."
    )
    hosts: Connection[OutreachHost] = reading.connection("event_id", order=reading.asc("created_at"))
    materials: Connection[OutreachMaterial] = reading.connection("event_id", order=reading.asc("created_at"))
    activities: Connection[VolunteerActivity] = reading.connection(
        "outreach_event_id",
        order=reading.asc("starts_at"),
        description="ボランティアの活動 with which it is helped, with people and hours of their own.",
    )


@reading.shape
class OutreachQueries:
    outreach_event: OutreachEvent | None = reading.root_one()
    outreach_events: Connection[OutreachEvent] = reading.root_connection(
        orders=OutreachEventOrder, filters=OutreachEventFilter
    )


OutreachMutations = mutations(
    OutreachEvent,
    plan_outreach=outreach.plan,
    record_outreach=outreach.record,
    correct_outreach=outreach.correct,
    add_outreach_host=outreach.add_host,
    remove_outreach_host=outreach.remove_host,
    invite_to_outreach=outreach.invite,
    uninvite_from_outreach=outreach.uninvite,
    reschedule_outreach=outreach.reschedule,
    cancel_outreach=outreach.cancel,
    hold_outreach=outreach.hold,
    report_outreach=outreach.report,
    check_outreach=outreach.check,
    send_outreach_back=outreach.send_back,
    correct_outreach_report=outreach.correct_report,
)
