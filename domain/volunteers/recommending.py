"""推薦と審査: how a person comes onto the roster, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack, get_type_hints
from uuid import UUID

from domain import organizations, people, records, units
from domain.actor import LIAISONS, Actor, Role
from domain.errors import WrongState
from domain.organizations import OrganizationKind
from domain.people import Person
from domain.states import said
from domain.verbs import verb
from domain.volunteers.commissions import Commission
from domain.volunteers.fitness import heed_age
from domain.volunteers.roster import (
    ENDED,
    AgeBand,
    CommissionKind,
    Volunteer,
    VolunteerStatus,
    groups_visible_to,
    move,
    visible_to,
)

PERSONAL = frozenset(get_type_hints(people.Known))
HIGHER_EDUCATION = (OrganizationKind.UNIVERSITY, OrganizationKind.TECHNICAL_COLLEGE)


class Besides(people.Besides, total=False):
    """What may be known of a volunteer besides kind, age band and family name. `affiliation` is the school or
    employer in words, `number` the office's own roster number."""

    affiliation: str
    group_id: UUID | None
    university_id: UUID | None
    number: str | None
    remarks: str


class Facts(Besides, total=False):
    """All of it; in a correction what is left out stays as it is."""

    family_name: str
    age_band: AgeBand


@verb(*LIAISONS)
async def recommend(
    actor: Actor,
    /,
    *,
    kind: CommissionKind,
    age_band: AgeBand,
    family_name: str,
    unit_id: UUID | None = None,
    **besides: Unpack[Besides],
) -> Volunteer:
    """推薦: put a person on the roster, for the actor's unit or one that it covers; headquarters appoints later."""
    unit = await units.find_covered(actor, unit_id)
    named, about = _parted({"family_name": family_name, **besides})
    await _must_be_there(actor, about)
    described = people.described(**named)
    person = await records.create(actor, Person, "volunteer-person-added", unit_id=unit.id, **described)
    return await records.create(
        actor,
        Volunteer,
        "volunteer-recommended",
        unit_id=unit.id,
        person_id=person.id,
        kind=kind,
        age_band=age_band,
        recommended_by_id=actor.person_id,
        recommended_on=actor.today,
        **_found_by(person),
        **about,
    )


def _parted(facts: Mapping[str, Any]) -> tuple[people.Known, dict[str, Any]]:
    """What is said of the person, and what of the volunteer."""
    named: Any = {name: value for name, value in facts.items() if name in PERSONAL}
    about = {name: value for name, value in facts.items() if name not in PERSONAL}
    return named, {name: value or None if name == "number" else value for name, value in about.items()}


async def _must_be_there(actor: Actor, about: Mapping[str, Any], member_of: UUID | None = None) -> None:
    group_id, university_id = about.get("group_id"), about.get("university_id")
    if group_id and group_id != member_of:
        standing = groups_visible_to(actor).filter(retired_on=None)
        await records.see(standing, group_id, field="group_id")
    if university_id:
        bodies = organizations.visible_to(actor).filter(kind__in=HIGHER_EDUCATION)
        await records.see(bodies, university_id, field="university_id")


def _found_by(person: Person) -> dict[str, str]:
    return {"search": person.search, "kana_order": person.kana_order}


@verb(*LIAISONS)
async def recommend_again(
    actor: Actor, volunteer_id: UUID, *, kind: CommissionKind | None = None, version: int | None = None
) -> Volunteer:
    """推薦: the same person once more, after they had left, or for another kind. An ended term is renewed by
    `reappoint` instead."""
    former = await records.find(visible_to(actor), volunteer_id, version)
    if former.status not in ENDED and kind in (None, former.kind):
        raise WrongState("この人はまだ名簿にあります。任期が満了した人は「再委嘱」をしてください。", field="kind")
    kept = ("unit_id", "person_id", "group_id", "university_id", "age_band", "affiliation", "search", "kana_order")
    await records.touch(actor, former)
    return await records.create(
        actor,
        Volunteer,
        "volunteer-recommended",
        kind=kind or former.kind,
        recommended_by_id=actor.person_id,
        recommended_on=actor.today,
        **{name: getattr(former, name) for name in kept},
    )


@verb(Role.HQ_LIAISON)
async def screen(actor: Actor, volunteer_id: UUID, *, version: int | None = None) -> Volunteer:
    """審査: headquarters looks at the recommendation."""
    volunteer = await records.find(visible_to(actor), volunteer_id, version)
    return await move(actor, volunteer, VolunteerStatus.SCREENING, "volunteer-screened")


@verb(Role.HQ_LIAISON)
async def reject(actor: Actor, volunteer_id: UUID, *, reason: str, version: int | None = None) -> Volunteer:
    """委嘱見送り, with the reason."""
    volunteer = await records.find(visible_to(actor), volunteer_id, version)
    return await move(actor, volunteer, VolunteerStatus.REJECTED, "volunteer-rejected", reason=said(reason))


@verb(*LIAISONS)
async def correct(actor: Actor, /, volunteer_id: UUID, *, version: int, **facts: Unpack[Facts]) -> Volunteer:
    """Correct what is known of a volunteer; what is left out stays as it is.

    Name and age band change in every place where the person stands on the roster, the group in the running term.
    Whoever serves and turns out to be a minor pauses where no guardian has consented, and steps back from the patrols.
    """
    volunteer = await records.find(visible_to(actor), volunteer_id, version)
    named, about = _parted(facts)
    await _must_be_there(actor, about, volunteer.group_id)
    person = await Person.get(id=volunteer.person_id)
    before = person.version
    await records.change(actor, person, "volunteer-person-corrected", **people.described(person, **named))
    is_another = person.version > before
    shared = {"age_band": about.get("age_band", volunteer.age_band), **_found_by(person)}
    for other in await Volunteer.filter(person_id=person.id).exclude(id=volunteer.id).select_for_update():
        await _correct(actor, other, shared, is_another)
    await _correct(actor, volunteer, about | shared, is_another)
    for commission in await Commission.filter(volunteer_id=volunteer.id, ended_on=None, term_to__gte=actor.today):
        await records.change(actor, commission, "commission-corrected", group_id=volunteer.group_id)
    return volunteer


async def _correct(actor: Actor, volunteer: Volunteer, facts: Mapping[str, Any], is_another: bool) -> None:
    """Put one place on the roster right; with the person, it is another one for whoever has read it."""
    before = volunteer.version
    await records.change(actor, volunteer, "volunteer-corrected", **facts)
    await heed_age(actor, volunteer)
    if is_another:
        await records.touch_since(actor, volunteer, before)
