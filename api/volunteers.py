"""サイバー防犯ボランティア: groups, persons, their terms and consents, to read and to change."""

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from api import reading
from api.calendar import OFFICERS
from api.enums import offer
from api.mutations import mutations
from api.organizations import Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import volunteers
from domain.actor import Role
from domain.japanese import search_key
from domain.rights import DataClass
from domain.volunteers import AgeBand, CommissionKind, ConsentScope, GroupBase, VolunteerStatus

if TYPE_CHECKING:
    from api.activities import ActivityParticipation, VolunteerActivity

PERSONAL, INTERNAL, SENSITIVE = DataClass.PERSONAL, DataClass.INTERNAL, DataClass.SENSITIVE
INVOLVED = OFFICERS | {Role.VOLUNTEER}
"""Whoever sees a volunteer sees who that is, and in which terms they serve."""

offer(AgeBand, CommissionKind, ConsentScope, GroupBase, VolunteerStatus)


@strawberry.enum
class VolunteerOrder(Enum):
    KANA_ASC = reading.asc("kana_order")
    NUMBER_ASC = reading.asc("number", missing="")
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class VolunteerFilter:
    status: list[VolunteerStatus] | None = reading.among("status")
    kind: list[CommissionKind] | None = reading.among("kind")
    age_band: list[AgeBand] | None = reading.among("age_band", data=PERSONAL)
    unit: strawberry.ID | None = reading.of_unit()
    group: strawberry.ID | None = reading.refers("group_id", "VolunteerGroup")
    number: str | None = reading.equals("number")
    text: str | None = reading.found("volunteer", search_key)
    term_to_from: date | None = reading.at_least("term_to", "date")
    term_to_before: date | None = reading.below("term_to", "date")


@strawberry.enum
class VolunteerGroupOrder(Enum):
    KANA_ASC = reading.asc("kana_order")
    FOUNDED_ON_ASC = reading.asc("founded_on")


@reading.filters
class VolunteerGroupFilter:
    base: list[GroupBase] | None = reading.among("base")
    unit: strawberry.ID | None = reading.of_unit()
    text: str | None = reading.found("volunteer_group", search_key)
    retired: bool | None = reading.present("retired_on")


@reading.entity(volunteers.VolunteerGroup, volunteers.groups_visible_to)
@reading.shape(description="サイバー防犯ボランティア団体")
class VolunteerGroup(Node):
    version: int
    name: str
    name_kana: str
    base: GroupBase
    founded_on: date
    retired_on: date | None
    remarks: str = reading.column(data=INTERNAL)
    unit: Unit | None = reading.one("unit_id")
    organization: Organization | None = reading.one("organization_id")
    members: Connection[Annotated["Volunteer", strawberry.lazy("api.volunteers")]] = reading.connection(
        "group_id", orders=VolunteerOrder, filters=VolunteerFilter
    )
    activities: Connection[Annotated["VolunteerActivity", strawberry.lazy("api.activities")]] = reading.connection(
        "group_id", order=reading.desc("starts_at")
    )


@reading.entity(volunteers.Commission, volunteers.commissions_visible_to)
@reading.shape(description="委嘱: one term; `endedOn` is the first day on which it no longer held.")
class Commission(Node):
    kind: CommissionKind
    number: str
    authority: str = reading.column(description="委嘱者の職名")
    term_from: date
    term_to: date
    ended_on: date | None
    reappointed: bool
    volunteer: Annotated["Volunteer", strawberry.lazy("api.volunteers")] | None = reading.one(
        "volunteer_id", implied=INVOLVED
    )
    group: VolunteerGroup | None = reading.one("group_id")
    appointed_by: Person | None = reading.one("appointed_by_id", data=INTERNAL)


@reading.entity(volunteers.GuardianConsent, volunteers.consents_visible_to)
@reading.shape(description="保護者同意: it holds on both its days, and until the day before it is withdrawn.")
class GuardianConsent(Node):
    version: int
    guardian_name: str = reading.column(data=SENSITIVE)
    relationship: str = reading.column(data=SENSITIVE)
    guardian_mail_address: str = reading.column(data=SENSITIVE)
    copies_letters: bool = reading.column(
        data=SENSITIVE, description="Whether letters to the minor go to them as well."
    )
    scope: ConsentScope = reading.column(data=SENSITIVE)
    conditions: str = reading.column(data=SENSITIVE)
    given_on: date = reading.column(data=SENSITIVE)
    expires_on: date | None = reading.column(data=SENSITIVE)
    withdrawn_on: date | None = reading.column(data=SENSITIVE)


