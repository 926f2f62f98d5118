"""An offer that nobody answers: when it lapses, who is free again, and who hears of it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain import lectures, people, replies
from domain.actor import TOKYO
from domain.calendar import Appointment, Attendee, AttendeeRole, PartStat
from domain.errors import Invalid
from domain.journal import Entry
from domain.lectures import Assignment, Audience, Counted, Lecture, LectureStatus, OfferStatus
from domain.outbox import Letter, Method
from domain.people import Person
from tests import make
from tests.make import Town

# The town begins on 1 July 2026, its lectures are two weeks later.
LAST_DAY = date(2026, 7, 8)


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, 15, tzinfo=TOKYO)


AFTER = morning(LAST_DAY + timedelta(days=1))


async def offered(town: Town, reply_by: date | None = LAST_DAY, **over: Any) -> tuple[Lecture, Assignment]:
    """A lecture for which a colleague was asked by the station's officer."""
    lecture = await make.lecture(town.officer, **over)
    await lectures.accept(town.officer, lecture.id)
    colleague = await make.officer(town.admin, town.station, mail_address="lecturer@police.aohama.example")
    await lectures.assign(town.officer, lecture.id, person_id=colleague.id, reply_by=reply_by)
    return lecture, await Assignment.get(lecture_id=lecture.id)


async def state(assignment: Assignment) -> OfferStatus:
    return (await Assignment.get(id=assignment.id)).status


async def told_since(instant: datetime) -> list[tuple[str, Method | None, str]]:
    letters = await Letter.filter(owed_at__gte=instant).order_by("id")
    return [(letter.kind, letter.method, letter.to_address) for letter in letters]


def test_the_last_day_for_an_answer_stands_in_the_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        await offered(town)
        letter = await Letter.get(kind="lecture-assigned")
        assert letter.facts["reply_by"] == "令和８年７月８日（水）"

    play(story)


@pytest.mark.parametrize("day", [date(2026, 6, 30), date(2026, 7, 16)])
def test_a_last_day_that_has_passed_or_comes_after_the_lecture_is_refused(play: Any, day: date) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await offered(town, day)
        assert refused.value.field == "reply_by"
        assert await Assignment.all().count() == await Attendee.all().count() == 0
        assert (await Lecture.get()).status is LectureStatus.ACCEPTED

    play(story)


