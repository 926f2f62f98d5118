"""The date of a lecture: made firm, moved, and told to everybody."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from domain import lectures
from domain.calendar import Appointment, Attendee, AttendeeRole
from domain.errors import Conflict, Incomplete
from domain.lectures import Lecture, LectureStatus
from domain.outbox import Method
from tests import make
from tests.domain.lectures.giving import confirmed, letters
from tests.make import Town


def test_a_lecture_without_a_lecturer_is_not_confirmed(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        await lectures.accept(town.officer, lecture.id)
        await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id, role=AttendeeRole.CO_LECTURER)
        with pytest.raises(Incomplete):
            await lectures.confirm(town.officer, lecture.id)
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.COORDINATING
        assert (await Appointment.get(id=lecture.appointment_id)).sequence == 0

    play(story)


def test_postponing_keeps_the_uid_and_raises_the_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        before = await Appointment.get(id=lecture.appointment_id)
        later = lecture.starts_at + timedelta(days=7)
        await lectures.postpone(
            town.officer, lecture.id, reason="台風", starts_at=later, ends_at=later + timedelta(minutes=50)
        )
        after = await Appointment.get(id=lecture.appointment_id)
        assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.COORDINATING
        assert (await Attendee.get(person_id=town.officer.person_id)).busy_from == later
        assert (await letters())[-2:] == [("lecture-rescheduled", Method.REQUEST), ("lecture-assigned", Method.REQUEST)]

    play(story)


def test_postponed_without_a_new_date_the_old_one_leaves_the_calendars(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        await lectures.postpone(town.officer, lecture.id, reason="学級閉鎖")
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.POSTPONED
        assert (await letters())[-2:] == [("lecture-postponed", Method.CANCEL), ("lecturer-released", Method.CANCEL)]
        assert (await Attendee.get(person_id=town.officer.person_id)).busy_from is None

    play(story)


async def coordinated(town: Town, name: str, **over: Any) -> Lecture:
    """A lecture of another school for which the officer is held."""
    lecture = await make.lecture(town.officer, school=await make.school(town.officer, name), **over)
    await lectures.accept(town.officer, lecture.id)
    return await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id)


@pytest.mark.parametrize("way", ["reschedule", "postpone", "postpone until there is a date"])
def test_a_lecture_is_not_moved_onto_another_date_of_its_lecturer(play: Any, way: str) -> None:
    async def story(town: Town) -> None:
        lecture = await coordinated(town, "甲小")
        other = await coordinated(town, "乙小", starts_at=lecture.starts_at + timedelta(days=7))
        there = {"starts_at": other.starts_at, "ends_at": other.starts_at + timedelta(minutes=50)}
        if way == "postpone until there is a date":
            await lectures.postpone(town.officer, lecture.id, reason="台風")
        before, told = await Appointment.get(id=lecture.appointment_id), await letters()
        move = partial(lectures.postpone, reason="台風") if way == "postpone" else lectures.reschedule
        with pytest.raises(Conflict, match="同じ時間に別の予定"):
            await move(town.officer, lecture.id, **there)
        after = await Appointment.get(id=lecture.appointment_id)
        assert (after.starts_at, after.sequence) == (before.starts_at, before.sequence)
        assert (await Lecture.get(id=lecture.id)).starts_at == before.starts_at
        assert await letters() == told

    play(story)
