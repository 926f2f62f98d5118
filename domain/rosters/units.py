"""所属 from a roster: identity is the unit's code; the unit above is named by code or name, and may be in the file,
above or below the line that names it.

What statistics and rights hang on is not changed by the way: a unit keeps its kind, headquarters its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from domain import units
from domain.actor import Actor, Role
from domain.errors import Invalid
from domain.rosters.lines import Line, Plan, Problem, Said, Taken, Unread, each
from domain.rosters.places import Places
from domain.units import Unit, UnitKind
from domain.verbs import verb

NAMED = {"name": "", "name_kana": ""}
REACHED = {"phone": "", "extension": "", "mail_address": ""}


@verb(Role.ADMIN)
async def take_in_units(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take units in. Facts: code, name, name_kana, kind, parent, phone, extension, mail_address."""
    roster = _Roster(actor, await units.visible_to(actor), lines)
    plan = Plan(known=roster.present, called=roster.places.called)
    plan.read(lines, roster.read)
    roster.refuse_circles(plan)
    taken = plan.settled()
    if not dry_run:
        roster.put_in_order(plan)
        await plan.write(actor, Unit, "unit")
    return taken


class _Roster:
    """The tree as it stands and as the lines would have it."""

    def __init__(self, actor: Actor, known: Sequence[Unit], lines: Sequence[Line]) -> None:
        self.actor = actor
        self.present = {unit.code: unit for unit in known}
        self.headquarters = units.headquarters_among(known)
        self.above = {unit.id: unit.parent_id for unit in known}
        self.ids = {unit.code: unit.id for unit in known}
        called = {unit.id: unit.name for unit in known}
        self.places = Places([unit for unit in known if unit.retired_on is None], called)
        self.is_whole = not any({"code", "name"} & line.unread for line in lines)
        for line in lines:
            code, name = str(line.says("code") or ""), str(line.says("name") or "")
            id = self.ids.setdefault(code, uuid7())
            called.setdefault(id, name)
            if code not in self.present or self.present[code].retired_on is None:
                self.places.add(id, code, name)

    def read(self, line: Line) -> Said:
        (code, row, kind), above = each(lambda: self._itself(line), lambda: self._told_above(line))
        self.above[self.ids[code]] = parent_id = self._parent(above, row, self.ids[code])
        named, reached = [
            {name: getattr(row, name, "") for name in blank} | line.told(blank) for blank in (NAMED, REACHED)
        ]
        values = {"kind": kind, "code": code, "parent_id": parent_id}
        values |= units.written(**named) | units.reached(*reached.values())
        new: dict[str, Any] = {} if row else {"id": self.ids[code], "prefecture_id": self.actor.prefecture_id}
        return Said(code, new | values)

    def _itself(self, line: Line) -> tuple[str, Unit | None, UnitKind]:
        code = str(line.facts.get("code") or "")
        if not code:
            raise Invalid("所属コードを入力してください。", field="code")
        row = self.present.get(code)
        if row and row.retired_on:
            raise Invalid("廃止された所属です。この行を消すか、別の所属コードにしてください。", field="code")
        return code, row, self._kind(line, row)

    def _kind(self, line: Line, row: Unit | None) -> UnitKind:
        kind = line.facts.get("kind") or (row.kind if row else UnitKind.STATION)
        if row and kind is not row.kind:
            raise Invalid(
                "登録済みの所属の種別は変えられません。所属コードを確かめるか、この所属を廃止して別のコードで"
                "登録してください。",
                field="kind",
            )
        if row is None and kind in (UnitKind.NATIONAL, UnitKind.PREFECTURE):
            raise Invalid("この種別は取り込めません。本部・警察署・課のどれかにしてください。", field="kind")
        return UnitKind(kind)

    def _told_above(self, line: Line) -> UUID | None:
        """The unit under which the line puts this one; None where it says nothing of that."""
        if "parent" not in line.facts:
            return None
        said = line.facts["parent"]
        return self._named(said) if said else self.actor.prefecture_id

    def _parent(self, parent_id: UUID | None, row: Unit | None, id: UUID) -> UUID | None:
        if parent_id is None:
            return row.parent_id if row else self.actor.prefecture_id
        is_fixed = row is not None and (row is self.headquarters or row.kind is UnitKind.PREFECTURE)
        if row and is_fixed and parent_id != row.parent_id:
            raise Invalid("警察本部は県警察の直下から動かせません。上位所属を空欄にしてください。", field="parent")
        if parent_id == id:
            raise Invalid("自分自身は上位の所属になりません。上位の所属を確かめてください。", field="parent")
        return parent_id

    def _named(self, said: str) -> UUID:
        """The unit that is meant. Raises Invalid, or Unread where it may be one that the file names illegibly."""
        try:
            return self.places.find(said, "parent")
        except Invalid:
            if self.is_whole:
                raise
            raise Unread("parent") from None

    def _way_up(self, id: UUID) -> list[UUID]:
        """The units above, up to the top or to where a circle closes."""
        way: list[UUID] = []
        at = self.above.get(id)
        while at is not None and at not in way:
            way.append(at)
            at = self.above.get(at)
        return way

    def refuse_circles(self, plan: Plan[Unit]) -> None:
        """Two units cannot stand below each other, by however many steps; of a file that says where all of them are."""
        if plan.unread:
            return
        for code, number in plan.seen.items():
            if self.ids[code] in self._way_up(self.ids[code]):
                message = "上位の所属をたどると自分に戻ります。上位の所属を確かめてください。"
                plan.problems.append(Problem(number, "parent", message))

    def put_in_order(self, plan: Plan[Unit]) -> None:
        """From the top down, so that each finds the unit above it where it will be."""
        plan.new = dict(sorted(plan.new.items(), key=lambda one: len(self._way_up(self.ids[one[0]]))))
        plan.changes.sort(key=lambda one: len(self._way_up(one[0].id)))
