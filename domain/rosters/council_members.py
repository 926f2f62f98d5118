"""協議会の会員 from the list of members that a secretariat keeps: who is one, in which role, from when to when.

Identity is the council, the body or police unit, and the first day of the term; a line without that day means the term
that stands today, or else a new one from today on.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain import councils, organizations, units
from domain.actor import LIAISONS, Actor
from domain.councils import Council, CouncilMembership, CouncilRole
from domain.errors import Invalid
from domain.japanese import kana_order
from domain.rosters.bodies import NAMED_BY, Bodies
from domain.rosters.convened import Convened
from domain.rosters.lines import Line, Plan, Said, Taken, each
from domain.rosters.places import Places, find_places
from domain.units import Unit
from domain.verbs import verb

TOLD = {"role": CouncilRole.MEMBER, "sector": None, "term_to": None}


@verb(*LIAISONS)
async def take_in_council_members(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take members in. Facts: council (its name), unit (its secretariat, where several councils are called so),
    corporate_number, school_code or organization (its name) or police_unit (code or name), listed_as (what the list of
    members calls it, where that is another name), role, sector, term_from, term_to. Of a term that is known only what
    a line tells changes."""
    kept = await councils.kept_by(actor).filter(dissolved_on=None).order_by("id")
    present = CouncilMembership.filter(removed_at=None, council_id__in=[one.id for one in kept])
    roster = _Roster(
        actor,
        await find_places(actor),
        kept,
        Bodies(await organizations.visible_to(actor).order_by("id")),
        await units.visible_to(actor),
        await present.order_by("term_from", "id"),
    )
    plan = Plan(known={_identity(one): one for one in roster.present}, called=roster.places.called)
    plan.read(lines, roster.read)
    taken = plan.settled()
    if not dry_run:
        await plan.write(actor, CouncilMembership, "council-membership")
    return taken


class _Roster:
    """The councils and terms that are known, and what a line says of a member."""

    def __init__(
        self,
        actor: Actor,
        places: Places,
        kept: Sequence[Council],
        bodies: Bodies,
        all_units: Sequence[Unit],
        present: Sequence[CouncilMembership],
    ) -> None:
        self.actor, self.places, self.bodies, self.present = actor, places, bodies, present
        self.units = {unit.id: unit for unit in all_units}
        self.members = frozenset(one.organization_id for one in present if one.organization_id)
        self.councils = Convened(places, kept)

    def read(self, line: Line) -> Said:
        council, who = each(lambda: self.councils.of(line), lambda: self._who(line, self.members))
        known = [one for one in self.present if one.council_id == council.id and _member(one) == who["member"]]
        since = line.facts.get("term_from") or self._standing(known)
        row = next((one for one in known if one.term_from == since), None)
        told = line.told(TOLD) | _called(line, who["values"])
        if row is not None and not line.facts.get("role"):
            told.pop("role", None)
        until = told.get("term_to", row.term_to if row else None)
        councils.must_lie_within(council, since, until)
        if any(one is not row and _overlap(one, since, until) for one in known):
            raise Invalid("この会員には重なる任期がすでにあります。任期を確かめてください。", field="term_from")
        if row is not None:
            return Said(_identity(row), told)
        self._who(line)
        values = who["values"] | {"role": CouncilRole.MEMBER} | {name: value for name, value in told.items() if value}
        whose = {"unit_id": council.unit_id, "council_id": council.id, "term_from": since}
        return Said(f"{council.id}:{who['member']}:{since}", whose | values)

    def _standing(self, known: Sequence[CouncilMembership]) -> date:
        today = self.actor.today
        return next((one.term_from for one in known if _overlap(one, today, today)), today)

    def _who(self, line: Line, known: Container[UUID] = ()) -> dict[str, Any]:
        """The body or the police unit, and the columns that follow from it. A new term is of a body that stands."""
        said = line.facts.get("police_unit")
        if said and any(line.facts.get(name) for name in NAMED_BY):
            raise Invalid("団体か警察の所属の、どちらか一つを入力してください。", field="police_unit")
        if said:
            unit = self.units[self.places.find(said, "police_unit")]
            named = {"name": unit.name, "kana_order": unit.kana_order}
            return {"member": unit.id, "values": {"police_unit_id": unit.id, "organization_id": None, **named}}
        body = self.bodies.of(line, known)
        named = {"name": body.name, "kana_order": body.kana_order, "sector": body.ci_sector}
        return {"member": body.id, "values": {"organization_id": body.id, "police_unit_id": None, **named}}


def _called(line: Line, usual: Mapping[str, Any]) -> dict[str, str]:
    """What the list of members calls it, where a line tells that: as it is called anyway, where that is empty."""
    if "listed_as" not in line.facts:
        return {}
    name = line.facts["listed_as"] or usual["name"]
    return {"name": name, "kana_order": usual["kana_order"] if name == usual["name"] else kana_order(name)}


def _member(row: CouncilMembership) -> UUID | None:
    return row.organization_id or row.police_unit_id


def _identity(row: CouncilMembership) -> str:
    return f"{row.council_id}:{_member(row)}:{row.term_from}"


def _overlap(row: CouncilMembership, since: date, until: date | None) -> bool:
    return (until is None or row.term_from <= until) and (row.term_to is None or row.term_to >= since)
