"""What was answered is answered again, to whoever asks the very same, as long as nothing has been written."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from api import questions
from api.questions import Kept
from api.reading.declarations import Pages, how_of
from api.schema import schema
from api.shelf import Shelf
from domain import lectures
from domain.lectures import Lecture
from tests import make
from tests.api.asking import ask, read
from tests.api.situations import Crowd
from tests.make import Town

LECTURES = "{ lectures { totalCount edges { node { theme version } } } }"


class Regretted(Exception):
    """The change is taken back."""


@pytest.fixture(autouse=True)
def answers() -> Iterator[Shelf[Kept]]:
    questions.ANSWERS.clear()
    yield questions.ANSWERS
    questions.ANSWERS.clear()


def replaced(answers: Shelf[Kept], old: str, new: str) -> None:
    """Spoil what is kept, to know it again."""
    for name, kept in list(answers.kept.items()):
        answers.keep(name, kept._replace(text=kept.text.replace(old, new)))


def test_while_nothing_is_written_nothing_is_read_again(play: Any, answers: Shelf[Kept]) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer, theme="SNSの安全な使い方")
        first = await read(town.officer, LECTURES)
        replaced(answers, "SNS", "kept")
        again = await read(town.officer, LECTURES)
        assert again["lectures"]["edges"][0]["node"]["theme"] == "keptの安全な使い方"
        assert again["lectures"]["totalCount"] == first["lectures"]["totalCount"] == 1

    play(story)


def test_whatever_is_written_by_whomever_is_told_in_the_next_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        before = await read(town.officer, LECTURES)
        await lectures.refuse(town.hq, lecture.id, reason="日程が合わない")
        after = await read(town.officer, LECTURES)
        assert [answer["lectures"]["edges"][0]["node"]["version"] for answer in (before, after)] == [1, 2]

    play(story)


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_change_is_told_once_it_is_done_and_never_where_it_is_taken_back(play: Any, is_kept: bool) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer, theme="元の題")

        async def told() -> str:
            return str((await read(town.officer, LECTURES))["lectures"]["edges"][0]["node"]["theme"])

        said = [await told()]
        with suppress(Regretted):
            async with in_transaction("default"):
                await Lecture.filter(id=lecture.id).update(theme="新しい題")
                said += [await told(), await told()]
                if not is_kept:
                    raise Regretted
        said += [await told(), await told()]
        end = "新しい題" if is_kept else "元の題"
        assert said == ["元の題", "元の題", "元の題", end, end]

    play(story)


def test_nobody_is_told_what_was_read_for_another(in_crowd: Any, answers: Shelf[Kept]) -> None:
    """All roots that list rows, asked by all roles in turn, twice: what each is told alone is what they are told among
    the others."""

    async def story(crowd: Crowd) -> None:
        documents = [f"{{ {name}(first: 50) {{ totalCount edges {{ node {{ id }} }} }} }}" for name in lists()]
        alone, among = {}, {}
        for role, actor in crowd.actors.items():
            for document in documents:
                answers.clear()
                alone[role, document] = await ask(actor, document)
        answers.clear()
        for _ in range(2):
            for document in documents:
                for role, actor in crowd.actors.items():
                    among[role, document] = await ask(actor, document)
                    assert among[role, document] == alone[role, document]
        assert len(answers.kept) > 20
        assert len({str(answer) for answer in among.values()}) > len(documents)

    in_crowd(story)


def lists() -> list[str]:
    root = schema._schema.query_type
    assert root is not None
    return [name for name, field in root.fields.items() if isinstance(how_of(root, field), Pages)]


def test_of_personal_data_nothing_is_kept(play: Any, answers: Shelf[Kept]) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer), family_name="例﨑")
        node = f'node(id: "Person:{contact.person_id}")'
        named = await read(town.officer, f"{{ {node} {{ ... on Person {{ familyName }} }} }}")
        assert (named["node"], list(answers.kept)) == ({"familyName": "例﨑"}, [])
        await read(town.officer, f"{{ {node} {{ id }} }}")
        assert len(answers.kept) == 1

    play(story)


def test_another_server_in_the_same_place_is_asked_itself(play: Any, answers: Shelf[Kept]) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        await read(town.officer, LECTURES)
        [(name, kept)] = answers.kept.items()
        started, database, snapshot = kept.state.rsplit(" ", 2)
        answers.keep(name, Kept(f"{started[:-1]}x {database} {snapshot}", "{}"))
        assert (await read(town.officer, LECTURES))["lectures"]["totalCount"] == 1

    play(story)
