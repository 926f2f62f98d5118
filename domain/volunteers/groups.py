"""団体: the groups in which volunteers come together, as the national count of 団体 by 活動母体 knows them."""

from __future__ import annotations

from datetime import date
from typing import Any, TypedDict, Unpack
from uuid import UUID

from domain import organizations, records, units
from domain.actor import LIAISONS, Actor
from domain.errors import Incomplete, Invalid
from domain.japanese import kana_order, name_key, search_key
from domain.verbs import verb
from domain.volunteers.roster import (
    SERVING,
    GroupBase,
    Volunteer,
    VolunteerGroup,
    groups_visible_to,
)


class Besides(TypedDict, total=False):
    """What may be known of a group besides name, base and the day of its founding. `organization_id` is its
    university or firm."""

    name_kana: str
    organization_id: UUID | None
    remarks: str


class GroupFacts(Besides, total=False):
    """All of it; in a correction what is left out stays as it is."""

    name: str
    base: GroupBase
    founded_on: date


@verb(*LIAISONS)
async def establish_group(
    actor: Actor,
    /,
    *,
    name: str,
    base: GroupBase,
    founded_on: date,
    unit_id: UUID | None = None,
    **besides: Unpack[Besides],
) -> VolunteerGroup:
    """Take a group in, for the actor's unit or one that it covers."""
    unit = await units.find_covered(actor, unit_id)
    facts: GroupFacts = {"name": name, "base": base, "founded_on": founded_on, **besides}
    values = await _described(actor, facts, name, besides.get("name_kana", ""))
    return await records.create(actor, VolunteerGroup, "volunteer-group-established", unit_id=unit.id, **values)


async def _described(actor: Actor, facts: GroupFacts, name: str, kana: str) -> dict[str, Any]:
    records.must_say(name, "団体の名称", "name")
    if facts.get("founded_on", actor.today) > actor.today:
        raise Invalid("結成日に先の日付は指定できません。", field="founded_on")
    if body := facts.get("organization_id"):
        await records.see(organizations.visible_to(actor), body, field="organization_id")
    found_by = {"search": search_key(f"{name} {kana}"), "kana_order": kana_order(kana or name)}
    return {**facts, **found_by, "identity": name_key(name)}


@verb(*LIAISONS)
async def correct_group(
    actor: Actor, /, group_id: UUID, *, version: int, **facts: Unpack[GroupFacts]
) -> VolunteerGroup:
    """Correct what is known of a group; what is left out stays as it is."""
    group = await records.find(groups_visible_to(actor), group_id, version)
    name, kana = facts.get("name", group.name), facts.get("name_kana", group.name_kana)
    values = await _described(actor, facts, name, kana)
    return await records.change(actor, group, "volunteer-group-corrected", **values)


@verb(*LIAISONS)
async def retire_group(actor: Actor, group_id: UUID, *, on: date, version: int | None = None) -> VolunteerGroup:
    """解散: `on` is the first day on which the group is none any more. Raises Incomplete while members serve."""
    group = await records.find(groups_visible_to(actor), group_id, version)
    records.must_last(group.retired_on)
    if not group.founded_on <= on <= actor.today:
        raise Invalid("解散日は結成日から今日までの日付にしてください。", field="on")
    if await Volunteer.filter(group_id=group.id, status__in=SERVING).exists():
        raise Incomplete(
            "委嘱中のボランティアが残っています。先に所属団体を変えるか、解嘱・辞退の手続きをしてください。"
        )
    return await records.change(actor, group, "volunteer-group-retired", retired_on=on)
