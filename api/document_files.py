"""The bytes of papers: `POST /appointments/{id}/documents` takes one in, `GET /documents/{id}` hands it out.

A question to GraphQL is far smaller than a file may be, so a file comes by itself: its bytes are the whole body, and
`name`, `number` and `retentionYears` stand in the address. Who may is for the domain to say, as with GraphQL; what is
wrong is told in the shape of a GraphQL error.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing
from uuid import UUID

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api.callers import whoever
from api.downloads import refusal
from api.guard import answer
from api.house import House
from api.observing import failed
from api.reading.ids import encode, key_of
from domain import documents, looks, running, walls
from domain.actor import Actor
from domain.documents import MEDIA_TYPES, MOST_BYTES, Document
from domain.documents.kinds import too_large
from domain.errors import Damaged, Invalid, NotAllowed, NotFound, Refused
from domain.japanese import shown, storable
from domain.looks import Door
from domain.records import MISSING
from domain.verbs import allowed
from exports.names import content_disposition

log = logging.getLogger("renkei.files")
SECONDS = 25.0
"""How long a file may take to come; what is done with it has to fit into the door's own time too."""

OUT, IN = 2_000, 20_000
"""Rows that handing out one file, or taking one in, is held to cost: ten come at once, then one in ten seconds."""

POLICY = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Whatever a browser makes of a file that is none of ours, it does as nobody."""

ASKABLE = ("name", "number", "retentionYears")
LONGEST_YEARS = 3


Take = Callable[[Actor, Request], Awaitable[Response]]


def routes(house: House) -> list[Route]:
    return [
        Route("/appointments/{id}/documents", door(house, _add, IN), methods=["POST"]),
        Route("/documents/{id}", door(house, _fetch, OUT), methods=["GET"]),
    ]


def door(house: House, take: Take, rows: int) -> Callable[[Request], Awaitable[Response]]:
    """Who comes in here with a file, or for one, at the cost of reading so many rows; a refusal is told in words."""

    async def told(request: Request) -> Response:
        try:
            actor = await whoever(request, house)
            house.allowance.requests.take(actor.person_id, 1, actor.now)
            house.allowance.rows[actor.role].take(actor.person_id, rows, actor.now)
            return await take(actor, request)
        except Refused as refused:
            if isinstance(refused, Damaged):
                log.error("request %s: the file that is kept is not the one that came", running.number())
            return refusal(refused)
        except ClientDisconnect:
            return answer(400, "INVALID", "ファイルが最後まで届きませんでした。送り直してください。")
        except Exception as bug:
            return failed(bug)

    return told


async def _add(actor: Actor, request: Request) -> Response:
    if actor.role not in allowed(documents.add):  # before anything of the file is read
        raise NotAllowed("資料を登録できるのは、連携担当の職員だけです。")
    asked = asked_of(request, ASKABLE)
    document = await documents.add(
        actor,
        key_in(request, "Appointment", "appointment_id"),
        name=asked.get("name", ""),
        content=await received(request),
        number=asked.get("number", ""),
        retention_years=_years(asked.get("retentionYears", "")),
    )
    id = encode("Document", document.id)
    told = {"id": id, "name": document.name, "size": document.size, "sha256": document.sha256}
    body = orjson.dumps({"document": {**told, "status": document.status, "version": document.version}})
    return Response(body, 201, {"Location": f"/documents/{id}"}, "application/json")


async def _fetch(actor: Actor, request: Request) -> Response:
    async with walls.alone_behind(walls.for_reading(actor)):
        return await handed_out(actor, key_in(request, "Document", "id"), Door.EXPORT, "document")


async def handed_out(actor: Actor, id: UUID, door: Door, operation: str) -> Response:
    """A paper that the actor sees as a file, with a line of the look at it. Raises NotFound."""
    document, content = await documents.find_content(actor, id)
    await looks.note_file(door, actor, operation, f"{Document.__name__}:{document.id}")
    return as_file(document.name, MEDIA_TYPES[document.kind], content)


def as_file(name: str, media_type: str, content: bytes) -> Response:
    """A file to be kept, never shown (RFC 6266 §4.2), under the name that it has, in both its spellings (§4.3)."""
    headers = {"Content-Disposition": content_disposition(name), "Content-Security-Policy": POLICY}
    response = Response(content, headers=headers)
    response.headers["Content-Type"] = media_type
    return response


def key_in(request: Request, kind: str, field: str) -> UUID:
    key = key_of(request.path_params["id"], kind)
    if key is None:
        raise NotFound(MISSING, field=field)
    return key


def asked_of(request: Request, askable: Collection[str]) -> dict[str, str]:
    """What is said of a file in its address. Raises Invalid for a word that means nothing there."""
    for name in request.query_params:
        if name not in askable:
            raise Invalid(
                f"「{shown(name)}」は指定できません。使えるのは {'・'.join(askable)} です。", field=shown(name)
            )
    return {name: storable(text, field=name) for name, text in request.query_params.items()}


def _years(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_YEARS):
        raise Invalid("保存期間は年数（数字）で指定してください。", field="retentionYears")
    return int(text)


async def received(request: Request) -> bytes:
    """The body. Raises TooLarge as soon as there is more of it than is taken, Invalid where it does not come."""
    content = bytearray()
    try:
        async with asyncio.timeout(SECONDS), aclosing(request.stream()) as parts:
            async for part in parts:
                content += part
                if len(content) > MOST_BYTES:
                    raise too_large()
    except TimeoutError:
        message = f"ファイルが{SECONDS:g}秒以内に届きませんでした。送り直してください。"
        raise Invalid(message, field="file") from None
    return bytes(content)
