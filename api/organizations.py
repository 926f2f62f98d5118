"""団体・事業者: partners, schools and other bodies, their establishments and contacts, to read."""

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from api import reading, referring
from api.context import Info
from api.enums import offer
from api.mutations import mutations
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import organizations
from domain.japanese import search_key, search_stem
from domain.organizations import (
    CiSector,
    ContactRole,
    Duplicate,
    DuplicateReason,
    InPlace,
    OrganizationKind,
    OrganizationSize,
    duplicates,
)
from domain.rights import DataClass

if TYPE_CHECKING:
    from api.councils import CouncilMembership
    from api.drills import DrillParticipation
    from api.encounters import Encounter
    from api.lectures import Lecture
    from api.outreach import OutreachHost

offer(OrganizationKind, OrganizationSize, CiSector, InPlace, ContactRole, DuplicateReason)

MET = "from encounter met where met.organization_id = {t}.id and met.status in ('REPORTED', 'CHECKED')"
"""What has taken place with a body, of whichever department: that it was met says nothing of what was talked about."""
LAST_MET = f"(select (max(met.starts_at) at time zone 'Asia/Tokyo')::date {MET})"
NOT_MET_SINCE = f"not exists (select {MET} and met.starts_at >= {{v}}::timestamptz)"
LAST_DRILL = """(select (max(drill.starts_at) at time zone 'Asia/Tokyo')::date
    from drill_participation part join drill on drill.id = part.drill_id
    where part.organization_id = {t}.id and part.attended_count > 0)"""

INTERNAL = DataClass.INTERNAL
NOTICE = "個別の事件・相談の内容、被害者等の氏名は記入しないでください"


@strawberry.enum
class OrganizationOrder(Enum):
    KANA_ASC = reading.asc("kana_order")
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class OrganizationFilter:
    kind: list[OrganizationKind] | None = reading.among("kind")
    unit: strawberry.ID | None = reading.of_unit()
    text: str | None = reading.found("organization", search_stem)
    municipality_code: str | None = reading.equals("municipality_code")
    corporate_number: str | None = reading.equals("corporate_number")
    school_code: str | None = reading.equals("school_code")
    industry: str | None = reading.equals("industry")
    size: list[OrganizationSize] | None = reading.among("size")
    small: bool | None = reading.equals("is_small", "bool")
    ci_sector: list[CiSector] | None = reading.among("ci_sector")
    ceptoar: str | None = reading.equals("ceptoar")
    ministry: str | None = reading.equals("ministry")
    bcp: list[InPlace] | None = reading.among("bcp", data=INTERNAL)
    contact_system: list[InPlace] | None = reading.among("contact_system", data=INTERNAL)
    assessed_before: date | None = reading.below("assessed_on", "date", data=INTERNAL)
    not_met_since: datetime | None = reading.where(NOT_MET_SINCE, data=INTERNAL)
    parent: strawberry.ID | None = reading.refers("parent_organization_id", "Organization")
    retired: bool | None = reading.present("retired_on")


@reading.filters
class ContactFilter:
    role: list[ContactRole] | None = reading.among("role")
    verified_before: date | None = reading.below("verified_on", "date")
    retired: bool | None = reading.present("until")


@reading.entity(organizations.Establishment, organizations.establishments_visible_to)
@reading.shape(description="事業所")
class Establishment(Node):
    version: int
    name: str
    municipality_code: str
    postal_code: str
    address: str
    phone: str
    retired_on: date | None
    organization: Annotated["Organization", strawberry.lazy("api.organizations")] | None = reading.one(
        "organization_id"
    )


@reading.entity(organizations.Contact, organizations.contacts_visible_to)
@reading.shape(description="担当者連絡先: a person's post at an organisation.")
class Contact(Node):
    version: int
    role: ContactRole
    department: str
    job_title: str
    since: date
    until: date | None
    reachable: str = reading.column(description="連絡の取れる時間, in words.")
    verified_on: date | None
    verified_by: Person | None = reading.one("verified_by_id", description="最後に確認した職員か、本人")
    person: Person | None = reading.one("person_id")
    organization: Annotated["Organization", strawberry.lazy("api.organizations")] | None = reading.one(
        "organization_id"
    )
    establishment: Establishment | None = reading.one("establishment_id")


@reading.entity(organizations.CoOwner, organizations.co_owners_visible_to)
@reading.shape(description="共管: a unit that is shown an organisation which another one keeps.")
class OrganizationCoOwner(Node):
    version: int
    since: date
    ended_on: date | None = reading.column(description="The first day on which it is shown it no more.")
    reason: str = reading.column(description=NOTICE)
    unit: Unit | None = reading.one("unit_id")
    organization: Annotated["Organization", strawberry.lazy("api.organizations")] | None = reading.one(
        "organization_id"
    )


