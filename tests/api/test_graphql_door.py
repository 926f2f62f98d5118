"""What the GraphQL door answers: data, refusals in words, and of bugs nothing but a number."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Iterator
from datetime import date
from typing import NewType

import orjson
import pytest
import strawberry
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from strawberry.extensions import SchemaExtension
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from api.budget import BUDGET
from api.graphql_door import GraphQLDoor, sentence
from api.guard import Guard
from domain.errors import Invalid, NotFound, RateLimited, Unauthenticated, WrongState
from tests.api.asgi import Answered, ask, request

SECRET = "090-1234-5678"
DELIVERED: list[str] = []

Name = NewType("Name", str)


def read_name(value: str) -> str:
    if "\x00" in value:
        raise Invalid("名称に制御文字は使えません。")
    return value


@strawberry.input
class LectureInput:
    title: Name
    held_on: date
    seats: int = 0


@strawberry.type
class Query:
    @strawberry.field
    def me(self, info: Info) -> str:
        return str(info.context)

    @strawberry.field
    def drill(self, id: str) -> str | None:
        raise NotFound("その訓練は見つかりません。", field="id")

    @strawberry.field
    def quarter(self, number: int = 1) -> str:
        return f"第{number}四半期"

    @strawberry.field
    def raw(self, broken: bool) -> JSON:
        return {1, 2} if broken else {}  # type: ignore[return-value]

    @strawberry.field
    def roster(self) -> list[str] | None:
        raise RuntimeError(f"duplicate key (phone)=({SECRET})")

    @strawberry.field
    def promised(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    def ready_made(self) -> JSON:
        return orjson.Fragment(b'{"built":"in the database"}')  # type: ignore[return-value]

    @strawberry.field
    def unspeakable(self) -> str:
        return object()  # type: ignore[return-value]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def confirm(self, input: LectureInput) -> str:
        if input.seats < 0:
            raise WrongState("受理された依頼だけが決定できます。", field="held_on")
        DELIVERED.append(input.title)
        return input.title


class Meter(SchemaExtension):
    """Refuses or breaks on a word in the document, and says what it cost."""

    def on_execute(self) -> Iterator[None]:
        query = self.execution_context.query or ""
        if "refuseMe" in query:
            raise RateLimited("一分後にもう一度送ってください。")
        if "breakMe" in query:
            raise RuntimeError(SECRET)
        yield

    def get_results(self) -> dict[str, object]:
        return {"cost": 3, "tracing": "not for clients"}


SCHEMA = strawberry.Schema(
    Query,
    Mutation,
    extensions=[*BUDGET, Meter],
    config=StrawberryConfig(
        scalar_map={
            Name: strawberry.scalar(name="Name", serialize=str, parse_value=read_name),
        }
    ),
)
PLAIN = strawberry.Schema(Query)


async def known(request: Request, _: object) -> str:
    match request.headers.get("authorization"):
        case "Bearer hq":
            return "本部"
        case "Bearer hasty":
            raise RateLimited("一分後にもう一度送ってください。")
        case "Bearer unlucky":
            raise ConnectionError(SECRET)
    raise Unauthenticated("トークンを Authorization に入れてください。")


DOOR = Guard(GraphQLDoor(SCHEMA, known))


def asked(query: str, variables: object = None, token: str = "hq") -> Answered:
    return ask(DOOR, query, variables, authorization=f"Bearer {token}")


def refused(answered: Answered, code: str, field: str | None = None, status: int = 200) -> str:
    """A document that was answered with this one refusal; gives its message."""
    assert answered.status == status
    assert answered.code == code
    assert answered.error["extensions"].get("field") == field
    return str(answered.error["message"])


CONFIRM = "mutation($input: LectureInput!) { confirm(input: $input) }"
INTROSPECTION = '{ __schema { types { name } } __type(name: "Query") { name } __typename }'


def test_an_answer_is_data_and_its_cost() -> None:
    answered = asked("{ me }")
    assert answered.json == {"data": {"me": "本部"}, "extensions": {"cost": 3}}
    assert answered.headers["content-type"] == "application/json"


def test_a_schema_that_counts_no_cost_answers_without() -> None:
    door = Guard(GraphQLDoor(PLAIN, known))
    assert ask(door, "{ me }", authorization="Bearer hq").json == {"data": {"me": "本部"}}


def test_json_built_elsewhere_is_passed_through() -> None:
    assert asked("{ readyMade }").json["data"] == {"readyMade": {"built": "in the database"}}


@pytest.mark.parametrize("query", ["{ me }", INTROSPECTION, "{ nothing }", "{", CONFIRM])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic aHE6aHE="}])
def test_nobody_known_is_answered_nothing(query: str, headers: dict[str, str]) -> None:
    answered = ask(DOOR, query, {"input": {"title": "x", "heldOn": "2026-04-01"}}, **headers)
    assert answered.status == 401
    assert answered.headers["www-authenticate"] == "Bearer"
    assert answered.json == {
        "errors": [
            {
                "message": "トークンを Authorization に入れてください。",
                "extensions": {"code": "UNAUTHENTICATED"},
            }
        ]
    }
    assert DELIVERED == []


def test_somebody_known_may_ask_for_the_schema() -> None:
    assert asked(INTROSPECTION).json["data"]["__typename"] == "Query"


def test_a_refusal_at_the_door_has_its_status() -> None:
    answered = asked("{ me }", token="hasty")
    assert (answered.status, answered.code) == (429, "RATE_LIMITED")


def test_a_refusal_keeps_code_message_field_and_path() -> None:
    answered = asked('{ drill(id: "1") me }')
    assert refused(answered, "NOT_FOUND", "id") == "その訓練は見つかりません。"
    assert answered.error["path"] == ["drill"]
    assert answered.json["data"] == {"drill": None, "me": "本部"}


def test_the_field_of_a_refusal_is_called_as_in_the_schema() -> None:
    lecture = {"title": "講話", "heldOn": "2026-04-01", "seats": -1}
    assert refused(asked(CONFIRM, {"input": lecture}), "WRONG_STATE", "heldOn")
    assert DELIVERED == []


@pytest.mark.parametrize(
    ("lecture", "field"),
    [
        ({"title": "講話", "heldOn": "四月一日"}, "heldOn"),
        ({"title": "講話", "heldOn": "2026-04-01", "seats": "many"}, "seats"),
        ({"title": "講話", "heldOn": "2026-04-01", "seats": 2**40}, "seats"),
        ({"title": "講話", "heldOn": "2026-04-01", "seats": 1.5}, "seats"),
        ({"title": "講話", "heldOn": None}, "heldOn"),
        ({"title": "講話"}, "heldOn"),
        (None, "input"),
        ([1], "input"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_field(lecture: object, field: str) -> None:
    message = refused(asked(CONFIRM, {"input": lecture}), "INVALID", field)
    assert message.startswith(f"{field} の値を直してください。")
    assert DELIVERED == []


def test_a_scalar_of_ours_refuses_in_its_own_words_as_variable_and_as_literal() -> None:
    lecture = {"title": "\x00", "heldOn": "2026-04-01"}
    assert refused(asked(CONFIRM, {"input": lecture}), "INVALID", "title") == "名称に制御文字は使えません。"
    literal = 'mutation { confirm(input: {title: "\\u0000", heldOn: "2026-04-01"}) }'
    assert refused(asked(literal), "INVALID") == "名称に制御文字は使えません。"
    assert DELIVERED == []


@pytest.mark.parametrize(
    "text",
    ["Value 'X' does not exist in 'Kind' enum. Did you mean 'Y'?", "Enum 'Kind' cannot represent non-enum value: 1."],
)
def test_a_value_that_an_enum_has_not_is_refused_with_those_it_has(text: str) -> None:
    told = sentence(GraphQLError(text), lambda name: ["A", "B"] if name == "Kind" else [])
    assert told == "この値は使えません。使えるのは A・B です。"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("{ mee }", "Cannot query field 'mee' on type 'Query'."),
        ('{ drill(idd: "1") }', "Unknown argument 'idd' on field 'Query.drill'."),
        ("query($x: LectureInptu) { drill(id: $x) }", "Unknown type 'LectureInptu'."),
        ("{ me", "Syntax Error: Expected Name, found <EOF>."),
        ("subscription { me }", "Subscriptions are not offered."),
        ("fragment F on Query { me }", "Can't get GraphQL operation type"),
        ("{ drill(id: " + "9" * 5000 + ") }", "String cannot represent a non string value"),
    ],
)
def test_a_wrong_document_keeps_the_text_without_suggestions(query: str, says: str) -> None:
    answered = asked(query)
    errors = answered.json["errors"]
    assert "data" not in answered.json
    assert says in errors[0]["message"]
    assert {error["extensions"]["code"] for error in errors} == {"INVALID"}
    assert b"Did you mean" not in answered.body
    assert len(answered.body) < 4000


def test_suggestions_are_off_for_the_keys_of_an_input_as_well() -> None:
    lecture = {"titel": "講話", "heldOn": "2026-04-01"}
    answered = asked(CONFIRM, {"input": lecture})
    assert b"titel" in answered.body
    assert b"Did you mean" not in answered.body


def test_an_argument_that_turns_out_null_is_refused_as_what_was_sent() -> None:
    answered = asked("query($n: Int) { quarter(number: $n) }", {"n": None})
    assert refused(answered, "INVALID", "number").startswith("number の値を直してください。")
    assert answered.error["path"] == ["quarter"]
    assert answered.json["data"] is None


def test_an_operation_that_is_not_there_is_refused() -> None:
    body = {"query": "query A { me }", "operationName": "B"}
    assert refused(asked_body(body), "INVALID")


def asked_body(body: object) -> Answered:
    headers = {"content-type": "application/json", "authorization": "Bearer hq"}
    return request(DOOR, json.dumps(body).encode(), headers)


def test_a_document_over_its_budget_is_refused_as_too_large() -> None:
    answered = asked("{" + " ".join(f"a{n}: me" for n in range(100)) + "}")
    assert "上限" in refused(answered, "TOO_LARGE")


def test_a_refusal_before_execution_has_no_data() -> None:
    answered = asked("query refuseMe { me }")
    assert refused(answered, "RATE_LIMITED", status=429)
    assert answered.headers["retry-after"] == "1"
    assert "data" not in answered.json


@pytest.mark.parametrize(
    ("query", "token", "status"),
    [
        ("{ roster }", "hq", 200),
        ("{ promised }", "hq", 200),
        ("query breakMe { me }", "hq", 200),
        ("{ unspeakable }", "hq", 200),
        ("{ raw(broken: true) }", "hq", 500),
        ("{ me }", "unlucky", 500),
    ],
)
def test_of_a_bug_the_client_learns_a_number_and_the_log_the_place(
    query: str, token: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answered = asked(query, {"phone": SECRET}, token)
    number = answered.error["extensions"]["requestId"]
    assert (answered.status, answered.code) == (status, "INTERNAL")
    assert set(answered.error["extensions"]) == {"code", "requestId"}
    assert SECRET not in answered.body.decode()
    assert SECRET not in caplog.text
    assert [number in record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [True]
    assert "File " in caplog.text
    caplog.clear()


WORDS = [
    "{",
    "}",
    "(",
    ")",
    "me",
    "drill",
    "id:",
    '"1"',
    "...",
    "on Query",
    "@skip(if:",
    "$x",
    "query",
    "9" * 400,
]


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.text(max_size=9))
def test_no_document_at_all_is_a_bug(query: str, name: str) -> None:
    answered = asked_body({"query": query, "operationName": name})
    assert answered.status in (200, 400)
    assert b"INTERNAL" not in answered.body


def test_what_was_refused_is_not_logged_even_by_a_server_that_enables_every_logger(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
    with caplog.at_level(logging.DEBUG):
        asked(CONFIRM, {"input": {"title": SECRET, "heldOn": SECRET}})
        asked("{ " + "x" * 50 + " }")
        asked('{ drill(id: "1") }')
    assert [record for record in caplog.records if record.name != "asyncio"] == []
