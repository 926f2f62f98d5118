"""協議会・ネットワーク: councils with their members, to read and to keep."""

from datetime import date
from enum import Enum
from typing import Annotated

import strawberry

from api import reading
from api.enums import offer
from api.mutations import NO_CASES, mutations
from api.organizations import Organization
from api.reading import Connection, Node
from api.units import Unit
from domain import councils
from domain.councils import CouncilKind, CouncilRole
from domain.japanese import search_key
from domain.organizations import CiSector
from domain.rights import DataClass

INTERNAL = DataClass.INTERNAL
STANDING = "{t}.term_from <= {v}::date and coalesce({t}.term_to >= {v}::date, true)"

offer(CouncilKind, CouncilRole)


@strawberry.enum
class CouncilOrder(Enum):
    KANA_ASC = reading.asc("kana_order")
    FOUNDED_ON_DESC = reading.desc("founded_on")


@reading.filters
class CouncilFilter:
    kind: list[CouncilKind] | None = reading.among("kind")
    unit: strawberry.ID | None = reading.of_unit()
    text: str | None = reading.found("council", search_key)
    dissolved: bool | None = reading.present("dissolved_on")


@strawberry.enum
class CouncilMembershipOrder(Enum):
    KANA_ASC = reading.asc("kana_order")
    TERM_FROM_DESC = reading.desc("term_from")


@reading.filters
class CouncilMembershipFilter:
    council: strawberry.ID | None = reading.refers("council_id", "Council")
    police_unit: strawberry.ID | None = reading.refers("police_unit_id", "Unit")
    role: list[CouncilRole] | None = reading.among("role")
    sector: list[CiSector] | None = reading.among("sector")
    standing_on: date | None = reading.where(STANDING)
    ends_before: date | None = reading.below("term_to", "date")


@reading.entity(councils.CouncilMembership, councils.memberships_visible_to)
@reading.shape(description="協議会の会員: one term of a body or a police unit, in one role.")
class CouncilMembership(Node):
    version: int = reading.column(data=INTERNAL)
    name: str = reading.column(description="What the list of members calls it.")
    role: CouncilRole
    sector: CiSector | None
    term_from: date
    term_to: date | None = reading.column(description="The last day; none while there is no end to it.")
    council: Annotated["Council", strawberry.lazy("api.councils")] | None = reading.one("council_id")
    organization: Organization | None = reading.one("organization_id")
    police_unit: Unit | None = reading.one("police_unit_id")


@reading.entity(councils.Council, councils.visible_to)
@reading.shape(description="協議会・ネットワーク")
class Council(Node):
    version: int = reading.column(data=INTERNAL)
    kind: CouncilKind
    name: str
    name_kana: str
    purpose: str
    members_are_known: bool = reading.column(description="Whether its members have agreed to learn of each other.")
    founded_on: date
    dissolved_on: date | None = reading.column(description="The first day without it.")
    remarks: str = reading.column(data=INTERNAL, description=NO_CASES)
    unit: Unit | None = reading.one("unit_id", description="事務局")
    memberships: Connection[CouncilMembership] = reading.connection(
        "council_id", orders=CouncilMembershipOrder, filters=CouncilMembershipFilter
    )


@reading.shape
class CouncilQueries:
    council: Council | None = reading.root_one()
    councils: Connection[Council] = reading.root_connection(orders=CouncilOrder, filters=CouncilFilter)
    council_memberships: Connection[CouncilMembership] = reading.root_connection(
        orders=CouncilMembershipOrder, filters=CouncilMembershipFilter
    )


CouncilMutations = mutations(
    Council,
    establish_council=councils.establish,
    correct_council=councils.correct,
    transfer_council=councils.transfer,
    dissolve_council=councils.dissolve,
)
CouncilMembershipMutations = mutations(
    CouncilMembership,
    admit_to_council=councils.admit,
    correct_council_membership=councils.correct_membership,
    end_council_membership=councils.end_membership,
    strike_council_membership=councils.strike_membership,
)
