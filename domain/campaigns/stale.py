"""年度当初の確認: the contacts of whom nobody has said since 1 April that they are still there, after the transfers of
spring; counted by unit, and as a list for the telephone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain import database
from domain.actor import LIAISONS, Actor
from domain.japanese import fiscal_year, start_of_fiscal_year
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class StaleCount:
    """How many contacts of one unit there are, and of how many nobody has said so."""

    unit_id: UUID
    unit: str
    contacts: int
    stale: int


@dataclass(frozen=True)
class StaleContact:
    """One who is to be called. `role` is a value of `ContactRole`; the phone is their own, or the body's where they
    have none."""

    contact_id: UUID
    person_id: UUID
    unit: str
    body: str
    role: str
    department: str
    job_title: str
    name: str
    phone: str
    extension: str
    reachable: str
    verified_on: date | None


PRESENT = """
    FROM contact known JOIN organization body ON body.id = known.organization_id JOIN unit ON unit.id = known.unit_id
    WHERE known.prefecture_id = $1 AND known.unit_id = ANY ($2::uuid[]) AND known.since <= $3
        AND coalesce(known.until > $3, true) AND coalesce(body.retired_on > $3, true)"""
COUNTS = f"""
    SELECT unit.id, unit.name, count(*) AS contacts,
        count(*) FILTER (WHERE coalesce(known.verified_on < $4, true)) AS stale {PRESENT}
    GROUP BY unit.id, unit.name, unit.code ORDER BY unit.code, unit.id"""
LISTED = f"""
    SELECT known.id, person.id, unit.name, body.name, known.role, known.department, known.job_title,
        trim(person.family_name || ' ' || person.given_name), coalesce(nullif(person.phone, ''), body.phone),
        person.extension, known.reachable, known.verified_on
    {PRESENT.replace("WHERE", "JOIN person ON person.id = known.person_id WHERE")}
        AND coalesce(known.verified_on < $4, true)
    ORDER BY unit.code, unit.id, body.kana_order, body.id, known.role, known.id"""


def since_april(today: date) -> date:
    """The first day of the fiscal year."""
    return start_of_fiscal_year(fiscal_year(today))


def _values(actor: Actor) -> tuple[object, ...]:
    return actor.prefecture_id, list(actor.units), actor.today, since_april(actor.today)


@verb(*LIAISONS, only_reads=True)
async def stale_counts(actor: Actor) -> list[StaleCount]:
    """Of the actor's units that have contacts, in the order of their codes."""
    return [StaleCount(*row) for row in await database.records(COUNTS, *_values(actor))]


def shown_of(listed: Iterable[StaleContact]) -> list[tuple[str, str]]:
    """The fields (`Model.column`) and rows (`Model:id`) that such a list shows."""
    of_person = ("family_name", "given_name", "phone", "extension")
    of_contact = ("department", "job_title", "reachable")
    return [
        pair
        for one in listed
        for pair in (
            *((f"Person.{name}", f"Person:{one.person_id}") for name in of_person),
            *((f"Contact.{name}", f"Contact:{one.contact_id}") for name in of_contact),
        )
    ]


@verb(*LIAISONS, only_reads=True)
async def stale_listed(actor: Actor) -> list[StaleContact]:
    """Whom to call, unit by unit and body by body."""
    found = await database.records(LISTED, *_values(actor))
    return [StaleContact(*row) for row in found]
