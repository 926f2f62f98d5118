"""`/login/office`: log in by the office's own login service (OpenID Connect Core 1.0, authorization code with PKCE).

The service vouches for somebody; who they are here, an account has said before. It is trusted with the second factor
too. What must be known when the browser comes back (state, nonce, verifier) travels in a sealed cookie, so that any
process can take it up. An extra: `pip install renkei[oidc]`.
"""

from __future__ import annotations

import hmac
import json
import secrets
import ssl
from base64 import urlsafe_b64encode
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import dead_ends, visits
from api.entrance import doors
from api.house import House, Provider
from domain import accounts
from domain.accounts import Entered, envelopes
from domain.errors import Incomplete, Refused, Unauthenticated
from domain.values import dataclass

START, BACK = "/login/office", "/login/office/back"
COOKIE, PLAIN_COOKIE, PURPOSE = "__Host-renkei-office", "renkei-office", "office login"
PATIENCE = 10.0  # seconds
LASTS = 600  # seconds
ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures by a key that only the service has: never `none`, never one by a shared secret."""

LEEWAY = 60  # seconds by which two clocks may differ
TITLE = "ログインできません"
AGAIN = "ログインのページから、もう一度お試しください。ログイン名とパスワードでも入れます。"
OTHERWISE = "何度も続くときは、連携の管理者に、時刻とこの画面の文をお知らせください。"
UNREACHABLE = "庁内の認証サービスに接続できません。時間をおくか、ログイン名とパスワードでログインしてください。"
UNPROVEN = "庁内の認証サービスからの応答を確かめられません。もう一度ログインし直してください。"


@dataclass(frozen=True)
class Journey:
    """What the browser carries there and back, sealed."""

    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """RFC 7636 §4.2, S256."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


def routes(house: House, provider: Provider) -> list[Route]:
    async def start(_: House, request: Request) -> Response:
        await accounts.must_not_ask_too_often(house.clock(), house.gate, visits.caller(request))
        return await _start(house, provider)

    async def back(_: House, request: Request) -> Response:
        return await _back(house, provider, request)

    return [doors.get(START, house, start), doors.get(BACK, house, back)]


async def _start(house: House, provider: Provider) -> Response:
    journey = Journey(*[secrets.token_urlsafe(32) for _ in range(3)])
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": f"{house.base_url}{BACK}",
        "scope": "openid email profile",
        "state": journey.state,
        "nonce": journey.nonce,
        "code_challenge": journey.challenge,
        "code_challenge_method": "S256",
    }
    place = (await _described(provider))["authorization_endpoint"]
    answer = doors.onward(f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}")
    sealed = envelopes.seal(house.secret, PURPOSE, provider.issuer, json.dumps(asdict(journey)))
    plain = house.is_plain
    answer.set_cookie(_cookie(house), sealed, LASTS, secure=not plain, httponly=True, samesite="lax", path="/")
    return answer


def _cookie(house: House) -> str:
    return PLAIN_COOKIE if house.is_plain else COOKIE


async def _back(house: House, provider: Provider, request: Request) -> Response:
    try:
        entered = await _entered(house, provider, request)
    except Refused as refused:
        ways, said = (AGAIN, OTHERWISE), {"Referrer_Policy": doors.REFERRER}
        status = doors.status(refused)
        answer: Response = await dead_ends.page(house, TITLE, refused.message, *ways, status=status, **said)
    else:
        answer = await visits.exchange(doors.onward(doors.home(entered.role)), request, house, entered.secret)
    answer.delete_cookie(_cookie(house), secure=not house.is_plain, httponly=True, samesite="lax", path="/")
    return answer


async def _entered(house: House, provider: Provider, request: Request) -> Entered:
    journey = _journey(house, provider, request)
    code = request.query_params.get("code", "")
    if not code or not hmac.compare_digest(request.query_params.get("state", "").encode(), journey.state.encode()):
        raise Unauthenticated(UNPROVEN)
    now, who = house.clock(), visits.caller(request)
    await accounts.must_not_ask_too_often(now, house.gate, who)
    claims = await _claims(house, provider, journey, code, now)
    return await accounts.enter_vouched(now, house.gate, who, **_known_by(provider, claims))


def _journey(house: House, provider: Provider, request: Request) -> Journey:
    carried = request.cookies.get(_cookie(house), "")
    opened = envelopes.unseal(house.keys, PURPOSE, provider.issuer, carried)
    if opened is None:
        raise Unauthenticated(UNPROVEN)
    return Journey(**json.loads(opened))


def _known_by(provider: Provider, claims: dict[str, Any]) -> dict[str, str]:
    """The officer's number where the office has named a claim for it, else the address, if the service verified it."""
    if provider.number_claim is not None:
        number = claims.get(provider.number_claim)
        return {"number": number if isinstance(number, str) else ""}
    mail_address = claims.get("email") if claims.get("email_verified") is True else ""
    return {"mail_address": mail_address if isinstance(mail_address, str) else ""}


async def _claims(house: House, provider: Provider, journey: Journey, code: str, now: datetime) -> dict[str, Any]:
    """What the service says of whoever logged in there, proven (OpenID Connect Core §3.1.3.7)."""
    described = await _described(provider)
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"{house.base_url}{BACK}",
        "code_verifier": journey.verifier,
    }
    own = httpx.BasicAuth(provider.client_id, provider.client_secret)
    answered = await _asked("POST", described["token_endpoint"], data=sent, auth=own)
    keys = await _asked("GET", described["jwks_uri"])
    try:
        token = jwt.decode(str(answered.get("id_token", "")), KeySet.import_key_set(keys), ALGORITHMS)  # type: ignore[arg-type]
        _rules(provider, journey, now).validate(token.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Unauthenticated(UNPROVEN) from error
    return dict(token.claims)


def _rules(provider: Provider, journey: Journey, now: datetime) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        int(now.timestamp()),
        LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        azp={"value": provider.client_id},
        nonce={"essential": True, "value": journey.nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )


async def _described(provider: Provider) -> dict[str, str]:
    """The service's own description (OpenID Connect Discovery 1.0 §4), which must be of the issuer that was set."""
    described = await _asked("GET", f"{provider.issuer}/.well-known/openid-configuration")
    named = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if described.get("issuer") != provider.issuer or not all(isinstance(described.get(one), str) for one in named):
        raise Incomplete(UNREACHABLE)
    return {one: described[one] for one in named}


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The authorities that vouch for the service, read once: that takes longer than all else that is asked of it."""
    return httpx.create_ssl_context(trust_env=False)


async def _asked(method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        async with httpx.AsyncClient(verify=_trusted(), timeout=PATIENCE, trust_env=False) as client:
            answer = (await client.request(method, url, **more)).raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Incomplete(UNREACHABLE) from error
    if not isinstance(answer, dict):
        raise Incomplete(UNREACHABLE)
    return answer
