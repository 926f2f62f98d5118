"""What was said of a lecture is put right, and whoever is concerned gets it anew."""

from datetime import timedelta
from typing import Any

import pytest

from domain import lectures, organizations
from domain.calendar import Appointment, Attendee, AttendeeRole
from domain.errors import Incomplete, Invalid, NotFound, WrongState
from domain.journal import Entry
from domain.lectures import Audience, Lecture, LectureStatus
from domain.outbox import Letter, Method
from tests import make
from tests.domain.lectures.giving import HEARD, confirmed, evening, letters, teacher_of, told
from tests.make import Town

SCHOOL, LECTURER = "teacher@school.example", "hanako@police.aohama.example"


def test_a_new_place_reaches_the_school_and_the_lecturer_with_a_raised_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, before = await confirmed(town), len(await letters())
        was = await Appointment.get(id=lecture.appointment_id)
        await lectures.correct(town.officer, lecture.id, place="第２体育館", version=lecture.version)
        now = await Appointment.get(id=lecture.appointment_id)
        assert (now.place, now.sequence, now.uid) == ("第２体育館", was.sequence + 1, was.uid)
        assert await told(before) == [
            ("lecture-changed", Method.REQUEST, SCHOOL),
            ("lecture-changed", Method.REQUEST, LECTURER),
        ]
        assert (await Lecture.get(id=lecture.id)).version > lecture.version - 1

    play(story)


def test_a_new_theme_is_the_title_in_the_calendars_without_a_raised_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        was = await Appointment.get(id=lecture.appointment_id)
        await lectures.correct(town.officer, lecture.id, theme="ネットいじめを防ぐ")
        now = await Appointment.get(id=lecture.appointment_id)
        assert (now.title, now.sequence) == ("見本市立見本小学校 ネットいじめを防ぐ", was.sequence)
        assert (await Lecture.get(id=lecture.id)).theme == "ネットいじめを防ぐ"

    play(story)


def test_a_lecturer_hears_twice_that_more_will_come_when_it_is_said_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, before = await confirmed(town), len(await letters())
        await lectures.correct(town.officer, lecture.id, expected_count=120)
        await lectures.correct(town.officer, lecture.id, equipment="マイク", audience=Audience.PUPIL_JH)
        assert [kind for kind, _, to in await told(before) if to == LECTURER] == ["lecture-changed"] * 2
        last = await Letter.all().order_by("-owed_at", "-id").first()
        assert last is not None
        assert (last.facts["expected_count"], last.facts["audience"]) == ("120人", "中学生")

    play(story)


