"""The ten people as whom the demonstration can be tried, found in the town by what they are known by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from tortoise.transactions import in_transaction

from domain import accounts, feeds, installation, tokens
from domain.accounts import passwords
from domain.actor import TOKYO, Actor, Bearer, Role
from domain.errors import Unauthenticated
from domain.feeds import Subscription
from domain.organizations import Contact, Organization
from domain.people import Person
from domain.tokens import Token
from domain.units import Unit
from domain.values import dataclass
from domain.volunteers import Volunteer
from seed.names import called
from seed.scenes import PLAYED
from seed.town import ADMINISTRATOR, BY_BODY, BY_NUMBER, FIRST_STATION, NATIONAL, SECOND_STATION, VOLUNTEER

LABEL = "デモ"
PASSWORD = "aoi-umi-no-machi"  # nosec B105 # opens a demonstration only
"""With which each of the ten logs in by their key; it is printed."""


@dataclass(frozen=True)
class Persona:
    """Somebody to be: `key` for programs, `label` for people, and what they are known by in the town."""

    key: str
    label: str
    role: Role
    known_by: str


def _body(name: str) -> str:
    return f"{name} {BY_BODY[name]}"


POWER, BANK, SCHOOL = BY_BODY
HQ, STATION, OTHER = "0001", f"{FIRST_STATION}1", f"{SECOND_STATION}1"
COUNTING = "0005"
PERSONAS = (
    Persona("admin", f"管理者 {ADMINISTRATOR}", Role.ADMIN, ""),
    Persona("hq", f"県本部 連携係 {BY_NUMBER[HQ]}", Role.HQ_LIAISON, HQ),
    Persona("station", f"見本中央警察署 {BY_NUMBER[STATION]}", Role.STATION_LIAISON, STATION),
    Persona("other_station", f"見本東警察署 {BY_NUMBER[OTHER]}", Role.STATION_LIAISON, OTHER),
    Persona("statistician", f"県本部 統計担当 {BY_NUMBER[COUNTING]}", Role.STATISTICIAN, COUNTING),
    Persona("partner", f"協定の相手方 {_body(POWER)}", Role.PARTNER, POWER),
    Persona("other_partner", f"協定の相手方 {_body(BANK)}", Role.PARTNER, BANK),
    Persona("volunteer", f"ボランティア {VOLUNTEER}", Role.VOLUNTEER, PLAYED),
    Persona("school", f"学校 {_body(SCHOOL)}", Role.SCHOOL, SCHOOL),
    Persona("national", f"警察庁 {NATIONAL}", Role.NATIONAL, ""),
)


async def are_admitted() -> bool:
    """Whether the story has been told to its end: letting the ten in is its last act."""
    return await Token.filter(role=Role.NATIONAL).exists()


async def told_on() -> date:
    """The day that the story took for today: the first on which somebody was let in."""
    first = await Token.filter(role=Role.NATIONAL).order_by("created_at", "id").first()
    assert first is not None, "letting the ten in is the last act of the story"
    return first.created_at.astimezone(TOKYO).date()


async def admit(now: datetime, kept: Mapping[str, str]) -> dict[str, str]:
    """A living token for each of the ten: the one that was kept, or a new one for a year."""
    admin = await installation.at_the_keyboard(now, Role.ADMIN)
    return {one.key: await _alive(one, kept, now) or await _issued(admin, one) for one in PERSONAS}


async def _alive(persona: Persona, kept: Mapping[str, str], now: datetime) -> str | None:
    secret = kept.get(persona.key)
    try:
        actor = await tokens.actor_of(secret, now) if secret else None
    except Unauthenticated:
        return None
    return secret if actor and actor.role is persona.role else None


async def _issued(admin: Actor, persona: Persona) -> str:
    if persona.role is Role.NATIONAL:
        name = called(NATIONAL)
        return await installation.admit_national(admin.now, name=(name.family, name.given), label=LABEL)
    person_id = (await _person(admin, persona)).id
    days = tokens.LONGEST.days
    _, secret = await tokens.issue(admin, person_id=person_id, role=persona.role, label=LABEL, days=days)
    return secret


async def _person(admin: Actor, persona: Persona) -> Person:
    if persona.role is Role.ADMIN:
        return await Person.get(id=admin.person_id)
    if persona.role is Role.VOLUNTEER:
        return await (await Volunteer.get(number=persona.known_by)).person
    if persona.role in (Role.PARTNER, Role.SCHOOL):
        body = await Organization.get(name=persona.known_by)
        family, _, given = BY_BODY[persona.known_by].partition(" ")
        contacts = await Contact.filter(organization_id=body.id).prefetch_related("person")
        return next(
            one.person for one in contacts if (one.person.family_name, one.person.given_name) == (family, given)
        )
    return await Person.get(number=persona.known_by)


async def furnish(now: datetime, admitted: Mapping[str, str]) -> None:
    """An account for each of the ten who has none; the login name is the key."""
    missing = [one for one in PERSONAS if await accounts.known_as(one.key, now) is None]
    hashed = await passwords.kept(PASSWORD, ()) if missing else ""
    for one in missing:
        await _furnish(now, one.key, await tokens.actor_of(admitted[one.key], now), hashed)


async def _furnish(now: datetime, login: str, actor: Actor, hashed: str) -> None:
    person, unit = await Person.get(id=actor.person_id), await Unit.get(id=actor.unit_id)
    async with in_transaction("default"):
        account = await accounts.opened(Bearer(now), person, actor.role, unit, login)
        await accounts.set_password(now, account, hashed)


async def subscribe(now: datetime, admitted: Mapping[str, str]) -> dict[str, Subscription]:
    """The feeds of the partner, the volunteer and the station; opened by whose they are, where they are not yet."""
    partner, volunteer, station = [
        await tokens.actor_of(admitted[key], now) for key in ("partner", "volunteer", "station")
    ]
    return {
        "partner": await _feed(person_id=partner.person_id)
        or await feeds.subscribe(partner, person_id=partner.person_id),
        "volunteer": await _feed(person_id=volunteer.person_id)
        or await feeds.subscribe(volunteer, person_id=volunteer.person_id),
        "station": await _feed(person_id=None, unit_id=station.unit_id)
        or await feeds.subscribe_unit(station, unit_id=station.unit_id),
    }


async def _feed(**whose: object) -> Subscription | None:
    return await Subscription.filter(revoked_at=None, **whose).first()
