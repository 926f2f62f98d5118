"""宛先: which bodies a notice means, why each, and to whom of it the letter goes.

Of each body one contact is written to: of the roles in their order the first with a mail address. Who has none is not
left out, but is to be called. A notice of a station goes to the bodies of that station, one of headquarters to those of
the prefecture; what takes the place of another one goes to whoever was told that, too, but for those that its criteria
exclude.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from domain import audience, records, units
from domain.actor import LIAISONS, Actor
from domain.audience import AudienceCriteria, Line, Reach
from domain.criteria import any_of
from domain.errors import Invalid
from domain.notices.notice import Notice, NoticeRecipient, own_visible_to
from domain.organizations import ContactRole, Organization
from domain.units import Unit, UnitKind
from domain.values import dataclass
from domain.verbs import verb

ROLES = (ContactRole.WORKING, ContactRole.REPRESENTATIVE, ContactRole.EMERGENCY, ContactRole.PUBLICITY)
"""To whom is written first where the criteria name no role."""
MOST_SHOWN = 500


class AddressedBecause(StrEnum):
    """協議会・ネットワーク, 分野, 所属, 団体の種別, 個別に選んだ, 前のお知らせの宛先: why a body is meant."""

    COUNCIL = "COUNCIL"
    SECTOR = "SECTOR"
    UNIT = "UNIT"
    KIND = "KIND"
    CHOSEN = "CHOSEN"
    REPLACED = "REPLACED"


GROUNDS: Mapping[AddressedBecause, str] = {
    AddressedBecause.COUNCIL: "council_ids",
    AddressedBecause.SECTOR: "sectors",
    AddressedBecause.UNIT: "unit_ids",
    AddressedBecause.KIND: "kinds",
    AddressedBecause.CHOSEN: "organization_ids",
}
"""The criteria behind each."""


@dataclass(frozen=True)
class Addressed:
    """A body to which the notice goes: to which contact, how that one is reached, and why."""

    organization_id: UUID
    name: str
    unit_id: UUID
    contact_id: UUID | None
    role: ContactRole | None
    reach: Reach
    because: Sequence[AddressedBecause]


@dataclass(frozen=True)
class NoticeAudience:
    """How many bodies are meant, how many of them by letter, and of all the first in the order of their names."""

    bodies: int
    by_letter: int
    shown: Sequence[Addressed]

    @property
    def to_call(self) -> int:
        """Bodies of which nobody can be written to."""
        return self.bodies - self.by_letter


async def find_reach(actor: Actor, unit_id: UUID) -> Actor:
    """The actor, as far as a notice of this unit goes: of a station, or a section of one, to the bodies of the station.
    A station's officer reaches no further than their post."""
    unit: Unit | None = await Unit.get(id=unit_id)
    while unit is not None and unit.kind is not UnitKind.STATION:
        unit = await Unit.get(id=unit.parent_id) if unit.parent_id else None
    if unit is None:
        return actor
    covered = set(await units.below(actor.prefecture_id, unit.id))
    return replace(actor, units=tuple(id for id in actor.units if id in covered))


async def find_addressed(actor: Actor, notice: Notice) -> dict[UUID, Line]:
    """The best way to each body that the notice means today, in the order of their names."""
    criteria = AudienceCriteria.of(notice.criteria)
    criteria = replace(criteria, roles=criteria.roles or ROLES)
    found = best(await audience.find(await find_reach(actor, notice.unit_id), criteria))
    if notice.replaces_id is None:
        return found
    told = await NoticeRecipient.filter(notice_id=notice.replaces_id)
    bodies = [one.organization_id for one in told]
    return found | await find_ways(actor, bodies, criteria.roles, criteria.excluded_ids)


async def find_ways(
    actor: Actor, bodies: Sequence[UUID], roles: Sequence[ContactRole] = ROLES, excluded: Sequence[UUID] = ()
) -> dict[UUID, Line]:
    """The best way to each of these bodies, whoever keeps it by now; those that are gone or excluded are not among
    them."""
    everywhere = replace(actor, units=await units.below(actor.prefecture_id, actor.prefecture_id))
    criteria = AudienceCriteria(organization_ids=bodies, roles=roles, excluded_ids=excluded)
    return best(await audience.find(everywhere, criteria))


def best(lines: Iterable[Line]) -> dict[UUID, Line]:
    """Of each body the first contact who can be written to, else the first of all."""
    found: dict[UUID, Line] = {}
    for line in lines:
        known = found.get(line.organization_id)
        if known is None or (known.reach is not Reach.MAIL and line.reach is Reach.MAIL):
            found[line.organization_id] = line
    return found


@verb(*LIAISONS, only_reads=True)
async def addressees(actor: Actor, notice_id: UUID, *, first: int = 100) -> NoticeAudience:
    """To whom a notice would go if it were sent now, and why to each; nothing is frozen by that.

    Raises NotFound, and Invalid for more bodies than are shown at once.
    """
    if not 1 <= first <= MOST_SHOWN:
        raise Invalid(f"1件から{MOST_SHOWN}件までにしてください。", field="first")
    notice = await records.see(own_visible_to(actor), notice_id)
    found = await find_addressed(actor, notice)
    shown = list(found.values())[:first]
    bodies = Organization.filter(any_of(Organization, "id", [line.organization_id for line in shown]))
    names, grounds = {one.id: one.name for one in await bodies}, await _grounds(actor, notice)

    def told(line: Line) -> Addressed:
        because = [ground for ground, meant in grounds.items() if line.organization_id in meant]
        to = (line.contact_id, line.role, line.reach)
        return Addressed(line.organization_id, names[line.organization_id], line.unit_id, *to, because)

    by_letter = sum(line.reach is Reach.MAIL for line in found.values())
    return NoticeAudience(len(found), by_letter, [told(line) for line in shown])


async def _grounds(actor: Actor, notice: Notice) -> dict[AddressedBecause, set[UUID]]:
    """The bodies that each part of the criteria means by itself."""
    whole, reach = AudienceCriteria.of(notice.criteria), await find_reach(actor, notice.unit_id)
    nothing = {name: () for name in GROUNDS.values()}
    found: dict[AddressedBecause, set[UUID]] = {}
    for ground, name in GROUNDS.items():
        if part := getattr(whole, name):
            alone = replace(whole, **(nothing | {name: part}))
            found[ground] = {line.organization_id for line in await audience.find(reach, alone)}
    if notice.replaces_id is not None:
        told = await NoticeRecipient.filter(notice_id=notice.replaces_id)
        found[AddressedBecause.REPLACED] = {one.organization_id for one in told}
    return found
