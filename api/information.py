"""協議会への情報の提供: envelopes that stations write and headquarters checks, to read and to decide."""

from datetime import datetime
from enum import Enum

import strawberry

import api.encounters
import api.notices  # noqa: F401 offers how things are handled
from api import reading
from api.councils import Council
from api.enums import offer
from api.mutations import mutations
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import information
from domain.encounters import EncounterTheme
from domain.indicators import NO_INDICATORS
from domain.information import InformationStatus
from domain.notices import NoticeHandling
from domain.rights import DataClass

INTERNAL = DataClass.INTERNAL

OF_COUNCIL = reading.through("{seen:CouncilInformation}", "council_id", reading.COUNCILS)

offer(InformationStatus)


@strawberry.enum
class CouncilInformationOrder(Enum):
    CREATED_AT_DESC = reading.desc("created_at")
    CREATED_AT_ASC = reading.asc("created_at")


@reading.filters
class CouncilInformationFilter:
    status: list[InformationStatus] | None = reading.among("status")
    council: strawberry.ID | None = reading.refers("council_id", "Council")
    unit: strawberry.ID | None = reading.of_unit()
    theme: list[EncounterTheme] | None = reading.among("theme")
    text: str | None = reading.worded("council_information", OF_COUNCIL)


@reading.entity(information.CouncilInformation, information.visible_to)
@reading.shape(description="協議会への情報の提供: the envelope alone, never what was in it.")
class CouncilInformation(Node):
    version: int
    status: InformationStatus
    allowed_transitions: list[InformationStatus] = reading.computed("status", information.MOVES)
    title: str = reading.column(description=NO_INDICATORS)
    theme: EncounterTheme
    handling: NoticeHandling
    recipient_count: int | None = reading.column(description="提供先の数: to how many members it went.")
    reason: str = reading.column(data=INTERNAL, description="不提供の理由")
    decided_at: datetime | None
    unit: Unit | None = reading.one("unit_id")
    council: Council | None = reading.one("council_id")
    written_by: Person | None = reading.one("written_by_id", data=INTERNAL)
    decided_by: Person | None = reading.one("decided_by_id", data=INTERNAL)


@reading.shape
class InformationQueries:
    council_information: CouncilInformation | None = reading.root_one()
    council_informations: Connection[CouncilInformation] = reading.root_connection(
        orders=CouncilInformationOrder, filters=CouncilInformationFilter
    )


CouncilInformationMutations = mutations(
    CouncilInformation,
    write_council_information=information.write,
    correct_council_information=information.correct,
    withdraw_council_information=information.withdraw,
    provide_council_information=information.provide,
    refuse_council_information=information.refuse,
)
