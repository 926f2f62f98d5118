"""People, officers (職員) and the posts they held, to read."""

from datetime import date
from enum import Enum

import strawberry

from api import reading
from api.enums import offer
from api.mutations import mutations
from api.reading import Connection, Node
from api.units import Unit
from domain import people
from domain.actor import Role
from domain.japanese import search_key
from domain.people import QualificationLevel
from domain.rights import DataClass

PERSONAL = DataClass.PERSONAL

offer(Role, QualificationLevel)


@strawberry.enum
class OfficerOrder(Enum):
    KANA_ASC = reading.asc("kana_order")
    NUMBER_ASC = reading.asc("number", missing="")


@reading.filters
class OfficerFilter:
    unit: strawberry.ID | None = reading.of_unit()
    text: str | None = reading.found("person", search_key)
    qualification: list[QualificationLevel] | None = reading.among("qualification")
    retired: bool | None = reading.present("retired_on")


@reading.entity(people.Person, people.visible_to)
@reading.shape(description="Somebody known by name: officer, contact or volunteer.")
class Person(Node):
    version: int
    is_officer: bool
    family_name: str = reading.column(data=PERSONAL)
    given_name: str = reading.column(data=PERSONAL)
    family_name_kana: str = reading.column(data=PERSONAL)
    given_name_kana: str = reading.column(data=PERSONAL)
    mail_address: str = reading.column(data=PERSONAL)
    phone: str = reading.column(data=PERSONAL)
    extension: str = reading.column(data=PERSONAL)
    remind_days: int = reading.column(description="How many days before a date they are reminded of it; 0 is never.")
    wants_digest: bool = reading.column(description="Whether a digest comes to them each morning.")
    quiet_from: int | None = reading.column(
        description="From which full hour in Japan they are told nothing of dates; empty without hours of their own."
    )
    quiet_to: int | None = reading.column(description="To which full hour; over midnight where it is the smaller.")
    unit: Unit | None = reading.one("unit_id")


@reading.entity(people.Post, people.posts_visible_to)
@reading.shape(description="A post that an officer holds from a day on, until another (both included).")
class Post(Node):
    job_title: str
    since: date
    until: date | None
    unit: Unit | None = reading.one("unit_id")


@reading.entity(people.Person, people.officers_visible_to)
@reading.shape(description="職員")
class Officer(Node):
    version: int
    number: str | None
    family_name: str = reading.column(data=PERSONAL)
    given_name: str = reading.column(data=PERSONAL)
    family_name_kana: str = reading.column(data=PERSONAL)
    given_name_kana: str = reading.column(data=PERSONAL)
    mail_address: str = reading.column(data=PERSONAL)
    phone: str = reading.column(data=PERSONAL)
    extension: str = reading.column(data=PERSONAL)
    qualification: QualificationLevel | None
    qualified_on: date | None
    retired_on: date | None
    unit: Unit | None = reading.one("unit_id")
    posts: Connection[Post] = reading.connection("person_id", order=reading.desc("since"))


@reading.shape
class PeopleQueries:
    officer: Officer | None = reading.root_one()
    officers: Connection[Officer] = reading.root_connection(orders=OfficerOrder, filters=OfficerFilter)


ReminderMutations = mutations(Person, choose_notices=people.choose_notices)
OfficerMutations = mutations(
    Officer,
    enlist_officer=people.enlist,
    correct_officer=people.correct,
    transfer_officer=people.transfer,
    retire_officer=people.retire,
)
