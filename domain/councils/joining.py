"""入会と退会: who is a member, in which role, from when to when."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from domain import organizations, records, units
from domain.actor import LIAISONS, Actor
from domain.councils.council import (
    Council,
    CouncilMembership,
    CouncilRole,
    find_kept,
    memberships_visible_to,
    must_stand,
)
from domain.errors import Invalid
from domain.japanese import kana_order
from domain.organizations import CiSector
from domain.verbs import verb


@verb(*LIAISONS)
async def admit(
    actor: Actor,
    council_id: UUID,
    *,
    organization_id: UUID | None = None,
    police_unit_id: UUID | None = None,
    role: CouncilRole = CouncilRole.MEMBER,
    sector: CiSector | None = None,
    name: str = "",
    term_from: date | None = None,
    term_to: date | None = None,
    version: int | None = None,
) -> CouncilMembership:
    """入会, or a further term: a body or a police unit, in a role from a day (today) on.

    Without a name the list calls it what it is called; without a sector it has the body's. Raises Conflict where it is
    a member at that time already.
    """
    council = await find_kept(actor, council_id, version)
    values = await _who(actor, organization_id, police_unit_id)
    if name.strip():
        values |= {"name": name, "kana_order": kana_order(name)}
    if sector is not None:
        values["sector"] = sector
    since = term_from or actor.today
    must_lie_within(council, since, term_to)
    term = {"role": role, "term_from": since, "term_to": term_to}
    whose = {"unit_id": council.unit_id, "council_id": council.id}
    await records.touch(actor, council)
    return await records.create(actor, CouncilMembership, "council-member-admitted", **whose, **values, **term)


async def _who(actor: Actor, organization_id: UUID | None, police_unit_id: UUID | None) -> dict[str, Any]:
    """One of the two, with what the list calls it. Raises Invalid, NotFound, and WrongState for what is gone."""
    if (organization_id is None) == (police_unit_id is None):
        raise Invalid("団体か警察の所属の、どちらか一つを指定してください。", field="organization_id")
    if organization_id is not None:
        body = await records.see(organizations.visible_to(actor), organization_id, field="organization_id")
        records.must_last(body.retired_on)
        known = {"name": body.name, "kana_order": body.kana_order, "sector": body.ci_sector}
        return {"organization_id": body.id, **known}
    assert police_unit_id is not None
    unit = await units.find_standing(actor, police_unit_id, actor.today, field="police_unit_id")
    return {"police_unit_id": unit.id, "name": unit.name, "kana_order": unit.kana_order}


def must_lie_within(council: Council, since: date, until: date | None) -> None:
    """Raises Invalid for a term that does not lie within the council's time, WrongState where that is over."""
    if since < council.founded_on:
        said = f"任期の初日は設立日（{council.founded_on:%Y年%-m月%-d日}）以後の日付にしてください。"
        raise Invalid(said, field="term_from")
    if until is not None and until < since:
        raise Invalid("任期の最後の日は、初日以後の日付にしてください。", field="term_to")
    must_stand(council, since)
    if council.dissolved_on is not None and (until is None or until >= council.dissolved_on):
        raise Invalid("任期の最後の日は、解散日より前の日付にしてください。", field="term_to")


@verb(*LIAISONS)
async def correct_membership(
    actor: Actor,
    membership_id: UUID,
    *,
    version: int,
    name: str | None = None,
    role: CouncilRole | None = None,
    sector: CiSector | None = None,
    term_from: date | None = None,
    term_to: date | None = None,
) -> CouncilMembership:
    """Put right what was entered of a term; what is left out stays as it is. Another role from a day on is a further
    term."""
    row = await records.find(memberships_visible_to(actor), membership_id, version)
    council = await find_kept(actor, row.council_id)
    given = {"role": role, "sector": sector, "term_from": term_from, "term_to": term_to}
    values: dict[str, Any] = {column: value for column, value in given.items() if value is not None}
    if name is not None:
        records.must_say(name, "名簿の名称", "name")
        values |= {"name": name, "kana_order": kana_order(name)}
    must_lie_within(council, values.get("term_from", row.term_from), values.get("term_to", row.term_to))
    return await records.change(actor, row, "council-membership-corrected", **values)


@verb(*LIAISONS)
async def end_membership(
    actor: Actor, membership_id: UUID, *, on: date, version: int | None = None
) -> CouncilMembership:
    """退会: `on` is the last day of the term. Raises Invalid for a day after the one on which it ends anyway."""
    row = await records.find(memberships_visible_to(actor), membership_id, version)
    if on < row.term_from or (row.term_to is not None and on > row.term_to):
        raise Invalid("任期の中の日付を指定してください。", field="on")
    return await records.change(actor, row, "council-membership-ended", term_to=on)


@verb(*LIAISONS)
async def strike_membership(actor: Actor, membership_id: UUID, *, version: int | None = None) -> CouncilMembership:
    """Take out a term that was entered by mistake; it never was one."""
    row = await records.find(memberships_visible_to(actor), membership_id, version)
    return await records.change(actor, row, "council-membership-struck", removed_at=actor.now)
