"""広報啓発の予定: an event is planned on a date, put right, moved and called off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypedDict, Unpack
from uuid import UUID

from domain import calendar, invitations, records, units
from domain.actor import LIAISONS, Actor, Author
from domain.calendar import Appointment, AppointmentKind, AppointmentStatus
from domain.errors import Invalid
from domain.japanese import search_key
from domain.outreach.event import (
    HELD,
    LABELS,
    OPEN,
    OutreachAudience,
    OutreachEvent,
    OutreachKind,
    OutreachStatus,
    OutreachTheme,
    day_of,
    move,
    visible_to,
)
from domain.outreach.hosting import CoHosting, enter_hosts, find_hosts
from domain.outreach.telling import SHOWN, said_of
from domain.states import must_be_in, said
from domain.units import Unit
from domain.verbs import verb

FARTHEST = timedelta(days=800)
LONGEST = timedelta(days=366)
"""How long a campaign may go on."""


class More(TypedDict, total=False):
    """What may be known of an event besides what it is. `urges_reporting` is whether it encourages people to report
    to the police and to ask them (通報・相談の促進)."""

    lasts_until: date | None
    urges_reporting: bool
    remarks: str


class Facts(More, total=False):
    """All that can be corrected; what is left out stays as it is."""

    kind: OutreachKind
    theme: OutreachTheme
    audience: OutreachAudience
    title: str


@verb(*LIAISONS)
async def plan(
    actor: Actor,
    /,
    *,
    kind: OutreachKind,
    theme: OutreachTheme,
    audience: OutreachAudience,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    place: str = "",
    online_url: str = "",
    hosts: Sequence[CoHosting] = (),
    unit_id: UUID | None = None,
    **more: Unpack[More],
) -> OutreachEvent:
    """予定: an event on a day to come, of the actor's unit or one below it. Nobody is asked to it yet, but the bodies
    that have a part in it see it.

    Raises Invalid for a date that has passed (`record` enters those), Conflict for one that is there already.
    """
    unit = await units.find_covered(actor, unit_id)
    _must_be_ahead(actor, starts_at, calendar.ENTERED_OTHERWISE)
    facts: dict[str, Any] = {"kind": kind, "theme": theme, "audience": audience, "title": title, **more}
    where = {"place": place, "online_url": online_url}
    values = {"status": OutreachStatus.PLANNED, **facts}
    standing = await find_hosts(actor, day_of(starts_at), hosts)
    event = await make(actor, "outreach-planned", unit, starts_at, ends_at, where, values)
    await enter_hosts(actor, event, standing)
    return event


async def make(
    author: Author,
    fact: str,
    unit: Unit,
    starts_at: datetime,
    ends_at: datetime,
    where: Mapping[str, Any],
    values: Mapping[str, Any],
) -> OutreachEvent:
    """An event of a unit with the date of its own, which is firm: outreach waits for nobody's answer."""
    columns = checked(values, starts_at)
    title = columns["title"]
    await calendar.must_be_missing(AppointmentKind.OUTREACH, unit.id, title, starts_at)
    firm = {**where, "status": AppointmentStatus.CONFIRMED}
    appointment = await calendar.propose(author, AppointmentKind.OUTREACH, unit, title, starts_at, ends_at, **firm)
    owned = {"unit_id": unit.id, "appointment_id": appointment.id, "starts_at": starts_at}
    return await records.create(author, OutreachEvent, fact, **owned, **columns)


def checked(facts: Mapping[str, Any], starts_at: datetime) -> dict[str, Any]:
    """The columns that these facts mean. Raises Invalid for no title, or a last day that cannot be."""
    columns = dict(facts)
    if "title" in columns:
        records.must_say(columns["title"], "件名", "title")
        records.must_fit(OutreachEvent, {"title": columns["title"]})
        columns["search"] = search_key(columns["title"])
    _must_last(starts_at, columns.get("lasts_until"))
    return columns


def _must_last(starts_at: datetime, until: date | None) -> None:
    begins = day_of(starts_at)
    if until is not None and not begins <= until <= begins + LONGEST:
        raise Invalid("期間の最終日は、始まりの日から1年以内の日付にしてください。", field="lasts_until")


def _must_be_ahead(actor: Actor, starts_at: datetime, instead: str = "") -> None:
    calendar.must_be_ahead(actor, starts_at, instead)
    if starts_at > actor.now + FARTHEST:
        raise Invalid("日時の年を確かめてください。2年先までを入力できます。", field="starts_at")


