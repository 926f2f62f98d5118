"""招待: which letters a date owes to the people who are asked to it. Written once, for every kind of appointment.

Each letter names one attendee only (privacy; RFC 5546 §3.2.2 allows it). Nothing is owed for what is already over, nor
to somebody who cannot be written to (`letters`). The facts of a letter are frozen as of now: a late post tells what
was meant. Only their own answer is told as it stands when a letter leaves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain import changes, outbox
from domain.actor import TOKYO, Author
from domain.calendar import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Attendee,
    PartStat,
    coming,
    overtake,
    sequence_for,
)
from domain.criteria import any_of
from domain.japanese import from_to
from domain.letters import Recipient, recipient_of
from domain.outbox import Letter, Method
from domain.people import Person
from domain.units import Unit, signature

Saying = Callable[[Appointment], Awaitable[Mapping[str, Any]]]
SAYINGS: dict[AppointmentKind, Saying] = {}


def says(kind: AppointmentKind) -> Callable[[Saying], Saying]:
    """Register what whoever is asked to dates of this kind is told of what they are about, in words: the facts of
    their letters, and of the entry in their calendar."""

    def register(saying: Saying) -> Saying:
        SAYINGS[kind] = saying
        return saying

    return register


async def _about(appointment: Appointment) -> Mapping[str, Any]:
    saying = SAYINGS.get(appointment.kind)
    return await saying(appointment) if saying else {}


async def facts_of(appointment: Appointment, unit: Unit, **more: Any) -> dict[str, Any]:
    """What any letter about a date may tell."""
    return {
        **await signature(unit),
        "uid": appointment.uid,
        "sequence": appointment.sequence,
        "title": appointment.title,
        "when": from_to(appointment.starts_at, appointment.ends_at),
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
        "created_at": appointment.created_at.isoformat(),
        "place": appointment.place,
        "online_url": appointment.online_url,
        "status": appointment.status,
        **more,
    }


async def tell(
    author: Author,
    appointment: Appointment,
    attendee: Attendee,
    kind: str,
    method: Method | None = None,
    about: Mapping[str, Any] | None = None,
    **more: Any,
) -> None:
    """Owe one attendee one letter, with the link for the answer; their calendar takes the date up, or out, as it stands
    for them now (`changes`), where it is told nothing else."""
    await tell_each(author, appointment, [attendee], kind, method, about, **more)


async def tell_each(
    author: Author,
    appointment: Appointment,
    attendees: Sequence[Attendee],
    kind: str,
    method: Method | None = None,
    about: Mapping[str, Any] | None = None,
    **more: Any,
) -> None:
    """Owe each of these the same letter, each their own."""
    is_off, unit = appointment.status is AppointmentStatus.CANCELLED, await appointment.unit
    people = await _people(attendees)
    ways = [method or changes.method_for(is_off, one.removed_at is None) for one in attendees]
    told = list(zip(attendees, people, ways, strict=True))
    await overtake(author, appointment, [(one, who.mail_address) for one, who, way in told if way is Method.REQUEST])
    if not told or appointment.ends_at <= author.now:
        return
    facts = await _facts(appointment, unit, about)
    letters = []
    for attendee, person, way in told:
        if to := recipient_of(person, unit, author.now.astimezone(TOKYO).date()):
            turn = f"{attendee.id}:{appointment.version}.{attendee.version}"
            own = facts | to.facts | _known(author, appointment, attendee) | more
            letters.append(_letter(author, appointment, to, kind, turn, own, way))
    await outbox.owe_all(letters)


async def _people(attendees: Sequence[Attendee]) -> list[Person]:
    """Who they are, in the same order."""
    found = await Person.filter(any_of(Person, "id", [one.person_id for one in attendees]))
    people = {person.id: person for person in found}
    return [people[one.person_id] for one in attendees]


def _known(author: Author, appointment: Appointment, attendee: Attendee) -> dict[str, Any]:
    """What a letter says of the attendee whom it is for."""
    return {
        "attendee_id": str(attendee.id),
        "sequence": sequence_for(appointment, attendee),
        "partstat": _answer_of(attendee),
        "stamp": author.now.isoformat(),
    }


def _answer_of(attendee: Attendee) -> PartStat:
    """Their answer as calendars show it: whoever waits for a seat has not got one."""
    return PartStat.TENTATIVE if attendee.waits else attendee.partstat


@outbox.when_leaving
async def tell_answers_as_they_stand(now: datetime, letters: Sequence[Letter]) -> None:
    """Whoever has answered while a letter waited is not asked again by it, nor is their answer taken back."""
    asking = [one for one in letters if one.method is Method.REQUEST and "attendee_id" in one.facts]
    asked = await Attendee.filter(id__in=[UUID(one.facts["attendee_id"]) for one in asking])
    answers = {str(one.id): _answer_of(one) for one in asked}
    for letter in asking:
        letter.facts |= {"partstat": answers.get(letter.facts["attendee_id"], PartStat.NEEDS_ACTION)}


async def write(
    author: Author,
    appointment: Appointment,
    person: Person,
    kind: str,
    turn: str,
    method: Method | None = None,
    due_at: datetime | None = None,
    about: Mapping[str, Any] | None = None,
    **more: Any,
) -> bool:
    """Owe a person a letter about a date; `turn` makes the letter's key unique among those of its kind, and `about` is
    what that is about, where it is at hand (`says`). Whether there was anybody to write to."""
    unit: Unit = await appointment.unit
    to = recipient_of(person, unit, author.now.astimezone(TOKYO).date())
    if to is not None and appointment.ends_at > author.now:
        facts = await _facts(appointment, unit, about) | to.facts | more
        await outbox.owe_all([_letter(author, appointment, to, kind, turn, facts, method, due_at)])
    return to is not None


async def _facts(appointment: Appointment, unit: Unit, about: Mapping[str, Any] | None) -> dict[str, Any]:
    """What letters about a date have in common, whoever they are for."""
    return await facts_of(appointment, unit, **(await _about(appointment) if about is None else about))


def _letter(
    author: Author,
    appointment: Appointment,
    to: Recipient,
    kind: str,
    turn: str,
    facts: Mapping[str, Any],
    method: Method | None,
    due_at: datetime | None = None,
) -> Letter:
    return outbox.letter(
        f"{kind}:{turn}",
        kind,
        unit_id=appointment.unit_id,
        to=(to.name, to.address),
        person_id=to.person_id,
        appointment_id=appointment.id,
        method=method,
        facts=facts,
        owed_at=author.now,
        due_at=due_at,
    )


async def tell_all(
    author: Author, appointment: Appointment, kind: str, about: Mapping[str, Any] | None = None, **more: Any
) -> None:
    """Owe everybody who is asked the same letter, each their own."""
    await tell_each(author, appointment, await coming(appointment.id), kind, about=about, **more)
