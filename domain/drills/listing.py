"""改善事項一覧: what drills have left to be done, with the officer whose task each is: the list names them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from domain import organizations, people, units
from domain.actor import LIAISONS, Actor
from domain.criteria import any_of
from domain.drills.drill import Drill, visible_to
from domain.drills.improvement import Improvement, ImprovementStatus, improvements_visible_to
from domain.organizations import Organization
from domain.people import Person
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class ListedImprovement:
    """One item with its drill; `body` is empty where it is the police's own, or of a body that the actor sees no
    more, `carried_to` the drill into whose objectives it went."""

    improvement: Improvement
    unit: str
    drill: Drill
    body: str
    owner: Person | None
    carried_to: str


@verb(*LIAISONS, only_reads=True)
async def listed_improvements(
    actor: Actor,
    *,
    status: Collection[ImprovementStatus] = (),
    unit_id: UUID | None = None,
    drill_id: UUID | None = None,
    organization_id: UUID | None = None,
    owner_id: UUID | None = None,
    due_before: date | None = None,
    settled: bool | None = None,
) -> list[ListedImprovement]:
    """What the drills of the actor's units have left, as narrowed, what is due first in front. Raises NotFound for
    another's unit."""
    said = {"drill_id": drill_id, "organization_id": organization_id, "owner_id": owner_id, "due_on__lt": due_before}
    rows = improvements_visible_to(actor).filter(**{name: value for name, value in said.items() if value is not None})
    rows = rows.filter(status__in=[*status]) if status else rows
    rows = rows if settled is None else rows.filter(settled_on__isnull=not settled)
    if unit_id is not None:
        rows = rows.filter(any_of(Improvement, "unit_id", await units.find_own_below(actor, unit_id, "unit")))
    return await _told(actor, await rows.order_by("due_on", "id"))


async def _told(actor: Actor, items: Sequence[Improvement]) -> list[ListedImprovement]:
    place = await units.find_names(actor)
    held = {one.drill_id for one in items} | {one.carried_to_id for one in items if one.carried_to_id}
    drills = {one.id: one for one in await visible_to(actor).filter(any_of(Drill, "id", held))}
    ids = {one.organization_id for one in items if one.organization_id}
    bodies = {one.id: one.name for one in await organizations.visible_to(actor).filter(any_of(Organization, "id", ids))}
    owned = {one.owner_id for one in items if one.owner_id}
    owners = {one.id: one for one in await people.officers_visible_to(actor).filter(any_of(Person, "id", owned))}
    return [
        ListedImprovement(
            one,
            place(one.unit_id),
            drills[one.drill_id],
            bodies.get(one.organization_id, "") if one.organization_id else "",
            owners.get(one.owner_id) if one.owner_id else None,
            drills[one.carried_to_id].title if one.carried_to_id in drills else "",
        )
        for one in items
    ]


def owners_shown(listed: Sequence[ListedImprovement]) -> list[tuple[str, str]]:
    """The fields (`Model.column`) and rows (`Model:id`) of the officers whom such a list names."""
    owners = dict.fromkeys(one.owner.id for one in listed if one.owner)
    return [(f"Person.{name}", f"Person:{id}") for id in owners for name in ("family_name", "given_name")]
