"""`/account`: one's own keys: sessions, second factor, tokens for programs, address, calendar feed;
`/password` beside it."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import pages, subscribing, visits
from api.entrance import doors, linked, login
from api.entrance.doors import ACCOUNT, LOGIN, hour, inside, instant, onward
from api.house import House
from api.pages import forms
from domain import accounts, feeds, tokens
from domain.accounts import Visit, factors, sessions
from domain.actor import LIAISONS, OUTSIDERS, Actor, Role
from domain.errors import Invalid, NotFound, Refused
from domain.japanese import storable
from domain.people import Person
from domain.records import MISSING
from domain.tokens import Token, TokenScope
from domain.units import Unit

FACTOR, ADDRESS = "/account/second-factor", "/account/address"
ROLES = {
    Role.ADMIN: "管理者",
    Role.HQ_LIAISON: "県本部 連携担当",
    Role.STATION_LIAISON: "警察署 連携担当",
    Role.STATISTICIAN: "統計担当",
    Role.NATIONAL: "警察庁 統計担当",
    Role.PARTNER: "協定の相手方",
    Role.SCHOOL: "学校",
    Role.VOLUNTEER: "ボランティア",
}
SCOPES = {TokenScope.READ: "読むだけ", TokenScope.FULL: "読み書き"}
COUNTING = (Role.STATISTICIAN, Role.HQ_LIAISON, Role.STATION_LIAISON, Role.NATIONAL)
ASKED = (*LIAISONS, *OUTSIDERS)
"""Who is ever asked to a date, and may subscribe to theirs."""


def routes(house: House) -> list[Route]:
    acts = {
        "/password": _change_password,
        ADDRESS: _change_address,
        FACTOR: _take_up,
        f"{FACTOR}/remove": _give_up,
        "/account/recovery-codes": _renew_codes,
        "/account/sessions/end": _end_all,
        "/account/sessions/{id}/end": _end_one,
        "/account/tokens": _issue,
        "/account/tokens/{id}/revoke": _revoke,
        "/account/feed": _make_feed,
        "/account/feeds/{id}/end": _end_feed,
    }
    shows = {ACCOUNT: _show, "/password": _show_password, ADDRESS: _show_address, FACTOR: _show_factor}
    return [
        *[doors.get(path, house, inside(show)) for path, show in shows.items()],
        *[doors.post(path, house, inside(act)) for path, act in acts.items()],
    ]


async def _show(house: House, request: Request, visit: Visit) -> Response:
    actor = await _actor(house, request)
    person, unit = await Person.get(id=actor.person_id), await Unit.get(id=actor.unit_id)
    body = pages.filled(
        "account.html",
        person=person.name,
        login=await accounts.spelled(visit.account),
        address=visit.account.mail_address or "登録されていません",
        role=ROLES[actor.role],
        unit=unit.name,
        last=instant(visit.session.entered_at),
        own_html=pages.filled("to_own.html") if actor.role in ASKED else "",
        downloads_html=pages.filled("downloads.html") if actor.role in COUNTING else "",
        sessions_html=await _sessions(house, visit),
        factor_html=await _factor(house, visit),
        tokens_html=await _tokens(house, actor),
        feed_html=await subscribing.made(actor) if actor.role in ASKED else "",
    )
    return doors.shown("連携 アカウント", body)


async def _actor(house: House, request: Request) -> Actor:
    return await accounts.actor_of(visits.secret_in(request, house) or "", house.clock())


async def _sessions(house: House, visit: Visit) -> str:
    def line(one: accounts.Session) -> str:
        own = one.id == visit.session.id
        button = "（この画面）" if own else pages.filled("end_session.html", id=str(one.id))
        seen = instant(one.seen_at)
        return pages.filled("session.html", label=one.label or "ブラウザー", seen=seen, end_html=button)

    return "".join([line(one) for one in await accounts.living(visit.account.id, house.clock())])


async def _factor(house: House, visit: Visit) -> str:
    if not await factors.is_enrolled(visit.account):
        return pages.filled("factor_missing.html")
    is_free = not house.gate.asks_for_more(visit.account.role)
    return pages.filled(
        "factor.html",
        left=str(await factors.left(visit.account)),
        remove_html=pages.filled("factor_remove.html") if is_free else "",
    )


async def _tokens(house: House, actor: Actor) -> str:
    def line(one: Token) -> str:
        return pages.filled(
            "token.html",
            label=one.label or "（名前なし）",
            scope=SCOPES[one.scope],
            used=hour(one.last_used_at),
            ends=instant(one.expires_at),
            id=str(one.id),
        )

    living = tokens.own(actor).filter(revoked_at=None, expires_at__gt=house.clock())
    return "".join([line(one) for one in await living.order_by("-created_at")])


async def _show_password(_: House, __: Request, visit: Visit) -> Response:
    return await _password(visit)


async def _current(visit: Visit) -> str:
    """HTML that asks for the password that holds; whose it is, is for the browser that has kept it."""
    return pages.filled("current.html", login=await accounts.spelled(visit.account))


async def _password(visit: Visit, said: str = "", status: int = 200) -> Response:
    body = pages.filled("choose.html", said_html=said, current_html=await _current(visit))
    return doors.shown("パスワードの変更", body, status)


async def _change_password(house: House, request: Request, visit: Visit) -> Response:
    form = await forms.read(request)
    try:
        new = linked.chosen(form)
        who = visits.caller(request)
        current = form.get("current", "")
        entered = await accounts.change_password(house.clock(), house.gate, visit, current, new, who)
    except Refused as refused:
        return await _password(visit, doors.refusal(refused), doors.status(refused))
    return visits.give(onward(ACCOUNT), house, entered)


async def _show_address(house: House, _: Request, visit: Visit) -> Response:
    sessions.must_be_fresh(visit, house.clock())
    return await _address(visit, visit.account.mail_address)


async def _address(visit: Visit, typed: str, said: str = "", status: int = 200) -> Response:
    body = pages.filled("address.html", said_html=said, current_html=await _current(visit), address=typed)
    return doors.shown("メールアドレスの変更", body, status)


async def _change_address(house: House, request: Request, visit: Visit) -> Response:
    form = await forms.read(request)
    current, typed, who = form.get("current", ""), form.get("mail_address", ""), visits.caller(request)
    try:
        await accounts.change_own_address(house.clock(), house.gate, visit, current, typed, who)
    except Refused as refused:
        return await _address(visit, typed, doors.refusal(refused), doors.status(refused))
    return onward(ACCOUNT)


async def _show_factor(house: House, _: Request, visit: Visit) -> Response:
    sessions.must_be_fresh(visit, house.clock())
    return await login.offer(house, visit, FACTOR)


async def _take_up(house: House, request: Request, visit: Visit) -> Response:
    return await login.take_up(house, request, visit, FACTOR, await forms.read(request))


async def _give_up(house: House, _: Request, visit: Visit) -> Response:
    await factors.give_up(house.clock(), house.gate, visit)
    return onward(ACCOUNT)


async def _renew_codes(house: House, _: Request, visit: Visit) -> Response:
    return login.show_codes(await factors.renew_codes(house.clock(), visit))


async def _end_all(house: House, _: Request, visit: Visit) -> Response:
    await sessions.end_own(house.clock(), visit.account)
    return visits.take_back(onward(f"{LOGIN}?said=out"), house)


async def _end_one(house: House, request: Request, visit: Visit) -> Response:
    await sessions.end_one(house.clock(), visit.account.id, _id(request))
    return onward(ACCOUNT)


async def _issue(house: House, request: Request, visit: Visit) -> Response:
    sessions.must_be_fresh(visit, house.clock())
    form = await forms.read(request)
    label = storable(form.get("label", ""), field="label")
    days, scope = _days(form.get("days", "")), _scope(form.get("scope", ""))
    actor = await _actor(house, request)
    token, secret = await tokens.issue_own(actor, label=label, days=days, scope=scope)
    body = pages.filled("issued.html", secret=secret, ends=instant(token.expires_at), scope=SCOPES[scope])
    return doors.shown("アクセストークン", body)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise Invalid("有効日数は1日から366日までの数字で入力してください。", field="days")
    return int(text)


def _scope(text: str) -> TokenScope:
    if text not in set(TokenScope):
        raise Invalid("「読むだけ」か「読み書き」を選んでください。", field="scope")
    return TokenScope(text)


async def _revoke(house: House, request: Request, _: Visit) -> Response:
    await tokens.revoke_own(await _actor(house, request), _id(request))
    return onward(ACCOUNT)


async def _make_feed(house: House, request: Request, visit: Visit) -> Response:
    """Show the address of an own calendar feed, this once; one that was made under the same label ends."""
    sessions.must_be_fresh(visit, house.clock())
    form = await forms.read(request)
    actor, label = await _actor(house, request), form.get("label", "").strip()
    feed = await feeds.send_own(actor, label=label, keeps_cancelled="keeps_cancelled" in form)
    body = subscribing.ways_in(await subscribing.page_of(house, feed)) + pages.filled("back.html", href=ACCOUNT)
    return doors.shown(subscribing.TITLE, body)


async def _end_feed(house: House, request: Request, _: Visit) -> Response:
    actor, id = await _actor(house, request), _id(request)
    if not await feeds.own(actor).filter(id=id).exists():
        raise NotFound(MISSING)
    await feeds.revoke(actor, id)
    return onward(ACCOUNT)


def _id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise NotFound(MISSING) from None
