"""Why a letter that is owed has not left yet: told by the same rules by which it waits (`queueing`, `gathering`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.database import rows
from domain.gathering import Gathering
from domain.outbox import Letter, Method
from domain.outbox.queueing import in_front
from domain.quiet import QuietHours, asleep, held_at, hours_of
from domain.values import dataclass


class Wait(StrEnum):
    """What a letter waits for: POSTED it is being handed over, BEHIND an older one about the same date, ASLEEP the end
    of its reader's quiet hours, GATHERING what else changes of the date, LATER its time or the next attempt, NOTHING
    only whoever posts."""

    POSTED = "POSTED"
    BEHIND = "BEHIND"
    ASLEEP = "ASLEEP"
    GATHERING = "GATHERING"
    LATER = "LATER"
    NOTHING = "NOTHING"


@dataclass(frozen=True)
class Reason:
    """What it waits for, until when where that is known, and behind which letter."""

    wait: Wait
    until: datetime | None = None
    behind: UUID | None = None


ASKED = f"""
    SELECT one.id, {held_at("$1", "$2", "$3")} AS is_held, {in_front("one")} AS behind
    FROM letter one WHERE one.id = ANY($4::uuid[])"""  # noqa: S608 - our own words


async def reasons(
    now: datetime, letters: Sequence[Letter], how: Gathering, house: QuietHours | None
) -> Mapping[UUID, Reason]:
    """For each of these letters, none of which has left or ended, what it waits for; of several the one that ends last
    in the order in which they are got over."""
    found = await rows(ASKED, now, *hours_of(house), [letter.id for letter in letters])
    told = {UUID(str(line["id"])): line for line in found}
    until = await asleep(now, house, [letter.person_id for letter in letters])

    def reason(letter: Letter) -> Reason:
        line = told[letter.id]
        if letter.leased_until and letter.leased_until > now:
            return Reason(Wait.POSTED)
        if line["behind"]:
            return Reason(Wait.BEHIND, behind=UUID(str(line["behind"])))
        if line["is_held"]:
            return Reason(Wait.ASLEEP, until.get(letter.person_id) if letter.person_id else None)
        if letter.gathers and letter.method is not Method.CANCEL:
            return Reason(Wait.GATHERING, letter.owed_at + how.hold)
        return Reason(Wait.LATER, letter.due_at) if letter.due_at > now else Reason(Wait.NOTHING)

    return {letter.id: reason(letter) for letter in letters}
