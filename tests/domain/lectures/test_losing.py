"""A lecturer who says no, perhaps, or leaves: what becomes of the lecture, and who hears of it."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import lectures, people, replies, volunteers
from domain.calendar import Attendee, AttendeeRole, PartStat
from domain.errors import Incomplete, Invalid
from domain.lectures import Assignment, Lecture, LectureStatus, OfferStatus
from domain.outbox import Letter, Method
from domain.people import Person
from tests import make
from tests.domain.lectures.giving import HEARD, answers, confirmed, evening, letters, told
from tests.make import Town

STATION = "station1@police.aohama.example"


async def given_to(town: Town, **over: Any) -> tuple[Lecture, Person]:
    """A confirmed lecture that a colleague of the officer is to give."""
    lecture = await make.lecture(town.officer, **over)
    await lectures.accept(town.officer, lecture.id)
    colleague = await make.officer(town.admin, town.station, mail_address="lecturer@police.aohama.example")
    await lectures.assign(town.officer, lecture.id, person_id=colleague.id)
    return await lectures.confirm(town.officer, lecture.id), colleague


async def offer_to(person: Person) -> OfferStatus:
    return (await Assignment.get(person_id=person.id)).status


def test_when_the_only_lecturer_declines_the_officer_who_asked_hears_that_there_is_none(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, colleague = await given_to(town)
        before = len(await letters())
        await answers(town, lecture, colleague.id, PartStat.DECLINED)
        assert await told(before) == [("lecturer-lost", None, "hanako@police.aohama.example")]
        letter = await Letter.get(kind="lecturer-lost")
        assert (letter.facts["lecturer"], letter.facts["missing"]) == (
            colleague.name,
            "この講義には、いま講師がいません。",
        )
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.CONFIRMED

    play(story)


def test_an_officer_who_notes_the_no_on_the_telephone_needs_no_letter_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, colleague = await given_to(town)
        before = len(await letters())
        attendee = await Attendee.get(appointment_id=lecture.appointment_id, person_id=colleague.id)
        await replies.note(town.officer, attendee.id, partstat=PartStat.DECLINED)
        assert await told(before) == []
        assert await offer_to(colleague) is OfferStatus.DECLINED

    play(story)


def test_an_officer_who_declines_what_they_asked_of_themself_is_missed_by_the_station(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        before = len(await letters())
        await answers(town, lecture, town.officer.person_id, PartStat.DECLINED)
        assert await told(before) == [("lecturer-lost", None, STATION)]

    play(story)


@pytest.mark.parametrize("first", [PartStat.ACCEPTED, PartStat.DECLINED])
def test_an_offer_follows_the_answer_also_to_perhaps(play: Any, first: PartStat) -> None:
    async def story(town: Town) -> None:
        lecture, colleague = await given_to(town)
        await answers(town, lecture, colleague.id, first)
        assert (await offer_to(colleague)).value == first.value
        await answers(town, lecture, colleague.id, PartStat.TENTATIVE)
        assert await offer_to(colleague) is OfferStatus.OFFERED
        held = await Attendee.get(appointment_id=lecture.appointment_id, person_id=colleague.id)
        assert held.busy_from == lecture.starts_at

    play(story)


def test_a_retired_officer_is_not_asked_to_give_a_lecture(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        await lectures.accept(town.officer, lecture.id)
        colleague = await make.officer(town.admin, town.station)
        on = lecture.starts_at.date()
        await people.retire(town.admin, colleague.id, version=colleague.version, on=on)
        with pytest.raises(Invalid, match="登録から外れています") as refused:
            await lectures.assign(town.officer, lecture.id, person_id=colleague.id)
        assert refused.value.field == "person_id"
        assert await Assignment.all().count() == 0
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.ACCEPTED

    play(story)


@pytest.mark.parametrize("way", ["retire", "transfer"])
def test_whoever_leaves_is_released_from_the_lectures_after_that_day_only(play: Any, way: str) -> None:
    async def story(town: Town) -> None:
        soon, colleague = await given_to(town)
        late = await make.lecture(
            town.officer, school=await make.school(town.officer, "乙小"), starts_at=soon.starts_at + timedelta(days=14)
        )
        await lectures.accept(town.officer, late.id)
        await lectures.assign(town.officer, late.id, person_id=colleague.id)
        before, on = len(await letters()), soon.starts_at.date() + timedelta(days=3)
        if way == "retire":
            await people.retire(town.admin, colleague.id, version=colleague.version, on=on)
        else:
            there = {"unit_id": town.other_station.id, "on": on}
            await people.transfer(town.admin, colleague.id, version=colleague.version, **there)
        status = {one.lecture_id: one.status for one in await Assignment.filter(person_id=colleague.id)}
        assert status == {soon.id: OfferStatus.OFFERED, late.id: OfferStatus.WITHDRAWN}
        assert await told(before) == [
            ("lecturer-released", Method.CANCEL, "lecturer@police.aohama.example"),
            ("lecturer-lost", None, "hanako@police.aohama.example"),
        ]
        assert (await Attendee.get(appointment_id=late.appointment_id)).busy_from is None

    play(story)


def test_who_moves_to_the_station_of_the_lecture_gives_it(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, _ = await given_to(town)
        helper = await make.officer(town.admin, town.other_station, mail_address="helper@police.aohama.example")
        await lectures.assign(town.officer, lecture.id, person_id=helper.id, role=AttendeeRole.CO_LECTURER)
        on = lecture.starts_at.date() - timedelta(days=3)
        await people.transfer(town.admin, helper.id, version=helper.version, unit_id=town.station.id, on=on)
        await people.arrive(lecture.starts_at - timedelta(days=2))
        assert await offer_to(helper) is OfferStatus.OFFERED

    play(story)


def test_a_volunteer_who_resigns_is_missed_by_the_officer_who_asked(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, helper = await confirmed(town), await make.volunteer(town)
        role = AttendeeRole.CO_LECTURER
        await lectures.assign(town.officer, lecture.id, person_id=helper.person_id, role=role)
        before = len(await letters())
        await volunteers.resign(make.oneself(town.officer, helper), helper.id)
        assert ("lecturer-lost", None, "hanako@police.aohama.example") in await told(before)
        assert (await Letter.get(kind="lecturer-lost")).facts["missing"] == ""
        assert (await Assignment.get(person_id=helper.person_id)).status is OfferStatus.WITHDRAWN

    play(story)


def test_a_lecture_without_a_lecturer_is_given_only_by_somebody_who_is_named(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, colleague = await given_to(town)
        await answers(town, lecture, colleague.id, PartStat.DECLINED)
        after = evening(town, lecture)
        with pytest.raises(Incomplete, match="誰が講義をしたか") as refused:
            await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=HEARD)
        assert refused.value.field == "given_by"
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.CONFIRMED
        who = [lectures.GivenBy(town.officer.person_id)]
        await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=HEARD, given_by=who)
        came = {one.person_id: one.attended for one in await Attendee.filter(role=AttendeeRole.LECTURER)}
        assert came == {colleague.id: False, town.officer.person_id: True}

    play(story)


def test_a_lecture_is_not_confirmed_with_somebody_who_may_not_come_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        await lectures.accept(town.officer, lecture.id)
        colleague = await make.officer(town.admin, town.station)
        await lectures.assign(town.officer, lecture.id, person_id=colleague.id)
        await Person.filter(id=colleague.id).update(retired_on=date(2026, 7, 2))
        with pytest.raises(Invalid, match="登録から外れています"):
            await lectures.confirm(town.officer, lecture.id)
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.COORDINATING

    play(story)
