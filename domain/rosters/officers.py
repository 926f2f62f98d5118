"""職員 from a roster. Identity is the officer's number, else the folded name within the unit; another unit than before
is a transfer as of today. Whether a nameless number and a numberless name are one person is asked, not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain import people, records, units
from domain.actor import Actor, Role
from domain.errors import Invalid
from domain.people import Person, Post
from domain.rosters.lines import Line, Plan, Problem, Taken
from domain.verbs import verb

NAMES = ("family_name", "given_name", "family_name_kana", "given_name_kana", "mail_address", "phone", "extension")


@verb(Role.ADMIN, Role.HQ_LIAISON)
async def take_in_officers(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take officers in. Facts: number, unit, names and kana, job_title, mail_address, phone, extension,
    qualification, qualified_on, since."""
    places = await units_by_code(actor)
    officers = await people.officers_visible_to(actor).filter(retired_on=None)
    plan = Plan(known={_identity(row.number, row.search, row.unit_id): row for row in officers})
    plan.read(lines, lambda line: _officer(places, line))
    _ask_about_numbers(plan, officers)
    taken = plan.settled()
    if not dry_run:
        await _move(actor, plan)
        made = await plan.write(actor, Person, "officer")
        await _take_up(actor, plan, made, lines)
    return taken


def _identity(number: str | None, search: str, unit_id: UUID) -> str:
    return f"number:{number}" if number else f"name:{search}@{unit_id}"


def _ask_about_numbers(plan: Plan[Person], officers: Sequence[Person]) -> None:
    """A new line that names somebody of the unit who is known with, or without, a number may be the same person."""
    alike = {(row.search, row.unit_id): row for row in officers}
    for identity, values in plan.new.items():
        row = alike.get((values["search"], values["unit_id"]))
        if row is not None and not (row.number and values["number"]):
            message = (
                "同じ所属に同じ氏名の職員がいます。同じ人なら登録済みの職員番号を、別の人なら別の番号を書いてください。"
            )
            plan.problems.append(Problem(plan.seen[identity], "number", message))


async def units_by_code(actor: Actor) -> dict[str, UUID]:
    """The ids of the units in reach, by their codes and by their names."""
    found: dict[str, UUID] = {}
    for unit in await units.visible_to(actor).filter(retired_on=None):
        found |= {unit.name: unit.id, unit.code: unit.id}
    return found


def unit_in(places: dict[str, UUID], facts: Any, usual: UUID | None = None) -> UUID:
    """The unit that a line names by code or name. Raises Invalid."""
    said = facts.get("unit") or ""
    if not said and usual:
        return usual
    if said not in places:
        raise Invalid(f"所属「{said}」が見つかりません。所属コードか所属名を入力してください。", field="unit")
    return places[said]


def _officer(places: dict[str, UUID], line: Line) -> tuple[str, dict[str, Any]]:
    number = str(line.facts["number"]) if line.facts.get("number") else None
    said: Any = {name: line.facts.get(name) or "" for name in NAMES}
    unit_id, columns = unit_in(places, line.facts), people.described(**said)
    values = {
        "number": number,
        "is_officer": True,
        "unit_id": unit_id,
        "qualification": line.facts.get("qualification"),
        "qualified_on": line.facts.get("qualified_on"),
        **columns,
    }
    return _identity(number, columns["search"], unit_id), values


async def _move(actor: Actor, plan: Plan[Person]) -> None:
    """Whoever is in another unit than before leaves the old post today and takes up the new one."""
    for officer, values in plan.changes:
        if officer.unit_id != values["unit_id"]:
            await people.change_post(actor, officer, values["unit_id"], "", actor.today)


async def _take_up(actor: Actor, plan: Plan[Person], made: Sequence[Person], lines: Sequence[Line]) -> None:
    said = {line.number: line.facts for line in lines}
    posts = [
        {
            "person_id": officer.id,
            "unit_id": officer.unit_id,
            "job_title": said[plan.seen[identity]].get("job_title") or "",
            "since": said[plan.seen[identity]].get("since") or actor.today,
        }
        for identity, officer in zip(plan.new, made, strict=True)
    ]
    await records.create_many(actor, Post, "post-taken-up", posts)
