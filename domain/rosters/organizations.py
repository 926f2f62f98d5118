"""団体 and 学校 from a roster. Identity is 学校コード or 法人番号, else the folded name within the municipality.

Whether two bodies of one name are the same is never guessed: a line that might mean a body already known under
another identity, or the body of another line, is refused with a question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from domain import organizations
from domain.actor import LIAISONS, Actor
from domain.errors import Invalid
from domain.japanese import name_stem
from domain.organizations import Organization, OrganizationKind, OrganizationSize
from domain.rosters.above import Above
from domain.rosters.lines import Line, Plan, Problem, Said, Taken, each
from domain.rosters.places import Places, find_places
from domain.values import dataclass
from domain.verbs import verb


@verb(*LIAISONS)
async def take_in_organizations(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take organisations in. Facts: those of `organizations.Facts`, kind, parent_organization (number or name of the
    body to which it belongs, known or in the file), and unit: where it is left out or empty, a new one is the actor's
    unit's, and one that is known stays where it is."""
    return await _take_in(actor, lines, None, dry_run)


@verb(*LIAISONS)
async def take_in_schools(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take schools in, as organisations; a new one of which the line tells no kind is a SCHOOL."""
    return await _take_in(actor, lines, OrganizationKind.SCHOOL, dry_run)


async def _take_in(actor: Actor, lines: Sequence[Line], usual: OrganizationKind | None, dry_run: bool) -> Taken:
    present = await Organization.filter(prefecture_id=actor.prefecture_id).order_by("id")
    above = Above(present, await organizations.visible_to(actor), lines)
    roster = _Roster(actor, await find_places(actor, covered=True), above, present, usual)
    plan = Plan(known=roster.known, called={**roster.places.called, **above.called})
    plan.read(lines, roster.read)
    above.refuse_circles(plan)
    _ask_about_namesakes(actor, plan, present)
    taken = plan.settled()
    if not dry_run:
        for identity, said in plan.changed.items():
            row, unit_id = roster.known[identity], said.values["unit_id"]
            if row.unit_id != unit_id:
                await organizations.take_along(actor, row.id, unit_id)
        above.put_in_order(plan)
        await plan.write(actor, Organization, "organization")
    return taken


class _Roster:
    """The bodies that are known, by their identity, and what a line says of one of them."""

    def __init__(
        self,
        actor: Actor,
        places: Places,
        above: Above,
        present: Sequence[Organization],
        usual: OrganizationKind | None,
    ) -> None:
        self.actor, self.places, self.above, self.usual = actor, places, above, usual
        self.known = {row.identity: row for row in present}

    def read(self, line: Line) -> Said:
        unit_id, (row, values) = each(
            lambda: self.places.of(line.facts, self.actor.unit_id), lambda: self._described(line)
        )
        if row and not line.facts.get("unit"):
            unit_id = row.unit_id
        kind = line.facts.get("kind") or (row.kind if row else self._usual(values))
        where = self.above.of(line, values["identity"], row)
        return Said(values["identity"], {"kind": kind, "unit_id": unit_id, **values, **where})

    def _described(self, line: Line) -> tuple[Organization | None, dict[str, Any]]:
        """The body that the line means, if it is known, and what it will be. Raises Invalid where it is not for us to
        change."""
        told = line.told(organizations.BLANK)
        values = organizations.described(**told)
        row = self.known.get(values["identity"])
        if row is not None:
            self._must_be_ours(row)
            if row.is_small and told.get("size") is OrganizationSize.SMALL_OR_MEDIUM:
                told["size"] = row.size  # which is one of those
            values = organizations.described(row, **told)
        values["assessed_on"] = organizations.assessed(row, values, told, self.actor.today)
        return row, values

    def _usual(self, values: Mapping[str, Any]) -> OrganizationKind:
        if not values.get("school_code") and self.usual is None:
            raise Invalid("団体の種別を入力してください。", field="kind")
        return self.usual or OrganizationKind.SCHOOL

    def _must_be_ours(self, row: Organization) -> None:
        if row.unit_id not in self.actor.units:
            raise Invalid(organizations.ELSEWHERE)
        if row.retired_on:
            raise Invalid(organizations.gone(row))


# ------------------------------------------------------------------ bodies of one name


@dataclass(frozen=True)
class _Body:
    """What tells a body apart from another of nearly the same name, and how a question calls it."""

    municipality: str
    corporate: str | None
    school: str | None
    question: str

    def may_be(self, other: _Body) -> bool:
        """An unknown municipality may be any; two numbers of one kind that differ say that the bodies do."""
        if self.municipality and other.municipality and self.municipality != other.municipality:
            return False
        numbers = ((self.corporate, other.corporate), (self.school, other.school))
        return not any(one and another and one != another for one, another in numbers)


def _ask_about_namesakes(actor: Actor, plan: Plan[Organization], present: Sequence[Organization]) -> None:
    alike: dict[str, list[_Body]] = defaultdict(list)
    for row in present:
        alike[name_stem(row.name)].append(_known(actor, row))
    for identity, said in plan.new.items():
        number, values = plan.seen[identity], said.values
        numbers = values["corporate_number"], values["school_code"]
        body = _Body(values["municipality_code"], *numbers, _question(f"{number}行目の「{values['name']}」"))
        bodies = alike[name_stem(values["name"])]
        if (other := next((one for one in bodies if body.may_be(one)), None)) is not None:
            plan.problems.append(Problem(number, "name", other.question))
        bodies.append(body)


def _known(actor: Actor, row: Organization) -> _Body:
    number = row.corporate_number or row.school_code or "番号なし"
    question = _question(f"登録済みの「{row.name}」（{number}）") if row.unit_id in actor.units else ELSEWHERE_ALIKE
    return _Body(row.municipality_code, row.corporate_number, row.school_code, question)


ELSEWHERE_ALIKE = "よく似た名称の団体が登録されているようです。県本部の連携担当者に確かめてください。"


def _question(called: str) -> str:
    return (
        f"{called}と同じ団体ですか。同じなら番号・名称・団体コードを一致させ（番号だけが新しいときは、先に登録済みの"
        "団体を訂正し）、別の団体なら双方の法人番号か団体コードを書くか、名称に支店名などを加えてください。"
    )
