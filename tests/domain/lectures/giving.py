"""A lecture on its way, for the tests of lectures."""

from datetime import timedelta
from typing import Any

from domain import lectures, replies
from domain.actor import Actor
from domain.calendar import Attendee, PartStat
from domain.lectures import Audience, Counted, Lecture
from domain.organizations import Contact
from domain.outbox import Letter, Method
from tests import make
from tests.make import Town

HEARD = [Counted(Audience.PUPIL_ELEM, 58)]


async def confirmed(town: Town, **over: Any) -> Lecture:
    lecture = await make.lecture(town.officer, **over)
    await lectures.accept(town.officer, lecture.id)
    await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id)
    return await lectures.confirm(town.officer, lecture.id)


async def letters() -> list[tuple[str, Method | None]]:
    return [(letter.kind, letter.method) for letter in await _letters()]


async def _letters() -> list[Letter]:
    """All but those in which somebody's own answer is told back."""
    return await Letter.exclude(kind="answer-received").order_by("owed_at", "id")


async def told(since: int) -> list[tuple[str, Method | None, str]]:
    """The letters after the first so many: what they are, and to whom."""
    return [(letter.kind, letter.method, letter.to_address) for letter in (await _letters())[since:]]


async def answers(town: Town, lecture: Lecture, person_id: Any, partstat: PartStat) -> None:
    attendee = await Attendee.get(appointment_id=lecture.appointment_id, person_id=person_id)
    await replies.answer_by_link(town.officer.now, attendee.id, partstat=partstat)


async def teacher_of(lecture: Lecture) -> Contact:
    return await Contact.get(id=lecture.contact_id)


def evening(town: Town, lecture: Lecture) -> Actor:
    """The officer after the lecture."""
    return make.at(town.officer, lecture.starts_at + timedelta(hours=3))
