"""実施と報告: that an event was held, what came of it in numbers, and that another officer has read that (X15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from domain import amounts, approving, calendar, records, units
from domain.actor import LIAISONS, Actor, Author
from domain.calendar import Appointment
from domain.errors import Incomplete, Invalid, WrongState
from domain.outreach.event import (
    LABELS,
    OutreachAudience,
    OutreachEvent,
    OutreachKind,
    OutreachMaterial,
    OutreachStatus,
    OutreachTheme,
    day_of,
    move,
    visible_to,
)
from domain.outreach.hosting import CoHosting, enter_hosts, find_hosts
from domain.outreach.planning import Facts, More, call_it, checked, make, must_be_past
from domain.states import must_be_in, said
from domain.values import dataclass
from domain.verbs import verb

WRITTEN = ("outreach-reported", "outreach-recorded", "outreach-report-corrected", "outreach-taken-in")
"""What makes somebody one of the report's authors."""

MOST_MATERIALS = 50


@dataclass(frozen=True)
class OutreachResults:
    """参加団体(団体), 参加者(人), 来場者(人), 従事した職員(人), 報道(件). What does not apply stays empty."""

    body_count: int | None = None
    people_count: int | None = None
    visitor_count: int | None = None
    officer_count: int | None = None
    media_count: int | None = None


@dataclass(frozen=True)
class HandedOut:
    """配布物 with the number of copies (部)."""

    name: str
    copies: int


UNCOUNTED = OutreachResults()
NAMES: Mapping[str, str] = {"people_count": "参加者の人数", "officer_count": "従事した職員の人数"}


@verb(*LIAISONS)
async def hold(actor: Actor, outreach_event_id: UUID, *, version: int | None = None) -> OutreachEvent:
    """実施済: it has taken place, and counts from now on. Raises WrongState while it goes on."""
    event = await records.find(visible_to(actor), outreach_event_id, version)
    appointment = await Appointment.get(id=event.appointment_id)
    if appointment.ends_at > actor.now or (event.lasts_until or event.day) > actor.today:
        raise WrongState("まだ終わっていない広報啓発です。終わってから実施済にしてください。")
    return await move(actor, event, OutreachStatus.HELD, "outreach-held")


@verb(*LIAISONS)
async def report(
    actor: Actor,
    outreach_event_id: UUID,
    *,
    summary: str,
    results: OutreachResults = UNCOUNTED,
    materials: Sequence[HandedOut] = (),
    version: int | None = None,
) -> OutreachEvent:
    """報告済: whom it reached and what came of it, in numbers and without a name. After it was sent back, what is left
    out stays as it was reported.

    Raises Incomplete for a seminar without people, for materials without copies, and where nothing is counted.
    """
    event = await records.find(visible_to(actor), outreach_event_id, version)
    must_be_in(LABELS, event.status, OutreachStatus.HELD)
    columns = _said(summary, results) | _reported(actor)
    await move(actor, event, OutreachStatus.REPORTED, "outreach-reported", **columns)
    await hand_out(actor, event, materials)
    await _must_say_how_many(event)
    return event


@verb(*LIAISONS)
async def record(
    actor: Actor,
    /,
    *,
    kind: OutreachKind,
    theme: OutreachTheme,
    audience: OutreachAudience,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    summary: str,
    results: OutreachResults = UNCOUNTED,
    materials: Sequence[HandedOut] = (),
    hosts: Sequence[CoHosting] = (),
    place: str = "",
    unit_id: UUID | None = None,
    **more: Unpack[More],
) -> OutreachEvent:
    """Enter an event of this fiscal year or the last that was held before anybody entered it: straight to 報告済,
    without letters. Raises as `plan` and `report` do, and Invalid for one that is not over."""
    unit = await units.find_covered(actor, unit_id)
    calendar.must_be_over(actor, starts_at, ends_at)
    must_be_past(actor, more)
    values = {"kind": kind, "theme": theme, "audience": audience, "title": title, **more}
    columns = {"status": OutreachStatus.REPORTED, **values, **_said(summary, results), **_reported(actor)}
    standing = await find_hosts(actor, day_of(starts_at), hosts)
    event = await make(actor, "outreach-recorded", unit, starts_at, ends_at, {"place": place}, columns)
    await enter_hosts(actor, event, standing)
    await hand_out(actor, event, materials)
    await _must_say_how_many(event)
    return event


def _said(summary: str, results: OutreachResults) -> dict[str, Any]:
    records.must_say(summary, "実施結果", "summary")
    return {"summary": summary} | counted(results)


def _reported(actor: Actor) -> dict[str, Any]:
    return {"reported_by_id": actor.person_id, "reported_at": actor.now, "reason": ""}