def test_remarks_for_the_house_are_nobody_elses_business(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, before = await confirmed(town), await letters()
        await lectures.correct(town.officer, lecture.id, remarks="駐車場なし")
        assert (await Lecture.get(id=lecture.id)).remarks == "駐車場なし"
        assert await letters() == before

    play(story)


def test_another_contact_takes_the_place_of_the_one_before_in_the_calendar(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        old, before = await teacher_of(lecture), len(await letters())
        school = await old.organization
        new = await make.contact(town.officer, school, family_name="試﨑", mail_address="next@school.example")
        await lectures.correct(town.officer, lecture.id, contact_id=new.id)
        assert await told(before) == [
            ("lecture-handed-over", Method.CANCEL, SCHOOL),
            ("lecture-changed", Method.REQUEST, "next@school.example"),
        ]
        host = await Attendee.get(appointment_id=lecture.appointment_id, role=AttendeeRole.HOST, removed_at=None)
        assert host.person_id == new.person_id
        await lectures.cancel(town.officer, lecture.id, reason="悪天候")
        assert ("lecture-cancelled", Method.CANCEL, "next@school.example") in await told(before)

    play(story)


def test_when_the_schools_contact_leaves_the_station_hears_and_nothing_is_confirmed_past_the_school(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        await lectures.accept(town.officer, lecture.id)
        await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id)
        teacher, before = await teacher_of(lecture), len(await letters())
        await organizations.retire_contact(town.officer, teacher.id, version=teacher.version, on=town.officer.today)
        assert await told(before) == [("lecture-contact-left", None, "station1@police.aohama.example")]
        with pytest.raises(Incomplete, match="学校の担当者") as refused:
            await lectures.confirm(town.officer, lecture.id)
        assert refused.value.field == "contact_id"
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.COORDINATING
        new = await make.contact(town.officer, await teacher.organization, mail_address="next@school.example")
        await lectures.correct(town.officer, lecture.id, contact_id=new.id)
        await lectures.confirm(town.officer, lecture.id)
        assert ("lecture-confirmed", Method.REQUEST, "next@school.example") in await told(before)

    play(story)


def test_a_contact_who_has_left_or_is_of_another_school_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        left = await make.contact(town.officer, await (await teacher_of(lecture)).organization)
        await organizations.retire_contact(town.officer, left.id, version=left.version, on=town.officer.today)
        foreign = await make.contact(town.officer, await make.school(town.officer, "乙小"))
        told_before = await letters()
        for contact, refusal in ((left, Invalid), (foreign, NotFound)):
            with pytest.raises(refusal) as refused:
                await lectures.correct(town.officer, lecture.id, contact_id=contact.id)
            assert refused.value.field == "contact_id"
        assert (await Lecture.get(id=lecture.id)).contact_id == lecture.contact_id
        assert await letters() == told_before

    play(story)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"theme": " 　"}, "theme"),
        ({"expected_count": 0}, "expected_count"),
        ({"expected_count": 2**31 - 1}, "expected_count"),
        ({"online_url": "javascript:alert(1)"}, "online_url"),
    ],
)
def test_what_cannot_be_so_is_refused_and_nothing_changes(play: Any, facts: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        lecture, entries = await confirmed(town), await Entry.all().count()
        with pytest.raises(Invalid) as refused:
            await lectures.correct(town.officer, lecture.id, **facts)
        assert refused.value.field == field
        assert await Entry.all().count() == entries

    play(story)


def test_a_request_that_says_nothing_or_asks_for_a_million_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        for over in ({"theme": "   "}, {"expected_count": 2**31 - 1}):
            with pytest.raises(Invalid):
                await make.lecture(town.officer, school=await make.school(town.officer, f"小{len(over)}{over}"), **over)
        assert await Lecture.all().count() == 0

    play(story)


def test_what_is_corrected_after_the_lecture_is_written_to_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        after = evening(town, lecture)
        await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=HEARD)
        before = await letters()
        await lectures.correct(after, lecture.id, theme="写真の投稿と個人情報", place="第２体育館")
        assert (await Lecture.get(id=lecture.id)).theme == "写真の投稿と個人情報"
        assert await letters() == before

    play(story)


def test_a_lecture_that_was_called_off_is_not_corrected(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        await lectures.cancel(town.officer, lecture.id, reason="悪天候")
        with pytest.raises(WrongState):
            await lectures.correct(town.officer, lecture.id, theme="別の題")
        assert (await Lecture.get(id=lecture.id)).theme == lecture.theme

    play(story)


def test_a_new_contact_of_a_postponed_lecture_is_told_the_new_date(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        await lectures.postpone(town.officer, lecture.id, reason="学級閉鎖")
        new = await make.contact(
            town.officer, await (await teacher_of(lecture)).organization, mail_address="next@school.example"
        )
        before = len(await letters())
        await lectures.correct(town.officer, lecture.id, contact_id=new.id)
        assert await told(before) == []
        later = lecture.starts_at + timedelta(days=7)
        await lectures.reschedule(town.officer, lecture.id, starts_at=later, ends_at=later + timedelta(minutes=50))
        assert ("lecture-rescheduled", None, "next@school.example") in await told(before)
        assert SCHOOL not in {to for _, _, to in await told(before)}
        asked, moved = await Letter.get(kind="lecture-confirmed"), await Letter.get(kind="lecture-rescheduled")
        assert moved.facts["changed"] == [f"・日時：{asked.facts['when']} → {moved.facts['when']}"]

    play(story)
