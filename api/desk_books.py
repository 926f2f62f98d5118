"""手紙と履歴: the desk's two books, to read: what was written to whom, and who did what."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from api import reading
from api.calendar import Appointment
from api.enums import offer
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import history, journal, outbox
from domain.actor import Role
from domain.outbox import LetterStatus
from domain.register import heading_in
from domain.rights import DataClass

PERSONAL, INTERNAL = DataClass.PERSONAL, DataClass.INTERNAL
STATUS = (
    "(case when {t}.returned_at is not null then 'RETURNED' when {t}.given_up_at is not null then 'GIVEN_UP'"
    " when {t}.sent_at is not null then 'SENT'"
    " when {t}.spared_at is not null then 'SPARED' else 'DUE' end)"
)

REQUEST_ID = "処理番号: the request, command or turn of a job that it comes from, as in the log."

offer(LetterStatus)


@strawberry.enum
class LetterOrder(Enum):
    DUE_AT_DESC = reading.desc("due_at")
    DUE_AT_ASC = reading.asc("due_at")


@reading.filters
class LetterFilter:
    status: list[LetterStatus] | None = reading.where(STATUS + " = any({v}::text[])")
    kind: list[str] | None = reading.among("kind")
    unit: strawberry.ID | None = reading.of_unit()
    person: strawberry.ID | None = reading.refers("person_id", "Person")
    appointment: strawberry.ID | None = reading.refers("appointment_id", "Appointment")
    due_from: datetime | None = reading.at_least("due_at")
    due_before: datetime | None = reading.below("due_at")
    request: str | None = reading.equals("request_id", data=INTERNAL)


@reading.entity(outbox.Letter, outbox.visible_to)
@reading.shape(description="手紙: one mail owed to one address, and whether it has left.")
class Letter(Node):
    kind: str
    status: LetterStatus = reading.expression(STATUS)
    to_name: str = reading.column(data=PERSONAL)
    to_address: str = reading.column(data=PERSONAL)
    owed_at: datetime
    due_at: datetime = reading.column(description="The earliest instant of the next attempt.")
    attempts: int
    last_error: str | None = reading.column(data=PERSONAL, description="Why the last attempt failed.")
    request_id: str = reading.column(data=INTERNAL, description=REQUEST_ID)
    sent_at: datetime | None
    returned_at: datetime | None = reading.column(description="Since when it is known not to have been delivered.")
    returned_code: str = reading.column(description="Why it was not, as its mail server says (RFC 3463); empty else.")
    given_up_at: datetime | None
    spared_at: datetime | None = reading.column(
        description="Since when it need not leave: another letter says it all, or there is nothing to tell any more."
    )
    person: Person | None = reading.one("person_id")
    appointment: Appointment | None = reading.one("appointment_id")
    unit: Unit | None = reading.one("unit_id")


def _row(node_id: str) -> UUID | None:
    parts = reading.split(node_id)
    return parts[1] if parts else None


@reading.filters
class JournalFilter:
    node: strawberry.ID | None = reading.where("{t}.row_id = {v}::uuid", prepare=_row)
    person: strawberry.ID | None = reading.refers("person_id", "Person")
    fact: list[str] | None = reading.among("fact")
    at_from: datetime | None = reading.at_least("at")
    at_before: datetime | None = reading.below("at")
    request: str | None = reading.equals("request_id", data=INTERNAL)


NAMES = {
    "Activity": "VolunteerActivity",
    "CoOwner": "OrganizationCoOwner",
    "Assignment": "LecturerAssignment",
    "Participation": "DrillParticipation",
    "Subscription": "CalendarFeed",
    "Token": "AccessToken",  # nosec B105 # a type of the schema
}
"""Models that GraphQL knows by another name."""
NODE_ID = "(case {t}.kind " + " ".join(f"when '{model}' then '{name}'" for model, name in NAMES.items())


@reading.entity(journal.Entry, history.visible_to)
@reading.shape(description="履歴: one change of one row; values that the reader may not read there are left out.")
class JournalEntry(Node):
    at: datetime
    node_id: strawberry.ID = reading.expression(NODE_ID + " else {t}.kind end || ':' || {t}.row_id)")
    fact: str
    request_id: str = reading.column(data=INTERNAL, description=REQUEST_ID)
    role: Role | None = reading.column(data=INTERNAL, description="Whose work it was; null for the clock's.")
    before: JSON = reading.told("before", kind="kind")
    after: JSON = reading.told("after", kind="kind")
    labels: JSON = reading.told(
        "before", "after", kind="kind", called=heading_in, description="What each value in before and after is called."
    )
    person: Person | None = reading.one("person_id")


@reading.shape
class BookQueries:
    letter: Letter | None = reading.root_one()
    letters: Connection[Letter] = reading.root_connection(orders=LetterOrder, filters=LetterFilter)
    journal: Connection[JournalEntry] = reading.root_connection(order=reading.desc("at"), filters=JournalFilter)
