"""The guard lets one kind of request through and refuses all others as GraphQL does, never by a 5xx."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from api.guard import BODY_LIMIT, DEPTH_LIMIT, EXACT, Asked, Guard
from tests.api.asgi import JSON, Answered, chunked, collected, http_scope, request, speak

HOME = "https://renkei.example"
GOOD = b'{"query":"{ a }","variables":{"n":1},"operationName":"A"}'


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-EXACT, EXACT)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def dumps(value: object) -> bytes:
    return json.dumps(value).encode()


class Door:
    """Stands behind the guard and keeps what came through."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["state"]["graphql"])
        await PlainTextResponse("in")(scope, receive, send)


def refused(answered: Answered, door: Door, status: int, code: str) -> None:
    """The refusal has this status and code, a sentence in Japanese, and nothing came through."""
    assert (answered.status, answered.code) == (status, code)
    assert any("\u3040" <= letter <= "\u9fff" for letter in answered.error["message"])
    assert answered.headers["content-type"] == "application/json"
    assert door.asked == []


def body_refused(body: bytes, status: int, code: str) -> None:
    door = Door()
    refused(request(Guard(door), body), door, status, code)


def test_a_question_goes_through_already_read() -> None:
    door = Door()
    answered = request(Guard(door), GOOD)
    assert (answered.status, answered.body) == (200, b"in")
    assert door.asked == [Asked("{ a }", {"n": 1}, "A")]


def test_a_question_in_one_byte_pieces_goes_through() -> None:
    door = Door()
    collected(speak(Guard(door), http_scope("POST", "/graphql", JSON.items()), chunked(GOOD, 1)))
    assert door.asked == [Asked("{ a }", {"n": 1}, "A")]


def test_four_byte_kanji_and_rare_names_arrive_exactly_as_typed() -> None:
    door, name = Door(), "𠮷野\ufa19﨑"
    request(Guard(door), json.dumps({"query": "{ a }", "variables": {"name": name}}).encode())
    assert door.asked[0].variables == {"name": name}


def test_unknown_keys_of_the_request_are_passed_over() -> None:
    door = Door()
    request(Guard(door), b'{"query":"{ a }","extensions":{},"variables":null,"operationName":null}')
    assert door.asked == [Asked("{ a }")]


def test_the_purpose_of_a_question_comes_with_it() -> None:
    door = Door()
    request(Guard(door), json.dumps({"query": "{ a }", "extensions": {"purpose": "名簿の点検", "other": 1}}).encode())
    assert door.asked == [Asked("{ a }", purpose="名簿の点検")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"true",
        b"1",
        b'"{ a }"',
        b"[]",
        b'[{"query":"{ a }"}]',
        b"{}",
        b'{"query":null}',
        b'{"query":1}',
        b'{"query":"  "}',
        b'{"query":["{ a }"]}',
        b'{"query":"{ a }","variables":[]}',
        b'{"query":"{ a }","variables":"{}"}',
        b'{"query":"{ a }","operationName":1}',
        b'{"query":"{ a }","extensions":[]}',
        b'{"query":"{ a }","extensions":{"purpose":1}}',
        b'{"query":"{ a }"',
        b'{"query":"{ a }"} {}',
        b"{'query':'{ a }'}",
        b'\xef\xbb\xbf{"query":"{ a }"}',
        '{"query":"{ a }"}'.encode("utf-16"),
        '{"query":"{ 県 }"}'.encode("cp932"),
        b'{"query":"\xff"}',
        b'{"query":"{ a }\n"}',
    ],
)
def test_a_body_that_is_not_one_question_is_refused(body: bytes) -> None:
    body_refused(body, 400, "INVALID")


@pytest.mark.parametrize(
    "value",
    [
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e400",
        b"-1e400",
        b"9007199254740992",
        b"-9007199254740992",
        b"9" * 5000,
        b'{"x":1,"x":2}',
        b'"\\ud800"',
        b'"\\udc00x"',
        b'{"\\ud800":1}',
        b"[" * 60000,
        b'{"a":' * 10000,
        b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT,
    ],
)
def test_a_value_that_readers_take_differently_is_refused(value: bytes) -> None:
    body_refused(b'{"query":"{ a }","variables":{"v":' + value + b"}}", 400, "INVALID")


def test_the_same_key_twice_is_refused() -> None:
    body_refused(b'{"query":"{ a }","query":"{ b }"}', 400, "INVALID")


@pytest.mark.parametrize("value", [9007199254740991, -9007199254740991, 1.5, "\U00020bb7", [[[]]], None, True])
def test_values_within_bounds_go_through_unchanged(value: object) -> None:
    door = Door()
    request(Guard(door), json.dumps({"query": "{ a }", "variables": {"v": value}}).encode())
    assert door.asked[0].variables == {"v": value}


def padded(size: int) -> bytes:
    return b'{"query":"{ a }"}'.ljust(size)


def test_a_body_of_exactly_the_limit_goes_through() -> None:
    door = Door()
    assert request(Guard(door), padded(BODY_LIMIT)).status == 200
    assert len(door.asked) == 1


def test_a_body_one_byte_above_the_limit_is_refused_while_it_arrives() -> None:
    body_refused(padded(BODY_LIMIT + 1), 413, "TOO_LARGE")