def test_an_offer_without_an_answer_lapses_and_lecturer_and_officer_are_told_once(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, assignment = await offered(town)
        before = await Appointment.get(id=lecture.appointment_id)
        assert [await lectures.lapse(now) for now in (AFTER, AFTER, AFTER + timedelta(days=1))] == [1, 0, 0]
        assert await state(assignment) is OfferStatus.LAPSED
        attendee = await Attendee.get(id=assignment.attendee_id)
        assert (attendee.removed_at, attendee.busy_from) == (AFTER, None)
        assert (await Letter.get(kind="lecturer-released")).facts["sequence"] == before.sequence + 1
        assert await told_since(AFTER) == [
            ("lecturer-released", Method.CANCEL, "lecturer@police.aohama.example"),
            ("lecturer-silent", None, "hanako@police.aohama.example"),
        ]
        entry = await Entry.get(row_id=assignment.id, fact="lecturer-offer-lapsed")
        assert (entry.before, entry.after, entry.person_id) == ({"status": "OFFERED"}, {"status": "LAPSED"}, None)

    play(story)


def test_the_last_day_itself_is_still_in_time(play: Any) -> None:
    async def story(town: Town) -> None:
        _, assignment = await offered(town)
        assert await lectures.lapse(morning(LAST_DAY)) == 0
        assert await state(assignment) is OfferStatus.OFFERED

    play(story)


@pytest.mark.parametrize("answer", [PartStat.ACCEPTED, PartStat.DECLINED])
def test_whoever_has_answered_is_left_alone(play: Any, answer: PartStat) -> None:
    async def story(town: Town) -> None:
        _, assignment = await offered(town)
        await replies.answer_by_link(town.officer.now, assignment.attendee_id, partstat=answer)
        assert await lectures.lapse(AFTER) == 0
        assert (await state(assignment)).value == answer.value

    play(story)


def test_an_answer_of_perhaps_is_none(play: Any) -> None:
    async def story(town: Town) -> None:
        _, assignment = await offered(town)
        await replies.answer_by_link(town.officer.now, assignment.attendee_id, partstat=PartStat.TENTATIVE)
        assert await lectures.lapse(AFTER) == 1
        assert await state(assignment) is OfferStatus.LAPSED

    play(story)


def test_without_a_last_day_it_is_the_lectures(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, assignment = await offered(town, None)
        held_on = lecture.starts_at.astimezone(TOKYO).date()
        assert await lectures.lapse(morning(held_on)) == 0
        after = morning(held_on + timedelta(days=1))
        assert await lectures.lapse(after) == 1
        assert await state(assignment) is OfferStatus.LAPSED
        assert await told_since(after) == [("lecturer-silent", None, "hanako@police.aohama.example")]

    play(story)


def test_an_answer_on_the_second_day_of_a_lecture_comes_too_late(play: Any) -> None:
    async def story(town: Town) -> None:
        begins = datetime(2026, 7, 15, 13, 0, tzinfo=TOKYO)
        _, assignment = await offered(town, None, starts_at=begins, ends_at=begins + timedelta(days=1))
        second = morning(date(2026, 7, 16))
        assert await lectures.lapse(second) == 1
        await replies.answer_by_link(second, assignment.attendee_id, partstat=PartStat.ACCEPTED)
        assert await state(assignment) is OfferStatus.LAPSED

    play(story)


def test_of_a_lecture_that_was_given_nobody_need_hear(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, lecturers = await offered(town, None)
        helper = await make.officer(town.admin, town.station)
        await lectures.assign(town.officer, lecture.id, person_id=helper.id, role=AttendeeRole.CO_LECTURER)
        await lectures.confirm(town.officer, lecture.id)
        evening = make.at(town.officer, lecture.starts_at + timedelta(hours=3))
        counts = [Counted(Audience.PUPIL_ELEM, 58)]
        await lectures.deliver(evening, lecture.id, duration_minutes=50, head_counts=counts)
        after = lecture.starts_at + timedelta(days=1)
        assert await lectures.lapse(after) == 1
        assert await state(lecturers) is OfferStatus.ACCEPTED
        assert await state(await Assignment.get(person_id=helper.id)) is OfferStatus.LAPSED
        assert await told_since(after) == []

    play(story)


def test_while_a_lecture_has_no_date_no_answer_is_due(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, assignment = await offered(town)
        await lectures.postpone(town.officer, lecture.id, reason="学級閉鎖")
        assert await lectures.lapse(AFTER) == 0
        assert await state(assignment) is OfferStatus.OFFERED

    play(story)


def test_a_new_date_takes_the_last_day_of_the_old_one_away(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, assignment = await offered(town)
        later = lecture.starts_at + timedelta(days=7)
        new = {"starts_at": later, "ends_at": later + timedelta(minutes=50)}
        await lectures.reschedule(town.officer, lecture.id, **new)
        assert await lectures.lapse(AFTER) == 0
        assert (await Assignment.get(id=assignment.id)).reply_by is None

    play(story)


def test_the_offers_of_a_lecture_that_is_called_off_are_taken_back(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, assignment = await offered(town)
        await lectures.cancel(town.officer, lecture.id, reason="悪天候")
        assert await state(assignment) is OfferStatus.WITHDRAWN
        assert await lectures.lapse(AFTER) == 0

    play(story)


def test_whoever_did_not_answer_can_be_asked_again(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, assignment = await offered(town)
        await lectures.lapse(AFTER)
        await lectures.assign(make.at(town.officer, AFTER), lecture.id, person_id=assignment.person_id)
        again = await Assignment.get(id=assignment.id)
        assert (again.status, again.reply_by) == (OfferStatus.OFFERED, None)
        assert await lectures.lapse(AFTER + timedelta(days=1)) == 0

    play(story)


def test_where_the_officer_has_moved_on_the_unit_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        await offered(town)
        officer = await Person.get(id=town.officer.person_id)
        moved = {"unit_id": town.other_station.id, "on": date(2026, 7, 6)}
        await people.transfer(make.at(town.admin, AFTER), officer.id, version=officer.version, **moved)
        await lectures.lapse(AFTER)
        letter = await Letter.get(kind="lecturer-silent")
        assert (letter.to_address, letter.person_id) == ("station1@police.aohama.example", None)
        assert letter.facts["recipient"] == "青浜第1警察署 御中"

    play(story)
