"""協議会の会議: meetings of councils, to read and to lead from the plan to the minutes."""

from datetime import date, datetime
from enum import Enum

import strawberry

from api import reading
from api.calendar import OFFICERS, Appointment
from api.councils import Council, CouncilMembership
from api.documents import Document
from api.enums import offer
from api.mutations import NO_CASES, mutations
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import meetings
from domain.actor import Role
from domain.meetings import MeetingStatus, ResolutionOutcome
from domain.rights import DataClass

INTERNAL = DataClass.INTERNAL
INSIDE = OFFICERS | {Role.PARTNER}
"""Whoever sees a meeting sees its date."""
OF_COUNCIL = reading.through("{seen:CouncilMeeting}", "council_id", reading.COUNCILS)
OF_WHO_CAME = reading.through(
    """(select came.meeting_id, term.organization_id from {seen:CouncilAttendance} came
    join {seen:CouncilMembership} term on term.id = came.membership_id)""",
    "organization_id",
    reading.BODIES,
    "meeting_id",
)

offer(MeetingStatus, ResolutionOutcome)


@strawberry.enum
class CouncilMeetingOrder(Enum):
    STARTS_AT_ASC = reading.asc("starts_at")
    STARTS_AT_DESC = reading.desc("starts_at")


@reading.filters
class CouncilMeetingFilter:
    status: list[MeetingStatus] | None = reading.among("status")
    council: strawberry.ID | None = reading.refers("council_id", "Council")
    unit: strawberry.ID | None = reading.of_unit()
    starts_from: datetime | None = reading.at_least("starts_at")
    starts_before: datetime | None = reading.below("starts_at")
    text: str | None = reading.worded("council_meeting", OF_COUNCIL, OF_WHO_CAME, data=INTERNAL)


@reading.entity(meetings.CouncilAttendance, meetings.attendances_visible_to)
@reading.shape(
    description="会議の出席と委任: somebody who came for a member, with the post of that day; with a proxy holder the"
    " member that stood in for it."
)
class CouncilAttendance(Node):
    job_title: str = reading.column(data=DataClass.PERSONAL)
    department: str = reading.column(data=DataClass.PERSONAL)
    membership: CouncilMembership | None = reading.one("membership_id")
    proxy_holder: CouncilMembership | None = reading.one("proxy_holder_id", description="委任を受けた会員")
    person: Person | None = reading.one("person_id")


@reading.entity(meetings.CouncilResolution, meetings.resolutions_visible_to)
@reading.shape(description="議決")
class CouncilResolution(Node):
    version: int
    item: int | None = reading.column(data=INTERNAL, description="議題の番号: its place on the agenda, from 1.")
    wording: str = reading.column(data=INTERNAL, description=NO_CASES)
    votes_for: int = reading.column(data=INTERNAL)
    votes_against: int = reading.column(data=INTERNAL)
    votes_abstained: int = reading.column(data=INTERNAL)
    result: ResolutionOutcome = reading.column(data=INTERNAL)
    is_decided_by_chair: bool = reading.column(data=INTERNAL, description="可否同数のため、議長の決したもの")


@reading.entity(meetings.CouncilMeeting, meetings.visible_to)
@reading.shape(description="協議会の会議")
class CouncilMeeting(Node):
    version: int = reading.column(data=INTERNAL)
    status: MeetingStatus
    allowed_transitions: list[MeetingStatus] = reading.computed("status", meetings.MOVES)
    title: str
    agenda: list[str] = reading.column(description="議題")
    starts_at: datetime
    reply_by: date | None = reading.column(description="回答期限: the last day")
    quorum: int | None = reading.column(
        data=INTERNAL, description="定足数: how many 会員 it takes; none before it is held means more than half."
    )
    member_count: int | None = reading.column(data=INTERNAL, description="会員数 on that day")
    present_count: int | None = reading.column(data=INTERNAL, description="出席した会員数")
    proxy_count: int | None = reading.column(data=INTERNAL, description="委任した会員数")
    is_quorate: bool | None = reading.column(data=INTERNAL, description="定足数に達したか")
    minutes_text: str = reading.column(data=INTERNAL, description=NO_CASES)
    minuted_at: datetime | None = reading.column(data=INTERNAL)
    reason: str = reading.column(data=INTERNAL, description="延期・中止の理由")
    unit: Unit | None = reading.one("unit_id")
    council: Council | None = reading.one("council_id")
    appointment: Appointment | None = reading.one("appointment_id", implied=INSIDE)
    minutes_document: Document | None = reading.one("minutes_document_id", data=INTERNAL)
    minuted_by: Person | None = reading.one("minuted_by_id", data=INTERNAL)
    attendances: Connection[CouncilAttendance] = reading.connection("meeting_id", order=reading.asc("created_at"))
    resolutions: Connection[CouncilResolution] = reading.connection("meeting_id", order=reading.asc("created_at"))


@reading.shape
class MeetingQueries:
    council_meeting: CouncilMeeting | None = reading.root_one()
    council_meetings: Connection[CouncilMeeting] = reading.root_connection(
        orders=CouncilMeetingOrder, filters=CouncilMeetingFilter
    )


CouncilMeetingMutations = mutations(
    CouncilMeeting,
    plan_council_meeting=meetings.plan,
    record_council_meeting=meetings.record,
    correct_council_meeting=meetings.correct,
    invite_to_council_meeting=meetings.invite,
    invite_council_members=meetings.invite_members,
    uninvite_from_council_meeting=meetings.uninvite,
    postpone_council_meeting=meetings.postpone,
    cancel_council_meeting=meetings.cancel,
    hold_council_meeting=meetings.hold,
    correct_council_attendance=meetings.correct_attendance,
    minute_council_meeting=meetings.minute,
    correct_council_minutes=meetings.correct_minutes,
)
CouncilResolutionMutations = mutations(
    CouncilResolution,
    record_council_resolution=meetings.resolve,
    strike_council_resolution=meetings.strike_resolution,
)