@reading.entity(volunteers.Volunteer, volunteers.visible_to)
@reading.shape(description="ボランティア: one person in one kind of commission.")
class Volunteer(Node):
    version: int
    status: VolunteerStatus
    allowed_transitions: list[VolunteerStatus] = reading.computed("status", volunteers.MOVES)
    kind: CommissionKind
    number: str | None = reading.column(description="名簿番号")
    age_band: AgeBand = reading.column(data=PERSONAL)
    affiliation: str = reading.column(data=PERSONAL, description="学校・勤務先")
    recommended_on: date
    term_to: date | None = reading.column(description="任期の終わり: the last day of the newest term")
    left_on: date | None
    verified_on: date | None = reading.column(description="本人が連絡先を確かめた日")
    reason: str = reading.column(data=INTERNAL)
    remarks: str = reading.column(data=INTERNAL)
    unit: Unit | None = reading.one("unit_id")
    person: Person | None = reading.one("person_id", implied=INVOLVED)
    group: VolunteerGroup | None = reading.one("group_id")
    university: Organization | None = reading.one("university_id")
    recommended_by: Person | None = reading.one("recommended_by_id", data=INTERNAL)
    commissions: Connection[Commission] = reading.connection(
        "volunteer_id", order=reading.desc("term_from"), implied=INVOLVED
    )
    consents: Connection[GuardianConsent] = reading.connection(
        "volunteer_id", order=reading.desc("given_on", data=SENSITIVE), implied=OFFICERS, data=SENSITIVE
    )
    participations: Connection[Annotated["ActivityParticipation", strawberry.lazy("api.activities")]] = (
        reading.connection("volunteer_id", order=reading.desc("starts_at"))
    )


@reading.entity(volunteers.Reappointment, volunteers.reappointments_visible_to)
@reading.shape(description="再委嘱 of a whole roster in one act.")
class Reappointment(Node):
    ending_on: date
    term_from: date
    count: int
    created_at: datetime
    commissions: Connection[Commission] = reading.connection("reappointment_id", order=reading.asc("created_at"))


@reading.shape
class VolunteerQueries:
    volunteer: Volunteer | None = reading.root_one()
    volunteers: Connection[Volunteer] = reading.root_connection(orders=VolunteerOrder, filters=VolunteerFilter)
    volunteer_group: VolunteerGroup | None = reading.root_one()
    volunteer_groups: Connection[VolunteerGroup] = reading.root_connection(
        orders=VolunteerGroupOrder, filters=VolunteerGroupFilter
    )
    reappointment: Reappointment | None = reading.root_one()
    reappointments: Connection[Reappointment] = reading.root_connection(order=reading.desc("created_at"))


GroupMutations = mutations(
    VolunteerGroup,
    establish_volunteer_group=volunteers.establish_group,
    correct_volunteer_group=volunteers.correct_group,
    retire_volunteer_group=volunteers.retire_group,
)
VolunteerMutations = mutations(
    Volunteer,
    recommend_volunteer=volunteers.recommend,
    recommend_volunteer_again=volunteers.recommend_again,
    correct_volunteer=volunteers.correct,
    screen_volunteer=volunteers.screen,
    reject_volunteer=volunteers.reject,
    appoint_volunteer=volunteers.appoint,
    reappoint_volunteer=volunteers.reappoint,
    suspend_volunteer=volunteers.suspend,
    resume_volunteer=volunteers.resume,
    resign_volunteer=volunteers.resign,
    dismiss_volunteer=volunteers.dismiss,
)
ReappointmentMutations = mutations(Reappointment, reappoint_roster=volunteers.reappoint_roster)
ConsentMutations = mutations(
    GuardianConsent,
    record_guardian_consent=volunteers.record_consent,
    withdraw_guardian_consent=volunteers.withdraw_consent,
)
