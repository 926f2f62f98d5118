"""団体一覧, 担当者一覧: the bodies that the desk keeps, and apart from them its contacts, in the words in which a list
is taken in again. Only the second names persons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from tortoise.expressions import Q

from domain import units
from domain.actor import LIAISONS, Actor
from domain.criteria import any_of
from domain.japanese import name_key
from domain.organizations.kinds import OrganizationKind
from domain.organizations.organization import Contact, Organization, kept_by, visible_to
from domain.people import Person
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class ListedOrganization:
    """One body with its unit and the body to which it belongs, each by its name where that is clear, else by number."""

    organization: Organization
    unit: str
    parent: str


@verb(*LIAISONS, only_reads=True)
async def listed(actor: Actor) -> list[ListedOrganization]:
    """The bodies that the actor's units keep, by name; schools have a list of their own, with their 学校コード."""
    standing = visible_to(actor).filter(retired_on=None)
    called = {body.id: body for body in await standing}
    namesakes = Counter(name_key(body.name) for body in called.values())
    place = await units.find_names(actor)
    return [
        ListedOrganization(body, place(body.unit_id), _above(called, namesakes, body.parent_organization_id))
        for body in await _kept(actor)
        if not _is_school(body)
    ]


@verb(*LIAISONS, only_reads=True)
async def listed_schools(actor: Actor) -> list[ListedOrganization]:
    """The schools that the actor's units keep, by name: whoever has a 学校コード, and schools that have none."""
    place = await units.find_names(actor)
    return [ListedOrganization(body, place(body.unit_id), "") for body in await _kept(actor) if _is_school(body)]


async def _kept(actor: Actor) -> list[Organization]:
    return await kept_by(actor).filter(retired_on=None).order_by("kana_order", "id")


def _is_school(body: Organization) -> bool:
    return body.school_code is not None or body.kind is OrganizationKind.SCHOOL


@dataclass(frozen=True)
class ListedContact:
    """One contact with the person and the body."""

    contact: Contact
    person: Person
    organization: Organization


@verb(*LIAISONS, only_reads=True)
async def listed_contacts(actor: Actor) -> list[ListedContact]:
    """Who is reached today at the bodies that the actor's units keep, body by body."""
    kept = Contact.filter(any_of(Contact, "unit_id", actor.units), Q(until=None) | Q(until__gt=actor.today))
    known = await kept.filter(organization__retired_on=None).prefetch_related("person", "organization")
    told = [ListedContact(one, await one.person, await one.organization) for one in known]
    return sorted(told, key=lambda one: (one.organization.kana_order, one.organization.id, one.contact.id))


OF_PERSON = (
    *("family_name", "given_name", "family_name_kana", "given_name_kana"),
    *("mail_address", "phone", "extension"),
)
OF_CONTACT = ("department", "job_title", "reachable")


def shown_of(listed: Sequence[ListedContact]) -> list[tuple[str, str]]:
    """The fields (`Model.column`) and rows (`Model:id`) that such a list shows."""
    persons = [(f"Person.{name}", f"Person:{one.person.id}") for one in listed for name in OF_PERSON]
    return persons + [(f"Contact.{name}", f"Contact:{one.contact.id}") for one in listed for name in OF_CONTACT]


def _above(called: dict[UUID, Organization], namesakes: Counter[str], id: UUID | None) -> str:
    """Nothing of a body that the actor does not see, or that is registered no more."""
    if id is None or (body := called.get(id)) is None:
        return ""
    number = body.corporate_number or body.school_code or ""
    return body.name if namesakes[name_key(body.name)] == 1 or not number else number
