"""The councils that a roster names, by name and where several are called so by their secretariat; and who of their
members a line means on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from domain.councils import Council, CouncilMembership
from domain.errors import Invalid
from domain.japanese import name_key
from domain.organizations import Organization
from domain.rosters.lines import Line
from domain.rosters.places import Places
from domain.units import Unit


class Convened:
    """These councils, by their names."""

    def __init__(self, places: Places, kept: Iterable[Council]) -> None:
        self._places = places
        self._named: dict[str, list[Council]] = {}
        for council in kept:
            self._named.setdefault(name_key(council.name), []).append(council)

    def of(self, line: Line) -> Council:
        """The one that a line names. Raises Invalid where there is none, or several."""
        said = line.facts["council"]
        found = self._named.get(name_key(said), [])
        if line.facts.get("unit"):
            unit_id = self._places.of(line.facts)
            found = [one for one in found if one.unit_id == unit_id]
        if not found:
            message = f"協議会「{said}」が登録されていません。先に登録するか、名称と事務局を確かめてください。"
            raise Invalid(message, field="council")
        if len(found) > 1:
            message = f"「{said}」という協議会が{len(found)}つあります。事務局を入力してください。"
            raise Invalid(message, field="council")
        return found[0]


class Members:
    """All terms of councils, by every name that a member has: that on the list, and the body's or police unit's own
    with its numbers."""

    def __init__(
        self,
        terms: Sequence[CouncilMembership],
        bodies: Mapping[UUID, Organization],
        police: Mapping[UUID, Unit],
    ) -> None:
        self._of: dict[UUID, list[CouncilMembership]] = {}
        self._names: dict[UUID, set[str]] = {}
        for term in terms:
            self._of.setdefault(term.council_id, []).append(term)
            names = {name_key(term.name)}
            if term.organization_id and (body := bodies.get(term.organization_id)):
                names |= {name_key(body.name), body.corporate_number or "", body.school_code or ""}
            if term.police_unit_id and (unit := police.get(term.police_unit_id)):
                names |= {name_key(unit.name), unit.code}
            self._names[term.id] = names - {""}

    def on(self, council: Council, day: date) -> dict[UUID, CouncilMembership]:
        """Whoever was a member of a council on a day."""
        terms = self._of.get(council.id, [])
        return {one.id: one for one in terms if one.term_from <= day and (one.term_to is None or one.term_to >= day)}

    def named(self, members: Mapping[UUID, CouncilMembership], said: str, field: str) -> CouncilMembership:
        """The one of these who is called so. Raises Invalid where there is none, or several."""
        found = [one for id, one in members.items() if {said, name_key(said)} & self._names[id]]
        if not found:
            message = f"「{said}」は、会議の日の会員ではありません。名称と任期を確かめてください。"
            raise Invalid(message, field=field)
        if len(found) > 1:
            message = f"「{said}」という会員が{len(found)}つあります。法人番号で指定してください。"
            raise Invalid(message, field=field)
        return found[0]
