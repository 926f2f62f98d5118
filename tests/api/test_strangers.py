"""Whoever is not known learns nothing and changes nothing, whatever of the schema they ask for.

Every field of every type and every mutation is asked of the whole program, along the shortest way to it and with ids
of rows that exist: without a token, with one that has expired, was revoked, was never given or belonged to somebody
who has left, and by the cookie of a session that ended in such a way. In each case all answers are the same bytes.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

import orjson
import pytest
from graphql import GraphQLObjectType, parse, validate
from starlette.types import ASGIApp

from api.allowance import UNLIMITED
from api.app import make_app
from api.budget import RULES, parse_within_budget
from api.callers import UNKNOWN
from api.house import House
from domain import organizations, people, tokens
from domain.accounts.sessions import ENDED
from domain.organizations import Contact
from domain.people import Person
from tests import make
from tests.api.asgi import JSON, Answered, chunked, collected, http_scope, say
from tests.api.inputs import rows_of
from tests.api.walking import SCHEMA, documents
from tests.clock import NOW
from tests.contents import contents
from tests.domain.accounts import keys
from tests.make import Town

LATER = NOW + timedelta(hours=1)
HOUSE = House(keys.GATE.secret, "https://renkei.example", lambda: LATER, budgets=UNLIMITED)
NOT_GOOD = "アクセストークンが正しくないか、期限が切れています。管理者に発行を依頼してください。"


async def good(town: Town) -> str:
    """A token that opens whatever headquarters may see and do."""
    hq = town.hq
    _, secret = await tokens.issue(town.admin, person_id=hq.person_id, role=hq.role, unit_id=hq.unit_id)
    return secret


async def none(_: Town) -> None:
    return None


async def expired(town: Town) -> str:
    early = make.at(town.admin, LATER - timedelta(days=1))
    hq = town.hq
    _, secret = await tokens.issue(early, person_id=hq.person_id, role=hq.role, unit_id=hq.unit_id, days=1)
    return secret


async def revoked(town: Town) -> str:
    secret = await good(town)
    token = await tokens.Token.get(sha256=tokens.digest(secret))
    await tokens.revoke(town.admin, token.id)
    return secret


async def of_somebody_who_has_left(town: Town) -> str:
    leaver = await make.actor(town.admin, town.hq.role, town.section, town.hq.units)
    secret = await good(replace(town, hq=leaver))
    officer = await Person.get(id=leaver.person_id)
    await people.retire(town.admin, officer.id, version=officer.version, on=town.admin.today)
    return secret


async def never_given(_: Town) -> str:
    return f"rk_{'x' * 43}"


async def session_left_alone(town: Town) -> str:
    _, account = await keys.partner(town)
    return (await keys.enter(account.login, now=NOW)).secret


async def session_of_somebody_who_has_left(town: Town) -> str:
    _, account = await keys.partner(town)
    secret = (await keys.enter(account.login, now=LATER)).secret
    contact = await Contact.get(person_id=account.person_id)
    await organizations.retire_contact(town.officer, contact.id, version=contact.version, on=town.officer.today)
    return secret


KEYS = {
    none: ("", UNKNOWN),
    **dict.fromkeys((expired, revoked, of_somebody_who_has_left, never_given), ("token", NOT_GOOD)),
    **dict.fromkeys((session_left_alone, session_of_somebody_who_has_left), ("session", ENDED)),
}


def shown(kind: str, secret: str | None) -> dict[str, str]:
    """The headers by which a program shows its token, a page of ours its session."""
    session = {"cookie": f"__Host-renkei={secret}", "origin": HOUSE.base_url, "sec-fetch-site": "same-origin"}
    return {"token": {"authorization": f"Bearer {secret}"}, "session": session}.get(kind, {})


async def ask(app: ASGIApp, text: str, variables: dict[str, Any], headers: dict[str, str]) -> Answered:
    body = orjson.dumps({"query": text, "variables": variables})
    return collected(await say(app, http_scope("POST", "/graphql", {**JSON, **headers}.items()), chunked(body)))


def told(answered: Answered) -> tuple[object, ...]:
    """All that is answered, but for the number of the request."""
    headers = {name: value for name, value in answered.headers.items() if name != "x-request-id"}
    return answered.status, tuple(sorted(headers.items())), answered.body


ONE_IN = 3
"""So many questions there are for each that is asked with a key that is none any more, where not all are; without a key
all are asked."""


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.__name__)
def test_nobody_who_is_not_known_is_told_or_changes_anything_whatever_they_ask(play: Any, key: Any, full: bool) -> None:
    first, step = (0, 1) if full or key is none else (list(KEYS).index(key) % ONE_IN, ONE_IN)

    async def story(town: Town) -> tuple[int, set[tuple[object, ...]]]:
        kind, _ = KEYS[key]
        ids = await rows_of(town.officer, town, "見本小学校")
        headers, app = shown(kind, await key(town)), make_app(HOUSE, "postgres://nobody@nowhere/nothing")
        before, tried, answers = await contents(), 0, set()
        for one in islice(documents(ids), first, None, step):
            answers.add(told(await ask(app, one.text, one.variables, headers)))
            tried += 1
        answers.add(told(await ask(app, "{ noSuchField }", {}, headers)))
        assert await contents() == before
        return tried, answers

    tried, answers = play(story)
    assert tried == len(range(first, len(list(documents({}))), step))
    ((status, headers, body),) = answers
    error = {"message": KEYS[key][1], "extensions": {"code": "UNAUTHENTICATED"}}
    assert (status, orjson.loads(body)) == (401, {"errors": [error]})
    assert ("www-authenticate", "Bearer") in headers


def test_what_strangers_ask_is_every_field_there_is_and_asked_without_a_mistake() -> None:
    """So they are refused for who they are, and not for what they have written."""
    asked = list(documents({}))
    types = [one for one in SCHEMA.type_map.values() if isinstance(one, GraphQLObjectType) and one.name[:2] != "__"]
    assert {one.names for one in asked} == {f"{gtype.name}.{field}" for gtype in types for field in gtype.fields}
    mistakes = {one.text: validate(SCHEMA, parse(one.text), RULES) for one in asked}
    assert [text for text, found in mistakes.items() if found] == []


def test_what_a_stranger_asks_is_not_even_parsed(play: Any) -> None:
    """To parse a text and to hold it against the rules is work that nobody may cause who may ask nothing."""

    async def story(town: Town) -> list[int]:
        app, read = make_app(HOUSE, "postgres://nobody@nowhere/nothing"), []
        for headers in ({}, shown("token", await never_given(town)), shown("session", "x" * 43)):
            before = parse_within_budget.cache_info().misses
            assert (await ask(app, f"{{ me {{ id }} }} # {len(read)}", {}, headers)).status == 401
            read.append(parse_within_budget.cache_info().misses - before)
        return read

    assert play(story) == [0, 0, 0]
