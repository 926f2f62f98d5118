"""`GET /exports/{name}?period=…&format=…`: files for whoever may read what is in them, as with GraphQL.

`period` is 2026Q2, 2026, CY2026Q2, CY2026 or a day; without it the last quarter that is over. `format` is xlsx
(when nothing is said), csv or json. `fresh=true` counts anew instead of reading the run that was kept. What is wrong
is told as JSON in the shape of a GraphQL error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.utils.str_converters import to_camel_case

from api.callers import whoever
from api.guard import answer
from api.house import House
from api.observing import failed
from domain import statistics
from domain.actor import TOKYO, Actor
from domain.errors import Invalid, NotFound, RateLimited, Refused
from domain.japanese import Period, shown
from exports.files import File, Format
from exports.names import content_disposition
from exports.statistics import statistics_file

STATUS = {
    "UNAUTHENTICATED": 401,
    "NOT_ALLOWED": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "TOO_LARGE": 413,
    "RATE_LIMITED": 429,
}
"""What a refusal is in HTTP; any other is 400."""

PRICE = 20_000
"""Rows that one file is held to cost: ten at once, then one in ten seconds."""

ASKABLE = ("period", "format", "fresh")

Write = Callable[[Actor, Period, Format, bool], Awaitable[File]]


async def _statistics(actor: Actor, period: Period, format: Format, fresh: bool) -> File:
    report = await statistics.show(actor, period, fresh=fresh)
    return await asyncio.to_thread(statistics_file, report, format)  # others are answered meanwhile


EXPORTS: dict[str, Write] = {"statistics": _statistics}
"""What can be downloaded and exported, by its name in the address and on the command line."""


def routes(house: House) -> list[Route]:
    async def download(request: Request) -> Response:
        try:
            actor = await whoever(request, house)
            house.allowance.requests.take(actor.person_id, 1, actor.now)
            await house.allowance.shown.must_leave_some(actor)
            house.allowance.rows[actor.role].take(actor.person_id, PRICE, actor.now)
            asked = request.query_params
            _must_be_known(asked)
            names = [request.path_params["name"], asked.get("period", ""), asked.get("format", Format.XLSX)]
            file = await produce(actor, *names, fresh=_is_true(asked.get("fresh", "")))
        except Refused as refused:
            return refusal(refused)
        except Exception as bug:
            return failed(bug)
        named = {"Content-Disposition": content_disposition(file.name)}
        return Response(file.content, headers=named, media_type=file.media_type)

    return [Route("/exports/{name}", download, methods=["GET"])]


async def produce(actor: Actor, name: str, period: str, format: str, *, fresh: bool = False) -> File:
    """One export as a file. Raises NotFound for another name, Invalid for a period or format that is not one."""
    write = EXPORTS.get(name)
    if write is None:
        raise NotFound(f"その書き出しはありません。使えるのは {'・'.join(EXPORTS)} です。", field="name")
    return await write(actor, _period(period, actor.now), _format(format), fresh)


def _period(text: str, now: datetime) -> Period:
    return Period.parse(text) if text else Period.quarter_of(now.astimezone(TOKYO).date()).previous()


def _format(text: str) -> Format:
    if text == "pdf":
        raise Invalid("PDF では書き出せません。xlsx を選び、A4で印刷してください。", field="format")
    try:
        return Format(text)
    except ValueError:
        known = "・".join(Format)
        raise Invalid(f"この形式では書き出せません。使えるのは {known} です。", field="format") from None


def _must_be_known(asked: Mapping[str, str]) -> None:
    """A mistyped name would give the figures of another period without a word."""
    for name in asked:
        if name not in ASKABLE:
            raise Invalid(
                f"「{shown(name)}」は指定できません。使えるのは {'・'.join(ASKABLE)} です。", field=shown(name)
            )


def _is_true(text: str) -> bool:
    if text not in ("", "true", "false"):
        raise Invalid("fresh は true か false にしてください。", field="fresh")
    return text == "true"


def refusal(refused: Refused) -> Response:
    """What is wrong, in the shape of a GraphQL error."""
    status = STATUS.get(refused.code, 400)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(refused, RateLimited):
        headers["Retry-After"] = str(refused.retry_after)
    field = {"field": to_camel_case(refused.field)} if refused.field else {}
    return answer(status, refused.code, refused.message, headers, **field)
