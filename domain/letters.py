"""手紙: to whom a letter to somebody goes, and what any letter says of who sends it, where it is about no date.

Letters about a date are `invitations`; both are owed in the transaction of the fact that they tell (`outbox`). Whose
address is put right is told there what still waits, and nothing more at the old one (`settle`); so is a unit, and
whatever leaves says how the unit that sends it is reached now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain import outbox
from domain.actor import TOKYO, Author, Bearer
from domain.calendar import Appointment, Attendee, overtake
from domain.database import rows
from domain.japanese import Honorific, addressed
from domain.outbox import Letter, Method
from domain.people import Person
from domain.units import Unit, signature
from domain.values import dataclass
from domain.verbs import routine

MORNING = time(9)
A_DAY = 3
WEEKS, IN_WEEKS = timedelta(days=30), 10
"""How many letters of one kind are written on one day, and in so many, for what somebody has asked or said by a link:
whoever holds that can."""


@dataclass(frozen=True)
class Recipient:
    """A name and an address for the envelope, how the letter begins, and who they are, nobody for the unit itself;
    `has_page` is whoever can be led to a page of their own (`own`)."""

    name: str
    address: str
    greeting: str
    person_id: UUID | None
    has_page: bool = False

    @property
    def facts(self) -> dict[str, str]:
        """What the letter itself knows of them."""
        page = {"page_of": str(self.person_id)} if self.has_page else {}
        whose = {} if self.person_id else {"of_unit": "1"}
        return {"recipient": self.greeting, **page, **whose}


def recipient_of(person: Person, unit: Unit, today: date) -> Recipient | None:
    """The person, where they are still here and have an address.

    What an officer had to do stays to be done when they are gone: their letters go to the unit that writes them.
    Nobody, where neither can be written to.
    """
    is_here = person.retired_on is None or person.retired_on > today
    if is_here and person.mail_address:
        return Recipient(
            person.name, person.mail_address, addressed(person.name, Honorific.SAMA), person.id, not person.is_officer
        )
    return _the_unit(unit) if person.is_officer else None


def _the_unit(unit: Unit) -> Recipient | None:
    greeting = addressed(unit.name, Honorific.ONCHU)
    return Recipient(unit.name, unit.mail_address, greeting, None) if unit.mail_address else None


async def write(
    author: Author,
    person: Person | None,
    unit_id: UUID,
    kind: str,
    turn: str,
    facts: Mapping[str, Any],
    due_at: datetime | None = None,
) -> bool:
    """Owe a person a letter of a unit, or without one the unit itself. Whether there was anybody to write to.

    `turn` makes the letter's key unique among those of its kind.
    """
    unit = await Unit.get(id=unit_id)
    to = recipient_of(person, unit, author.now.astimezone(TOKYO).date()) if person else _the_unit(unit)
    if to is None:
        return False
    await outbox.owe(
        f"{kind}:{turn}",
        kind,
        unit_id=unit.id,
        to=(to.name, to.address),
        person_id=to.person_id,
        facts={**await signature(unit), **to.facts, **facts},
        owed_at=author.now,
        due_at=due_at,
    )
    return True


@dataclass(frozen=True)
class Written:
    """A letter to one of many: to whom, what makes its key unique among those of its kind, and what it says."""

    person: Person
    turn: str
    facts: Mapping[str, Any]


async def write_each(author: Author, unit_id: UUID, kind: str, letters: Sequence[Written]) -> None:
    """Owe each of these persons a letter of their own from one unit, in one statement; nobody to whom none can go."""
    unit = await Unit.get(id=unit_id)
    signed, today = await signature(unit), author.now.astimezone(TOKYO).date()
    owed = [
        outbox.letter(
            f"{kind}:{one.turn}",
            kind,
            unit_id=unit.id,
            to=(to.name, to.address),
            person_id=to.person_id,
            facts={**signed, **to.facts, **one.facts},
            owed_at=author.now,
        )
        for one in letters
        if (to := recipient_of(one.person, unit, today))
    ]
    await outbox.owe_all(owed)


def by_day(now: datetime) -> datetime:
    """Now, or 9:00 in Japan where that is still to come: what the clock finds at night wakes nobody."""
    return max(now, datetime.combine(now.astimezone(TOKYO).date(), MORNING, TOKYO))


@outbox.when_leaving
async def sign_as_reached_now(now: datetime, letters: Sequence[Letter]) -> None:
    """A number to call back, or an address for answers, that was put right while a letter waited leaves right."""
    units = await Unit.filter(id__in={letter.unit_id for letter in letters})
    signed = {unit.id: await signature(unit) for unit in units}
    for letter in letters:
        if "unit_name" in letter.facts:
            letter.facts |= signed.get(letter.unit_id, {})


# A guardian reads for somebody else (`volunteers.guardians`), and an account has an address of its own: neither follows
# that of the person.
ASTRAY = """
    SELECT letter.id FROM letter LEFT JOIN person ON person.id = letter.person_id
    JOIN unit ON unit.id = letter.unit_id
    WHERE letter.to_address NOT IN ('', CASE WHEN letter.facts ? 'of_unit' THEN unit.mail_address
        ELSE coalesce(person.mail_address, letter.to_address) END)
      AND NOT letter.facts ?| ARRAY['copied_for', 'login']"""
MISDIRECTED = f"{ASTRAY} AND {outbox.AT_REST} ORDER BY letter.id FOR UPDATE OF letter SKIP LOCKED"
UNREACHED = "宛先のメールアドレスの登録がなくなったため、送っていません。"


@routine
async def settle(now: datetime) -> int:
    """Let what waits go to where its reader is reached now; what reaches them nowhere is lost (`outbox.when_lost`).
    Answers how many letters that were. What an address has overtaken is let go before (`gathering`). What makes no
    sense is set aside, and leads no other to the old address."""
    return await outbox.see_to_each(now, await rows(MISDIRECTED, now), _lead)


async def is_astray(letter: Letter, _: datetime) -> bool:
    """Whether its reader is reached elsewhere by now; where somebody has leased it, `settle` comes after that."""
    return bool(await rows(f"{ASTRAY} AND letter.id = $1", letter.id))


async def _lead(now: datetime, letter: Letter) -> None:
    unit = await Unit.get(id=letter.unit_id)
    person = await Person.get(id=letter.person_id) if letter.person_id else None
    to = recipient_of(person, unit, now.astimezone(TOKYO).date()) if person else _the_unit(unit)
    if to is None:
        await outbox.lose(now, letter, UNREACHED)
    else:
        await _redirect(now, letter, to)


async def _redirect(now: datetime, letter: Letter, to: Recipient) -> None:
    """At this address it was never tried. A calendar there may know of a CANCEL that is newer than it (`overtake`)."""
    facts = {**letter.facts, **to.facts}
    attendee = await Attendee.filter(id=facts.get("attendee_id")).first()
    if letter.method is Method.REQUEST and attendee is not None:
        await overtake(Bearer(now), await Appointment.get(id=attendee.appointment_id), [(attendee, to.address)])
        cancelled = await outbox.last_cancelled(attendee.appointment_id, [to.address])
        facts["sequence"] = max(facts["sequence"], cancelled[to.address] + 1)
    await lead_elsewhere(now, letter, to.name, to.address, facts, person_id=to.person_id)


async def lead_elsewhere(
    now: datetime, letter: Letter, name: str, address: str, facts: Mapping[str, Any], **more: Any
) -> None:
    """Address what waits anew. There it was never tried, and waits for no pause."""
    letter.update_from_dict({"to_name": name, "to_address": address, "facts": dict(facts), **more})
    if letter.attempts:
        letter.due_at = now
    letter.update_from_dict({"attempts": 0, "failing_since": None, "last_error": None})
    letter.update_from_dict({"stamped_at": None, "leased_until": None})
    await letter.save()