@verb(*LIAISONS)
async def correct(actor: Actor, /, outreach_event_id: UUID, *, version: int, **facts: Unpack[Facts]) -> OutreachEvent:
    """Change what an event is called and counted as until its report is checked; its date is changed by `reschedule`.

    Raises WrongState for one that is checked (`correct_report`).
    """
    event = await records.find(visible_to(actor), outreach_event_id, version)
    must_be_in(LABELS, event.status, *OPEN)
    is_reported = event.status is OutreachStatus.REPORTED
    fact = "outreach-report-corrected" if is_reported else "outreach-corrected"
    if event.status in HELD:
        must_be_past(actor, facts)
    columns = checked(facts, event.starts_at)
    is_about_more = any(columns.get(name, getattr(event, name)) != getattr(event, name) for name in SHOWN)
    await records.change(actor, event, fact, **columns)
    await call_it(actor, event, is_about_more=is_about_more)
    return event


def must_be_past(actor: Actor, more: More) -> None:
    """Raises Invalid for what goes on still."""
    until = more.get("lasts_until")
    if until is not None and until > actor.today:
        raise Invalid("まだ終わっていない期間です。今日までの日付を入力してください。", field="lasts_until")


async def call_it(author: Author, event: OutreachEvent, *, is_about_more: bool = False) -> None:
    """Calendars call it as the event is called, and say what it is about; SEQUENCE does not rise for that (RFC 5546
    §2.1.4). Whoever is asked to what is still to come is told."""
    appointment = await Appointment.get(id=event.appointment_id)
    before = appointment.version
    await calendar.change(author, appointment, "appointment-renamed", title=event.title)
    if is_about_more and appointment.version == before:  # a letter of this kind needs a turn of its own
        await records.touch(author, appointment)
    if appointment.version != before:
        await invitations.tell_all(author, appointment, "outreach-changed", said_of(event))


@verb(*LIAISONS)
async def reschedule(
    actor: Actor,
    outreach_event_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str | None = None,
    online_url: str | None = None,
    lasts_until: date | None = None,
    reason: str | None = None,
    version: int | None = None,
) -> OutreachEvent:
    """Another date or place: same UID, SEQUENCE raised; at another time whoever is asked is asked again. The last day
    belongs to the date: without `lasts_until` it ends on its date.

    Raises Invalid for a date that has passed, WrongState once it was held.
    """
    event = await records.find(visible_to(actor), outreach_event_id, version)
    must_be_in(LABELS, event.status, OutreachStatus.PLANNED)
    _must_be_ahead(actor, starts_at)
    _must_last(starts_at, lasts_until)
    why = said(reason) if reason is not None else ""
    appointment = await Appointment.get(id=event.appointment_id)
    before = appointment.version
    told = {"place": place, "online_url": online_url}
    where = {name: value for name, value in told.items() if value is not None}
    is_moved = (starts_at, ends_at) != (appointment.starts_at, appointment.ends_at)
    dates = {"starts_at": starts_at, "ends_at": ends_at, **where}
    await calendar.change(actor, appointment, "appointment-rescheduled", **dates)
    await records.correct(actor, event, "outreach-rescheduled", why, starts_at=starts_at, lasts_until=lasts_until)
    if appointment.version != before:
        await _tell_date(actor, event, appointment, is_moved=is_moved, reason=why)
    return event


async def _tell_date(
    author: Author, event: OutreachEvent, appointment: Appointment, *, is_moved: bool, reason: str
) -> None:
    """The date as it stands now. An answer was for the old one: at another time everybody is asked anew."""
    if is_moved:
        await calendar.ask_anew(author, await calendar.coming(appointment.id).select_for_update())
    kind = "outreach-rescheduled" if is_moved else "outreach-changed"
    await invitations.tell_all(author, appointment, kind, said_of(event), reason=reason)


@verb(*LIAISONS)
async def cancel(actor: Actor, outreach_event_id: UUID, *, reason: str, version: int | None = None) -> OutreachEvent:
    """中止, or what was entered in error: with the reason that everybody is told who is asked. It does not count."""
    event = await records.find(visible_to(actor), outreach_event_id, version)
    await move(actor, event, OutreachStatus.CANCELLED, "outreach-cancelled", reason=said(reason))
    appointment = await calendar.cancel(actor, await Appointment.get(id=event.appointment_id))
    await invitations.tell_all(actor, appointment, "outreach-cancelled", said_of(event), reason=reason)
    return event
