"""回答用アドレス: from where else somebody's answers come, for the desk."""

from datetime import datetime

import strawberry

from api import reading
from api.enums import offer
from api.mutations import mutations
from api.people import Person
from api.reading import Connection, Node
from domain import answering
from domain.answering import AnswerAddressKind
from domain.rights import DataClass

offer(AnswerAddressKind)


@reading.filters
class AnswerAddressFilter:
    person: strawberry.ID | None = reading.refers("person_id", "Person")
    ended: bool | None = reading.present("ended_at")


@reading.entity(answering.AnswerAddress, answering.visible_to)
@reading.shape(description="回答用アドレス: another address from which the answers of a person come.")
class AnswerAddress(Node):
    version: int
    created_at: datetime
    kind: AnswerAddressKind
    mail_address: str = reading.column(data=DataClass.PERSONAL)
    holder: str = reading.column(data=DataClass.PERSONAL, description="Who answers for them, where they do not.")
    ended_at: datetime | None
    person: Person | None = reading.one("person_id")
    allowed_by: Person | None = reading.one("allowed_by_id", data=DataClass.INTERNAL)


@reading.shape
class AnswerAddressQueries:
    answer_addresses: Connection[AnswerAddress] = reading.root_connection(
        order=reading.desc("created_at"), filters=AnswerAddressFilter
    )


AnswerAddressMutations = mutations(
    AnswerAddress, allow_answer_address=answering.allow, end_answer_address=answering.end
)
