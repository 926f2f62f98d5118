"""職員 from a roster: identity is the officer's number; another unit than before is a transfer as of today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain import people, records, units
from domain.actor import Actor, Role
from domain.errors import Invalid
from domain.people import Person, Post
from domain.rosters.lines import Line, Plan, Taken
from domain.verbs import verb

NAMES = ("family_name", "given_name", "family_name_kana", "given_name_kana", "mail_address", "phone", "extension")


@verb(Role.ADMIN, Role.HQ_LIAISON)
async def take_in_officers(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take officers in. Facts: number, unit_code, names and kana, job_title, mail_address, phone, extension,
    qualification, qualified_on, since."""
    places = await units_by_code(actor)
    officers = people.officers_visible_to(actor).filter(number__isnull=False)
    plan = Plan(known={str(row.number): row for row in await officers})
    plan.read(lines, lambda line: _officer(places, line))
    taken = plan.settled()
    if not dry_run:
        await _move(actor, plan)
        made = await plan.write(actor, Person, "officer")
        await _take_up(actor, made, lines)
    return taken


async def units_by_code(actor: Actor) -> dict[str, UUID]:
    """The ids of the units in reach, by their codes and by their names."""
    found: dict[str, UUID] = {}
    for unit in await units.visible_to(actor).filter(retired_on=None):
        found |= {unit.name: unit.id, unit.code: unit.id}
    return found


def unit_in(places: dict[str, UUID], facts: Any, usual: UUID | None = None) -> UUID:
    """The unit that a line names by code or name. Raises Invalid."""
    code = facts.get("unit_code")
    if not code and usual:
        return usual
    if not code or code not in places:
        raise Invalid(
            f"所属「{code or ''}」が見つかりません。所属コードか所属名を入力してください。", field="unit_code"
        )
    return places[code]


def _officer(places: dict[str, UUID], line: Line) -> tuple[str, dict[str, Any]]:
    number = str(line.facts.get("number") or "")
    if not number:
        raise Invalid("職員番号を入力してください。", field="number")
    said: Any = {name: line.facts.get(name) or "" for name in NAMES}
    return number, {
        "number": number,
        "is_officer": True,
        "unit_id": unit_in(places, line.facts),
        "qualification": line.facts.get("qualification"),
        "qualified_on": line.facts.get("qualified_on"),
        **people.described(**said),
    }


async def _move(actor: Actor, plan: Plan[Person]) -> None:
    """Whoever is in another unit than before leaves the old post today and takes up the new one."""
    for officer, values in plan.changes:
        if officer.unit_id != values["unit_id"]:
            await people.change_post(actor, officer, values["unit_id"], "", actor.today)


async def _take_up(actor: Actor, made: Sequence[Person], lines: Sequence[Line]) -> None:
    said = {str(line.facts.get("number")): line.facts for line in lines}
    posts = [
        {
            "person_id": officer.id,
            "unit_id": officer.unit_id,
            "job_title": said[str(officer.number)].get("job_title") or "",
            "since": said[str(officer.number)].get("since") or actor.today,
        }
        for officer in made
    ]
    await records.create_many(actor, Post, "post-taken-up", posts)
