"""主催・共催・後援・協力: which bodies have a part in an event beside the police, and in what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain import calendar, organizations, records
from domain.actor import LIAISONS, Actor, Author
from domain.errors import Conflict, Invalid
from domain.outreach.event import (
    LABELS,
    OPEN,
    OutreachEvent,
    OutreachHost,
    OutreachHostRole,
    OutreachStatus,
    hosts_visible_to,
    visible_to,
)
from domain.states import must_be_in
from domain.values import dataclass
from domain.verbs import verb

MOST = 200
"""Bodies in one event: a whole chamber of commerce with its members stands in it once."""


@dataclass(frozen=True)
class CoHosting:
    """A body with its part in an event."""

    organization_id: UUID
    role: OutreachHostRole = OutreachHostRole.CO_HOST


@verb(*LIAISONS)
async def add_host(
    actor: Actor,
    outreach_event_id: UUID,
    *,
    organization_id: UUID,
    role: OutreachHostRole = OutreachHostRole.CO_HOST,
    version: int | None = None,
) -> OutreachEvent:
    """A body has a part in an event, or another one than before; it sees the event from now on, never its report.

    Raises WrongState once the report is checked, Invalid for a body that was registered no more on that day.
    """
    event = await records.find(visible_to(actor), outreach_event_id, version)
    must_be_in(LABELS, event.status, *OPEN)
    standing = OutreachHost.filter(event_id=event.id, removed_at=None)
    known = await standing.filter(organization_id=organization_id).select_for_update().first()
    if known is not None:
        await records.change(actor, known, "outreach-host-corrected", role=role)
    elif await standing.count() >= MOST:
        raise Conflict(f"一つの広報啓発に入れられるのは{MOST}団体までです。", field="organization_id")
    else:
        await _must_be_there(actor, event.day, organization_id, "organization_id")
        await enter_hosts(actor, event, [CoHosting(organization_id, role)])
    return await _touched(actor, event)


async def _touched(author: Author, event: OutreachEvent) -> OutreachEvent:
    """Co-hosts are counted: whoever changes them once it is reported has written of the report."""
    if event.status is OutreachStatus.REPORTED:
        return await records.note(author, event, "outreach-report-corrected")
    return await records.touch(author, event)


async def find_hosts(actor: Actor, day: date, hosts: Sequence[CoHosting]) -> Sequence[CoHosting]:
    """The bodies with which an event of that day begins, for `enter_hosts`. Raises Invalid for one that is told twice
    or was registered no more by then."""
    if len({one.organization_id for one in hosts}) < len(hosts):
        raise Invalid("同じ団体が二度入っています。一団体に一つにしてください。", field="hosts")
    if len(hosts) > MOST:
        raise Invalid(f"一つの広報啓発に入れられるのは{MOST}団体までです。", field="hosts")
    for one in hosts:
        await _must_be_there(actor, day, one.organization_id, "hosts")
    return hosts


async def _must_be_there(actor: Actor, day: date, organization_id: UUID, field: str) -> None:
    body = await records.see(organizations.visible_to(actor), organization_id, field=field)
    if body.retired_on is not None and body.retired_on <= day:
        raise Invalid(organizations.gone(body), field=field)


async def enter_hosts(author: Author, event: OutreachEvent, hosts: Sequence[CoHosting]) -> None:
    """Enter bodies that were found."""
    whose = {"unit_id": event.unit_id, "prefecture_id": event.prefecture_id, "event_id": event.id}
    for one in hosts:
        values = {"organization_id": one.organization_id, "role": one.role}
        await records.create(author, OutreachHost, "outreach-host-added", **whose, **values)


@verb(*LIAISONS)
async def remove_host(actor: Actor, outreach_host_id: UUID, *, version: int | None = None) -> OutreachEvent:
    """A body has no part in an event any more, and does not see it; whoever is asked for it is let go before.

    Raises Conflict while somebody of it is asked, WrongState once the report is checked.
    """
    seen = await records.see(hosts_visible_to(actor), outreach_host_id)
    event = await records.find(visible_to(actor), seen.event_id)
    host = await records.find(hosts_visible_to(actor), outreach_host_id, version)
    must_be_in(LABELS, event.status, *OPEN)
    asked = calendar.coming(event.appointment_id).filter(organization_id=host.organization_id)
    if event.status is OutreachStatus.PLANNED and await asked.exists():
        raise Conflict("この団体の担当者を招待しています。先に招待を取り消してください。")
    await records.change(actor, host, "outreach-host-removed", removed_at=actor.now)
    return await _touched(actor, event)