def counted(results: OutreachResults) -> dict[str, int]:
    """The counts that were given. Raises Invalid for numbers that cannot be."""
    given = {name: count for name, count in asdict(results).items() if count is not None}
    return {
        name: amounts.people(count, name, NAMES[name]) if name in NAMES else amounts.pieces(count, name)
        for name, count in given.items()
    }


async def hand_out(author: Author, event: OutreachEvent, materials: Sequence[HandedOut]) -> None:
    """Enter what was handed out; what is told as none is taken out, and what is not told stays as it was."""
    names = [one.name.strip() for one in materials]
    if len(set(names)) < len(names):
        raise Invalid("同じ配布物が二つあります。一つにまとめてください。", field="materials")
    known = {row.name: row for row in await OutreachMaterial.filter(event_id=event.id, removed_at=None)}
    if len(known.keys() | set(names)) > MOST_MATERIALS:
        raise Invalid(f"配布物は{MOST_MATERIALS}種類までにしてください。", field="materials")
    for name, one in zip(names, materials, strict=True):
        records.must_say(name, "配布物の名称", "materials")
        amounts.pieces(one.copies, "materials")
        if row := known.get(name):
            gone = {} if one.copies else {"removed_at": author.now}
            await records.change(author, row, "outreach-copies-corrected", copies=one.copies, **gone)
        elif one.copies:
            whose = {"unit_id": event.unit_id, "prefecture_id": event.prefecture_id, "event_id": event.id}
            await records.create(
                author, OutreachMaterial, "outreach-copies-counted", **whose, name=name, copies=one.copies
            )


async def _must_say_how_many(event: OutreachEvent) -> None:
    has_copies = await OutreachMaterial.filter(event_id=event.id, removed_at=None).exists()
    must_be_counted(event.kind, event.people_count, event.visitor_count, has_copies)


def must_be_counted(kind: OutreachKind, people: int | None, visitors: int | None, has_copies: bool) -> None:
    """A report says how many were reached: of a seminar who listened, of materials what was handed out, else either of
    these or who came by. Raises Incomplete."""
    if kind is OutreachKind.SEMINAR and people is None:
        raise Incomplete("セミナーは、参加者の人数を入力してください。", field="people_count")
    if kind is OutreachKind.MATERIALS and not has_copies:
        raise Incomplete("資料配布は、配布物と部数を入力してください。", field="materials")
    if people is None and visitors is None and not has_copies:
        raise Incomplete("参加者・来場者・配布物のうち、数えたものを一つ以上入力してください。", field="people_count")


@verb(*LIAISONS)
async def check(actor: Actor, outreach_event_id: UUID, *, version: int | None = None) -> OutreachEvent:
    """確認済: another officer of the desk has read the report, never whoever has written any of it (X15)."""
    event = await records.find(visible_to(actor), outreach_event_id, version)
    message = "報告した人、報告を直した人は確認できません。別の人が確認してください。"
    await approving.must_be_by_another(actor, [event], WRITTEN, message)
    values = {"checked_by_id": actor.person_id, "checked_at": actor.now}
    return await move(actor, event, OutreachStatus.CHECKED, "outreach-checked", **values)


@verb(*LIAISONS)
async def send_back(actor: Actor, outreach_event_id: UUID, *, reason: str, version: int | None = None) -> OutreachEvent:
    """差戻し: the report is to be written again, for this reason; that it was held counts still."""
    event = await records.find(visible_to(actor), outreach_event_id, version)
    must_be_in(LABELS, event.status, OutreachStatus.REPORTED)
    return await move(actor, event, OutreachStatus.HELD, "outreach-sent-back", reason=said(reason))


@verb(*LIAISONS)
async def correct_report(
    actor: Actor,
    /,
    outreach_event_id: UUID,
    *,
    reason: str,
    version: int,
    summary: str | None = None,
    results: OutreachResults = UNCOUNTED,
    materials: Sequence[HandedOut] = (),
    **facts: Unpack[Facts],
) -> OutreachEvent:
    """Correct a report, checked or not; the old values stay in the journal with the reason, and it counts as corrected
    from now on. What is left out stays as it is; a material with no copies is taken out."""
    event = await records.find(visible_to(actor), outreach_event_id, version)
    must_be_in(LABELS, event.status, OutreachStatus.REPORTED, OutreachStatus.CHECKED)
    must_be_past(actor, facts)
    columns = checked(facts, event.starts_at) | counted(results)
    if summary is not None:
        records.must_say(summary, "実施結果", "summary")
        columns["summary"] = summary
    if not (columns or materials):
        raise Invalid("直すものを入力してください。", field="results")
    await records.correct(actor, event, "outreach-report-corrected", said(reason), **columns)
    await hand_out(actor, event, materials)
    await call_it(actor, event)
    await _must_say_how_many(event)
    return event
