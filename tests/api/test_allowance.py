"""What one account may ask for: it is told when to come again, and nobody else waits."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.allowance import Allowance, Bucket, Budget, Budgets
from api.context import Context
from api.graphql_door import worded
from api.guard import Asked
from domain.actor import Role
from domain.errors import RateLimited
from tests import make
from tests.api.asking import DOOR, codes
from tests.clock import NOW
from tests.make import Town

SECOND = timedelta(seconds=1)
ONE, OTHER = UUID(int=1), UUID(int=2)


def bucket(per_second: float = 2, most: float = 10) -> Bucket:
    return Bucket(Budget(per_second, most), "{wait}秒ほど待ってください。")


async def asked(context: Context, document: str) -> dict[str, Any]:
    return worded(await DOOR.execute(Asked(document), context))


def test_what_is_left_fills_up_again_with_time_and_never_beyond_the_most() -> None:
    asked = bucket()
    asked.take(ONE, 10, NOW)
    with pytest.raises(RateLimited, match="1秒") as refused:
        asked.take(ONE, 1, NOW)
    assert refused.value.retry_after == 1
    asked.take(ONE, 4, NOW + 2 * SECOND)
    asked.take(ONE, 10, NOW + 1000 * SECOND)
    with pytest.raises(RateLimited):
        asked.take(ONE, 1, NOW + 1000 * SECOND)


def test_a_refusal_takes_nothing_and_nobody_else_waits_for_it() -> None:
    asked = bucket()
    asked.take(ONE, 8, NOW)
    with pytest.raises(RateLimited):
        asked.take(ONE, 3, NOW)
    asked.take(ONE, 2, NOW)
    asked.take(OTHER, 10, NOW)


def test_a_clock_that_is_put_back_gives_nothing() -> None:
    asked = bucket()
    asked.take(ONE, 10, NOW)
    with pytest.raises(RateLimited):
        asked.take(ONE, 1, NOW - timedelta(hours=2))


def test_accounts_that_have_not_asked_for_longest_are_forgotten(monkeypatch: Any) -> None:
    monkeypatch.setattr("api.allowance.MOST_ACCOUNTS", 3)
    asked = bucket()
    for _ in range(10):
        asked.take(uuid4(), 1, NOW)
    assert len(asked.left) == 3


def test_a_question_beyond_the_rows_of_an_account_reads_nothing_and_says_how_long_to_wait(play: Any) -> None:
    async def story(town: Town) -> None:
        allowance = Allowance(Budgets(rows=dict.fromkeys(Role, Budget(per_second=10, most=100))))
        document = "{ officers(first: 60) { edges { node { id } } } }"

        assert "errors" not in await asked(Context(town.hq, allowance), document)
        second = Context(town.hq, allowance)
        assert codes(await asked(second, document)) == [("RATE_LIMITED", None)]
        assert second.statements == 0
        assert "errors" not in await asked(Context(town.officer, allowance), document)

    play(story)


def test_only_the_police_ask_about_the_schema_but_in_a_demonstration(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = make.outsider(town.hq, Role.PARTNER, await make.contact(town.hq, await make.company(town.hq)))
        for document in ("{ __schema { types { name } } }", '{ __type(name: "Person") { name } }'):
            refused = await asked(Context(partner), document)
            assert [code for code, _ in codes(refused)] == ["NOT_ALLOWED"]
            for context in (Context(town.hq), Context(partner, is_open=True)):
                assert "errors" not in await asked(context, document)
        assert "errors" not in await asked(Context(partner), "{ __typename }")

    play(story)
