"""団体 and 学校 from a roster. Identity is 学校コード or 法人番号, else the folded name within the municipality.

Whether two bodies of one name are the same is never guessed: a line that might mean a body already known under
another identity is refused with a question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain import organizations
from domain.actor import LIAISONS, Actor
from domain.errors import Invalid
from domain.japanese import name_stem
from domain.organizations import Organization, OrganizationKind
from domain.rosters.lines import Line, Plan, Problem, Taken
from domain.rosters.officers import unit_in, units_by_code
from domain.verbs import verb

Namesakes = Mapping[tuple[str, str], list[Organization]]


@verb(*LIAISONS)
async def take_in_organizations(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take organisations or schools in. Facts: those of `organizations.Facts`, kind, and unit (the actor's own
    where it is left out)."""
    places = {name: id for name, id in (await units_by_code(actor)).items() if id in actor.units}
    present = await Organization.filter(prefecture_id=actor.prefecture_id)
    plan = Plan(known={row.identity: row for row in present})
    plan.read(lines, lambda line: _organization(actor, places, line))
    _ask_about_namesakes(plan, _namesakes(present), lines)
    _keep_to_own_units(actor, plan, lines)
    taken = plan.settled()
    if not dry_run:
        await plan.write(actor, Organization, "organization")
    return taken


def _organization(actor: Actor, places: dict[str, UUID], line: Line) -> tuple[str, dict[str, Any]]:
    said = {name: line.facts[name] for name in organizations.BLANK if line.facts.get(name) is not None}
    kind = line.facts.get("kind") or (OrganizationKind.SCHOOL if said.get("school_code") else None)
    if kind is None:
        raise Invalid("団体の種別を入力してください。", field="kind")
    values = organizations.described(**said)
    return values["identity"], {"kind": kind, "unit_id": unit_in(places, line.facts, actor.unit_id), **values}


def _namesakes(present: Sequence[Organization]) -> Namesakes:
    found: dict[tuple[str, str], list[Organization]] = defaultdict(list)
    for row in present:
        found[name_stem(row.name), row.municipality_code].append(row)
    return found


def _ask_about_namesakes(plan: Plan[Organization], namesakes: Namesakes, lines: Sequence[Line]) -> None:
    numbers = {identity: number for identity, number in plan.seen.items() if identity in plan.new}
    for identity, number in numbers.items():
        values = plan.new[identity]
        alike = namesakes.get((name_stem(values["name"]), values["municipality_code"]), [])
        if alike and not _are_told_apart(values, alike):
            plan.problems.append(Problem(number, "name", _question(alike[0])))


def _are_told_apart(values: Mapping[str, Any], alike: Sequence[Organization]) -> bool:
    """Two numbers of one kind that differ say for certain that the bodies do."""
    return all(
        (values["corporate_number"] and row.corporate_number) or (values["school_code"] and row.school_code)
        for row in alike
    )


def _question(row: Organization) -> str:
    known = row.corporate_number or row.school_code or "番号なし"
    return (
        f"登録済みの「{row.name}」（{known}）と同じ団体ですか。同じなら同じ番号と名称を書き、"
        "別の団体なら双方の法人番号を登録するか、名称に支店名などを加えてください。"
    )


def _keep_to_own_units(actor: Actor, plan: Plan[Organization], lines: Sequence[Line]) -> None:
    for row, _ in plan.changes:
        if row.unit_id not in actor.units:
            message = "ほかの所属が登録した団体です。県本部の連携担当者に変更を依頼してください。"
            plan.problems.append(Problem(plan.seen[row.identity], None, message))
