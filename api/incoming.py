"""届いたメール: answers that came back by mail, to read and to decide."""

from datetime import datetime
from enum import Enum

import strawberry

from api import reading
from api.answering import AnswerAddress
from api.calendar import Appointment, Attendee
from api.desk_books import Letter
from api.enums import offer
from api.mutations import mutations
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import incoming
from domain.calendar import PartStat
from domain.incoming import IncomingDoubt, IncomingKind, IncomingStatus
from domain.rights import DataClass

offer(IncomingDoubt, IncomingKind, IncomingStatus)


@strawberry.enum
class IncomingMailOrder(Enum):
    RECEIVED_AT_DESC = reading.desc("received_at")
    RECEIVED_AT_ASC = reading.asc("received_at")


@reading.filters
class IncomingMailFilter:
    status: list[IncomingStatus] | None = reading.among("status")
    kind: list[IncomingKind] | None = reading.among("kind")
    unit: strawberry.ID | None = reading.of_unit()
    appointment: strawberry.ID | None = reading.refers("appointment_id", "Appointment")
    received_from: datetime | None = reading.at_least("received_at")
    received_before: datetime | None = reading.below("received_at")


@reading.entity(incoming.IncomingMail, incoming.visible_to)
@reading.shape(description="届いたメール: what came to the address of the invitations, and what became of it.")
class IncomingMail(Node):
    version: int
    kind: IncomingKind
    doubt: IncomingDoubt | None = reading.column(description="Why it was not simply taken.")
    status: IncomingStatus
    allowed_transitions: list[IncomingStatus] = reading.computed("status", incoming.MOVES)
    received_at: datetime
    sender: str = reading.column(data=DataClass.PERSONAL, description="The address that it names as its sender's.")
    answers_for: str = reading.column(data=DataClass.PERSONAL, description="The address for which it speaks.")
    delegate: str = reading.column(data=DataClass.PERSONAL, description="Of a delegation: who is to come instead.")
    partstat: PartStat | None = reading.column(description="What it answers, where it does.")
    remark: str = reading.column(data=DataClass.PERSONAL, description="What was said with the answer.")
    proposed_starts_at: datetime | None = reading.column(description="Of a proposal: when it should begin instead.")
    proposed_ends_at: datetime | None
    answer_address: AnswerAddress | None = reading.one(
        "answer_address_id", description="By which entry it is theirs, where it came from another address."
    )
    attendee: Attendee | None = reading.one("attendee_id")
    person: Person | None = reading.one("person_id")
    appointment: Appointment | None = reading.one("appointment_id")
    letter: Letter | None = reading.one("letter_id", description="Of a bounce: the letter of ours that came back.")
    unit: Unit | None = reading.one("unit_id")


@reading.shape
class IncomingQueries:
    incoming_mail: IncomingMail | None = reading.root_one()
    incoming_mails: Connection[IncomingMail] = reading.root_connection(
        orders=IncomingMailOrder, filters=IncomingMailFilter
    )


IncomingMutations = mutations(
    IncomingMail,
    accept_incoming_mail=incoming.accept,
    dismiss_incoming_mail=incoming.dismiss,
    accept_counter_proposal=incoming.accept_counter,
    decline_counter_proposal=incoming.decline_counter,
    accept_delegation=incoming.accept_delegation,
    refuse_uninvited=incoming.refuse_uninvited,
)
