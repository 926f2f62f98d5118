"""A lecture that is not given: who is told so, and why."""

from typing import Any

import pytest

from domain import lectures, outbox
from domain.calendar import Appointment, AppointmentStatus, Attendee
from domain.errors import Invalid
from domain.journal import Entry
from domain.lectures import Lecture, LectureStatus
from domain.outbox import Letter
from tests import make
from tests.domain.lectures.giving import confirmed, letters
from tests.make import Town


def test_a_cancelled_lecture_tells_its_reason_and_frees_the_lecturer(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        await lectures.cancel(town.officer, lecture.id, reason="悪天候")
        last = await Letter.all().order_by("-owed_at", "-id").first()
        assert last is not None
        assert last.facts["reason"] == "悪天候"
        assert (await Appointment.get(id=lecture.appointment_id)).status is AppointmentStatus.CANCELLED
        assert (await Attendee.get(person_id=town.officer.person_id)).busy_from is None

    play(story)


def test_a_school_whose_request_is_refused_is_told_so_and_why(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        await lectures.refuse(town.officer, lecture.id, reason="日程が重なるため")
        assert (await letters())[-1] == ("lecture-refused", None)
        assert (await Appointment.get(id=lecture.appointment_id)).status is AppointmentStatus.CANCELLED

    play(story)


def test_a_cancellation_without_a_reason_is_refused_and_nothing_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        told = await letters()
        with pytest.raises(Invalid):
            await lectures.cancel(town.officer, lecture.id, reason="  ")
        assert await letters() == told
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.CONFIRMED

    play(story)


def test_a_letter_that_cannot_be_owed_leaves_the_lecture_as_it_was(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("disk full")

    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        entries = await Entry.all().count()
        monkeypatch.setattr(outbox, "owe_all", broken)
        with pytest.raises(RuntimeError):
            await lectures.cancel(town.officer, lecture.id, reason="悪天候")
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.CONFIRMED
        assert await Entry.all().count() == entries

    play(story)
