"""広報啓発 from a list, as it was kept on paper until now: taken in as reported, to be checked by another officer.

Identity is unit, title and instant; a line that does not know the time means the event of that day. What is there
already is never changed by a list: whoever has checked it would not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain import calendar, organizations, outreach, records
from domain.actor import LIAISONS, TOKYO, Actor
from domain.calendar import AppointmentKind, AppointmentStatus
from domain.encounters import EARLIEST
from domain.errors import Invalid
from domain.japanese import search_key
from domain.outreach import (
    CoHosting,
    HandedOut,
    OutreachAudience,
    OutreachEvent,
    OutreachHostRole,
    OutreachResults,
    OutreachStatus,
    OutreachTheme,
)
from domain.rosters.bodies import Bodies
from domain.rosters.days import Days
from domain.rosters.lines import Line, Plan, Said, Taken, each
from domain.rosters.places import Places, find_places
from domain.units import Unit
from domain.verbs import verb

COUNTS = ("body_count", "people_count", "visitor_count", "officer_count", "media_count")
SAID = ("kind", "theme", "audience", "lasts_until", "urges_reporting", "summary", *COUNTS)
PARTS: Mapping[str, OutreachHostRole] = {
    "hosts": OutreachHostRole.HOST,
    "co_hosts": OutreachHostRole.CO_HOST,
    "supporters": OutreachHostRole.SUPPORTER,
    "cooperators": OutreachHostRole.COOPERATOR,
}
"""The columns in which bodies are named, by what part they have."""

DIFFERS = "同じ所属・件名・日時の広報啓発が、別の内容で登録されています。登録済みのほうを訂正してください。"
HANDED_OUT = "配布物"
A_WHILE, A_DAY = timedelta(hours=1), timedelta(days=1)
"""How long something took of which no end is told: with a time of day, and without."""


@verb(*LIAISONS)
async def take_in_outreach(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take events in that were held. Facts: kind, theme, audience, title, on (date), clock and ends (times of day; all
    day where they are not known), lasts_until, place, hosts, co_hosts, supporters and cooperators (names or 法人番号 of
    bodies), counts, material, copies, urges_reporting, summary, unit."""
    roster = _Roster(
        actor,
        await find_places(actor, covered=True),
        Bodies(await organizations.visible_to(actor).order_by("id")),
        await _present(actor, lines),
    )
    plan = Plan(known=roster.known, called=roster.places.called)
    plan.read(lines, roster.read)
    taken = plan.settled()
    if not dry_run:
        for said in plan.new.values():
            said.values["appointment_id"] = await roster.date(said)
        for row in await plan.write(actor, OutreachEvent, "outreach"):
            hosts, materials = roster.beside[_key(row)]
            await outreach.enter_hosts(actor, row, hosts)
            await outreach.hand_out(actor, row, materials)
    return taken


async def _present(actor: Actor, lines: Sequence[Line]) -> list[OutreachEvent]:
    """What is there already of the days that the lines tell."""
    days = [day for line in lines if (day := line.says("on"))]
    if not days:
        return []
    first, last = (datetime.combine(day, time(), TOKYO) for day in (min(days), max(days)))
    standing = outreach.visible_to(actor).exclude(status=OutreachStatus.CANCELLED)
    return await standing.filter(starts_at__gte=first, starts_at__lt=last + A_DAY)


