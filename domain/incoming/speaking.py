"""だれの返事か: for whom a mail speaks. Of several who were invited at one address an officer says who."""

from __future__ import annotations

from uuid import UUID

from domain import records
from domain.answering import owners_of
from domain.calendar import Attendee
from domain.criteria import any_of
from domain.errors import Incomplete, NotFound
from domain.incoming.mail import IncomingMail
from domain.outbox import Letter, Method
from domain.people import Person
from domain.records import MISSING


async def invited_at(appointment_id: UUID, address: str) -> list[Attendee]:
    """Whoever was invited to the date by a letter to this address, or has it as another of their own; without regard to
    capitals, as mailboxes are. Of several those who are still asked: bodies and schools have one mailbox for many."""
    written = Letter.filter(appointment_id=appointment_id, method=Method.REQUEST, to_address__iexact=address)
    persons = {letter.person_id for letter in await written.exclude(to_address="")} | set(await owners_of(address))
    invited = await Attendee.filter(appointment_id=appointment_id, person_id__in=persons).order_by("id")
    asked = [one for one in invited if one.removed_at is None]
    return asked or invited[-1:]


async def speaker(mail: IncomingMail, attendee_id: UUID | None) -> Attendee | None:
    """The one who was invited for whom the mail speaks, or of several with its address the one that the officer names;
    nothing where it speaks for nobody. Raises Incomplete where there are several and none is named, NotFound for
    somebody for whom it cannot speak."""
    known = await _possible(mail)
    if attendee_id is not None:
        named = next((one for one in known if one.id == attendee_id), None)
        if named is None:
            raise NotFound(MISSING, field="attendee_id")
        return named
    if mail.attendee_id is None and known:
        people = await Person.filter(any_of(Person, "id", [one.person_id for one in known])).order_by("id")
        names = "、".join(f"{person.name}さん" for person in people)
        raise Incomplete(
            f"{names}を同じアドレスで招待しています。だれからのものかを本人に確かめて、選んでください。",
            field="attendee_id",
        )
    return known[0] if known else None


async def _possible(mail: IncomingMail) -> list[Attendee]:
    if mail.attendee_id is not None:
        return [await records.see(Attendee.all(), mail.attendee_id)]
    return await invited_at(mail.appointment_id, mail.answers_for) if mail.appointment_id else []


def said_by(attendee: Attendee) -> dict[str, UUID]:
    """What is kept of a mail once it is known for whom it speaks."""
    return {"attendee_id": attendee.id, "person_id": attendee.person_id}
