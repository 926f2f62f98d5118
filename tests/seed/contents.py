"""What stands in a town, by names and dates and never by ids: two towns with equal contents are the same town."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.activities import Activity
from domain.actor import TOKYO
from domain.agreements import Agreement, AgreementParty
from domain.calendar import Appointment, Attendee
from domain.drills import Drill, Participation
from domain.lectures import HeadCount, Lecture
from domain.organizations import Contact, Organization
from domain.people import Person
from domain.units import Unit, UnitKind
from domain.volunteers import Volunteer

Rows = list[tuple[str, ...]]
Names = dict[UUID, str]


def _rows(found: Iterable[tuple[Any, ...]]) -> Rows:
    return sorted(tuple(str(value) for value in row) for row in found)


async def contents() -> dict[str, Rows]:
    """Everything that a person could name in the prefecture whose database is open."""
    prefecture = await Unit.get(kind=UnitKind.PREFECTURE)
    people = {person.id: person.name for person in await Person.filter(prefecture_id=prefecture.id)}
    bodies = {body.id: body.name for body in await Organization.all()}
    return {
        **await _who_is_there(people, bodies),
        **await _what_has_a_date(people, bodies),
        **await _what_is_agreed(bodies),
    }


async def _who_is_there(people: Names, bodies: Names) -> dict[str, Rows]:
    return {
        "units": _rows((u.code, u.name, u.name_kana, u.phone) for u in await Unit.all()),
        "people": _rows(
            (p.name, p.family_name_kana, p.mail_address, p.number) for p in await Person.all() if p.id in people
        ),
        "bodies": _rows((b.name, b.identity, b.kind, b.phone, b.address) for b in await Organization.all()),
        "contacts": _rows((bodies[c.organization_id], people[c.person_id], c.role) for c in await Contact.all()),
        "volunteers": _rows(
            (v.number, people[v.person_id], v.status, v.age_band, v.term_to, v.recommended_on)
            for v in await Volunteer.all()
        ),
    }


async def _what_has_a_date(people: Names, bodies: Names) -> dict[str, Rows]:
    dates = {one.id: one.title for one in await Appointment.all()}
    drills = {drill.id: drill.title for drill in await Drill.all()}
    lectures = {one.id: f"{bodies[one.school_id]} {one.starts_at}" for one in await Lecture.all()}
    return {
        "dates": _rows(
            (a.title, a.kind, a.starts_at, a.ends_at, a.place, a.status, a.sequence) for a in await Appointment.all()
        ),
        "asked": _rows(
            (dates[a.appointment_id], people[a.person_id], a.role, a.partstat, a.answered_at, a.channel)
            for a in await Attendee.all()
        ),
        "lectures": _rows(
            (lectures[one.id], one.theme, one.audience, one.status, one.reason, one.created_at, one.reported_at)
            for one in await Lecture.all()
        ),
        "heard": _rows((lectures[h.lecture_id], h.audience, h.count) for h in await HeadCount.all()),
        "drills": _rows((d.title, d.status, d.starts_at, d.police_count) for d in await Drill.all()),
        "taking part": _rows(
            (drills[p.drill_id], bodies[p.organization_id], p.reply, p.attended_count)
            for p in await Participation.all()
        ),
        "activities": _rows(
            (a.title, a.kind, a.status, a.starts_at, a.copies_count, a.reported_count) for a in await Activity.all()
        ),
    }


async def _what_is_agreed(bodies: Names) -> dict[str, Rows]:
    titles = {one.id: f"{one.title} {one.effective_on}" for one in await Agreement.all()}
    parties = [
        (titles[p.agreement_id], bodies.get(p.organization_id or p.id), p.signatory_name, p.acceded_on, p.withdrawn_on)
        for p in await AgreementParty.all()
    ]
    return {
        "agreements": _rows(
            (titles[a.id], a.status, a.signed_on, a.expires_on, a.ended_on, a.items) for a in await Agreement.all()
        ),
        "parties": _rows(parties),
    }


async def told_today() -> date:
    """The day that the story took for today: its last request came in the day before."""
    newest = await Lecture.all().order_by("-created_at").first()
    assert newest is not None
    return newest.created_at.astimezone(TOKYO).date() + timedelta(days=1)
