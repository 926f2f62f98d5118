"""`/` and every address behind which there is nothing: a short page for people, a code for programs, both in Japanese.

Programs are told as by GraphQL: `errors` with a message and `extensions.code`.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ExceptionHandler

from api import dead_ends, pages
from api.house import House
from domain.errors import Invalid, NotFound

WHAT = "連携は、警察のサイバー部門が、協定の相手方・ボランティア・学校との予定や手続を扱うための窓口です。"
WHERE = (
    "予定のご案内への回答や、カレンダーの購読は、お送りしたメールのリンクから開いてください。"
    "リンクが見つからないときは、メールにある担当の警察署・課へお問い合わせください。"
)
DESK = "職員の方は、ログインしてアクセストークンを発行し、GraphQL のクライアントから /graphql に接続してください。"
LOGIN = '<p><a class="button" href="/login">ログインする</a></p>'
DEMONSTRATION = '<p>これは実演です。<a href="/graphql">操作画面</a>から試せます。</p>'
UNKNOWN = "このアドレスのページはありません。アドレスを確かめるか、案内のメールのリンクから開いてください。"
UNFIT = "このアドレスでは、その方法（{method}）の要求を受け付けていません。使える方法: {allowed}。"


def routes(house: House) -> list[Route]:
    async def home(_: Request) -> Response:
        texts = "".join(pages.paragraph(text) for text in (WHAT, WHERE, DESK))
        return pages.page("連携", texts + LOGIN + (DEMONSTRATION if house.is_demo else ""))

    return [Route("/", home, methods=["GET"])]


async def _unknown(request: Request, _: Exception) -> Response:
    return _told(request, 404, NotFound.code, UNKNOWN, {})


async def _unfit(request: Request, error: Exception) -> Response:
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    message = UNFIT.format(method=request.method, allowed=headers.get("Allow", "なし"))
    return _told(request, 405, Invalid.code, message, headers)


HANDLERS: Mapping[int, ExceptionHandler] = {404: _unknown, 405: _unfit}


def _told(request: Request, status: int, code: str, message: str, headers: Mapping[str, str]) -> Response:
    if "text/html" in request.headers.get("Accept", ""):
        answer: Response = pages.page("連携", dead_ends.told(message, dead_ends.WHOLE, dead_ends.NEWEST), status)
    else:
        answer = JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status)
    answer.headers.update(headers)
    return answer
