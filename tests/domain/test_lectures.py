"""A lecture from the school's request to its report, and what is refused on the way."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain import lectures, outbox, replies
from domain.actor import Role
from domain.calendar import Appointment, AppointmentStatus, Attendee, AttendeeRole, PartStat
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from domain.lectures import LABELS, MOVES, Assignment, Audience, Counted, HeadCount, Lecture, LectureStatus, OfferStatus
from domain.outbox import Letter, Method
from tests import make
from tests.make import Town


async def confirmed(town: Town, **over: Any) -> Lecture:
    lecture = await make.lecture(town.officer, **over)
    await lectures.accept(town.officer, lecture.id)
    await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id)
    return await lectures.confirm(town.officer, lecture.id)


async def letters() -> list[tuple[str, Method | None]]:
    return [(letter.kind, letter.method) for letter in await Letter.all().order_by("owed_at", "id")]


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
            ("lecture-assigned", Method.REQUEST),
        ]

    play(story)


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


def test_a_corrected_head_count_keeps_the_old_value(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        after = make.at(town.officer, lecture.starts_at + timedelta(hours=2))
        counts = [Counted(Audience.PUPIL_ELEM, 58)]
        await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=counts)
        await lectures.correct_head_counts(
            after, lecture.id, head_counts=[Counted(Audience.PUPIL_ELEM, 85)], reason="数字の写し間違い"
        )
        row = await HeadCount.get(lecture_id=lecture.id)
        assert row.count == 85
        entry = await Entry.get(row_id=row.id, fact="head-count-corrected")
        assert (entry.before, entry.after) == ({"count": 58}, {"count": 85})

    play(story)


def test_nothing_is_delivered_before_it_has_begun(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        with pytest.raises(WrongState):
            await lectures.deliver(
                town.officer, lecture.id, duration_minutes=50, head_counts=[Counted(Audience.PUPIL_ELEM, 58)]
            )
        assert await HeadCount.all().count() == 0

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


def test_a_letter_that_cannot_be_owed_leaves_the_lecture_as_it_was(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("disk full")

    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        entries = await Entry.all().count()
        monkeypatch.setattr(outbox, "owe", broken)
        with pytest.raises(RuntimeError):
            await lectures.cancel(town.officer, lecture.id, reason="悪天候")
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.CONFIRMED
        assert await Entry.all().count() == entries

    play(story)
