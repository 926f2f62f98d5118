"""What is found out of a question is found out once for whoever asks it so, and for each of them what they may see."""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from api import callers, guard, questions
from api.reading import straight
from tests import make
from tests.api.test_callers import asking, token
from tests.make import Town

DRILLS = "query($most: Int!) { drills(first: $most) { edges { node { title } } } }"
DRILL = "query($id: ID!) { node(id: $id) { id } }"
MOVE = "mutation($input: CorrectDrillInput!) { correctDrill(input: $input) { drill { purpose } } }"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    for kept in (callers.REMEMBERED, guard.READ, questions.ANSWERS):
        kept.clear()
    yield
    for kept in (callers.REMEMBERED, guard.READ, questions.ANSWERS):
        kept.clear()


def put(document: str, **variables: Any) -> dict[str, Any]:
    return {"query": document, "variables": variables}


@pytest.fixture
def understood(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The variables that were looked at, each time."""
    seen: list[Any] = []
    usual = straight.get_variable_values

    def look(schema: Any, definitions: Any, given: Any, most: int) -> Any:
        seen.append(given)
        return usual(schema, definitions, given, most)

    monkeypatch.setattr(straight, "get_variable_values", look)
    return seen


def test_each_is_told_what_they_may_see_of_a_question_that_all_ask_in_the_same_words(
    play: Any, understood: list[Any]
) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer, title="第1署の訓練")
        await make.drill(town.other_officer, title="第2署の訓練")
        whose = {
            town.hq: (["第1署の訓練", "第2署の訓練"], True),
            town.officer: (["第1署の訓練"], True),
            town.other_officer: (["第2署の訓練"], False),
        }
        async with AsyncExitStack() as open:
            clients = {who: await open.enter_async_context(asking(await token(town, who))) for who in whose}
            for turn in range(4):
                for who, (titles, sees_it) in whose.items():
                    listed = (await clients[who].post("/graphql", json=put(DRILLS, most=9))).json()["data"]["drills"]
                    assert sorted(edge["node"]["title"] for edge in listed["edges"]) == titles
                    one = (await clients[who].post("/graphql", json=put(DRILL, id=f"Drill:{drill.id}"))).json()["data"]
                    assert one["node"] == ({"id": f"Drill:{drill.id}"} if sees_it else None)
                if turn < 2:  # who asks is found out the first time, and what they ask is kept the second
                    understood.clear()
            assert understood == []

    play(story)


def test_other_variables_are_another_question_and_wrong_ones_are_refused_each_time(
    play: Any, understood: list[Any]
) -> None:
    async def story(town: Town) -> None:
        for number in range(3):
            await make.drill(town.officer, title=f"訓練{number}")
        async with asking(await token(town, town.officer)) as client:
            for _ in range(3):
                for most in (1, 2):
                    listed = (await client.post("/graphql", json=put(DRILLS, most=most))).json()["data"]["drills"]
                    assert len(listed["edges"]) == most
                wrong = (await client.post("/graphql", json=put(DRILLS, most="viel"))).json()
                assert wrong["errors"][0]["extensions"] == {"code": "INVALID", "field": "most"}
        looked_at = [one["most"] for one in understood]
        assert looked_at.count("viel") >= 3
        assert looked_at.count(1) <= 2 >= looked_at.count(2)

    play(story)


def test_nothing_of_what_somebody_changes_is_kept(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        async with asking(await token(town, town.officer)) as client:
            for _ in range(2):
                changed = {"drillId": f"Drill:{drill.id}", "purpose": "初動の確認"}
                done = await client.post("/graphql", json=put(MOVE, input=changed))
                assert done.json()["data"]["correctDrill"]["drill"] == {"purpose": "初動の確認"}
                await client.post("/graphql", json=put(DRILL, id=f"Drill:{drill.id}"))
        assert [asked.query for asked in guard.READ.kept.values()] == [DRILL]

    play(story)
