"""自分のページ: what somebody from outside is shown of themself, by login or by the link of a letter, and says to it.

The link of a letter is for whoever it was written to: good in the month in which the letter left and the two that
follow, and only while they are still here. It shows less than a login does (`api.own`), for letters are passed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import letters, records, tokens, walls
from domain.actor import TOKYO, Actor, Bearer, Role
from domain.calendar import Appointment
from domain.drills import Drill, DrillStatus, Participation, ParticipationReply
from domain.errors import Invalid, WrongState
from domain.organizations import Contact, Organization
from domain.outbox import Letter
from domain.people import Person
from domain.units import Unit
from domain.verbs import routine
from domain.volunteers import Volunteer
from domain.volunteers.roster import SERVING
from domain.walls import DESK, Wall

PURPOSE = "own-page"
MONTHS = 3
LONGEST = 500
KIND = "contact-data-changed"
A_DAY = 3
"""How many such letters of one person a station gets on one day."""
TOLD = (DrillStatus.INVITING, DrillStatus.CONFIRMED, DrillStatus.RUNNING, DrillStatus.PAUSED)
GONE = "いまはご担当から外れているため、このページからはお知らせいただけません。ご用件は担当者にお電話ください。"


@dataclass(frozen=True)
class Known:
    """What we know of somebody from outside: the posts that they hold now, or whose roster they stand on."""

    person: Person
    unit: Unit
    contacts: list[Contact]
    volunteers: list[Volunteer]
    bodies: list[Organization]

    @property
    def is_here(self) -> bool:
        return bool(self.contacts or self.volunteers)

    @property
    def verified_on(self) -> date | None:
        """The day since which nobody has looked at some of it."""
        days = [*(one.verified_on for one in self.contacts), *(one.verified_on for one in self.volunteers)]
        return min(filter(None, days), default=None)


def personal(known: Known) -> list[tuple[str, str]]:
    """The fields (`Model.column`) and rows (`Model:id`) that such a page shows of its owner, who may not be the one who
    looks at it: letters are passed on."""
    person = f"Person:{known.person.id}"
    names = ("family_name", "given_name", "mail_address", "phone")
    posts = [(f"Contact.{name}", f"Contact:{one.id}") for one in known.contacts for name in ("department", "job_title")]
    return [*((f"Person.{name}", person) for name in names), *posts]


def address(secret: str, base_url: str, person_id: UUID, now: datetime) -> str:
    """The address of somebody's own page, for a letter that leaves now."""
    return f"{base_url}/own/{tokens.derive(secret, PURPOSE, person_id, _month(now))}"


def whose(token: str, secret: str, now: datetime) -> UUID | None:
    """The person to whom the letter with this link was written; nobody where it is too old, or none of ours."""
    id = tokens.id_in(token)
    if id is None:
        return None
    good = [tokens.is_genuine(token, secret, PURPOSE, id, _month(now) - ago) for ago in range(MONTHS)]
    return id if any(good) else None


def _month(now: datetime) -> int:
    """Months counted, in Japan."""
    today = now.astimezone(TOKYO).date()
    return today.year * 12 + today.month


async def bearer_of(now: datetime, person_id: UUID) -> Actor | None:
    """Whoever holds such a link, who may look and change nothing; nobody for whoever is not here any more."""
    person = await Person.get_or_none(id=person_id, is_officer=False)
    if person is None:
        return None
    known = await _known(now, person)
    if not known.is_here:
        return None
    role = Role.PARTNER if known.contacts else Role.VOLUNTEER
    body = known.contacts[0].organization_id if known.contacts else None
    where = (person.id, person.unit_id, person.prefecture_id, (), body)
    return Actor(role, now, *where, is_read_only=True)


async def find_known(actor: Actor) -> Known:
    """What we know of the actor; behind their wall, or before it."""
    return await _known(actor.now, await Person.get(id=actor.person_id))


async def _known(now: datetime, person: Person) -> Known:
    contacts = await _posts(now, person.id)
    volunteers = await _terms(person.id)
    bodies = await Organization.filter(id__in={one.organization_id for one in contacts})
    return Known(person, await Unit.get(id=person.unit_id), contacts, volunteers, bodies)


def _posts(now: datetime, person_id: UUID) -> QuerySet[Contact]:
    today = now.astimezone(TOKYO).date()
    holds = Q(until=None) | Q(until__gt=today)
    return Contact.filter(holds, person_id=person_id, since__lte=today).order_by("-since", "id")


def _terms(person_id: UUID) -> QuerySet[Volunteer]:
    return Volunteer.filter(person_id=person_id, status__in=SERVING).order_by("id")


@dataclass(frozen=True)
class Part:
    """A body's part in a drill, and when and where that is."""

    drill: Drill
    participation: Participation
    appointment: Appointment


async def find_drills(actor: Actor) -> list[Part]:
    """The drills ahead to which the actor's body stands asked, whoever of it answers."""
    if actor.organization_id is None:
        return []
    parts = Participation.filter(organization_id=actor.organization_id, was_asked=True)
    told = parts.filter(drill__status__in=TOLD).exclude(reply=ParticipationReply.WITHDRAWN)
    asked = {one.appointment_id: one for one in await told.prefetch_related("drill")}
    ahead = Appointment.filter(id__in=list(asked), ends_at__gt=actor.now).order_by("starts_at", "id")
    return [Part(asked[one.id].drill, asked[one.id], one) for one in await ahead]


@routine
async def confirm(now: datetime, person_id: UUID) -> None:
    """Somebody says that they are still reached as we know: that is verified as of today. Raises WrongState for whoever
    is not here any more."""
    person = await records.see(Person.filter(is_officer=False), person_id)
    async with walls.behind(Wall(DESK, person.prefecture_id)):
        author, today = Bearer(now, person.id, person.unit_id), now.astimezone(TOKYO).date()
        held = [*await _posts(now, person.id).select_for_update(), *await _terms(person.id).select_for_update()]
        if not held:
            raise WrongState(GONE)
        for one in held:
            await records.change(author, one, "contact-data-confirmed", verified_on=today)


@routine
async def report(now: datetime, person_id: UUID, what: str) -> None:
    """Somebody says what has changed: the unit in charge is told by letter, and an officer puts it right.

    Raises Invalid where nothing or too much is said, WrongState where nobody can be told so.
    """
    if not what.strip() or len(what) > LONGEST:
        raise Invalid(f"変わったところを{LONGEST}字以内で入力してください。", field="what")
    person = await records.see(Person.filter(is_officer=False), person_id)
    async with walls.behind(Wall(DESK, person.prefecture_id)):
        if not (await _known(now, person)).is_here:
            raise WrongState(GONE)
        author, facts = Bearer(now, person.id, person.unit_id), {"person": person.name, "said": what}
        today = f"{person.id}:{now.astimezone(TOKYO).date()}:"
        if await Letter.filter(key__startswith=f"{KIND}:{today}").count() >= A_DAY:
            raise WrongState("きょうはもうお知らせいただきました。続きは担当者にお電話ください。")
        turn = f"{today}{now.isoformat()}"
        if not await letters.write(author, None, person.unit_id, KIND, turn, facts):
            raise WrongState("このページからはお知らせいただけません。担当者にお電話ください。")
