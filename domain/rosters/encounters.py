"""接触記録 from a list, as it was kept on paper until now: taken in as reported, to be checked by another officer.

Identity is unit, body, kind and instant; a line that does not know the time means the encounter of that day. What is
there already is never changed by a list: whoever has checked it would not know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain import amounts, encounters, organizations, people, records
from domain.actor import LIAISONS, TOKYO, Actor
from domain.encounters import Encounter, EncounterKind, EncounterMember, EncounterStatus, EncounterTheme
from domain.errors import Invalid
from domain.people import Person
from domain.rosters.bodies import Bodies
from domain.rosters.days import Days
from domain.rosters.lines import Line, Plan, Said, Taken, each
from domain.rosters.places import Places, find_places
from domain.verbs import verb

SAID = ("theme", "business", "minutes", "purpose", "outcome")
DIFFERS = "同じ所属・団体・種別・日時の接触記録が、別の内容で登録されています。登録済みのほうを訂正してください。"


@verb(*LIAISONS)
async def take_in_encounters(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take encounters in that have taken place. Facts: corporate_number or organization (its name), unit, kind, theme,
    business, on (date), clock (midnight where it is not known), minutes, purpose, outcome, officer (the number of one
    who was there), partner (the post of whoever was met)."""
    roster = _Roster(
        actor,
        await find_places(actor, covered=True),
        Bodies(await organizations.visible_to(actor).order_by("id")),
        await people.officers_visible_to(actor).exclude(number=None),
        await _present(actor, lines),
    )
    plan = Plan(known=roster.known, called=roster.places.called)
    plan.read(lines, roster.read)
    taken = plan.settled()
    if not dry_run:
        for row in await plan.write(actor, Encounter, "encounter"):
            await encounters.attend(actor, row, await encounters.find_members(actor, row, roster.members[_key(row)]))
    return taken


async def _present(actor: Actor, lines: Sequence[Line]) -> list[Encounter]:
    """What is there already of the days that the lines tell."""
    days = [day for line in lines if (day := line.says("on"))]
    if not days:
        return []
    first, last = (datetime.combine(day, time(), TOKYO) for day in (min(days), max(days)))
    standing = encounters.visible_to(actor).exclude(status=EncounterStatus.CANCELLED)
    return await standing.filter(starts_at__gte=first, starts_at__lt=last + timedelta(days=1))


class _Roster:
    """The encounters that are known, by their identity, and what a line says of one; `members` are who was there."""

    def __init__(
        self,
        actor: Actor,
        places: Places,
        bodies: Bodies,
        officers: Sequence[Person],
        present: Sequence[Encounter],
    ) -> None:
        self.actor, self.places, self.bodies = actor, places, bodies
        self.officers = {officer.number: officer for officer in officers}
        self.known = {_key(row): row for row in present}
        self.days = Days((_what(row.unit_id, row.organization_id, row.kind), row.starts_at, row) for row in present)
        self.members: dict[str, list[EncounterMember]] = {}

    def read(self, line: Line) -> Said:
        unit_id, body, starts_at, partner, officer, said = each(
            lambda: self.places.of(line.facts, self.actor.unit_id),
            lambda: self.bodies.of(line),
            lambda: self._begun(line),
            lambda: self._partner(line),
            lambda: self._officer(line),
            lambda: _said(line),
        )
        _must_be_there(officer, starts_at)
        what = _what(unit_id, body.id, said["kind"])
        if known := self.days.meant(what, line.facts["on"], line.facts.get("clock")):
            if any(getattr(known, name) != said[name] for name in SAID):
                raise Invalid(DIFFERS)
            return Said(_key(known), {})
        where = {"unit_id": unit_id, "organization_id": body.id, "starts_at": starts_at}
        identity = _identity(what, starts_at)
        self.members[identity] = [EncounterMember(officer_id=officer.id), EncounterMember(job_title=partner)]
        by = {"reported_by_id": self.actor.person_id, "reported_at": self.actor.now}
        return Said(identity, {**where, **said, **by, "status": EncounterStatus.REPORTED})

    def _begun(self, line: Line) -> datetime:
        starts_at = datetime.combine(line.facts["on"], line.facts.get("clock") or time(), TOKYO)
        if starts_at > self.actor.now:
            raise Invalid("これからの日時です。予定は planEncounter で入力してください。", field="on")
        if starts_at < encounters.EARLIEST:
            raise Invalid("日付の年を確かめてください。", field="on")
        return starts_at

    def _officer(self, line: Line) -> Person:
        officer = self.officers.get(line.facts["officer"])
        if officer is None:
            raise Invalid("その番号の職員が登録されていません。職員番号を確かめてください。", field="officer")
        return officer

    def _partner(self, line: Line) -> str:
        records.must_say(line.facts.get("partner") or "", "相手方の職名", "partner")
        return str(line.facts["partner"])


def _must_be_there(officer: Person, starts_at: datetime) -> None:
    if officer.retired_on is not None and officer.retired_on <= starts_at.astimezone(TOKYO).date():
        raise Invalid("その日には、すでに職を離れていた職員です。番号か日付を確かめてください。", field="officer")


def _said(line: Line) -> dict[str, Any]:
    """What the line says of the encounter itself, checked."""
    facts: Mapping[str, Any] = line.facts
    said: dict[str, Any] = {"kind": facts["kind"], "theme": facts.get("theme") or EncounterTheme.RELATIONSHIP}
    said |= {name: facts.get(name) or None for name in ("business", "minutes")}
    said |= {name: facts.get(name) or "" for name in ("purpose", "outcome")}
    records.must_say(said["outcome"], "結果", "outcome")
    if said["minutes"] is not None:
        amounts.minutes(said["minutes"], "minutes", "時間", amounts.DAY)
    if (said["kind"] is EncounterKind.GUIDANCE) != (said["business"] is not None):
        raise Invalid("業態は、指導のときに入力し、ほかの種別では空欄にしてください。", field="business")
    return said


def _key(row: Encounter) -> str:
    return _identity(_what(row.unit_id, row.organization_id, row.kind), row.starts_at)


def _what(unit_id: UUID, organization_id: UUID, kind: EncounterKind) -> str:
    return f"{unit_id}:{organization_id}:{kind}"


def _identity(what: str, starts_at: datetime) -> str:
    return f"{what}:{starts_at.timestamp()}"
