"""広報啓発一覧: the events of a while as a list, with their co-hosts and in numbers, without what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import units
from domain.actor import LIAISONS, Actor
from domain.calendar import Appointment
from domain.outreach.event import (
    OutreachEvent,
    OutreachStatus,
    hosts_visible_to,
    materials_visible_to,
    visible_to,
)
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class ListedEvent:
    """One event with the names of its unit and its co-hosts, its place, and the copies (部) that were handed out."""

    event: OutreachEvent
    unit: str
    place: str
    hosts: Sequence[str]
    copies: int


@verb(*LIAISONS, only_reads=True)
async def listed(actor: Actor, first: datetime, before: datetime) -> list[ListedEvent]:
    """What was or will be from one instant until before another, in that order; nothing that was called off."""
    found = visible_to(actor).filter(starts_at__gte=first, starts_at__lt=before)
    standing = await found.exclude(status=OutreachStatus.CANCELLED).order_by("starts_at", "id")
    ids = [event.id for event in standing]
    places = {date.id: date.place for date in await Appointment.filter(id__in=[one.appointment_id for one in standing])}
    names = {unit.id: unit.name for unit in await units.visible_to(actor)}
    hosts: dict[UUID, list[str]] = defaultdict(list)
    copies: dict[UUID, int] = defaultdict(int)
    for host in await hosts_visible_to(actor).filter(event_id__in=ids).order_by("id").prefetch_related("organization"):
        hosts[host.event_id].append(host.organization.name)
    for material in await materials_visible_to(actor).filter(event_id__in=ids):
        copies[material.event_id] += material.copies
    return [
        ListedEvent(one, names[one.unit_id], places[one.appointment_id], hosts[one.id], copies[one.id])
        for one in standing
    ]
