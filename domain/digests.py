"""朝のまとめ: one mail a morning for officers who want it, with what is coming and what waits for them (`worklist`).

It covers what the officer's account or token as a liaison officer does, and nothing that they would not see there; it
names dates and bodies, never a person. A morning with nothing to tell brings no mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from domain import calendar, letters, outbox, tokens, units, worklist
from domain.actor import LIAISONS, TOKYO, Actor, Bearer, Role
from domain.calendar import Appointment, AppointmentStatus
from domain.japanese import clock, day_with_weekday, wareki
from domain.people import Person
from domain.verbs import routine
from domain.worklist import Work, WorkKind, Worklist

COMING = timedelta(days=7)
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
    return {
        "coming": _lines([_line(one) for one in await _ahead(actor, COMING)]),
        "works": await _works(actor, await worklist.worklist(actor, is_mine=True, first=worklist.MOST)),
        "waiting": await _waiting(actor),
    }


async def _works(actor: Actor, found: Worklist) -> list[str]:
    """What waits for the officer, or for nobody yet, kind by kind, in the order in which it is to be done; of another
    unit than the officer's own with its name, for many a station holds a seminar of the same title."""
    others = units.visible_to(actor).filter(id__in={work.unit_id for work in found.works} - {actor.unit_id})
    names = {unit.id: f"（{unit.name}）" for unit in await others}
    by_kind: dict[WorkKind, list[Work]] = {}
    for work in found.works:
        by_kind.setdefault(work.kind, []).append(work)
    return [
        line
        for kind, works in by_kind.items()
        for line in (
            f"■{worklist.LABELS[kind]}（{found.counts[kind]}件）",
            *_lines([_why(work, names.get(work.unit_id, "")) for work in works]),
        )
    ]


def _why(work: Work, whose: str) -> str:
    """Its day, where the sentence does not say it already, what it is and whose, and why it waits."""
    day = wareki(work.due_on) if work.due_on else ""
    return f"{'' if day in work.why else day + ' '}{work.title}{whose}　{work.why}"


async def _ahead(actor: Actor, within: timedelta) -> list[Appointment]:
    ahead = calendar.visible_to(actor).filter(starts_at__gt=actor.now, starts_at__lte=actor.now + within)
    return await ahead.exclude(status=AppointmentStatus.CANCELLED).order_by("starts_at", "id")


async def _waiting(actor: Actor) -> list[str]:
    lost = await outbox.visible_to(actor).filter(given_up_at__gt=actor.now - timedelta(days=1)).count()
    return [f"・この1日に届けられなかった手紙 {lost}通"] if lost else []


def _line(one: Appointment) -> str:
    return f"{_day(one.starts_at)}{clock(one.starts_at, wide=True)} {one.title}"


def _day(instant: datetime) -> str:
    return day_with_weekday(instant.astimezone(TOKYO).date())


def _lines(found: Sequence[Any]) -> list[str]:
    more = [f"ほか{len(found) - MOST}件"] if len(found) > MOST else []
    return [f"・{line}" for line in [*found[:MOST], *more]]
