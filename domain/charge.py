"""担当: what happens to somebody who is asked to a date, the officer who has asked them hears of at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain import letters, outbox, people
from domain.actor import TOKYO, Author, Bearer
from domain.calendar import Appointment, Attendee
from domain.japanese import from_to
from domain.outbox import Letter
from domain.people import Person

UNDELIVERED = "letter-returned"


async def said_of(appointment: Appointment) -> dict[str, str]:
    """What a letter to the desk says of a date."""
    when = from_to(appointment.starts_at, appointment.ends_at)
    return {"title": appointment.title, "when": when, "place": appointment.place}


async def tell(author: Author, attendee: Attendee, kind: str, turn: str, facts: Mapping[str, Any]) -> None:
    """A letter to whoever has asked them, or to their unit where that officer has moved on since, is gone or is the
    one who was asked; none to whoever enters it themself."""
    if author.person_id is not None and author.person_id == attendee.asked_by_id != attendee.person_id:
        return
    await letters.write(author, await _in_charge(author, attendee), attendee.unit_id, kind, turn, facts)


async def tell_of_loss(
    author: Author, appointment: Appointment, attendee: Attendee, *, answer: str = "", reason: str = ""
) -> None:
    """Somebody who had said yes does not come: what they have answered, or why else."""
    person = await Person.get(id=attendee.person_id)
    facts = {**await said_of(appointment), "person": person.name, "answer": answer, "reason": reason}
    await tell(author, attendee, "attendee-lost", f"{attendee.id}:{attendee.version}", facts)


async def tell_of_unreached_body(
    author: Author, appointment: Appointment, attendee: Attendee, *, body: str, news: str, reason: str
) -> None:
    """Nobody of a body that is expected can be written to: whoever has asked it hears what it has to be told, though
    they have decided that themself."""
    facts = {**await said_of(appointment), "organization": body, "news": news, "reason": reason}
    turn = f"{attendee.id}:{appointment.version}"
    officer = await _in_charge(author, attendee)
    await letters.write(author, officer, attendee.unit_id, "body-unreached", turn, facts)


@outbox.when_lost
async def tell_of_lost_letter(now: datetime, letter: Letter, reason: str) -> None:
    """It never left: no less is to be done than where a mail server sends it back."""
    attendee = await Attendee.filter(appointment_id=letter.appointment_id, person_id=letter.person_id).first()
    await tell_undelivered(Bearer(now), letter, attendee, reason)


async def tell_undelivered(author: Author, letter: Letter, attendee: Attendee | None, reason: str) -> None:
    """A letter did not reach its reader: whoever has asked them hears why, or the unit that wrote it; nobody where the
    letter was that unit's own, or told of one that did not arrive."""
    if letter.kind == UNDELIVERED or letter.person_id is None:
        return
    about = {name: letter.facts.get(name, "") for name in ("title", "when")}
    facts = {"person": letter.to_name, **about, "reason": reason}
    if attendee:
        await tell(author, attendee, UNDELIVERED, str(letter.id), facts)
    else:
        await letters.write(author, None, letter.unit_id, UNDELIVERED, str(letter.id), facts)


async def _in_charge(author: Author, attendee: Attendee) -> Person | None:
    officer = await Person.filter(id=attendee.asked_by_id).first()
    if officer is None or officer.id == attendee.person_id or not officer.mail_address:
        return None
    asked_on, today = [instant.astimezone(TOKYO).date() for instant in (attendee.invited_at or author.now, author.now)]
    return None if await people.has_moved_on(officer, asked_on, today) else officer