@reading.entity(organizations.Organization, organizations.visible_to)
@reading.shape(description="団体・事業者")
class Organization(Node):
    version: int
    kind: OrganizationKind
    name: str
    name_kana: str
    corporate_number: str | None
    school_code: str | None
    municipality_code: str
    postal_code: str
    address: str
    phone: str
    industry: str
    size: OrganizationSize | None
    is_small: bool = reading.column(description="中小企業か; follows from `size` where that is known.")
    ci_sector: CiSector | None = reading.column(description="重要インフラ分野")
    ceptoar: str = reading.column(description="セプター: 分野ごとの情報共有・分析機能")
    ministry: str = reading.column(description="所管省庁")
    bcp: InPlace = reading.column(data=INTERNAL, description="業務継続計画")
    contact_system: InPlace = reading.column(data=INTERNAL, description="緊急時の連絡体制")
    assessed_on: date | None = reading.column(data=INTERNAL, description="As of when the two are known.")
    last_drill_on: date | None = reading.expression(
        LAST_DRILL, description="The last drill that people of it came to, of those that the reader sees."
    )
    retired_on: date | None
    unit: Unit | None = reading.one("unit_id", description="所管の所属")
    parent: Annotated["Organization", strawberry.lazy("api.organizations")] | None = reading.one(
        "parent_organization_id"
    )
    merged_into: Annotated["Organization", strawberry.lazy("api.organizations")] | None = reading.one(
        "merged_into_id", description="統合先の団体"
    )
    children: Connection[Annotated["Organization", strawberry.lazy("api.organizations")]] = reading.connection(
        "parent_organization_id", order=reading.asc("kana_order")
    )
    co_owners: Connection[OrganizationCoOwner] = reading.connection("organization_id", order=reading.desc("since"))
    establishments: Connection[Establishment] = reading.connection("organization_id", order=reading.asc("name"))
    contacts: Connection[Contact] = reading.connection(
        "organization_id", order=reading.desc("since"), filters=ContactFilter
    )
    lectures: Connection[Annotated["Lecture", strawberry.lazy("api.lectures")]] = reading.connection(
        "school_id", order=reading.desc("starts_at")
    )
    drill_participations: Connection[Annotated["DrillParticipation", strawberry.lazy("api.drills")]] = (
        reading.connection("organization_id", order=reading.desc("created_at"))
    )
    last_met_on: date | None = reading.expression(
        LAST_MET, data=INTERNAL, description="最後に接触した日, of whichever department."
    )
    encounters: Connection[Annotated["Encounter", strawberry.lazy("api.encounters")]] = reading.connection(
        "organization_id", order=reading.desc("starts_at")
    )
    council_memberships: Connection[Annotated["CouncilMembership", strawberry.lazy("api.councils")]] = (
        reading.connection(
            "organization_id",
            order=reading.desc("term_from"),
            description="協議会: the terms of the body in the councils of which the reader sees the members.",
        )
    )
    outreach_parts: Connection[Annotated["OutreachHost", strawberry.lazy("api.outreach")]] = reading.connection(
        "organization_id", order=reading.desc("created_at")
    )


@reading.filters
class ContactSearch:
    role: list[ContactRole] | None = reading.among("role")
    organization: strawberry.ID | None = reading.refers("organization_id", "Organization")
    unit: strawberry.ID | None = reading.of_unit()
    text: str | None = reading.found("contact", search_key)
    verified_before: date | None = reading.below("verified_on", "date")
    unverified_since: date | None = reading.where("coalesce({t}.verified_on < {v}::date, true)")
    retired: bool | None = reading.present("until")


@strawberry.enum
class ContactOrder(Enum):
    KANA_ASC = reading.asc("kana_order")
    SINCE_DESC = reading.desc("since")


@reading.made(description="重複の疑い: two registered organisations that may be the same one, and why.")
class PossibleDuplicate:
    organization_id: strawberry.ID
    organization_name: str
    other_id: strawberry.ID
    other_name: str
    reasons: list[DuplicateReason]

    @classmethod
    def of(cls, found: Duplicate) -> Self:
        ids = [strawberry.ID(reading.encode("Organization", id)) for id in (found.organization_id, found.other_id)]
        return cls(
            organization_id=ids[0],
            organization_name=found.name,
            other_id=ids[1],
            other_name=found.other_name,
            reasons=list(found.reasons),
        )


async def _duplicates(info: Info, organization_id: strawberry.ID | None = None) -> list[PossibleDuplicate]:
    about = referring.key("organization_id", organization_id) if organization_id else None
    return [PossibleDuplicate.of(one) for one in await organizations.find_duplicates(info.context.actor, about)]


@reading.shape
class OrganizationQueries:
    possible_duplicates: list[PossibleDuplicate] = strawberry.field(
        resolver=_duplicates,
        metadata=reading.answered(2 * duplicates.MOST, organizations.find_duplicates),
        description="Of the organisations that the reader's units keep, or with this one; of many the likeliest.",
    )
    contact: Contact | None = reading.root_one()
    contacts: Connection[Contact] = reading.root_connection(orders=ContactOrder, filters=ContactSearch)
    organization: Organization | None = reading.root_one()
    organizations: Connection[Organization] = reading.root_connection(
        orders=OrganizationOrder, filters=OrganizationFilter
    )


OrganizationMutations = mutations(
    Organization,
    register_organization=organizations.register,
    correct_organization=organizations.correct,
    retire_organization=organizations.retire,
    reinstate_organization=organizations.reinstate,
    transfer_organization=organizations.transfer,
    place_organization_below=organizations.place_below,
)
CoOwnerMutations = mutations(
    OrganizationCoOwner,
    share_organization=organizations.share,
    end_organization_sharing=organizations.end_sharing,
)
EstablishmentMutations = mutations(
    Establishment,
    add_establishment=organizations.add_establishment,
    correct_establishment=organizations.correct_establishment,
    retire_establishment=organizations.retire_establishment,
    reinstate_establishment=organizations.reinstate_establishment,
)
ContactMutations = mutations(
    Contact,
    add_contact=organizations.add_contact,
    confirm_contact=organizations.confirm_contact,
    correct_contact=organizations.correct_contact,
    retire_contact=organizations.retire_contact,
    reinstate_contact=organizations.reinstate_contact,
)
