"""Logging in by the office's own login service, against a service that really answers over HTTP."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.house import Provider
from domain import accounts
from domain.accounts import Session
from domain.people import Person
from tests.api.entering import Browser, browser
from tests.api.serving import NO_AUTHORITIES, served
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town

OWN = f"Basic {base64.b64encode(b'renkei:pa55').decode()}"


@dataclass
class Office:
    """A login service for one person. `says` replaces claims of the token, None leaves one out."""

    issuer: str = ""
    says: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signs_with: RSAKey | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    called: str = ""

    def app(self, issuer: str) -> Starlette:
        self.issuer = issuer
        pages = {"/.well-known/openid-configuration": self.describe, "/jwks": self.keys, "/authorize": self.authorize}
        gets = [Route(path, page, methods=["GET"]) for path, page in pages.items()]
        return Starlette(routes=[*gets, Route("/token", self.token, methods=["POST"])])

    async def describe(self, _: Request) -> Response:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        where = {name: f"{self.issuer}/{path}" for name, path in places.items()}
        return JSONResponse({"issuer": self.called or self.issuer, **where})

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(16)
        self.asked[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 302)

    async def token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.asked.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or request.headers["authorization"] != OWN or challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert form["redirect_uri"] == asked["redirect_uri"]
        now = int(NOW.timestamp())
        usual = {"iss": self.issuer, "aud": "renkei", "sub": "u-1", "iat": now, "exp": now + 300}
        person = {"nonce": asked["nonce"], "email": "one@police.example", "email_verified": True}
        claims = {name: value for name, value in (usual | person | self.says).items() if value is not None}
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.signs_with or self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})


@pytest.fixture(scope="module")
def house_of_keys() -> Iterator[Office]:
    office = Office()
    with served(office.app):
        yield office


@pytest.fixture
def office(house_of_keys: Office) -> Office:
    """The service as it behaves by itself."""
    house_of_keys.says, house_of_keys.signs_with, house_of_keys.called = {}, None, ""
    return house_of_keys


def provider(office: Office, **over: Any) -> Provider:
    return Provider(office.issuer, "renkei", over.pop("client_secret", "pa55"), **over)


async def there(one: Browser) -> str:
    """Go to the service as a browser does; the address to which it sends back."""
    leaving = await one.get("/login/office")
    assert leaving.status_code == 303
    async with httpx.AsyncClient(verify=NO_AUTHORITIES, trust_env=False, timeout=60) as client:
        place = (await client.get(leaving.headers["location"])).headers["location"]
    return f"{urlsplit(place).path}?{urlsplit(place).query}"


async def officer(town: Town) -> None:
    await Person.filter(id=town.officer.person_id).update(number="0815", mail_address="one@police.example")
    await keys.opened(town, town.officer, "officer-1")


def test_an_officer_comes_in_by_the_offices_login_without_another_password(play: Any, office: Office) -> None:
    async def story(town: Town) -> None:
        await officer(town)
        async with browser(provider=provider(office)) as one:
            assert "/login/office" in (await one.get("/login")).text
            answer = await one.get(await there(one))
            assert (answer.status_code, answer.headers["location"]) == (303, "/account")
            assert one.session is not None
            assert await accounts.actor_of(one.session, NOW) == town.officer

    play(story)


def test_an_officer_is_known_by_the_number_where_the_office_names_its_claim(play: Any, office: Office) -> None:
    async def story(town: Town) -> None:
        await officer(town)
        office.says = {"employee": "0815", "email": None, "email_verified": None}
        async with browser(provider=provider(office, number_claim="employee")) as one:
            assert (await one.get(await there(one))).headers["location"] == "/account"
        office.says = {"employee": 815}
        async with browser(provider=provider(office, number_claim="employee")) as one:
            assert (await one.get(await there(one))).status_code == 401

    play(story)


LONG_AGO = int(NOW.timestamp()) - 3600
WRONG: dict[str, dict[str, Any]] = {
    "of another issuer": {"iss": "https://evil.example"},
    "for another program": {"aud": "another"},
    "for another program too": {"aud": ["renkei", "another"], "azp": "another"},
    "expired": {"exp": LONG_AGO},
    "without an end": {"exp": None},
    "of another journey": {"nonce": "another"},
    "of no journey": {"nonce": None},
    "of nobody": {"sub": None},
    "of a stranger": {"email": "stranger@police.example"},
    "of an address nobody verified": {"email_verified": False},
    "of an address said to be verified": {"email_verified": "true"},
    "without an address": {"email": None},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_token_that_proves_nothing_opens_nothing(play: Any, office: Office, name: str) -> None:
    async def story(town: Town) -> None:
        await officer(town)
        office.says = WRONG[name]
        async with browser(provider=provider(office)) as one:
            assert (await one.get(await there(one))).status_code == 401
            assert one.session is None
        assert await Session.all().count() == 0

    play(story)


def test_a_token_that_somebody_else_signed_opens_nothing(play: Any, office: Office) -> None:
    async def story(town: Town) -> None:
        await officer(town)
        office.signs_with = RSAKey.generate_key(2048, {"kid": "1"})
        async with browser(provider=provider(office)) as one:
            assert (await one.get(await there(one))).status_code == 401
        assert await Session.all().count() == 0

    play(story)


def test_the_way_back_is_for_the_browser_that_went_and_for_once(play: Any, office: Office) -> None:
    async def story(town: Town) -> None:
        await officer(town)
        async with browser(provider=provider(office)) as one, browser(provider=provider(office)) as victim:
            back = await there(one)
            await there(victim)
            for other in (
                back,
                back.replace("state=", "state=x"),
                "/login/office/back",
                "/login/office/back?state=&code=",
            ):
                assert (await victim.get(other)).status_code == 401
            assert victim.session is None
            assert (await one.get(back)).status_code == 303
            assert (await one.get(back)).status_code == 401
        assert await Session.all().count() == 1

    play(story)


@pytest.mark.parametrize("what", ["wrong secret", "another service"])
def test_a_service_that_does_not_answer_as_it_should_is_told_in_words(play: Any, office: Office, what: str) -> None:
    async def story(town: Town) -> None:
        await officer(town)
        set_up = provider(office, client_secret="x" if what == "wrong secret" else "pa55")
        async with browser(provider=set_up) as one:
            back = await there(one)
            office.called = "https://evil.example" if what == "another service" else ""
            answer = await one.get(back)
            assert (answer.status_code, "接続できません" in answer.text) == (409, True)
        async with browser(provider=Provider("http://127.0.0.1:9", "renkei", "pa55")) as one:
            assert (await one.get("/login/office")).status_code == 409
        assert await Session.all().count() == 0

    play(story)


def test_who_comes_in_by_the_office_leaves_whoever_sat_at_the_browser_before(play: Any, office: Office) -> None:
    async def story(town: Town) -> None:
        await officer(town)
        await keys.partner(town)
        async with browser(provider=provider(office)) as one:
            await one.enter("megumi@partner.example")
            before = one.session or ""
            assert await accounts.visit(before, NOW) is not None
            await one.get(await there(one))
            assert one.session not in ("", before)
        assert await accounts.visit(before, NOW) is None
        assert await Session.filter(ended_at=None).count() == 1

    play(story)


def test_a_network_that_knocks_at_the_office_without_end_waits_and_the_office_itself_does_not(
    play: Any, office: Office
) -> None:
    async def story(town: Town) -> None:
        await officer(town)
        async with (
            browser(provider=provider(office), address="198.51.100.7") as stranger,
            browser(provider=provider(office)) as one,
        ):
            assert {(await stranger.get("/login/office")).status_code for _ in range(49)} == {303}
            back = await there(stranger)
            for path in ("/login/office", back):
                assert (await stranger.get(path)).status_code == 429
            assert stranger.session is None
            for _ in range(30):
                assert (await one.get(await there(one))).status_code == 303
        assert await Session.filter(ended_at=None).count() == 1

    play(story)


def test_without_a_login_service_there_is_no_such_door(play: Any) -> None:
    async def story(town: Town) -> None:
        async with browser() as one:
            assert (await one.get("/login/office")).status_code == 404
            assert "/login/office" not in (await one.get("/login")).text

    play(story)
