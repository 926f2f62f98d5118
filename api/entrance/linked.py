"""`/welcome/{token}`, `/password/reset/{token}`: choose a password by a letter's link. `/password/reset` asks for one.

GET shows and uses nothing up, for mail scanners follow links. What the link opens is shown to nobody: the letter has
said the login name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import dead_ends, guesses, pages, visits
from api.entrance import doors
from api.house import House
from api.pages import forms
from domain import accounts
from domain.accounts import Link
from domain.errors import RateLimited, Refused

TITLES = {Link.WELCOME: "連携へようこそ", Link.RESET: "パスワードの再設定"}
WAYS = (
    dead_ends.NEWEST,
    'パスワードを一度決めた方は、新しいリンクを<a href="/password/reset">ご自分で申し込めます</a>。',
    "まだ決めていない方は、アカウントを用意した担当者に、ご案内のメールをもう一度送るよう頼んでください。",
)
ASKED = (
    "ご入力のログイン名で登録があれば、登録されているメールアドレスに再設定のご案内を送りました。"
    "届かないときは、迷惑メールの振り分けを確かめるか、担当者にお問い合わせください。"
)
DIFFERENT = "二度の入力が一致しません。同じパスワードを二回入力してください。"


def routes(house: House) -> list[Route]:
    by_link = [Route(f"{link.path}/{{token}}", _by(house, link), methods=["GET", "POST"]) for link in Link]
    return [
        doors.get(Link.RESET.path, house, _show_asking),
        doors.post(Link.RESET.path, house, _ask),
        *by_link,
    ]


def _by(house: House, link: Link) -> Callable[[Request], Awaitable[Response]]:
    """No look at where a form comes from: only whoever has the letter knows its address."""

    async def linked(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            doors.must_not_ask_too_often(house, request)
            await _must_open(house, request, link, token)
            return await _choose(house, request, link, token) if request.method == "POST" else _form(link)
        except RateLimited as refused:
            return pages.later(TITLES[link], refused)
        except Refused as refused:
            return await dead_ends.page(house, TITLES[link], refused.message, *WAYS)

    return linked


async def _must_open(house: House, request: Request, link: Link, token: str) -> None:
    try:
        await accounts.behind(house.clock(), house.gate, link, token)
    except Refused:
        guesses.count(house, request)
        raise


def _form(link: Link, said: str = "", status: int = 200) -> Response:
    return pages.page(TITLES[link], pages.filled("choose.html", said_html=said, current_html=""), status)


async def _choose(house: House, request: Request, link: Link, token: str) -> Response:
    try:
        form = await forms.read(request)
        password = chosen(form)
        origin = visits.caller(request).address
        await accounts.choose_password(house.clock(), house.gate, link, token, password, origin)
    except Refused as refused:
        return _form(link, doors.refusal(refused), doors.status(refused))
    return doors.onward(f"{doors.LOGIN}?said=set")


def chosen(form: dict[str, str]) -> str:
    """The password that was typed twice. Raises Invalid where it was not."""
    if form.get("password") != form.get("again"):
        raise accounts.passwords.wrong(DIFFERENT, "again")
    return form.get("password", "")


async def _show_asking(_: House, __: Request) -> Response:
    return doors.shown(TITLES[Link.RESET], pages.filled("forgot.html"))


async def _ask(house: House, request: Request) -> Response:
    """The same answer for everybody, and the work after it: nobody learns from the clock either."""
    form = await forms.read(request)
    who = visits.caller(request)
    answer = doors.shown(TITLES[Link.RESET], pages.paragraph(ASKED, "done"))
    answer.background = BackgroundTask(
        accounts.ask_for_reset, house.clock(), house.gate, form.get("login", ""), who.address
    )
    return answer
