"""上位の団体: to which body a line says that another belongs, by number or name; it may be known, or stand in the file.

What several bear is asked about, and two bodies cannot stand below each other, by however many steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from domain import organizations
from domain.errors import Invalid, Refused
from domain.japanese import name_key
from domain.organizations import Organization
from domain.rosters.lines import Line, Plan, Problem, Unread

FIELD = "parent_organization"
COLUMN = "parent_organization_id"


class Above:
    """Where bodies belong, as it stands and as the lines would have it; `called` is what each of them is called."""

    def __init__(self, present: Iterable[Organization], seen: Iterable[Organization], lines: Sequence[Line]) -> None:
        self.is_told = any(FIELD in line.facts for line in lines)
        self.called: dict[UUID, str] = {}
        self._above: dict[UUID, UUID | None] = {}
        self._ids: dict[str, UUID] = {}
        self._named: dict[str, set[UUID]] = defaultdict(set)
        self._is_whole = not any({"corporate_number", "name"} & line.unread for line in lines)
        if not self.is_told:
            return
        for row in present:
            self._ids[row.identity], self._above[row.id] = row.id, row.parent_organization_id
        for row in seen:
            self._add(row.id, row.name, row.corporate_number, row.school_code, is_standing=row.retired_on is None)
        for line in lines:
            self._announce(line)

    def _add(self, id: UUID, name: str, *numbers: str | None, is_standing: bool = True) -> None:
        self.called[id] = name
        for known in (name_key(name), *filter(None, numbers)) if is_standing else ():
            self._named[known].add(id)

    def _announce(self, line: Line) -> None:
        """What a line that can be read will be, so that others may belong to it."""
        try:
            values = organizations.described(**line.told(organizations.BLANK))
        except (Refused, Unread):
            return
        id = self._ids.setdefault(values["identity"], uuid7())
        self._add(id, values["name"], values["corporate_number"], values["school_code"])

    def of(self, line: Line, identity: str, row: Organization | None) -> dict[str, Any]:
        """The columns that say where the body of a line belongs: none where the file says nothing of that. Raises
        Invalid, or Unread where it may be a body that the file names illegibly."""
        if FIELD not in line.facts:
            return {}
        id, said = self._ids[identity], line.facts[FIELD] or ""
        is_hidden = row is not None and row.parent_organization_id not in self.called
        above = self._find(said) if said else row.parent_organization_id if row and is_hidden else None
        if above == id:
            raise Invalid("自分自身は上位の団体になりません。上位の団体を確かめてください。", field=FIELD)
        self._above[id] = above
        return {COLUMN: above} if row else {"id": id, COLUMN: above}

    def _find(self, said: str) -> UUID:
        found = self._named.get(said) or self._named.get(name_key(said)) or set()
        if not found and not self._is_whole:
            raise Unread(FIELD)
        if not found:
            message = f"上位の団体「{said}」が、登録にもこの名簿にもありません。法人番号か名称を確かめてください。"
            raise Invalid(message, field=FIELD)
        if len(found) > 1:
            message = f"「{said}」という団体が{len(found)}つあります。法人番号で指定してください。"
            raise Invalid(message, field=FIELD)
        return next(iter(found))

    def refuse_circles(self, plan: Plan[Organization]) -> None:
        """Tell each line whose body would stand below itself; of a file that says where all of them belong."""
        for identity, number in plan.seen.items() if self.is_told and not plan.unread else ():
            if self._ids[identity] in self._way_up(self._ids[identity]):
                message = "上位の団体をたどると自分に戻ります。上位の団体を確かめてください。"
                plan.problems.append(Problem(number, FIELD, message))

    def put_in_order(self, plan: Plan[Organization]) -> None:
        """From the top down, so that each finds the body above it where it will be."""
        if self.is_told:
            plan.new = dict(sorted(plan.new.items(), key=lambda one: len(self._way_up(self._ids[one[0]]))))
            plan.changes.sort(key=lambda one: len(self._way_up(one[0].id)))

    def _way_up(self, id: UUID) -> list[UUID]:
        """The bodies above, up to the top or to where a circle closes."""
        way: list[UUID] = []
        at = self._above.get(id)
        while at is not None and at not in way:
            way.append(at)
            at = self._above.get(at)
        return way
