"""青浜県: who is there when the story begins, taken in from rosters by the verbs with which any prefecture does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from random import Random
from uuid import UUID

from domain import installation, organizations, people, rosters, units
from domain.actor import Actor, Role
from domain.organizations import Contact, ContactRole, Organization
from domain.people import Person, QualificationLevel
from domain.rosters import Line
from domain.units import Unit
from domain.values import dataclass
from seed.bodies import BESIDES, PARTNERS, Body
from seed.names import Name, called, dealt
from seed.places import DESK_MAIL, DESKS, DOMAIN, PREFECTURE, PREFECTURE_CODE, STATIONS, SWITCHBOARD, phone, unit_lines
from seed.schools import SCHOOLS, School

SEED = 20260401
FIRST_STATION, SECOND_STATION = STATIONS[0].code, STATIONS[1].code
ADMINISTRATOR = "見本 太郎"
NATIONAL = "\ufa19例 学"
BY_NUMBER = {
    "0001": "髙見本 一郎",
    "0002": "\ufa1b見 正",
    "0005": "例\ufa10 恵",
    f"{FIRST_STATION}1": "試﨑 花子",
    f"{SECOND_STATION}1": "𠮷例 次郎",
}
"""Officers whom the demonstration plays, by their numbers."""
MOVER = "0012"
"""The number of an officer who has no other part in the story than to go to another desk in April."""
BY_BODY = {
    "架空電力株式会社": "仮山 誠",
    "見本信用金庫": "例川 幸子",
    "見本市立見本中央第一小学校": "題原 実",
}
"""Contacts whom the demonstration plays, by their bodies."""
VOLUNTEER = "想田 葵"
PLAYED = frozenset({ADMINISTRATOR, NATIONAL, VOLUNTEER, *BY_NUMBER.values(), *BY_BODY.values()})
HQ_TITLES = ("係長", "係長", "主任", "主任")
STATION_TITLES = ("生活安全課 係長", "生活安全課 主任")
LEVELS = (QualificationLevel.ADVANCED, QualificationLevel.INTERMEDIATE, QualificationLevel.ELEMENTARY)


@dataclass(frozen=True)
class Town:
    """The prefecture and everybody who acts in it.

    `desk` are the liaison officers of headquarters; `stations` those of each station by its code. `bodies` and
    `contacts` are found by the name of the organisation. `names` are people who have not been given a part yet.
    """

    prefecture: Unit
    section: Unit
    admin: Actor
    desk: tuple[Actor, ...]
    stations: Mapping[str, tuple[Actor, ...]]
    officers: Mapping[str, Person]
    bodies: Mapping[str, Organization]
    contacts: Mapping[str, Contact]
    names: Iterator[Name]


def dice(purpose: str) -> Random:
    """Dice of their own for each part of the story, so that one part does not move when another is told."""
    return Random(f"{SEED} {purpose}")  # nosec B311 # the same town every time, and nobody's secret


async def settle(now: datetime) -> Town:
    """Found the prefecture on an empty database and take its rosters in. Raises Conflict on any other."""
    names = dealt(dice("names"), PLAYED)
    founded = await _found(now)
    admin = founded.administrator
    await rosters.take_in_units(admin, _lines(unit_lines()))
    places = {unit.code: unit for unit in await units.visible_to(admin)}
    everywhere = tuple(unit.id for unit in places.values())
    admin = replace(admin, units=everywhere)
    await rosters.take_in_officers(admin, _lines(_officers(names, now.date())))
    officers = {str(person.number): person for person in await people.officers_visible_to(admin) if person.number}
    desk = tuple(_actor(admin, Role.HQ_LIAISON, officers[number], everywhere) for number in _desk_numbers())
    await rosters.take_in_organizations(desk[0], _lines(body.facts() for body in _every_body()))
    await rosters.take_in_contacts(desk[0], _lines(_contacts(names)))
    bodies = {body.name: body for body in await organizations.visible_to(desk[0])}
    return Town(
        founded.prefecture,
        founded.section,
        admin,
        desk,
        {station.code: _station_actors(admin, officers, places[station.code]) for station in STATIONS},
        officers,
        bodies,
        await _contacts_by_body(desk[0], bodies),
        names,
    )


async def _found(now: datetime) -> installation.Installation:
    name = called(ADMINISTRATOR)
    return await installation.found(
        now,
        code=PREFECTURE_CODE,
        name=PREFECTURE,
        domain=DOMAIN,
        phone=SWITCHBOARD,
        mail_address=DESK_MAIL,
        administrator=(name.family, name.given),
        also={PREFECTURE_CODE},
    )


def _lines(facts: Iterable[Mapping[str, object]]) -> list[Line]:
    return [Line(number, one) for number, one in enumerate(facts, 1)]


def _desk_numbers() -> list[str]:
    return [f"{number:04}" for number in range(1, 13)]


def _actor(admin: Actor, role: Role, person: Person, covered: tuple[UUID, ...]) -> Actor:
    return Actor(role, admin.now, person.id, person.unit_id, admin.prefecture_id, covered)


def _station_actors(admin: Actor, officers: Mapping[str, Person], unit: Unit) -> tuple[Actor, ...]:
    return tuple(_actor(admin, Role.STATION_LIAISON, officers[f"{unit.code}{number}"], (unit.id,)) for number in (1, 2))


def _officers(names: Iterator[Name], today: date) -> Iterator[dict[str, object]]:
    for at, number in enumerate(_desk_numbers()):
        yield _officer(names, number, DESKS[at // 4][0], HQ_TITLES[at % 4], LEVELS[at % 2], today)
    for at, station in enumerate(STATIONS):
        for turn, title in enumerate(STATION_TITLES, 1):
            level = LEVELS[1 + (at + turn) % 2]
            yield _officer(names, f"{station.code}{turn}", station.code, title, level, today)


def _officer(
    names: Iterator[Name], number: str, unit: str, title: str, level: QualificationLevel, today: date
) -> dict[str, object]:
    name = called(BY_NUMBER[number]) if number in BY_NUMBER else next(names)
    return {
        **name.facts(),
        "number": number,
        "unit": unit,
        "job_title": title,
        "mail_address": f"officer{number}@{DOMAIN}",
        "phone": SWITCHBOARD,
        "extension": number,
        "qualification": level,
        "qualified_on": today.replace(month=3, day=1),
        "since": today.replace(month=3, day=20),
    }


def _every_body() -> Iterator[Body | School]:
    return chain(*PARTNERS.values(), BESIDES, SCHOOLS)


def _contacts(names: Iterator[Name]) -> Iterator[dict[str, object]]:
    """One contact of each body, and one for the nights of those whose services everybody needs."""
    for body in _every_body():
        yield _contact(names, body, ContactRole.WORKING)
    for body in chain(PARTNERS["utility"], PARTNERS["telecom"], PARTNERS["medical"], PARTNERS["transport"]):
        yield _contact(names, body, ContactRole.EMERGENCY)


def _contact(names: Iterator[Name], body: Body | School, role: ContactRole) -> dict[str, object]:
    is_school, by_day = isinstance(body, School), role is ContactRole.WORKING
    name = called(BY_BODY[body.name]) if by_day and body.name in BY_BODY else next(names)
    return {
        **name.facts(),
        "organization": body.code if isinstance(body, School) else body.corporate_number,
        "role": role,
        "reachable": "" if by_day else "平日17時30分から翌8時30分まで、土日祝日は終日",
        "department": "" if is_school else "総務部" if by_day else "システム監視室",
        "job_title": "教頭" if is_school else "課長" if by_day else "当直長",
        "mail_address": _mail(body, role),
        "phone": phone(body.serial if isinstance(body, School) else body.number),
    }


def _mail(body: Body | School, role: ContactRole) -> str:
    if isinstance(body, School):
        return f"kyoto@{body.kind.lower()}-{body.serial:03}.school.example"
    return f"{'tanto' if role is ContactRole.WORKING else 'yakan'}@p{body.number + 1:03}.partner.example"


async def _contacts_by_body(actor: Actor, bodies: Mapping[str, Organization]) -> dict[str, Contact]:
    names = {body.id: name for name, body in bodies.items()}
    working = organizations.contacts_visible_to(actor).filter(role=ContactRole.WORKING)
    return {names[contact.organization_id]: contact for contact in await working}
