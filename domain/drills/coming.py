"""来られる方: with how many an organisation comes to a drill, and who they are, as far as it says so.

One list stands for the whole organisation, like the number: whoever of it answers sees it and puts it right, and nobody
puts right what they have not seen (`standing`). Who is named may be nobody whom we know otherwise, and is wanted for
the reception of that one day: the list goes with the answer that it belonged to, with the drill that is called off, and
once the drill was reported; what nobody reports is swept with the remarks of answers (`retention`). The journal keeps
how many were named, never who.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain import amounts, records
from domain.actor import Actor, Author
from domain.calendar import AppointmentKind, Attendee
from domain.drills.participation import Participation, must_fit
from domain.errors import Conflict, Invalid
from domain.japanese import storable
from domain.register import HOLDINGS
from domain.replies import NOTHING_SAID, Coming, Counted, counts

MOST_NAMES = HOLDINGS["drill_participation"].most
"""The reception calls out whom it looks for: of a larger delegation the number is enough. With so many lines a form
stays within the few kilobytes of one that people fill in."""

LONGEST_NAME = 60
"""A long department, a title and a name with their blanks; two lines of a phone."""


FULL = "その人数ではお席が足りません。人数を減らすか、担当者にお電話ください。"
REWRITTEN = "ご覧いただいた後に、来られる方か人数が書き換えられました。いまの内容を確かめて、もう一度お答えください。"


async def part_of(attendee: Attendee) -> Participation | None:
    """The part that the organisation takes for which somebody is asked to a drill."""
    if attendee.organization_id is None:
        return None
    own = Participation.filter(appointment_id=attendee.appointment_id, organization_id=attendee.organization_id)
    return await own.first()


def standing(part: Participation) -> Coming:
    """What stands in a form of an organisation already: who comes, and the number where it is not just that of the
    names, or of the one who is asked; with its mark."""
    count = _said_apart(part.planned_count, part.names)
    return Coming(count, part.names, _mark(count, part.names))


def is_left(coming: Coming) -> bool:
    """Whether a form comes back as it was shown. Raises Invalid for lines that are none."""
    return coming.seen == _said(coming)


def _said(coming: Coming) -> str:
    lines = _lines(coming.names or ())
    return _mark(_said_apart(coming.count, lines), lines)


def _said_apart(count: int | None, names: Sequence[str]) -> int | None:
    return None if count == max(1, len(names)) else count


def _mark(count: int | None, names: Sequence[str]) -> str:
    return sha256("\n".join(["" if count is None else str(count), *names]).encode()).hexdigest()[:32]


def told(coming: Coming, known: Participation | None = None) -> dict[str, Any]:
    """The columns that say with whom an organisation comes: only what is given, checked together with what is known.

    Names without a number are counted. Raises Invalid for fewer people than are named.
    """
    values: dict[str, Any] = {}
    if coming.names is not None:
        values["names"] = _lines(coming.names)
    if coming.count is not None:
        values["planned_count"] = amounts.people(coming.count, "planned_count", "参加予定の人数", least=1)
    elif values.get("names"):
        values["planned_count"] = len(values["names"])
    _must_hold_all(values, known)
    return values


def _lines(names: Sequence[str]) -> list[str]:
    """One line a person, without the blanks around it; empty ones are none."""
    lines = [line for name in names if (line := storable(name.strip(), field="names"))]
    if len(lines) > MOST_NAMES:
        said = f"来られる方は{MOST_NAMES}人までです（いまは{len(lines)}行です）。ほかの方は人数だけで結構です。"
        raise Invalid(said, field="names")
    longest = max(map(len, lines), default=0)
    if longest > LONGEST_NAME:
        said = f"来られる方は1行に1人ずつ、{LONGEST_NAME}字以内でお書きください（いまは{longest}字の行があります）。"
        raise Invalid(said, field="names")
    return lines


def _must_hold_all(values: dict[str, Any], known: Participation | None) -> None:
    named = len(values.get("names", known.names if known else ()))
    count = values.get("planned_count", known.planned_count if known else named)
    if count < named:
        said = f"参加される人数（{count}人）が、来られる方（{named}人）より少なくなっています。人数かお名前を"
        raise Invalid(f"{said}直してください。", field="planned_count")


@counts(AppointmentKind.DRILL)
async def expect(author: Author, attendee: Attendee, coming: Coming) -> Counted | None:
    """One of its people says with whom an organisation comes. Raises Conflict for more people than there are places."""
    own = Participation.filter(appointment_id=attendee.appointment_id, organization_id=attendee.organization_id)
    participation = await own.select_for_update().prefetch_related("drill").first()
    if participation is None:
        return None
    before = participation.planned_count
    said = told(_since(author, coming, participation), participation)
    await records.change(author, participation, "participation-counted", **said)
    await _must_find_room(author, participation)
    return Counted(participation.planned_count, participation.planned_count != before)


def _since(author: Author, coming: Coming, participation: Participation) -> Coming:
    """What was said of it that did not stand in the form already, or stands there by now: a form may be sent twice. A
    number that was left there gives way to more names. Raises Conflict where something else stands there by now, or
    where others are named and it is said without having seen who; who tells an officer on the telephone is told by
    them."""
    if coming.seen is None and (coming == NOTHING_SAID or isinstance(author, Actor) or not participation.names):
        return coming
    before = standing(participation)
    if _said(coming) in (coming.seen, before.seen):
        return NOTHING_SAID
    if coming.seen != before.seen:
        raise Conflict(REWRITTEN, field="names")
    gives_way = coming.count == before.count and len(_lines(coming.names or ())) > (coming.count or 0)
    return Coming(None if gives_way else coming.count, coming.names)


async def _must_find_room(author: Author, participation: Participation) -> None:
    """How many places there are, and how many the others take, is told to nobody but officers (X10)."""
    try:
        await must_fit(participation.drill_id, participation.drill.capacity)
    except Conflict as refused:
        raise (refused if isinstance(author, Actor) else Conflict(FULL, field=refused.field)) from None


async def forget_names(author: Author, drill_id: UUID) -> None:
    """Nobody is received any more: who was to come is known no longer, how many is."""
    for participation in await Participation.filter(drill_id=drill_id).order_by("id").select_for_update():
        await records.change(author, participation, "participation-names-forgotten", names=[])
