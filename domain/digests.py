"""朝のまとめ: one mail a morning for officers who want it, with what is coming, who has not answered, and what is due.

It covers what the officer's account or token as a liaison officer does, and nothing that they would not see there; it
names dates and bodies, never a person. A morning with nothing to tell brings no mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise.functions import Count

from domain import calendar, encounters, incoming, letters, outbox, tokens, units
from domain.actor import LIAISONS, TOKYO, Actor, Bearer, Role
from domain.calendar import Appointment, AppointmentStatus, Attendee, PartStat
from domain.incoming import IncomingStatus
from domain.japanese import clock, day_with_weekday
from domain.people import Person
from domain.reminders import LOOKED_BACK, is_unreported
from domain.verbs import routine

COMING, UNANSWERED = timedelta(days=7), timedelta(days=30)
MOST = 20
"""Lines of one kind in a mail; how many there are besides is said."""


@routine
async def owe(now: datetime) -> int:
    """Owe each officer who wants it the mail of this morning; answers how many get one."""
    wanting = Person.filter(wants_digest=True, is_officer=True).exclude(mail_address="").order_by("id")
    return sum([await _owe(now, officer) for officer in await wanting])


async def _owe(now: datetime, officer: Person) -> bool:
    actor = await _acting(now, officer)
    if actor is None:
        return False
    facts = await _told(actor)
    if not any(facts.values()):
        return False
    turn = f"{officer.id}:{actor.today.isoformat()}"
    return await letters.write(Bearer(now), officer, actor.unit_id, "digest", turn, facts | {"date": _day(now)})


async def _acting(now: datetime, officer: Person) -> Actor | None:
    """The officer in the widest post in which they may come in as a liaison officer today."""
    posts = await tokens.liaison_posts(officer.id, now)
    if not posts:
        return None
    role, unit_id = min(posts, key=lambda post: (LIAISONS.index(post[0]), post[1]))
    top = unit_id if role is Role.STATION_LIAISON else officer.prefecture_id
    covered = await units.below(officer.prefecture_id, top)
    return Actor(role, now, officer.id, unit_id, officer.prefecture_id, covered)


async def _told(actor: Actor) -> dict[str, list[str]]:
    """What a digest says to somebody, by the name of the fact."""
    unreported, steps = await encounters.find_lines(actor)
    return {
        "coming": _lines([_line(one) for one in await _ahead(actor, COMING)]),
        "unanswered": _lines(await _unanswered(actor)),
        "due": _lines([_line(one) for one in await _unreported(actor)]),
        "encounters": _lines(unreported),
        "steps": _lines(steps),
        "waiting": await _waiting(actor),
    }


async def _ahead(actor: Actor, within: timedelta) -> list[Appointment]:
    ahead = calendar.visible_to(actor).filter(starts_at__gt=actor.now, starts_at__lte=actor.now + within)
    return await ahead.exclude(status=AppointmentStatus.CANCELLED).order_by("starts_at", "id")


async def _unanswered(actor: Actor) -> list[str]:
    ahead = await _ahead(actor, UNANSWERED)
    silent = Attendee.filter(appointment_id__in=[one.id for one in ahead], removed_at=None, waits=False)
    open_still = silent.filter(partstat=PartStat.NEEDS_ACTION, invited_at__isnull=False)
    counted = await open_still.annotate(count=Count("id")).group_by("appointment_id").values("appointment_id", "count")
    counts = {row["appointment_id"]: row["count"] for row in counted}
    return [f"{_line(one)} 未回答 {counts[one.id]}人" for one in ahead if one.id in counts]


async def _unreported(actor: Actor) -> list[Appointment]:
    over = calendar.visible_to(actor).filter(ends_at__lte=actor.now, ends_at__gt=actor.now - 3 * LOOKED_BACK)
    known = await over.exclude(status=AppointmentStatus.CANCELLED).order_by("ends_at", "id")
    return [one for one in known if await is_unreported(one)]


async def _waiting(actor: Actor) -> list[str]:
    since = actor.now - timedelta(days=1)
    mails = await incoming.visible_to(actor).filter(status=IncomingStatus.WAITING).count()
    lost = await outbox.visible_to(actor).filter(given_up_at__gt=since).count()
    counts = (("確認を待っている届いたメール", mails), ("この1日に届けられなかった手紙", lost))
    return [f"・{what} {count}通" for what, count in counts if count]


def _line(one: Appointment) -> str:
    return f"{_day(one.starts_at)}{clock(one.starts_at, wide=True)} {one.title}"


def _day(instant: datetime) -> str:
    return day_with_weekday(instant.astimezone(TOKYO).date())


def _lines(found: Sequence[Any]) -> list[str]:
    more = [f"ほか{len(found) - MOST}件"] if len(found) > MOST else []
    return [f"・{line}" for line in [*found[:MOST], *more]]
