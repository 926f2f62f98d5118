"""共管: an organisation that one unit keeps is shown to another that also deals with it (大分 5(3)ア)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain import records, units
from domain.actor import LIAISONS, TOKYO, Actor, Author
from domain.errors import Invalid, WrongState
from domain.organizations.organization import CoOwner, co_owners_visible_to, gone, must_keep, visible_to
from domain.units import UnitKind
from domain.verbs import verb


@verb(*LIAISONS)
async def share(
    actor: Actor, organization_id: UUID, *, unit_id: UUID, reason: str, since: date | None = None
) -> CoOwner:
    """Show an organisation, its places and contacts to another unit of the police, which sees them from now on.

    It may invite and visit them, but what is registered stays the keeping unit's to change. Raises Conflict where it
    is shared with that unit already, Invalid for the keeping unit itself.
    """
    body = await records.find(visible_to(actor), organization_id)
    must_keep(actor, body)
    if body.retired_on is not None:
        raise WrongState(gone(body))
    records.must_say(reason, "共管する理由", "reason")
    unit = await units.find_standing(actor, unit_id, actor.today)
    if unit.kind is UnitKind.PREFECTURE or unit.id == body.unit_id:
        raise Invalid("所管の所属のほかの、部・課・署か係を選んでください。", field="unit_id")
    begins = since or actor.today
    if begins > actor.today:
        raise Invalid("共管を始めた日は、今日までの日付にしてください。", field="since")
    values = {"organization_id": body.id, "unit_id": unit.id, "since": begins, "reason": reason}
    return await records.create(actor, CoOwner, "organization-shared", **values)


@verb(*LIAISONS)
async def end_sharing(actor: Actor, co_owner_id: UUID, *, version: int) -> CoOwner:
    """End that an organisation is shown to a unit, as of today; that it was stays in the history.

    The keeping unit may, and the one that is shown it.
    """
    row = await records.find(co_owners_visible_to(actor), co_owner_id, version)
    records.must_last(row.ended_on)
    return await records.change(actor, row, "organization-sharing-ended", ended_on=actor.today)


async def end_with(author: Author, organization_id: UUID, unit_id: UUID) -> None:
    """A unit that comes to keep an organisation is shown it no more by another."""
    standing = CoOwner.filter(organization_id=organization_id, unit_id=unit_id, ended_on=None)
    for row in await standing.select_for_update():
        on = author.now.astimezone(TOKYO).date()
        await records.change(author, row, "organization-sharing-ended", ended_on=on)
