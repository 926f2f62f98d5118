"""協議会・ネットワーク from the list of them that a prefecture keeps: what each is called, and who its secretariat is.

Identity is the secretariat and the folded name. Which council has come under another secretariat, or was dissolved, is
said by name of each, never by a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain import councils
from domain.actor import LIAISONS, Actor
from domain.councils import Council, CouncilMembership
from domain.errors import Invalid
from domain.japanese import name_key
from domain.rosters.lines import Line, Plan, Said, Taken, each
from domain.rosters.places import Places, find_places
from domain.verbs import verb

TOLD: Mapping[str, Any] = {"purpose": "", "members_are_known": False, "remarks": ""}
KEPT_AS_KNOWN = ("kind", "founded_on")
"""What an empty cell leaves as it is: there is no council without."""


@verb(*LIAISONS)
async def take_in_councils(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take councils in. Facts: kind, name, name_kana, unit (its secretariat; where it is left out or empty, a new one
    is the actor's unit's, and one that is known stays where it is), founded_on, purpose, members_are_known, remarks."""
    places = await find_places(actor, covered=True)
    present = await councils.kept_by(actor).filter(dissolved_on=None).order_by("id")
    terms = CouncilMembership.filter(removed_at=None, council_id__in=[one.id for one in present]).order_by("-term_from")
    first = dict(await terms.values_list("council_id", "term_from"))
    roster = _Roster(actor, places, present, first)
    plan = Plan(known=roster.known, called=places.called)
    plan.read(lines, roster.read)
    taken = plan.settled()
    if not dry_run:
        await plan.write(actor, Council, "council")
    return taken


class _Roster:
    """The councils that are known, by their identity, and what a line says of one; `first` is when the first of its
    members became one."""

    def __init__(self, actor: Actor, places: Places, present: Sequence[Council], first: Mapping[UUID, date]) -> None:
        self.actor, self.places, self.first = actor, places, first
        self.known = {_identity(row.unit_id, row.identity): row for row in present}
        self.of_name: dict[str, list[Council]] = {}
        for row in present:
            self.of_name.setdefault(row.identity, []).append(row)

    def read(self, line: Line) -> Said:
        unit_id, named = each(lambda: self._where(line), lambda: councils.named(line.facts["name"], self._kana(line)))
        row = self.known.get(_identity(unit_id, named["identity"]))
        given = {name: line.facts[name] for name in KEPT_AS_KNOWN if line.facts.get(name)}
        if row is None:
            return Said(_identity(unit_id, named["identity"]), {"unit_id": unit_id, **named, **self._new(line, given)})
        if "name_kana" not in line.facts:
            named = councils.named(line.facts["name"], row.name_kana)
        if (first := self.first.get(row.id)) and given.get("founded_on", first) > first:
            raise Invalid("設立日は、会員の任期の初日より前の日付にしてください。", field="founded_on")
        return Said(_identity(unit_id, row.identity), {**named, **given, **line.told(TOLD)})

    def _new(self, line: Line, given: Mapping[str, Any]) -> dict[str, Any]:
        for name, label in (("kind", "種別"), ("founded_on", "設立日")):
            if name not in given:
                raise Invalid(f"新しい協議会は、{label}を入力してください。", field=name)
        return {**TOLD, **given, **line.told(TOLD)}

    def _kana(self, line: Line) -> str:
        return line.facts.get("name_kana") or ""

    def _where(self, line: Line) -> UUID:
        """The secretariat: that of the one which is known by this name, where the line names none."""
        if line.facts.get("unit"):
            return self.places.of(line.facts)
        found = self.of_name.get(name_key(line.facts["name"]), [])
        if len(found) > 1:
            message = f"「{line.facts['name']}」という協議会が{len(found)}つあります。事務局を入力してください。"
            raise Invalid(message, field="unit")
        return found[0].unit_id if found else self.actor.unit_id


def _identity(unit_id: UUID, name: str) -> str:
    return f"{unit_id}:{name}"
