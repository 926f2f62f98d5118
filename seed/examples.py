"""What looking around uses up, planned anew at each start: a drill to take up, and one to ask the played partner to."""

from __future__ import annotations

from datetime import timedelta

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain import calendar, drills
from domain.actor import Actor
from domain.drills import Drill, DrillFormat, DrillStatus, DrillThreat
from seed.days import at, open_day

TITLES = {DrillStatus.DRAFT: "商店街ランサムウェア対処訓練", DrillStatus.PLANNING: "工業団地標的型メール対処訓練"}
LENGTH = timedelta(hours=3)


async def replenish(station: Actor, partner: Actor) -> None:
    """Let there be at least one of each."""
    if not await drafts(station).exists():
        await _planned(station, DrillStatus.DRAFT, 96)
    if not await invitable(station, partner).exists():
        drill = await _planned(station, DrillStatus.PLANNING, 82)
        await drills.open_planning(station, drill.id)


def drafts(officer: Actor) -> QuerySet[Drill]:
    """Drills ahead that are ideas yet."""
    return drills.visible_to(officer).filter(status=DrillStatus.DRAFT, starts_at__gt=officer.now)


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