class _Roster:
    """The events that are known, by their identity, and what a line says of one; `dates` are when and where one was,
    `beside` who had a part in it and what was handed out."""

    def __init__(self, actor: Actor, places: Places, bodies: Bodies, present: Sequence[OutreachEvent]) -> None:
        self.actor, self.places, self.bodies = actor, places, bodies
        self.known = {_key(row): row for row in present}
        self.days = Days((_what(row.unit_id, row.title), row.starts_at, row) for row in present)
        self.dates: dict[str, tuple[datetime, str]] = {}
        self.beside: dict[str, tuple[list[CoHosting], list[HandedOut]]] = {}

    def read(self, line: Line) -> Said:
        unit_id, (starts_at, ends_at), hosts, materials, said = each(
            lambda: self.places.of(line.facts, self.actor.unit_id),
            lambda: self._held(line),
            lambda: [*self._hosts(line)],
            lambda: [*_materials(line)],
            lambda: _said(line),
        )
        outreach.checked(said, starts_at)
        what = _what(unit_id, said["title"])
        if known := self.days.meant(what, line.facts["on"], line.facts.get("clock")):
            if any(getattr(known, name) != said[name] for name in SAID):
                raise Invalid(DIFFERS)
            return Said(_key(known), {})
        identity = _identity(what, starts_at)
        self.dates[identity] = (ends_at, line.facts.get("place") or "")
        self.beside[identity] = (hosts, materials)
        by = {"reported_by_id": self.actor.person_id, "reported_at": self.actor.now, "status": OutreachStatus.REPORTED}
        found = {"unit_id": unit_id, "starts_at": starts_at, "search": search_key(said["title"])}
        return Said(identity, {**found, **said, **by})

    async def date(self, said: Said) -> UUID:
        """When and where it was, of which nobody is told any more."""
        ends_at, place = self.dates[said.identity]
        unit = await Unit.get(id=said.values["unit_id"])
        title, starts_at = said.values["title"], said.values["starts_at"]
        where: dict[str, Any] = {"place": place, "status": AppointmentStatus.CONFIRMED}
        date = await calendar.propose(self.actor, AppointmentKind.OUTREACH, unit, title, starts_at, ends_at, **where)
        return date.id

    def _held(self, line: Line) -> tuple[datetime, datetime]:
        on, clock, ends = line.facts["on"], line.facts.get("clock"), line.facts.get("ends")
        starts_at = datetime.combine(on, clock or time(), TOKYO)
        ends_at = datetime.combine(on, ends, TOKYO) if ends else starts_at + (A_WHILE if clock else A_DAY)
        if ends_at <= starts_at:
            raise Invalid("終わりの時刻は始まりより後にしてください。", field="ends")
        until = line.facts.get("lasts_until")
        if starts_at > self.actor.now or (until and until > self.actor.today):
            raise Invalid("まだ終わっていません。予定は planOutreach で入力してください。", field="on")
        if starts_at < EARLIEST:
            raise Invalid("日付の年を確かめてください。", field="on")
        return starts_at, ends_at

    def _hosts(self, line: Line) -> Iterator[CoHosting]:
        seen: set[UUID] = set()
        for column, role in PARTS.items():
            for name in line.facts.get(column) or ():
                body = self.bodies.named(name, column)
                if body.id in seen:
                    raise Invalid(f"「{name}」が二度入っています。一団体に一つにしてください。", field=column)
                seen.add(body.id)
                yield CoHosting(body.id, role)


def _materials(line: Line) -> Iterator[HandedOut]:
    if copies := line.facts.get("copies"):
        yield HandedOut(line.facts.get("material") or HANDED_OUT, copies)


def _said(line: Line) -> dict[str, Any]:
    """What the line says of the event itself, checked."""
    facts: Mapping[str, Any] = line.facts
    said: dict[str, Any] = {name: facts[name] for name in ("kind", "title")}
    said |= {"theme": facts.get("theme") or OutreachTheme.GENERAL}
    said |= {"audience": facts.get("audience") or OutreachAudience.PUBLIC}
    said |= {"lasts_until": facts.get("lasts_until") or None, "urges_reporting": bool(facts.get("urges_reporting"))}
    said |= {"summary": facts.get("summary") or ""}
    records.must_say(said["title"], "件名", "title")
    records.must_say(said["summary"], "実施結果", "summary")
    counts = {name: facts.get(name) for name in COUNTS}
    outreach.counted(OutreachResults(**counts))
    outreach.must_be_counted(said["kind"], counts["people_count"], counts["visitor_count"], bool(facts.get("copies")))
    return said | counts


def _key(row: OutreachEvent) -> str:
    return _identity(_what(row.unit_id, row.title), row.starts_at)


def _what(unit_id: UUID, title: str) -> str:
    return f"{unit_id}:{search_key(title)}"


def _identity(what: str, starts_at: datetime) -> str:
    return f"{what}:{starts_at.timestamp()}"
