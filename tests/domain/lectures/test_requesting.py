"""A school asks for a lecture, and the lecture goes its way to the report."""

from datetime import timedelta
from typing import Any

import pytest

from domain import lectures
from domain.actor import Role
from domain.calendar import Appointment, AppointmentStatus
from domain.errors import Conflict, NotAllowed, NotFound
from domain.lectures import LABELS, MOVES, Audience, Counted, HeadCount, Lecture, LectureStatus
from domain.outbox import Letter, Method
from domain.people import Person
from tests import make
from tests.domain.lectures.giving import confirmed, letters
from tests.make import Town


def test_every_state_has_a_label_and_its_row_of_moves() -> None:
    assert set(MOVES) == set(LABELS) == set(LectureStatus)


def test_a_request_is_received_and_the_school_is_told_once(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        assert lecture.status is LectureStatus.RECEIVED
        [letter] = await Letter.all()
        assert (letter.kind, letter.to_address, letter.method) == ("lecture-received", "teacher@school.example", None)
        appointment = await Appointment.get(id=lecture.appointment_id)
        assert appointment.uid.endswith("@police.aohama.example")
        assert appointment.status is AppointmentStatus.TENTATIVE

    play(story)


def test_a_request_goes_its_way_to_the_report(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        after = make.at(town.officer, lecture.starts_at + timedelta(hours=2))
        counts = [Counted(Audience.PUPIL_ELEM, 58), Counted(Audience.TEACHER, 3)]
        await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=counts)
        await lectures.report(after, lecture.id)
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.REPORTED
        assert sum([row.count for row in await HeadCount.all()]) == 61
        assert await letters() == [
            ("lecture-received", None),
            ("lecture-assigned", Method.REQUEST),
            ("lecture-confirmed", Method.REQUEST),
            ("lecturer-confirmed", Method.REQUEST),
        ]

    play(story)


def test_the_school_is_told_which_officer_comes(play: Any) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        officer = await Person.get(id=town.officer.person_id)
        told = await Letter.get(kind="lecture-confirmed")
        assert told.facts["lecturers"] == f"{town.station.name} {officer.name}"

    play(story)


def test_another_station_does_not_find_the_lecture(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        with pytest.raises(NotFound):
            await lectures.accept(town.other_officer, lecture.id)
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.RECEIVED

    play(story)


def test_a_school_asks_and_withdraws_but_does_not_accept(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body)
        asking = make.outsider(town.officer, Role.SCHOOL, teacher)
        lecture = await make.lecture(asking, school=body, contact=teacher)
        with pytest.raises(NotAllowed):
            await lectures.accept(asking, lecture.id)
        await lectures.withdraw(asking, lecture.id, reason="行事の変更")
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.WITHDRAWN

    play(story)


def test_of_two_officers_with_the_same_version_the_second_reads_again(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        await lectures.accept(town.officer, lecture.id, version=1)
        with pytest.raises(Conflict, match="ほかの人が先に"):
            await lectures.refuse(town.hq, lecture.id, reason="重複", version=1)
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.ACCEPTED

    play(story)
