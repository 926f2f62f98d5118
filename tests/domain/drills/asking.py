"""What the tests of drills ask again and again."""

from datetime import timedelta

from domain import drills, replies
from domain.calendar import Appointment, Attendee, PartStat
from domain.drills import Attended, Drill, Participation
from domain.journal import Entry
from domain.organizations import Contact
from domain.outbox import Letter, Method
from tests import make
from tests.make import Town


async def letters() -> list[tuple[str, Method | None, str]]:
    """All but those in which somebody's own answer is told back."""
    rows = await Letter.exclude(kind="answer-received").order_by("owed_at", "id")
    return [(letter.kind, letter.method, letter.to_address) for letter in rows]


async def last_letter() -> Letter:
    return (await Letter.all().order_by("owed_at", "id"))[-1]


async def appointment_of(drill: Drill) -> Appointment:
    return await Appointment.get(id=drill.appointment_id)


async def fresh(drill: Drill) -> Drill:
    return await Drill.get(id=drill.id)


async def attendee_of(contact: Contact) -> Attendee:
    return await Attendee.get(person_id=contact.person_id)


async def participation_of(contact: Contact) -> Participation:
    return await Participation.get(organization_id=contact.organization_id)


async def answer(town: Town, contact: Contact, partstat: PartStat = PartStat.ACCEPTED) -> None:
    await replies.answer_by_link(town.officer.now, (await attendee_of(contact)).id, partstat=partstat)


async def everything() -> tuple[object, ...]:
    """What a refusal must leave as it was."""
    rows = [await model.all().order_by("id").values() for model in (Drill, Participation, Appointment, Attendee)]
    return *rows, await Letter.all().count(), await Entry.all().count()


async def confirmed(town: Town, *names: str) -> tuple[Drill, list[Contact]]:
    drill = await make.drill(town.officer)
    contacts = await make.invited(town.officer, drill, *names)
    for contact in contacts:
        await answer(town, contact)
    return await drills.confirm(town.officer, drill.id), contacts


async def finished(town: Town, *names: str) -> tuple[Drill, list[Contact]]:
    """A drill to which every company came with three people, and the police with ten."""
    drill, contacts = await confirmed(town, *names)
    during = make.at(town.officer, drill.starts_at + timedelta(hours=1))
    await drills.start(during, drill.id)
    came = [Attended((await participation_of(contact)).id, 3) for contact in contacts]
    return await drills.finish(during, drill.id, attendance=came, police_count=10), contacts
