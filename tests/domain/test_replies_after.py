"""Once something has taken place it is known who came: an answer that comes then is none, were it not over yet."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain import activities, drills, lectures, replies
from domain.activities import ActivityParticipation, Presence
from domain.calendar import Appointment, Attendee, PartStat
from domain.drills import Attended, Participation
from domain.errors import WrongState
from domain.journal import Entry
from domain.lectures import Assignment
from domain.outbox import Letter
from tests import make
from tests.domain.drills.asking import attendee_of, finished
from tests.domain.drills.asking import confirmed as confirmed_drill
from tests.domain.lectures.giving import HEARD, answers, confirmed
from tests.make import Town

Held = tuple[Attendee, datetime]
IN_BETWEEN = timedelta(minutes=30)


async def given_lecture(town: Town) -> Held:
    """A lecture that its lecturer has given in half the time."""
    lecture = await confirmed(town)
    await answers(town, lecture, town.officer.person_id, PartStat.ACCEPTED)
    now = lecture.starts_at + IN_BETWEEN
    await lectures.deliver(make.at(town.officer, now), lecture.id, duration_minutes=30, head_counts=HEARD)
    return await Attendee.get(person_id=town.officer.person_id), now


async def finished_drill(town: Town) -> Held:
    """A drill to which three people of one firm came, and which was over in an hour of three."""
    drill, [contact] = await finished(town, "架空電力株式会社")
    return await attendee_of(contact), drill.starts_at + timedelta(hours=1)


async def held_activity(town: Town) -> Held:
    """An activity to which a volunteer came for half an hour of two."""
    volunteer, activity = await make.volunteer(town), await make.activity(town.officer)
    await activities.register(town.officer, activity.id, volunteer_ids=[volunteer.id])
    await activities.confirm(town.officer, activity.id)
    now = activity.starts_at + IN_BETWEEN
    came = [Presence((await ActivityParticipation.get()).id, 30)]
    await activities.hold(make.at(town.officer, now), activity.id, attended=came)
    return await Attendee.get(person_id=volunteer.person_id), now


async def everything() -> list[Any]:
    models = (Attendee, Appointment, Assignment, Participation, ActivityParticipation)
    rows = [await model.all().order_by("id").values() for model in models]
    return [*rows, await Entry.all().count(), await Letter.all().count()]


@pytest.mark.parametrize("hold", [given_lecture, finished_drill, held_activity])
def test_what_has_taken_place_takes_no_answer_though_its_time_is_not_over(
    play: Any, hold: Callable[[Town], Awaitable[Held]]
) -> None:
    async def story(town: Town) -> None:
        attendee, now = await hold(town)
        appointment, before = await Appointment.get(id=attendee.appointment_id), await everything()
        assert now < appointment.ends_at
        assert "すでに実施された" in await replies.why_closed(now, appointment, attendee)
        for attempt in (
            replies.answer_by_link(now, attendee.id, partstat=PartStat.DECLINED),
            replies.note(make.at(town.officer, now), attendee.id, partstat=PartStat.DECLINED),
        ):
            with pytest.raises(WrongState, match="すでに実施された"):
                await attempt
        assert await everything() == before

    play(story)


def test_a_drill_that_is_still_running_takes_the_answer_of_whoever_is_late(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed_drill(town, "架空電力株式会社")
        now = drill.starts_at + IN_BETWEEN
        await drills.start(make.at(town.officer, now), drill.id)
        await replies.answer_by_link(now, (await attendee_of(contact)).id, partstat=PartStat.DECLINED)
        assert (await attendee_of(contact)).partstat is PartStat.DECLINED

    play(story)


def test_an_answer_that_comes_while_the_attendance_is_entered_waits_and_is_none(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed_drill(town, "架空電力株式会社")
        during = make.at(town.officer, drill.starts_at + timedelta(hours=1))
        await drills.start(during, drill.id)
        attendee, participation = await attendee_of(contact), await Participation.get()
        is_entered, may_end = asyncio.Event(), asyncio.Event()

        async def finishing() -> None:
            async with in_transaction("default"):
                await drills.finish(during, drill.id, attendance=[Attended(participation.id, 3)])
                is_entered.set()
                await may_end.wait()

        finish = asyncio.create_task(finishing())
        await is_entered.wait()
        late = replies.answer_by_link(during.now, attendee.id, partstat=PartStat.DECLINED)
        answer = asyncio.create_task(late)
        await asyncio.wait([answer], timeout=0.3)
        assert not answer.done()
        may_end.set()
        done = await asyncio.gather(finish, answer, return_exceptions=True)
        assert isinstance(done[1], WrongState)
        after = await Participation.get()
        assert (after.reply, after.attended_count) == (participation.reply, 3)
        assert (await attendee_of(contact)).partstat is PartStat.ACCEPTED

    play(story)
