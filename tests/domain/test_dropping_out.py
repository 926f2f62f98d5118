"""Whoever planned hears at once when somebody who had said yes does not come, whichever way they say so."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain import activities, incoming, replies, volunteers
from domain.calendar import Appointment, Attendee, PartStat
from domain.incoming import IncomingStatus, Told
from domain.organizations import Contact
from domain.outbox import Letter
from domain.people import Person
from tests import make
from tests.clock import NOW
from tests.domain.lectures.giving import confirmed as confirmed_lecture
from tests.make import Town

HOUR = timedelta(hours=1)
OFFICER = "hanako@police.aohama.example"


async def of_a_drill(town: Town) -> Attendee:
    await make.invited(town.officer, await make.drill(town.officer))
    return await Attendee.get()


async def of_an_activity(town: Town) -> Attendee:
    volunteer, activity = await make.volunteer(town), await make.activity(town.officer)
    await activities.invite(town.officer, activity.id, volunteer_ids=[volunteer.id])
    return await Attendee.get()


async def teacher_of_a_lecture(town: Town) -> Attendee:
    lecture = await confirmed_lecture(town)
    return await Attendee.get(person_id=(await Contact.get(id=lecture.contact_id)).person_id)


async def by_page(town: Town, attendee: Attendee, partstat: PartStat, now: Any) -> None:
    await replies.answer_by_link(now, attendee.id, partstat=partstat, remark="急用のため")


async def by_telephone(town: Town, attendee: Attendee, partstat: PartStat, now: Any) -> None:
    await replies.note(make.at(town.hq, now), attendee.id, partstat=partstat, remark="急用のため")


async def by_mail(town: Town, attendee: Attendee, partstat: PartStat, now: Any) -> None:
    date = await Appointment.get(id=attendee.appointment_id)
    address = (await Person.get(id=attendee.person_id)).mail_address
    said = {"sender": address, "attendee": address, "uid": date.uid, "sequence": date.sequence, "stamp": now}
    told = Told(f"{partstat}", now, is_proven=True, method="REPLY", partstat=partstat, remark="急用のため", **said)
    mail = await incoming.take_in(now, told)
    assert mail is not None
    assert mail.status is IncomingStatus.APPLIED


Way = Callable[[Town, Attendee, PartStat, Any], Awaitable[None]]


async def told() -> list[tuple[str, str, str, Any]]:
    written = await Letter.filter(kind="attendee-lost").order_by("id")
    return [(one.to_address, one.facts["answer"], one.facts["reason"], one.due_at) for one in written]


@pytest.mark.parametrize("asked", [of_a_drill, of_an_activity, teacher_of_a_lecture])
@pytest.mark.parametrize("way", [by_page, by_telephone, by_mail])
def test_whoever_asked_hears_at_once_that_somebody_who_had_said_yes_does_not_come(
    play: Any, asked: Callable[[Town], Awaitable[Attendee]], way: Way
) -> None:
    async def story(town: Town) -> None:
        attendee, night = await asked(town), NOW + 17 * HOUR
        await way(town, attendee, PartStat.ACCEPTED, NOW + HOUR)
        assert await told() == []
        await way(town, attendee, PartStat.DECLINED, night)
        assert await told() == [(OFFICER, "欠席", "急用のため", night)]

    play(story)


@pytest.mark.parametrize("first", [PartStat.TENTATIVE, PartStat.DECLINED])
def test_of_whoever_had_not_said_yes_nobody_is_told(play: Any, first: PartStat) -> None:
    async def story(town: Town) -> None:
        attendee = await of_a_drill(town)
        await by_page(town, attendee, first, NOW + HOUR)
        await by_page(town, attendee, PartStat.DECLINED, NOW + 2 * HOUR)
        assert await told() == []

    play(story)


def test_a_volunteer_who_resigns_is_missed_by_whoever_counted_on_them(play: Any) -> None:
    async def story(town: Town) -> None:
        attendee = await of_an_activity(town)
        await by_page(town, attendee, PartStat.ACCEPTED, NOW + HOUR)
        volunteer = await volunteers.visible_to(town.hq).get(person_id=attendee.person_id)
        await volunteers.resign(make.at(town.hq, NOW + 2 * HOUR), volunteer.id, reason="転居")
        [(to, answer, reason, _)] = await told()
        assert (to, answer) == (OFFICER, "")
        assert reason

    play(story)


def test_an_officer_who_notes_it_needs_no_letter_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        attendee = await of_a_drill(town)
        await by_page(town, attendee, PartStat.ACCEPTED, NOW + HOUR)
        await replies.note(make.at(town.officer, NOW + 2 * HOUR), attendee.id, partstat=PartStat.DECLINED)
        assert await told() == []

    play(story)
