"""Who really came, whatever they had answered, and what of it counts."""

from typing import Any

import pytest

from domain import lectures, statistics, volunteers
from domain.calendar import Attendee, AttendeeRole, PartStat
from domain.errors import Conflict, Incomplete, Invalid
from domain.japanese import Period
from domain.lectures import Assignment, GivenBy, Lecture, LectureStatus, OfferStatus
from domain.statistics import ALL, BY_KEY
from domain.volunteers import Volunteer
from tests import make
from tests.domain.lectures.giving import HEARD, answers, confirmed, evening
from tests.make import Town

HELPER = AttendeeRole.CO_LECTURER


async def helped(town: Town) -> tuple[Lecture, Volunteer]:
    """A confirmed lecture to which a volunteer is asked to come along."""
    lecture, helper = await confirmed(town), await make.volunteer(town)
    await lectures.assign(town.officer, lecture.id, person_id=helper.person_id, role=HELPER)
    return lecture, helper


async def with_volunteers(town: Town) -> Any:
    whole = await statistics.show(
        make.at(town.statistician, town.officer.now.replace(month=10)), Period.of_quarter(2026, 2), fresh=True
    )
    assert whole.whole_id is not None
    return whole.value(whole.whole_id, BY_KEY["LECTURES_WITH_VOLUNTEERS"], ALL)


@pytest.mark.parametrize(
    ("answer", "came", "counted"),
    [(PartStat.ACCEPTED, True, 1), (PartStat.ACCEPTED, False, 0), (PartStat.DECLINED, True, 1), (None, True, 1)],
)
def test_a_volunteer_counts_who_came_not_who_had_said_so(play: Any, answer: Any, came: bool, counted: int) -> None:
    async def story(town: Town) -> None:
        lecture, helper = await helped(town)
        if answer:
            await answers(town, lecture, helper.person_id, answer)
        who = [GivenBy(town.officer.person_id)] + [GivenBy(helper.person_id, HELPER)] * came
        await lectures.deliver(evening(town, lecture), lecture.id, duration_minutes=50, head_counts=HEARD, given_by=who)
        assert (await Attendee.get(person_id=helper.person_id)).attended is came
        assert await with_volunteers(town) == counted

    play(story)


def test_of_whom_nothing_is_said_helpers_who_never_answered_did_not_come(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, _ = await helped(town)
        await lectures.deliver(evening(town, lecture), lecture.id, duration_minutes=50, head_counts=HEARD)
        came = {one.role: one.attended for one in await Attendee.exclude(role=AttendeeRole.HOST)}
        assert came == {AttendeeRole.LECTURER: True, HELPER: False}
        assert await with_volunteers(town) == 0

    play(story)


def test_who_was_a_volunteer_only_before_does_not_count_as_one(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, helper = await helped(town)
        await volunteers.resign(town.officer, helper.id)
        who = [GivenBy(town.officer.person_id), GivenBy(helper.person_id, HELPER)]
        with pytest.raises(Incomplete, match="委嘱中"):
            await lectures.deliver(
                evening(town, lecture), lecture.id, duration_minutes=50, head_counts=HEARD, given_by=who
            )
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.CONFIRMED
        assert await with_volunteers(town) == 0

    play(story)


def test_afterwards_it_can_be_put_right_who_came_and_how_long_it_was(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, helper = await helped(town)
        after = evening(town, lecture)
        await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=HEARD)
        await lectures.report(after, lecture.id)
        who = [GivenBy(town.officer.person_id), GivenBy(helper.person_id, HELPER)]
        await lectures.correct_head_counts(after, lecture.id, reason="同行の記入もれ", given_by=who)
        await lectures.correct_head_counts(after, lecture.id, reason="時間の記入誤り", duration_minutes=90)
        assert await with_volunteers(town) == 1
        assert (await Assignment.get(person_id=helper.person_id)).status is OfferStatus.ACCEPTED
        corrected = await Lecture.get(id=lecture.id)
        assert (corrected.duration_minutes, corrected.status) == (90, LectureStatus.REPORTED)
        assert sum([row.count for row in await lectures.HeadCount.all()]) == 58

    play(story)


@pytest.mark.parametrize(
    "what", [{}, {"duration_minutes": 0}, {"duration_minutes": 1441}, {"head_counts": []}, {"given_by": []}]
)
def test_a_correction_of_nothing_or_to_the_impossible_is_refused(play: Any, what: dict[str, Any]) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        after = evening(town, lecture)
        await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=HEARD)
        with pytest.raises((Invalid, Incomplete)):
            await lectures.correct_head_counts(after, lecture.id, reason="訂正", **what)
        kept = await Lecture.get(id=lecture.id)
        assert (kept.duration_minutes, kept.reason) == (50, "")

    play(story)


def test_nobody_gave_two_lectures_at_once(play: Any) -> None:
    async def story(town: Town) -> None:
        first, helper = await helped(town)
        second = await make.lecture(town.officer, school=await make.school(town.officer, "乙小"))
        await lectures.accept(town.officer, second.id)
        colleague = await make.officer(town.admin, town.station)
        await lectures.assign(town.officer, second.id, person_id=colleague.id)
        await lectures.confirm(town.officer, second.id)
        who = [GivenBy(colleague.id), GivenBy(helper.person_id, HELPER)]
        with pytest.raises(Conflict, match="同じ時間に別の予定"):
            await lectures.deliver(
                evening(town, second), second.id, duration_minutes=50, head_counts=HEARD, given_by=who
            )
        assert (await Lecture.get(id=second.id)).status is LectureStatus.CONFIRMED
        assert first.starts_at == second.starts_at

    play(story)


@pytest.mark.parametrize("role", [AttendeeRole.CO_LECTURER, AttendeeRole.HOST])
def test_a_lecture_was_given_by_a_lecturer(play: Any, role: AttendeeRole) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        who = [GivenBy(town.officer.person_id, role)]
        with pytest.raises((Invalid, Incomplete)) as refused:
            await lectures.deliver(
                evening(town, lecture), lecture.id, duration_minutes=50, head_counts=HEARD, given_by=who
            )
        assert refused.value.field == "given_by"
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.CONFIRMED

    play(story)
