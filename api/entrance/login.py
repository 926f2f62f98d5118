"""`/login`, `/login/second-factor`, `/logout`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import pages, visits
from api.entrance import doors
from api.entrance.doors import LOGIN, SECOND, onward
from api.house import House
from api.pages import forms
from domain import accounts
from domain.accounts import Entered, Stage, Visit, factors
from domain.errors import RateLimited, Refused

TITLE, SECOND_TITLE, ENROLL_TITLE = "連携 ログイン", "二段階認証", "二段階認証の設定"
SAID = {
    "out": "ログアウトしました。",
    "set": "パスワードを設定しました。新しいパスワードでログインしてください。",
    "over": "安全のため、もう一度ログインしてください。",
}
"""What the page before had to say, by a word in the address: nobody can make it say anything else."""


def routes(house: House) -> list[Route]:
    return [
        doors.get(LOGIN, house, _show),
        doors.post(LOGIN, house, _enter),
        doors.get(SECOND, house, _show_second),
        doors.post(SECOND, house, _prove),
        doors.post("/logout", house, _leave),
    ]


async def _show(house: House, request: Request) -> Response:
    said = SAID.get(request.query_params.get("said", ""), "")
    return _login(house, pages.paragraph(said, "done") if said else "")


def _login(house: House, said: str, status: int = 200, login: str = "", with_code: bool = False) -> Response:
    body = pages.filled(
        "login.html",
        said_html=said,
        login=login[:254],
        code_html=pages.filled("code.html", hint="二段階認証の番号（設定している方）") if with_code else "",
        provider_html=pages.filled("provider.html") if house.provider else "",
    )
    return doors.shown(TITLE, body, status)


async def _enter(house: House, request: Request) -> Response:
    form = await forms.read(request)
    login, password, code = (form.get(name, "") for name in ("login", "password", "code"))
    try:
        entered = await accounts.enter(house.clock(), house.gate, login, password, visits.caller(request), code)
    except Refused as refused:
        waits = isinstance(refused, RateLimited)
        return _login(house, doors.refusal(refused), doors.status(refused), login, with_code=waits)
    return await _on(house, request, entered)


async def _on(house: House, request: Request, entered: Entered) -> Response:
    """Further in with the new session."""
    answer = onward(doors.home(entered.role) if entered.stage is Stage.INSIDE else SECOND)
    return await visits.exchange(answer, request, house, entered.secret)


async def _halfway(house: House, request: Request) -> Visit | None:
    visit = await visits.find(request, house)
    return visit if visit is not None and visit.session.stage is Stage.HALFWAY else None


async def _show_second(house: House, request: Request) -> Response:
    visit = await _halfway(house, request)
    if visit is None:
        return onward(LOGIN)
    return await (_ask(visit) if await factors.is_enrolled(visit.account) else offer(house, visit, SECOND))


async def _ask(visit: Visit, said: str = "", status: int = 200) -> Response:
    code = pages.filled("code.html", hint="認証アプリに出ている6桁の番号、または予備コード")
    return doors.shown(SECOND_TITLE, pages.filled("second.html", said_html=said, code_html=code), status)


async def _prove(house: House, request: Request) -> Response:
    visit = await _halfway(house, request)
    if visit is None:
        return onward(LOGIN)
    form = await forms.read(request)
    if "sealed" in form:
        return await take_up(house, request, visit, SECOND, form)
    try:
        entered = await accounts.prove(house.clock(), house.gate, visit, form.get("code", ""), visits.caller(request))
    except Refused as refused:
        return await _ask(visit, doors.refusal(refused), doors.status(refused))
    return visits.give(onward(doors.home(entered.role)), house, entered.secret)


async def offer(house: House, visit: Visit, path: str, said: str = "", status: int = 200, sealed: str = "") -> Response:
    """The page on which a second factor is set up: a key as a picture and as text, and the number that proves it."""
    import segno  # by few, once in their time here: not at every start

    try:
        offered = factors.offered(house.gate, visit, sealed) if sealed else factors.offer(house.gate, visit)
    except Refused:
        offered = factors.offer(house.gate, visit)
    body = pages.filled(
        "enroll.html",
        said_html=said,
        path=path,
        picture_html=segno.make(offered.uri, error="m").svg_inline(scale=5, title="二段階認証の鍵"),
        key=" ".join(offered.key[at : at + 4] for at in range(0, len(offered.key), 4)),
        login=await accounts.spelled(visit.account),
        sealed=offered.sealed,
        code_html=pages.filled("code.html", hint="認証アプリに出た6桁の番号"),
    )
    return doors.shown(ENROLL_TITLE, body, status)


async def take_up(house: House, request: Request, visit: Visit, path: str, form: dict[str, str]) -> Response:
    """Set the offered second factor up, and show the recovery codes this once."""
    sealed, code, who = form.get("sealed", ""), form.get("code", ""), visits.caller(request)
    try:
        codes, entered = await accounts.enroll(house.clock(), house.gate, visit, sealed, code, who)
    except Refused as refused:
        return await offer(house, visit, path, doors.refusal(refused), doors.status(refused), sealed)
    return visits.give(show_codes(codes), house, entered.secret)


def show_codes(codes: list[str]) -> Response:
    """The ten recovery codes, which nothing shows again."""
    listed = "".join(pages.filled("code_line.html", code=code) for code in codes)
    return doors.shown("予備コード", pages.filled("codes.html", codes_html=listed))


async def _leave(house: House, request: Request) -> Response:
    visit = await visits.find(request, house)
    if visit is not None:
        await accounts.leave(house.clock(), visit.session)
    return visits.take_back(onward(f"{LOGIN}?said=out"), house)
