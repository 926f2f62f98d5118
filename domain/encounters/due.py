"""催促: what of encounters waits for somebody this morning. Computed each time; nothing changes its state by itself."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.expressions import Q

from domain.actor import Actor
from domain.encounters.encounter import KIND_LABELS, Encounter, EncounterStatus, visible_to
from domain.encounters.following import steps_visible_to
from domain.japanese import clock, day_with_weekday
from domain.organizations import Organization


async def find_unreported(actor: Actor) -> list[Encounter]:
    """Planned ones whose day has passed, and reports that were sent back, the oldest first."""
    over = visible_to(actor).filter(status=EncounterStatus.PLANNED, starts_at__lte=actor.now)
    return await over.order_by("starts_at", "id")


async def find_steps_due(actor: Actor) -> list[Encounter]:
    """Those with something to be done by today, by the actor or by nobody yet, the longest overdue first."""
    theirs = Q(next_owner_id=actor.person_id) | Q(next_owner_id=None)
    return await steps_visible_to(actor).filter(theirs, next_due_on__lte=actor.today).order_by("next_due_on", "id")


async def find_lines(actor: Actor) -> tuple[list[str], list[str]]:
    """What a digest says of either: when, what and with whom, never what it was about."""
    unreported, steps = await find_unreported(actor), await find_steps_due(actor)
    names = await _names([*unreported, *steps])
    return (
        [f"{_when(one)} {KIND_LABELS[one.kind]} {names[one.id]}" for one in unreported],
        [f"{_until(one)} {names[one.id]}{'' if one.next_owner_id else ' 担当者なし'}" for one in steps],
    )


async def _names(encounters: Sequence[Encounter]) -> dict[object, str]:
    bodies = await Organization.filter(id__in={one.organization_id for one in encounters}) if encounters else []
    called = {body.id: body.name for body in bodies}
    return {one.id: called[one.organization_id] for one in encounters}


def _when(one: Encounter) -> str:
    return f"{day_with_weekday(one.day)}{clock(one.starts_at, wide=True)}"


def _until(one: Encounter) -> str:
    return f"{day_with_weekday(one.next_due_on)}まで" if one.next_due_on else ""
