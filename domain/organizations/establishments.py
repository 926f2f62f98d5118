"""事業所: the places (本店, 支店, 工場) of an organisation, added and put right."""

from __future__ import annotations

from uuid import UUID

from domain import records
from domain.actor import LIAISONS, Actor
from domain.organizations.describing import located
from domain.organizations.organization import Establishment, establishments_visible_to, must_keep, visible_to
from domain.verbs import verb


@verb(*LIAISONS)
async def add_establishment(
    actor: Actor,
    *,
    organization_id: UUID,
    name: str,
    municipality_code: str = "",
    postal_code: str = "",
    address: str = "",
    phone: str = "",
) -> Establishment:
    """Add a place (本店, 支店, 工場) to an organisation."""
    body = await records.see(visible_to(actor), organization_id, field="organization_id")
    must_keep(actor, body)
    records.must_last(body.retired_on)
    records.must_say(name, "事業所の名称", "name")
    return await records.create(
        actor,
        Establishment,
        "establishment-added",
        unit_id=body.unit_id,
        organization_id=body.id,
        name=name,
        address=address,
        **located(municipality_code, postal_code, phone),
    )


@verb(*LIAISONS)
async def correct_establishment(
    actor: Actor,
    establishment_id: UUID,
    *,
    version: int,
    name: str | None = None,
    municipality_code: str | None = None,
    postal_code: str | None = None,
    address: str | None = None,
    phone: str | None = None,
) -> Establishment:
    """Correct what is known of a place; what is left out stays as it is."""
    row = await records.find(establishments_visible_to(actor), establishment_id, version)
    must_keep(actor, row)
    said = {"name": name, "address": address, "municipality_code": municipality_code}
    said |= {"postal_code": postal_code, "phone": phone}
    known = {key: getattr(row, key) for key in said} | {key: value for key, value in said.items() if value is not None}
    records.must_say(known["name"], "事業所の名称", "name")
    known |= located(known["municipality_code"], known["postal_code"], known["phone"])
    return await records.change(actor, row, "establishment-corrected", **known)
