"""Who gives a lecture: asked, held to its time, and free again."""

import asyncio
from typing import Any

import pytest

from domain import lectures, replies
from domain.calendar import Appointment, Attendee, PartStat
from domain.errors import Conflict
from domain.lectures import Assignment, Lecture, LectureStatus, OfferStatus
from domain.outbox import Letter
from tests import make
from tests.domain.lectures.giving import confirmed
from tests.make import Town


def test_a_lecturer_cannot_be_in_two_places(play: Any) -> None:
    async def story(town: Town) -> None:
        first = await confirmed(town)
        second = await make.lecture(town.officer, school=await make.school(town.officer, "見本市立例示中学校"))
        await lectures.accept(town.officer, second.id)
        with pytest.raises(Conflict, match="同じ時間に別の予定"):
            await lectures.assign(town.officer, second.id, person_id=town.officer.person_id)
        assert await Assignment.filter(lecture_id=second.id).count() == 0
        assert (await Lecture.get(id=second.id)).status is LectureStatus.ACCEPTED
        assert first.starts_at == second.starts_at

    play(story)


def test_of_two_officers_who_assign_the_same_lecturer_at_once_one_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = [
            await make.lecture(town.officer, school=await make.school(town.officer, name)) for name in ("甲小", "乙小")
        ]
        for lecture in asked:
            await lectures.accept(town.officer, lecture.id)
        lecturer = await make.officer(town.hq, town.station, mail_address="lecturer@police.aohama.example")
        tries = [lectures.assign(town.officer, lecture.id, person_id=lecturer.id) for lecture in asked]
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["Conflict", "Lecture"]
        assert await Attendee.filter(person_id=lecturer.id).count() == 1

    play(story)


def test_a_lecturer_who_declines_is_free_again(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        attendee = await Attendee.get(person_id=town.officer.person_id)
        await replies.answer_by_link(town.officer.now, attendee.id, partstat=PartStat.DECLINED)
        assert (await Assignment.get(lecture_id=lecture.id)).status is OfferStatus.DECLINED
        other = await make.lecture(town.officer, school=await make.school(town.officer, "乙小"))
        await lectures.accept(town.officer, other.id)
        await lectures.assign(town.officer, other.id, person_id=town.officer.person_id)

    play(story)


def test_the_cancellation_for_a_released_lecturer_has_a_raised_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        before = await Appointment.get(id=lecture.appointment_id)
        await lectures.release(town.officer, (await Assignment.get(lecture_id=lecture.id)).id)
        letter = await Letter.get(kind="lecturer-released")
        assert (letter.facts["uid"], letter.facts["sequence"]) == (before.uid, before.sequence + 1)

    play(story)