def test_an_endless_body_is_left_alone_after_the_limit() -> None:
    door, scope = Door(), http_scope("POST", "/graphql", JSON.items())
    pieces: list[Message] = [{"type": "http.request", "body": b" " * 16384, "more_body": True}] * 5
    answered = collected(speak(Guard(door), scope, pieces))
    refused(answered, door, 413, "TOO_LARGE")
    assert answered.headers["connection"] == "close"


@pytest.mark.parametrize("length", ["65537", "20000000", "9" * 5000, "0" * 100 + "65537"])
def test_a_body_announced_as_too_large_is_not_even_waited_for(length: str) -> None:
    door, scope = Door(), http_scope("POST", "/graphql", [*JSON.items(), ("content-length", length)])
    refused(collected(speak(Guard(door), scope, [])), door, 413, "TOO_LARGE")


@pytest.mark.parametrize("length", ["-1", "ten", "1.0", "", "١٢"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    door = Door()
    headers = [(b"content-type", b"application/json"), (b"content-length", length.encode())]
    scope = {**http_scope("POST", "/graphql", []), "headers": headers}
    refused(collected(speak(Guard(door), scope, [])), door, 400, "INVALID")


def test_a_body_that_dawdles_is_refused() -> None:
    door, scope = Door(), http_scope("POST", "/graphql", JSON.items())
    begun: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}]
    refused(collected(speak(Guard(door, body_seconds=0.05), scope, begun)), door, 408, "TIMEOUT")


def test_somebody_who_hangs_up_half_way_is_answered_nothing() -> None:
    door, scope = Door(), http_scope("POST", "/graphql", JSON.items())
    begun: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    assert speak(Guard(door), scope, begun) == []
    assert door.asked == []


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/json; charset=shift_jis",
        "application/jsonx",
        "text/json",
        "",
    ],
)
def test_a_type_other_than_json_is_refused(kind: str) -> None:
    door = Door()
    refused(request(Guard(door), GOOD, {"content-type": kind}), door, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_no_type_and_two_types_are_refused() -> None:
    for headers in ([], [*JSON.items(), ("content-type", "text/plain")]):
        door, scope = Door(), http_scope("POST", "/graphql", headers)
        refused(collected(speak(Guard(door), scope, chunked(GOOD))), door, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_compressed_body_is_refused() -> None:
    door = Door()
    headers = {**JSON, "content-encoding": "gzip"}
    refused(request(Guard(door), GOOD, headers), door, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("kind", ["application/json; charset=UTF-8", "Application/JSON"])
def test_json_in_utf_8_may_say_so(kind: str) -> None:
    assert request(Guard(Door()), GOOD, {"content-type": kind}).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_every_method_but_post_is_refused_with_what_is_allowed(method: str) -> None:
    door = Door()
    answered = request(Guard(door), GOOD, JSON, method, "/graphql?query={a}")
    refused(answered, door, 405, "METHOD_NOT_ALLOWED")
    assert answered.headers["allow"] == "POST"


def test_a_page_answers_a_get_without_parameters_and_no_other() -> None:
    door = Door()
    guard = Guard(door, page=PlainTextResponse("page"))
    assert request(guard, b"", {}, "GET").body == b"page"
    answered = request(guard, b"", {}, "GET", "/graphql?query=%7Ba%7D")
    refused(answered, door, 405, "METHOD_NOT_ALLOWED")
    assert answered.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": HOME + ".evil.example"},
        {"origin": "http://renkei.example"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": HOME, "sec-fetch-site": "cross-site"},
    ],
)
def test_a_page_of_another_site_cannot_ask(headers: dict[str, str]) -> None:
    door = Door()
    answered = request(Guard(door, origins=[HOME]), GOOD, {**JSON, **headers})
    refused(answered, door, 403, "CROSS_SITE")
    assert "access-control-allow-origin" not in answered.headers


def test_a_second_origin_does_not_hide_behind_the_right_one() -> None:
    door = Door()
    headers = [*JSON.items(), ("origin", HOME), ("origin", "https://evil.example")]
    answered = collected(speak(Guard(door, origins=[HOME]), http_scope("POST", "/", headers), chunked(GOOD)))
    refused(answered, door, 403, "CROSS_SITE")


@pytest.mark.parametrize("headers", [{}, {"origin": HOME}, {"origin": HOME, "sec-fetch-site": "same-origin"}])
def test_a_script_and_our_own_page_may_ask(headers: dict[str, str]) -> None:
    assert request(Guard(Door(), origins=[HOME]), GOOD, {**JSON, **headers}).status == 200


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | JSON_VALUES.map(dumps))
def test_no_body_at_all_is_an_error_of_the_server(body: bytes) -> None:
    assert request(Guard(Door()), body).status in (200, 400)


@given(JSON_VALUES)
def test_what_goes_through_is_what_was_sent(value: object) -> None:
    door = Door()
    request(Guard(door), dumps({"query": "{ a }", "variables": {"v": value}}))
    assert door.asked == [Asked("{ a }", {"v": value})]


def test_a_websocket_is_closed_before_it_is_accepted() -> None:
    door = Door()
    scope = {**http_scope("GET", "/graphql", []), "type": "websocket", "subprotocols": ["graphql-ws"]}
    sent = speak(Guard(door), scope, [{"type": "websocket.connect"}])
    assert [message["type"] for message in sent] == ["websocket.close"]
    assert door.asked == []
