"""What looking around uses up, planned anew at each start: a drill to take up, one to ask the played partner to, and a
meeting whose room has just been changed, which somebody's calendar program does not know yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from domain import calendar, drills, feeds, organizations, records
from domain.actor import Actor
from domain.calendar import AnswerChannel, Appointment, AppointmentKind, AttendeeRole, PartStat
from domain.drills import Drill, DrillFormat, DrillStatus, DrillThreat
from domain.feeds import Subscription
from domain.people import Person
from domain.units import Unit
from seed.days import at, open_day

TITLES = {DrillStatus.DRAFT: "商店街ランサムウェア対処訓練", DrillStatus.PLANNING: "工業団地標的型メール対処訓練"}
LENGTH = timedelta(hours=3)
MEETING = "協定更新の打合せ"


async def replenish(station: Actor, partner: Actor) -> None:
    """Let there be at least one of each."""
    if not await drafts(station).exists():
        await _planned(station, DrillStatus.DRAFT, 96)
    if not await invitable(station, partner).exists():
        drill = await _planned(station, DrillStatus.PLANNING, 82)
        await drills.open_planning(station, drill.id)
    if not await meetings(station).exists():
        await _moved_meeting(station, partner)


def drafts(officer: Actor) -> QuerySet[Drill]:
    """Drills ahead that are ideas yet."""
    return drills.visible_to(officer).filter(status=DrillStatus.DRAFT, starts_at__gt=officer.now)


def meetings(officer: Actor) -> QuerySet[Appointment]:
    """Meetings that have not begun."""
    return calendar.visible_to(officer).filter(title=MEETING, starts_at__gt=officer.now)


def invitable(officer: Actor, guest: Actor) -> QuerySet[Drill]:
    """Drills ahead to which the guest could be asked, and is not."""
    asked = calendar.attendees_visible_to(officer).filter(person_id=guest.person_id, removed_at=None)
    ahead = drills.visible_to(officer).filter(
        status__in=(DrillStatus.PLANNING, DrillStatus.INVITING), starts_at__gt=officer.now
    )
    return ahead.exclude(appointment_id__in=Subquery(asked.values("appointment_id")))


async def _planned(station: Actor, upto: DrillStatus, days: int) -> Drill:
    begins = at(open_day(station.today, days), "13:30")
    return await drills.plan(
        station,
        title=TITLES[upto],
        format=DrillFormat.TABLETOP,
        threat=DrillThreat.RANSOMWARE if upto is DrillStatus.DRAFT else DrillThreat.TARGETED_MAIL,
        starts_at=begins,
        ends_at=begins + LENGTH,
        objectives=["被害を認知してから1時間以内に警察へ通報できることを確かめる"],
        place="見本中央警察署 講堂",
        reply_by=open_day(station.today, days - 21),
    )


async def _moved_meeting(station: Actor, partner: Actor) -> None:
    """Tomorrow, with somebody who subscribes, has said yes a week ago, and is in no story."""
    before = replace(station, now=at(station.today - timedelta(days=7), "10:00"))
    begins = at(station.today + timedelta(days=1), "14:00")
    known = organizations.contacts_visible_to(station).filter(until=None).exclude(person_id=partner.person_id)
    contact = await known.order_by("-id").first()
    if contact is None:
        return
    guest, unit = await Person.get(id=contact.person_id), await Unit.get(id=station.unit_id)
    async with in_transaction("default"):
        date = await calendar.propose(
            before, AppointmentKind.CEREMONY, unit, MEETING, begins, begins + LENGTH, place="2階 小会議室"
        )
        await calendar.confirm(before, date)
        body = contact.organization_id
        attendee = await calendar.ask(before, date, guest, AttendeeRole.PARTICIPANT, organization_id=body)
        said = {"partstat": PartStat.ACCEPTED, "answered_at": before.now, "channel": AnswerChannel.PHONE}
        await records.change(before, attendee, "attendee-answered", **said)
        if not await Subscription.filter(person_id=guest.id, revoked_at=None).exists():
            await feeds.subscribe(station, person_id=guest.id)
        await calendar.change(station, date, "appointment-changed", place="1階 大会議室")
