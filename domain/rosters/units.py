"""所属 from a roster: identity is the unit's code; the unit above is named by code or name, and may be in the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from domain import units
from domain.actor import Actor, Role
from domain.errors import Invalid
from domain.japanese import mail_address, phone_number
from domain.rosters.lines import Line, Plan, Taken
from domain.units import Unit, UnitKind
from domain.verbs import verb


@verb(Role.ADMIN)
async def take_in_units(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take units in. Facts: code, name, name_kana, kind, parent, phone, extension, mail_address."""
    present = {unit.code: unit for unit in await units.visible_to(actor)}
    ids = {name: unit.id for unit in present.values() for name in (unit.name, unit.code)}
    for line in lines:
        id = ids.setdefault(str(line.facts.get("code")), uuid7())
        ids.setdefault(str(line.facts.get("name")), id)
    plan = Plan(known=present)
    plan.read(lines, lambda line: _unit(actor, ids, present, line))
    taken = plan.settled()
    if not dry_run:
        await plan.write(actor, Unit, "unit")
    return taken


def _unit(actor: Actor, ids: dict[str, UUID], present: dict[str, Unit], line: Line) -> tuple[str, dict[str, Any]]:
    facts = line.facts
    code, kind = str(facts.get("code") or ""), facts.get("kind", UnitKind.STATION)
    if not code:
        raise Invalid("所属コードを入力してください。", field="code")
    if kind in (UnitKind.NATIONAL, UnitKind.PREFECTURE):
        raise Invalid("この種別は取り込めません。本部・警察署・課のどれかにしてください。", field="kind")
    values = {
        "kind": kind,
        "code": code,
        "prefecture_id": actor.prefecture_id,
        "parent_id": _parent(actor, ids, code, facts.get("parent")),
        "phone": phone_number(facts["phone"], "phone") if facts.get("phone") else "",
        "extension": facts.get("extension") or "",
        "mail_address": mail_address(facts["mail_address"]) if facts.get("mail_address") else "",
        **units.written(facts.get("name") or "", facts.get("name_kana") or ""),
    }
    return code, values if code in present else {"id": ids[code], **values}


def _parent(actor: Actor, ids: dict[str, UUID], code: str, parent: str | None) -> UUID:
    if not parent:
        return actor.prefecture_id
    if parent not in ids or ids[parent] == ids[code]:
        raise Invalid(f"上位の所属「{parent}」が見つかりません。所属コードか所属名を入力してください。", field="parent")
    return ids[parent]
