"""What the school and the lecturers are told of a lecture."""

from typing import Any

from domain import lectures
from domain.outbox import Letter
from tests.domain.lectures.giving import confirmed
from tests.make import Town

ABOUT = ("theme", "audience", "expected_count", "equipment")


def test_everybody_who_is_told_of_a_lecture_hears_for_whom_it_is_and_what_is_to_be_there(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town, equipment="プロジェクター", expected_count=1200)
        told = await Letter.all()
        kinds = {"lecture-received", "lecture-assigned", "lecture-confirmed", "lecturer-confirmed"}
        assert {letter.kind for letter in told} == kinds
        says = (lecture.theme, "小学生", "1,200人", "プロジェクター")
        assert [tuple(letter.facts[fact] for fact in ABOUT) for letter in told] == [says] * len(told)

    play(story)


def test_what_the_desk_has_noted_of_a_lecture_stands_in_no_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town, remarks="校長は多忙")
        await lectures.correct(town.officer, lecture.id, equipment="マイク")
        assert [letter for letter in await Letter.all() if "多忙" in str(letter.facts)] == []

    play(story)
