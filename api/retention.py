"""保存期間と消去: the lists of what is to be erased, and who is kept from it, for headquarters."""

from datetime import date, datetime
from enum import Enum

import strawberry

from api import reading
from api.desk_books import NAMES
from api.enums import offer
from api.mutations import mutations
from api.people import Person
from api.reading import Connection, Node
from api.reading.sql import select
from domain import retention
from domain.retention import ErasureStatus, Rule
from domain.rights import DataClass

INTERNAL, SENSITIVE = DataClass.INTERNAL, DataClass.SENSITIVE

KNOWN_AS = " ".join(f"when '{model}' then '{name}'" for model, name in NAMES.items())
PLACE = (
    f"(case split_part(said, ':', 1) {KNOWN_AS} else split_part(said, ':', 1) end) || substr(said, strpos(said, ':'))"
)
PLACES = select(f"coalesce(json_agg({PLACE}), '[]')", "jsonb_array_elements_text({t}.mentions) as said")

offer(ErasureStatus)
offer(Rule, name="RetentionRule")


@strawberry.enum
class ErasureListOrder(Enum):
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class ErasureListFilter:
    status: list[ErasureStatus] | None = reading.among("status")


@reading.filters
class ErasureItemFilter:
    rule: list[Rule] | None = reading.among("rule")
    erased: bool | None = reading.present("erased_at")


@reading.filters
class LegalHoldFilter:
    person: strawberry.ID | None = reading.refers("person_id", "Person")
    lifted: bool | None = reading.present("lifted_at")


@reading.entity(retention.ErasureItem, retention.items_visible_to)
@reading.shape(description="消去の一覧の行: a person, or the texts of a rule and how many they are.")
class ErasureItem(Node):
    rule: Rule
    due_on: date
    count: int
    erased_at: datetime | None
    person: Person | None = reading.one("person_id")
    mentions: list[str] = reading.expression(
        f"({PLACES})",
        data=INTERNAL,
        description="氏名のある記載: ids and columns of other rows whose texts hold the full name, or a namesake's.",
    )


@reading.entity(retention.ErasureList, retention.visible_to)
@reading.shape(description="消去の一覧: reviewed by one officer, approved by another, then carried out.")
class ErasureList(Node):
    version: int
    status: ErasureStatus
    allowed_transitions: list[ErasureStatus] = reading.computed("status", retention.MOVES)
    drawn_up_on: date
    reviewed_at: datetime | None
    approved_at: datetime | None
    carried_out_at: datetime | None
    reason: str = reading.column(data=INTERNAL)
    reviewed_by: Person | None = reading.one("reviewed_by_id", data=INTERNAL)
    approved_by: Person | None = reading.one("approved_by_id", data=INTERNAL)
    items: Connection[ErasureItem] = reading.connection(
        "list_id", order=reading.asc("due_on"), filters=ErasureItemFilter
    )


@reading.entity(retention.LegalHold, retention.holds_visible_to)
@reading.shape(description="保存の指示 (legal hold): nothing of this person is erased until it is lifted.")
class LegalHold(Node):
    version: int
    created_at: datetime
    reason: str = reading.column(data=SENSITIVE)
    lifted_at: datetime | None
    lifted_because: str = reading.column(data=SENSITIVE)
    person: Person | None = reading.one("person_id")
    held_by: Person | None = reading.one("held_by_id", data=INTERNAL)
    lifted_by: Person | None = reading.one("lifted_by_id", data=INTERNAL)


@reading.shape
class RetentionQueries:
    erasure_lists: Connection[ErasureList] = reading.root_connection(orders=ErasureListOrder, filters=ErasureListFilter)
    legal_holds: Connection[LegalHold] = reading.root_connection(
        order=reading.desc("created_at"), filters=LegalHoldFilter
    )


ErasureMutations = mutations(
    ErasureList,
    review_erasure=retention.review,
    send_back_erasure=retention.send_back,
    approve_erasure=retention.approve,
)
HoldMutations = mutations(LegalHold, hold_erasure=retention.hold, lift_hold=retention.lift)
