"""団体の登録と訂正: an organisation is taken in once, and its facts are put right."""

from __future__ import annotations

from typing import Any, Unpack
from uuid import UUID

from domain import records, units
from domain.actor import LIAISONS, Actor
from domain.errors import Conflict
from domain.organizations.describing import Besides, Facts, assessed, described
from domain.organizations.kinds import OrganizationKind
from domain.organizations.organization import Organization, gone, must_be_itself, must_keep, visible_to
from domain.verbs import BROKEN, verb

ELSEWHERE = "ほかの所属が登録している団体です。県本部の連携担当者に連絡してください。"


@verb(*LIAISONS)
async def register(
    actor: Actor,
    /,
    *,
    kind: OrganizationKind,
    name: str,
    unit_id: UUID | None = None,
    parent_organization_id: UUID | None = None,
    **besides: Unpack[Besides],
) -> Organization:
    """Take an organisation in, for the actor's unit or one below it. Raises Conflict where it is there already."""
    unit = await units.find_covered(actor, unit_id)
    values = {"unit_id": unit.id, "kind": kind, **described(name=name, **besides)}
    values["assessed_on"] = assessed(None, values, besides, actor.today)
    values["parent_organization_id"] = await _above(actor, parent_organization_id)
    await _must_be_new(actor, values)
    return await records.create(actor, Organization, "organization-registered", **values)


@verb(*LIAISONS)
async def correct(
    actor: Actor,
    /,
    organization_id: UUID,
    *,
    version: int,
    kind: OrganizationKind | None = None,
    **facts: Unpack[Facts],
) -> Organization:
    """Correct what is known of an organisation; what is left out stays as it is."""
    row = await records.find(visible_to(actor), organization_id, version)
    must_keep(actor, row)
    must_be_itself(row)
    values = {"kind": kind or row.kind, **described(row, **facts)}
    values["assessed_on"] = assessed(row, values, facts, actor.today)
    if values["identity"] != row.identity:
        await _must_be_new(actor, values)
    return await records.change(actor, row, "organization-corrected", **values)


@verb(*LIAISONS)
async def place_below(
    actor: Actor, organization_id: UUID, *, version: int, parent_organization_id: UUID | None = None
) -> Organization:
    """Say to which other organisation one belongs (本社, 親会社, 連合会), or with none that it stands by itself."""
    row = await records.find(visible_to(actor), organization_id, version)
    must_keep(actor, row)
    records.must_last(row.retired_on)
    above = await _above(actor, parent_organization_id)
    return await records.change(actor, row, "organization-placed", parent_organization_id=above)


async def _above(actor: Actor, id: UUID | None) -> UUID | None:
    return None if id is None else (await records.see(visible_to(actor), id, field="parent_organization_id")).id


async def _must_be_new(actor: Actor, values: dict[str, Any]) -> None:
    """Raises Conflict for a body that is there already. There is one register of bodies for a prefecture, so that two
    stations do not approach one firm unawares; of a body that another one keeps, a station learns that, and where to
    turn: not whose it is, nor what became of it."""
    records.must_fit(Organization, values)
    known = Organization.filter(prefecture_id=actor.prefecture_id, identity=values["identity"])
    if (there := await known.first()) is None:
        return
    if there.unit_id not in actor.units:
        raise Conflict(ELSEWHERE)
    raise Conflict(gone(there) if there.retired_on else BROKEN["organization_identity"])
