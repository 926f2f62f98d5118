"""講師派遣 as 青浜県 lives it: each plan told from the school's request to the report, or to whatever ends it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from domain import calendar, lectures, replies
from domain.actor import Actor, Role
from domain.calendar import AttendeeRole, PartStat
from domain.lectures import Counted, GivenBy, Lecture
from domain.organizations import Contact
from domain.volunteers import Volunteer
from seed.lecture_plans import Fate, Plan
from seed.telling import Thread, then
from seed.town import Town

REASONS = {
    Fate.CANCELLED: "インフルエンザによる学級閉鎖のため",
    Fate.REFUSED: "希望日に派遣できる職員がいないため",
    Fate.WITHDRAWN: "学校行事の日程が変わったため",
}
STORM = "台風の接近が見込まれるため"


async def told(town: Town, plan: Plan, volunteers: Mapping[str, Volunteer]) -> Thread:
    """One request. `volunteers` are known by their roster numbers."""
    officer = town.stations[plan.station][0]
    yield plan.requested_at
    lecture = await asked(town, plan)
    yield plan.accepted_at
    if plan.fate is Fate.REFUSED:
        await lectures.refuse(then(officer, plan.accepted_at), lecture.id, reason=REASONS[plan.fate])
        return
    await lectures.accept(then(officer, plan.accepted_at), lecture.id)
    yield plan.assigned_at
    if plan.fate is Fate.WITHDRAWN:
        school = school_of(town, town.contacts[plan.host])
        await lectures.withdraw(then(school, plan.assigned_at), lecture.id, reason=REASONS[plan.fate])
        return
    await staffed(then(officer, plan.assigned_at), lecture, town, plan, volunteers)
    async for instant in _from_answer_to_report(officer, lecture, plan, came(town, plan, volunteers)):
        yield instant


def came(town: Town, plan: Plan, volunteers: Mapping[str, Volunteer]) -> list[GivenBy]:
    """The lecturer and the helpers; of two helpers who never answered the second stayed away."""
    helpers = plan.helpers if plan.is_answered else plan.helpers[:1]
    lecturer = GivenBy(town.officers[plan.lecturer].id)
    return [lecturer, *(GivenBy(volunteers[number].person_id, AttendeeRole.CO_LECTURER) for number in helpers)]


async def _from_answer_to_report(officer: Actor, lecture: Lecture, plan: Plan, given_by: list[GivenBy]) -> Thread:
    if plan.is_answered:
        yield plan.answered_at
        await answered(then(officer, plan.answered_at), lecture.appointment_id, PartStat.ACCEPTED)
    yield plan.confirmed_at
    await lectures.confirm(then(officer, plan.confirmed_at), lecture.id)
    if plan.fate is Fate.CANCELLED:
        yield plan.cancelled_at
        await lectures.cancel(then(officer, plan.cancelled_at), lecture.id, reason=REASONS[plan.fate])
        return
    if plan.postponed_at:
        yield plan.postponed_at
        await _postponed(then(officer, plan.postponed_at), lecture, plan)
    yield plan.delivered_at
    await _delivered(then(officer, plan.delivered_at), lecture.id, plan, given_by)
    yield plan.reported_at
    await lectures.report(then(officer, plan.reported_at), lecture.id)


async def asked(town: Town, plan: Plan) -> Lecture:
    """The request, by the school itself or by the officer to whom it was told."""
    contact = town.contacts[plan.host]
    actor = school_of(town, contact) if plan.by_school else town.stations[plan.station][0]
    return await lectures.request(
        then(actor, plan.requested_at),
        school_id=contact.organization_id,
        contact_id=contact.id,
        theme=plan.theme,
        audience=plan.audience,
        kind=plan.kind,
        expected_count=plan.expected,
        starts_at=plan.first_at,
        ends_at=plan.first_at + plan.length,
        equipment="プロジェクター（HDMI）、スクリーン、マイク",
    )


def school_of(town: Town, contact: Contact) -> Actor:
    """The school's contact as an actor of their own."""
    return Actor(
        Role.SCHOOL,
        town.admin.now,
        contact.person_id,
        contact.unit_id,
        town.admin.prefecture_id,
        organization_id=contact.organization_id,
    )


async def staffed(
    officer: Actor, lecture: Lecture, town: Town, plan: Plan, volunteers: Mapping[str, Volunteer]
) -> None:
    """The lecturer is asked, and by headquarters, which knows all volunteers, the helpers."""
    if plan.declined_by:
        await lectures.assign(officer, lecture.id, person_id=town.officers[plan.declined_by].id)
        await answered(officer, lecture.appointment_id, PartStat.DECLINED)
    await lectures.assign(officer, lecture.id, person_id=town.officers[plan.lecturer].id)
    desk = then(town.desk[4], officer.now)
    for number in plan.helpers:
        helper = volunteers[number].person_id
        await lectures.assign(desk, lecture.id, person_id=helper, role=AttendeeRole.CO_LECTURER)


async def answered(officer: Actor, appointment_id: UUID, partstat: PartStat) -> None:
    """Everybody who has not answered yet does so on the page behind the letter's link."""
    for attendee in await calendar.coming(appointment_id).filter(partstat=PartStat.NEEDS_ACTION):
        await replies.answer_by_link(officer.now, attendee.id, partstat=partstat)


async def _postponed(officer: Actor, lecture: Lecture, plan: Plan) -> None:
    """A new date at once, which those who had answered accept, and confirmed in the same hour."""
    ends_at = plan.starts_at + plan.length
    await lectures.postpone(officer, lecture.id, reason=STORM, starts_at=plan.starts_at, ends_at=ends_at)
    if plan.is_answered:
        await answered(officer, lecture.appointment_id, PartStat.ACCEPTED)
    await lectures.confirm(officer, lecture.id)


async def _delivered(officer: Actor, lecture_id: UUID, plan: Plan, given_by: list[GivenBy]) -> None:
    heard = [Counted(audience, count) for audience, count in plan.heard]
    length = plan.minutes
    await lectures.deliver(officer, lecture_id, duration_minutes=length, head_counts=heard, given_by=given_by)
