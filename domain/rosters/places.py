"""The units that a roster names, by code or by name; a name that several units bear is asked about, never guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from domain import units
from domain.actor import Actor
from domain.errors import Invalid
from domain.units import Unit


class Places:
    """Where something may be, and what every unit of the prefecture is called."""

    def __init__(self, standing: Iterable[Unit], called: Mapping[UUID, str]) -> None:
        self.called = called
        self._ids: dict[str, set[UUID]] = defaultdict(set)
        for unit in standing:
            self.add(unit.id, unit.code, unit.name)

    def add(self, unit_id: UUID, code: str, name: str) -> None:
        """A unit under both its names; a code counts before a name."""
        self._ids[f"code:{code}"].add(unit_id)
        self._ids[f"name:{name}"].add(unit_id)

    def find(self, said: str, field: str = "unit") -> UUID:
        """The unit of this code or name. Raises Invalid where there is none, or several."""
        found = self._ids.get(f"code:{said}") or self._ids.get(f"name:{said}") or set()
        if not found:
            raise Invalid(f"所属「{said}」が見つかりません。所属コードか所属名を入力してください。", field=field)
        if len(found) > 1:
            raise Invalid(f"「{said}」という所属が{len(found)}つあります。所属コードで指定してください。", field=field)
        return next(iter(found))

    def of(self, facts: Mapping[str, Any], usual: UUID | None = None) -> UUID:
        """The unit that a line names; where it names none, the usual one. Raises Invalid."""
        said = facts.get("unit") or ""
        return usual if usual and not said else self.find(said)


async def find_places(actor: Actor, *, covered: bool = False) -> Places:
    """The standing units of the prefecture, or only those that the actor's post covers."""
    known = await units.visible_to(actor)
    standing = [unit for unit in known if unit.retired_on is None and (not covered or unit.id in actor.units)]
    return Places(standing, {unit.id: unit.name for unit in known})


async def find_unit(actor: Actor, said: str, field: str) -> UUID:
    """The one unit of the prefecture of this code or name. Raises Invalid where there is none, or several."""
    return (await find_places(actor)).find(said, field)
