"""Lectures through the door: put right, given by whoever came, entered afterwards, found where nobody gives them."""

from typing import Any

from domain import lectures
from domain.actor import Role
from domain.calendar import Attendee, AttendeeRole, PartStat
from domain.lectures import Lecture
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.domain.lectures.giving import answers, confirmed, evening
from tests.make import Town

MISSING = """{ lectures(filter: {needsLecturer: true}) { totalCount edges { node { id needsLecturer } } } }"""


def id_of(row: Any, kind: str | None = None) -> str:
    return f"{kind or type(row).__name__}:{row.id}"


def test_a_lecture_whose_lecturer_declined_is_found_until_there_is_another(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        await make.lecture(town.officer, school=await make.school(town.officer, "乙小"))
        assert (await read(town.officer, MISSING))["lectures"]["totalCount"] == 0
        await answers(town, lecture, town.officer.person_id, PartStat.DECLINED)
        found = (await read(town.officer, MISSING))["lectures"]["edges"]
        assert found == [{"node": {"id": id_of(lecture), "needsLecturer": True}}]
        await lectures.assign(town.officer, lecture.id, person_id=town.hq.person_id, role=AttendeeRole.LECTURER)
        assert (await read(town.officer, MISSING))["lectures"]["totalCount"] == 0

    play(story)


def test_whether_a_lecturer_is_missing_is_not_for_the_school(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = make.outsider(town.officer, Role.SCHOOL, await make.contact(town.officer, body))
        await make.lecture(town.officer, school=body)
        assert codes(await ask(teacher, MISSING)) == [("NOT_ALLOWED", "needsLecturer")]

    play(story)


def test_a_lecture_is_corrected_by_what_is_told_only(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        shown = "lecture { theme expectedCount appointment { place title } }"
        facts = {"lectureId": id_of(lecture), "version": lecture.version, "place": "体育館", "expectedCount": 80}
        answer = await change(town.officer, "correctLecture", shown, **facts)
        assert answer["data"]["correctLecture"]["lecture"] == {
            "theme": "SNSの安全な使い方",
            "expectedCount": 80,
            "appointment": {"place": "体育館", "title": "見本市立見本小学校 SNSの安全な使い方"},
        }
        assert codes(await change(town.officer, "correctLecture", **facts)) == [("CONFLICT", "version")]

    play(story)


def test_whoever_came_is_told_with_the_head_counts_and_put_right_afterwards(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        after, colleague = evening(town, lecture), await make.officer(town.admin, town.station)
        heard = [{"audience": "PUPIL_ELEM", "count": 58}]
        came = [{"personId": f"Officer:{colleague.id}"}]
        given = {"lectureId": id_of(lecture), "durationMinutes": 50, "headCounts": heard, "givenBy": came}
        shown = "lecture { status assignments { edges { node { status attendee { attended } } } } }"
        answer = await change(after, "deliverLecture", shown, **given)
        edges = answer["data"]["deliverLecture"]["lecture"]["assignments"]["edges"]
        assert [one["node"]["attendee"]["attended"] for one in edges] == [False, True]
        right = {"lectureId": id_of(lecture), "reason": "取り違え", "durationMinutes": 45}
        both = [*came, {"personId": f"Officer:{town.officer.person_id}", "role": "CO_LECTURER"}]
        answer = await change(after, "correctHeadCounts", "lecture { durationMinutes }", givenBy=both, **right)
        assert answer["data"]["correctHeadCounts"]["lecture"] == {"durationMinutes": 45}
        assert await Attendee.filter(attended=True).count() == 2

    play(story)


def test_a_lecture_of_the_past_is_entered_in_one_act(play: Any) -> None:
    async def story(town: Town) -> None:
        facts = {
            "schoolId": id_of(await make.school(town.officer)),
            "theme": "SNSの安全な使い方",
            "audience": "PUPIL_ELEM",
            "startsAt": "2026-06-10T13:00:00+09:00",
            "endsAt": "2026-06-10T13:45:00+09:00",
            "givenBy": [{"personId": f"Officer:{town.officer.person_id}"}],
            "headCounts": [{"audience": "PUPIL_ELEM", "count": 58}],
        }
        shown = "lecture { status durationMinutes totalParticipants contact { id } }"
        answer = await change(town.officer, "recordHeldLecture", shown, **facts)
        assert answer["data"]["recordHeldLecture"]["lecture"] == {
            "status": "DELIVERED",
            "durationMinutes": 45,
            "totalParticipants": 58,
            "contact": None,
        }
        ahead = facts | {"endsAt": "2026-07-10T13:45:00+09:00"}
        assert codes(await change(town.officer, "recordHeldLecture", **ahead)) == [("INVALID", "endsAt")]
        assert await Lecture.all().count() == 1

    play(story)
