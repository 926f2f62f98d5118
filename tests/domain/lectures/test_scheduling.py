"""The date of a lecture: made firm, moved, and told to everybody."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from domain import lectures
from domain.calendar import Appointment, AppointmentStatus, Attendee, AttendeeRole, PartStat
from domain.errors import Conflict, Incomplete, Invalid
from domain.journal import Entry
from domain.lectures import Assignment, Lecture, LectureStatus, OfferStatus
from domain.outbox import Letter, Method
from jobs.letters import render
from tests import make
from tests.domain.lectures.giving import answers, confirmed, letters
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
        assert (await letters())[-2:] == [("lecture-postponed", Method.CANCEL), ("lecturer-postponed", Method.CANCEL)]
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


@pytest.mark.parametrize("way", ["reschedule", "postpone", "postpone until there is a date"])
def test_on_another_date_everybody_is_asked_anew_the_officers_too(play: Any, way: str) -> None:
    async def story(town: Town) -> None:
        lecture = await coordinated(town, "甲小")
        await answers(town, lecture, town.officer.person_id, PartStat.ACCEPTED)
        later = lecture.starts_at + timedelta(days=7)
        new = {"starts_at": later, "ends_at": later + timedelta(minutes=50)}
        if way == "postpone until there is a date":
            await lectures.postpone(town.officer, lecture.id, reason="台風")
        move = partial(lectures.postpone, reason="台風") if way == "postpone" else lectures.reschedule
        await move(town.officer, lecture.id, **new)
        attendee = await Attendee.get(person_id=town.officer.person_id)
        assert (attendee.partstat, attendee.answered_at, attendee.busy_from) == (PartStat.NEEDS_ACTION, None, later)
        assert (await Assignment.get(lecture_id=lecture.id)).status is OfferStatus.OFFERED

    play(story)


@pytest.mark.parametrize("given", ["starts_at", "ends_at"])
def test_one_end_of_a_new_date_without_the_other_postpones_nothing(play: Any, given: str) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        told = await letters()
        with pytest.raises(Invalid, match="両方") as refused:
            await lectures.postpone(town.officer, lecture.id, reason="台風", **{given: lecture.starts_at})
        assert refused.value.field == ({"starts_at", "ends_at"} - {given}).pop()
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.CONFIRMED
        assert (await Appointment.get(id=lecture.appointment_id)).status is AppointmentStatus.CONFIRMED
        assert await letters() == told

    play(story)


def test_the_same_date_is_no_new_one(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await coordinated(town, "甲小")
        await answers(town, lecture, town.officer.person_id, PartStat.ACCEPTED)
        same = {"starts_at": lecture.starts_at, "ends_at": lecture.starts_at + timedelta(minutes=50)}
        with pytest.raises(Invalid, match="同じ日時"):
            await lectures.reschedule(town.officer, lecture.id, **same)
        assert (await Assignment.get(lecture_id=lecture.id)).status is OfferStatus.ACCEPTED

    play(story)


def week(lecture: Lecture, weeks: int) -> dict[str, Any]:
    starts_at = lecture.starts_at + timedelta(weeks=weeks)
    return {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=50)}


def test_a_school_that_knows_of_a_date_is_told_of_every_other_one(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        await lectures.postpone(town.officer, lecture.id, reason="台風", **week(lecture, 1))
        await lectures.reschedule(town.officer, lecture.id, **week(lecture, 2))
        now = await Appointment.get(id=lecture.appointment_id)
        last = (await Letter.filter(to_address="teacher@school.example").order_by("id"))[-1]
        assert (last.kind, last.method) == ("lecture-rescheduled", Method.REQUEST)
        assert (last.facts["starts_at"], last.facts["sequence"]) == (now.starts_at.isoformat(), now.sequence)

    play(story)


def test_a_school_whose_lecture_was_put_off_before_it_was_firm_is_told_of_every_date_since(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await coordinated(town, "甲小")
        await lectures.postpone(town.officer, lecture.id, reason="台風")
        for weeks in (1, 2):
            await lectures.reschedule(town.officer, lecture.id, **week(lecture, weeks))
        told = await Letter.filter(kind="lecture-rescheduled").order_by("id")
        dates = [week(lecture, weeks)["starts_at"].isoformat() for weeks in (1, 2)]
        assert [(letter.method, letter.facts["starts_at"]) for letter in told] == [(None, date) for date in dates]

    play(story)


def test_a_school_that_has_been_promised_no_date_hears_of_none_that_is_only_being_arranged(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await coordinated(town, "甲小")
        await lectures.reschedule(town.officer, lecture.id, **week(lecture, 1))
        assert await Letter.filter(to_address="teacher@school.example").count() == 1
        assert (await Letter.get(to_address="teacher@school.example")).kind == "lecture-received"

    play(story)


def test_a_letter_says_why_the_date_is_another_one_and_not_why_it_was_before(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        await lectures.postpone(town.officer, lecture.id, reason="台風", **week(lecture, 1))
        await lectures.reschedule(town.officer, lecture.id, **week(lecture, 2))
        await lectures.reschedule(town.officer, lecture.id, reason="体育館の工事", **week(lecture, 3))
        for kind in ("lecture-rescheduled", "lecture-assigned"):
            told = await Letter.filter(kind=kind).order_by("id")
            assert [letter.facts.get("reason", "") for letter in told][-3:] == ["台風", "", "体育館の工事"]
        assert (await Lecture.get(id=lecture.id)).reason == "台風"
        moved = await Entry.filter(row_id=lecture.id, fact="lecture-rescheduled").order_by("id")
        assert [entry.after.get("reason") for entry in moved] == ["台風", None, "体育館の工事"]

    play(story)


def read(letter: Letter) -> str:
    written = render(letter.kind, letter.facts | {"short_id": "01J4", "reply_url": "https://renkei.example/rsvp/x"})
    return written.subject + written.text


def test_a_lecturer_of_a_lecture_that_is_put_off_reads_that_they_will_be_asked_again(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        await answers(town, lecture, town.officer.person_id, PartStat.ACCEPTED)
        await lectures.postpone(town.officer, lecture.id, reason="学級閉鎖")
        assert (await Assignment.get(lecture_id=lecture.id)).status is OfferStatus.ACCEPTED
        text = read(await Letter.get(kind="lecturer-postponed"))
        assert "お願いを取り消します" not in text
        assert "理由：学級閉鎖" in text
        assert "改めてご都合をうかがいます" in text

    play(story)


def test_a_lecturer_who_has_accepted_reads_that_the_date_is_firm_and_is_not_asked_again(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await coordinated(town, "甲小")
        await answers(town, lecture, town.officer.person_id, PartStat.ACCEPTED)
        await lectures.confirm(town.officer, lecture.id)
        letter = await Letter.get(kind="lecturer-confirmed")
        assert (letter.method, letter.facts["partstat"]) == (Method.REQUEST, PartStat.ACCEPTED)
        assert "日時が決まりました" in read(letter)
        assert "お願いします（" not in read(letter)
        assert await Letter.filter(kind="lecture-assigned").count() == 1

    play(story)
