"""What was given before anybody entered it: counted like any other, and written to nobody."""

from datetime import timedelta
from typing import Any

import pytest

from domain import lectures, people, statistics, volunteers
from domain.calendar import Appointment, AppointmentStatus, Attendee, AttendeeRole, PartStat
from domain.errors import Conflict, Incomplete, Invalid, NotFound
from domain.japanese import Period
from domain.journal import Entry
from domain.lectures import Audience, Counted, GivenBy, HeadCount, Lecture, LectureStatus
from domain.outbox import Letter
from domain.statistics import ALL, BY_KEY
from tests import make
from tests.make import Town

DAY = timedelta(days=1)


async def held(town: Town, **over: Any) -> Lecture:
    """A lecture that the officer gave three weeks ago."""
    starts_at = over.pop("starts_at", town.officer.now - 21 * DAY)
    values: dict[str, Any] = {
        "school_id": (over.pop("school", None) or await make.school(town.officer)).id,
        "theme": "SNSの安全な使い方",
        "audience": Audience.PUPIL_ELEM,
        "ends_at": starts_at + timedelta(minutes=45),
        "given_by": [GivenBy(town.officer.person_id)],
        "head_counts": [Counted(Audience.PUPIL_ELEM, 88), Counted(Audience.TEACHER, 4)],
    }
    return await lectures.record_held(town.officer, starts_at=starts_at, **(values | over))


def test_the_same_lecture_is_not_entered_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        school = await make.school(town.officer)
        await held(town, school=school)
        with pytest.raises(Conflict, match="すでに入力されています"):
            await held(town, school=school, given_by=[])
        assert await Lecture.all().count() == 1

    play(story)


def test_a_lecture_of_last_month_is_entered_and_counts_without_a_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await held(town)
        assert (lecture.status, lecture.duration_minutes, lecture.contact_id) == (LectureStatus.DELIVERED, 45, None)
        assert await Letter.all().count() == 0
        appointment = await Appointment.get(id=lecture.appointment_id)
        assert (appointment.status, appointment.sequence) == (AppointmentStatus.CONFIRMED, 0)
        lecturer = await Attendee.get(person_id=town.officer.person_id)
        assert (lecturer.attended, lecturer.role) == (True, AttendeeRole.LECTURER)
        assert await Entry.filter(row_id=lecture.id, fact="lecture-recorded", person_id=town.officer.person_id).exists()
        await lectures.report(town.officer, lecture.id)
        figures = await statistics.show(town.statistician, Period.of_quarter(2026, 1), fresh=True)
        assert figures.whole_id is not None
        told = [figures.value(figures.whole_id, BY_KEY[key], ALL) for key in ("LECTURES", "LECTURE_PEOPLE")]
        assert told == [1, 92]

    play(story)


def test_a_volunteer_who_came_along_then_counts_though_they_have_left_since(play: Any) -> None:
    async def story(town: Town) -> None:
        helper = await make.volunteer(town)
        later = make.at(town.officer, town.officer.now + 30 * DAY)
        await volunteers.resign(later, helper.id)
        who = [GivenBy(town.officer.person_id), GivenBy(helper.person_id, AttendeeRole.CO_LECTURER)]
        day = town.officer.now + DAY
        values = {"starts_at": day, "ends_at": day + timedelta(hours=1), "head_counts": [Counted(Audience.PUBLIC, 9)]}
        school = await make.school(town.officer)
        said = {"school_id": school.id, "theme": "防犯", "audience": Audience.PUBLIC, "given_by": who}
        await lectures.record_held(later, **said, **values)
        shown = await statistics.show(make.at(town.statistician, later.now), Period.of_quarter(2026, 2), fresh=True)
        assert shown.whole_id is not None
        assert shown.value(shown.whole_id, BY_KEY["LECTURES_WITH_VOLUNTEERS"], ALL) == 1
        assert (await Attendee.get(person_id=helper.person_id)).partstat is PartStat.NEEDS_ACTION

    play(story)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"theme": " "}, "theme"),
        ({"head_counts": []}, "head_counts"),
        ({"head_counts": [Counted(Audience.PUBLIC, 100_001)]}, "head_counts"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"given_by": []}, "given_by"),
    ],
)
def test_what_cannot_have_been_is_not_entered(play: Any, over: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises((Invalid, Incomplete)) as refused:
            await held(town, **over)
        assert refused.value.field == field
        assert await Lecture.all().count() == await Appointment.all().count() == await HeadCount.all().count() == 0

    play(story)


@pytest.mark.parametrize(("ago", "field"), [(-DAY, "ends_at"), (timedelta(), "ends_at"), (401 * DAY, "starts_at")])
def test_only_what_is_over_and_not_long_ago_is_entered_afterwards(play: Any, ago: timedelta, field: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await held(town, starts_at=town.officer.now - ago)
        assert refused.value.field == field
        assert await Lecture.all().count() == 0

    play(story)


def test_a_lecturer_who_was_elsewhere_or_had_left_did_not_give_it(play: Any) -> None:
    async def story(town: Town) -> None:
        first = await held(town)
        gone = await make.officer(town.admin, town.station, since=(town.officer.now - 60 * DAY).date())
        await people.retire(town.admin, gone.id, version=gone.version, on=(town.officer.now - 30 * DAY).date())
        school = await make.school(town.officer, "乙小")
        with pytest.raises(Conflict, match="同じ時間に別の予定"):
            await held(town, school=school)
        with pytest.raises(Invalid, match="登録から外れています"):
            await held(town, school=school, given_by=[GivenBy(gone.id)])
        assert [one.id for one in await Lecture.all()] == [first.id]

    play(story)


def test_a_school_of_another_station_is_not_found(play: Any) -> None:
    async def story(town: Town) -> None:
        foreign = await make.school(town.other_officer)
        with pytest.raises(NotFound) as refused:
            await held(town, school=foreign)
        assert refused.value.field == "school_id"
        assert await Lecture.all().count() == 0

    play(story)
