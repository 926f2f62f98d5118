"""The date of a lecture: made firm, moved, and told to everybody."""

from datetime import timedelta
from typing import Any

import pytest

from domain import lectures
from domain.calendar import Appointment, Attendee, AttendeeRole
from domain.errors import Incomplete
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
