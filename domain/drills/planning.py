"""Planning a drill: what it is about and when, corrections, other dates, and calling it off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from domain import amounts, calendar, changes, invitations, records, units
from domain.actor import LIAISONS, Actor, Author
from domain.calendar import Appointment, AppointmentKind, AppointmentStatus
from domain.drills.coming import forget_names
from domain.drills.drill import (
    ARRANGING,
    LABELS,
    Drill,
    DrillFormat,
    DrillStatus,
    DrillThreat,
    at_most,
    move,
    must_be_ready,
    told,
    visible_to,
)
from domain.drills.losing import tell_bodies_left_alone
from domain.drills.participation import Participation, follow, must_fit
from domain.drills.telling import SHOWN, deadline, said_of
from domain.errors import Invalid
from domain.japanese import from_to, search_key
from domain.states import must_be_in, said
from domain.units import Unit
from domain.verbs import verb

MOST_OBJECTIVES = 20


class More(TypedDict, total=False):
    """What may be said of a drill. `capacity` is people (人), `reply_by` the last day for answers."""

    purpose: str
    scenario: str
    objectives: Sequence[str]
    place: str
    online_url: str
    reply_by: date | None
    capacity: int | None


class Facts(More, total=False):
    """All that can be corrected; what is not given stays as it is."""

    title: str
    format: DrillFormat
    threat: DrillThreat


def _objectives(objectives: Sequence[str]) -> list[str]:
    if len(objectives) > MOST_OBJECTIVES:
        raise Invalid(f"訓練の目標は{MOST_OBJECTIVES}個以内にしてください。", field="objectives")
    return [told(objective, "objectives", "訓練の目標", 300) for objective in objectives]


def _online_url(url: str) -> str:
    calendar.must_be_a_link(url)
    return at_most(url, "online_url", "オンラインのURL", 500)


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "title": lambda text: told(text, "title", "訓練の名称", 200),
    "purpose": lambda text: at_most(text, "purpose", "目的", 1000),
    "scenario": lambda text: at_most(text, "scenario", "想定", 20_000),
    "place": lambda text: at_most(text, "place", "場所", 300),
    "capacity": lambda count: None if count is None else amounts.people(count, "capacity", "定員", least=1),
    "objectives": _objectives,
    "online_url": _online_url,
}


def checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a drill, each by its rule. Raises Invalid with the field."""
    return {name: CHECKS[name](value) if name in CHECKS else value for name, value in facts.items()}


def _place(columns: dict[str, Any]) -> dict[str, Any]:
    """Takes what belongs to the appointment out of the columns of the drill."""
    return {name: columns.pop(name) for name in ("place", "online_url") if name in columns}


def _found_by(columns: Mapping[str, Any]) -> dict[str, str]:
    """The title, where there is one, and the key by which it is searched."""
    return {"title": columns["title"], "search": search_key(columns["title"])} if "title" in columns else {}


@verb(*LIAISONS)
async def plan(
    actor: Actor,
    /,
    *,
    title: str,
    format: DrillFormat,
    threat: DrillThreat,
    starts_at: datetime,
    ends_at: datetime,
    unit_id: UUID | None = None,
    **more: Unpack[More],
) -> Drill:
    """企画: a drill on a day, for the actor's unit or one below it. Nobody is told yet.

    Raises Invalid for a date that has passed, texts that are too long, or an answer day after the drill.
    """
    unit = await units.find_covered(actor, unit_id)
    columns = checked({**more, "title": title})
    calendar.must_be_ahead(actor, starts_at)
    calendar.must_leave_time(actor, columns.get("reply_by"), starts_at)
    where = _place(columns)
    return await make(
        actor,
        "drill-planned",
        unit,
        ends_at,
        where,
        status=DrillStatus.DRAFT,
        format=format,
        threat=threat,
        starts_at=starts_at,
        **columns,
    )


async def make(
    author: Author, fact: str, unit: Unit, ends_at: datetime, where: Mapping[str, Any], **columns: Any
) -> Drill:
    """A drill of a unit, with the date of its own; `where` is the appointment's."""
    title, starts_at = columns["title"], columns["starts_at"]
    appointment = await calendar.propose(author, AppointmentKind.DRILL, unit, title, starts_at, ends_at, **where)
    owned = {"unit_id": unit.id, "appointment_id": appointment.id}
    return await records.create(author, Drill, fact, **owned, **{**columns, **_found_by(columns)})


@verb(*LIAISONS)
async def correct(actor: Actor, /, drill_id: UUID, *, version: int | None = None, **facts: Unpack[Facts]) -> Drill:
    """Change what is said of a drill, until it runs; whoever is invited gets what their calendar shows of it anew."""
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, DrillStatus.DRAFT, *ARRANGING)
    columns = checked(facts)
    if columns.get("reply_by") != drill.reply_by:
        calendar.must_leave_time(actor, columns.get("reply_by"), drill.starts_at)
    return await _put_right(actor, drill, columns)


async def aim(author: Author, drill: Drill, objective: str) -> Drill:
    """One more objective of a drill that is still to come, where it has not got it already. Raises WrongState."""
    must_be_in(LABELS, drill.status, DrillStatus.DRAFT, *ARRANGING)
    more = [] if objective in drill.objectives else [objective]
    return await _put_right(author, drill, checked({"objectives": [*drill.objectives, *more]}))


