"""The judge of answers finds what is wrong with one, and nothing where nothing is."""

from typing import Any

import pytest
from graphql import build_schema

from tests.outside.answers import faults

SCHEMA = build_schema("""
    scalar Date
    enum Colour { RED GREEN }
    interface Node { id: ID! }
    type Thing implements Node { id: ID!  name: String!  colour: Colour  count: Int  on: Date  others: [Thing!]! }
    type Query { thing: Thing  things: [Thing!]!  node(id: ID!): Node }""")
WHOLE = "{ thing { id called: name colour count on others { id } ... on Thing { name } } }"
THING = {"id": "Thing:1", "called": "例", "colour": "RED", "count": 2, "on": "2026-07-10", "others": [], "name": "例"}
REFUSAL = {"message": "見つかりません。", "extensions": {"code": "NOT_FOUND"}}


def judged(answer: Any, document: str = WHOLE, status: int = 200) -> list[str]:
    return list(faults(SCHEMA, document, status, answer))


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        (WHOLE, {"data": {"thing": THING}, "extensions": {"cost": 1}}),
        (WHOLE, {"data": {"thing": None}}),
        (WHOLE, {"data": {"thing": THING | {"others": [{"id": "Thing:2"}]}}}),
        ('{ node(id: "Thing:1") { ... on Thing { name } } }', {"data": {"node": {"name": "例"}}}),
        (WHOLE, {"errors": [REFUSAL]}),
        (WHOLE, {"data": {"thing": None}, "errors": [REFUSAL]}),
    ],
)
def test_what_the_schema_allows_is_no_fault(document: str, answer: Any) -> None:
    assert judged(answer, document) == []


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"extensions": {}},
        {"data": {"thing": {}}},
        {"data": {"thing": THING | {"name": None}}},
        {"data": {"thing": THING | {"colour": "BLUE"}}},
        {"data": {"thing": THING | {"count": "two"}}},
        {"data": {"thing": THING | {"others": None}}},
        {"data": {"thing": THING | {"secret": "x"}}},
        {"data": {"thing": THING, "more": 1}},
        {"errors": [REFUSAL | {"message": "not found"}]},
        {"errors": [REFUSAL | {"extensions": {"code": "INTERNAL"}}]},
        {"errors": [REFUSAL | {"message": "見つかりません。asyncpg.exceptions"}]},
        {"errors": [{"message": "見つかりません。"}]},
        {"errors": [REFUSAL | {"message": "見つかりません。Cannot return null for non-nullable field Thing.name."}]},
    ],
)
def test_what_it_does_not_allow_is_one(answer: Any) -> None:
    assert judged(answer) != []


def test_an_error_of_the_server_is_one_whatever_it_says() -> None:
    assert judged({"errors": [REFUSAL]}, status=500) == ["status 500"]