async def _put_right(author: Author, drill: Drill, columns: dict[str, Any]) -> Drill:
    before, where, titled = drill.version, _place(columns), _found_by(columns)
    is_about_more = any(columns.get(name, getattr(drill, name)) != getattr(drill, name) for name in SHOWN)
    await records.change(author, drill, "drill-corrected", **{**columns, **titled})
    await must_fit(drill.id, drill.capacity)
    shown = where | ({"title": drill.title} if titled else {})
    is_shown = await _show(author, drill, shown, is_about_more=is_about_more)
    return await records.touch_since(author, drill, before) if is_shown else drill


async def _show(author: Author, drill: Drill, shown: dict[str, Any], *, is_about_more: bool) -> bool:
    """What the calendars show; a new place raises SEQUENCE, a new title does not, nor what it is for (RFC 5546 §2.1.4).
    Answers whether it made a difference there."""
    appointment = await Appointment.get(id=drill.appointment_id)
    before = appointment.version
    await calendar.change(author, appointment, "appointment-corrected", **shown)
    if is_about_more and appointment.version == before:  # a letter of this kind needs a turn of its own
        await records.touch(author, appointment)
    if drill.status in (DrillStatus.INVITING, DrillStatus.CONFIRMED):
        must_be_ready(drill, appointment)
    is_changed = appointment.version != before
    if is_changed:
        await invitations.tell_all(author, appointment, "drill-changed", said_of(drill))
    return is_changed


@verb(*LIAISONS)
async def open_planning(actor: Actor, drill_id: UUID, *, version: int | None = None) -> Drill:
    """調整: the idea is taken up."""
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, DrillStatus.DRAFT)
    return await move(actor, drill, DrillStatus.PLANNING, "drill-planning-opened")


@verb(*LIAISONS)
async def reschedule(
    actor: Actor,
    drill_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reply_by: date | None = None,
    reason: str | None = None,
    version: int | None = None,
) -> Drill:
    """Another date for a drill that is still being planned; later it has to be postponed.

    Whoever stands invited is told, with the reason for this change where one is given. The last day for answers
    belongs to the date: without `reply_by` there is none any more. So when postponed.
    """
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, DrillStatus.DRAFT, DrillStatus.PLANNING)
    why = said(reason) if reason is not None else ""
    return await _reschedule(actor, drill, starts_at, ends_at, reply_by, why)


@verb(*LIAISONS)
async def postpone(
    actor: Actor,
    drill_id: UUID,
    *,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
    reply_by: date | None = None,
    version: int | None = None,
) -> Drill:
    """延期: back to planning, on a new date, with the same UID and SEQUENCE raised; the invited are asked anew."""
    drill = await records.find(visible_to(actor), drill_id, version)
    must_be_in(LABELS, drill.status, DrillStatus.INVITING, DrillStatus.CONFIRMED)
    await move(actor, drill, DrillStatus.PLANNING, "drill-postponed", reason=said(reason))
    return await _reschedule(actor, drill, starts_at, ends_at, reply_by, reason)


async def _reschedule(
    actor: Actor, drill: Drill, starts_at: datetime, ends_at: datetime, reply_by: date | None, reason: str
) -> Drill:
    calendar.must_be_ahead(actor, starts_at)
    calendar.must_leave_time(actor, reply_by, starts_at)
    appointment = await Appointment.get(id=drill.appointment_id)
    if (starts_at, ends_at) == (appointment.starts_at, appointment.ends_at):
        raise Invalid("いまと同じ日時です。新しい日時を指定してください。", field="starts_at")
    was, now = from_to(appointment.starts_at, appointment.ends_at), from_to(starts_at, ends_at)
    dates = {"starts_at": starts_at, "ends_at": ends_at, "status": AppointmentStatus.TENTATIVE}
    await calendar.change(actor, appointment, "appointment-rescheduled", **dates)
    await records.correct(actor, drill, "drill-rescheduled", reason, starts_at=starts_at, reply_by=reply_by)
    await _forget_answers(actor, drill)
    facts = {"reason": reason, **deadline(drill)}
    await invitations.tell_all(actor, appointment, "drill-rescheduled", **facts)
    changed = changes.compared({"when": was}, {"when": now})
    await tell_bodies_left_alone(actor, drill, appointment, "drill-body-rescheduled", **facts, changed=changed)
    return drill


async def _forget_answers(actor: Actor, drill: Drill) -> None:
    """An answer was for the old date; the journal keeps it. One that comes at this moment is waited for."""
    await calendar.ask_anew(actor, await calendar.coming(drill.appointment_id).select_for_update())
    for participation in await Participation.filter(drill_id=drill.id).order_by("id").select_for_update():
        await follow(actor, participation, stays_asked=True)


@verb(*LIAISONS)
async def call_off(actor: Actor, drill_id: UUID, *, reason: str, version: int | None = None) -> Drill:
    """中止, with the reason that everybody who is invited is told. A drill that is finished cannot be called off."""
    drill = await records.find(visible_to(actor), drill_id, version)
    await move(actor, drill, DrillStatus.CANCELLED, "drill-called-off", reason=said(reason))
    appointment = await calendar.cancel(actor, await Appointment.get(id=drill.appointment_id))
    await invitations.tell_all(actor, appointment, "drill-cancelled", reason=reason)
    await tell_bodies_left_alone(actor, drill, appointment, "drill-body-cancelled", reason=reason)
    await forget_names(actor, drill.id)
    return drill
