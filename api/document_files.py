"""The bytes of papers: `POST /appointments/{id}/documents` takes one in, `GET /documents/{id}` hands it out.

A question to GraphQL is far smaller than a file may be, so a file comes by itself: its bytes are the whole body, and
`name`, `number` and `retentionYears` stand in the address. Who may is for the domain to say, as with GraphQL; what is
wrong is told in the shape of a GraphQL error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
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
from domain import documents, looks, walls
from domain.actor import Actor
from domain.documents import MEDIA_TYPES, MOST_BYTES, Document
from domain.documents.kinds import too_large
from domain.errors import Invalid, NotAllowed, NotFound, Refused
from domain.japanese import shown, storable
from domain.looks import Door
from domain.records import MISSING
from domain.verbs import allowed
from exports.names import content_disposition

SECONDS = 25.0
"""How long a file may take to come; what is done with it has to fit into the door's own time too."""

OUT, IN = 2_000, 20_000
"""Rows that handing out one file, or taking one in, is held to cost: ten come at once, then one in ten seconds."""

POLICY = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Whatever a browser makes of a file that is none of ours, it does as nobody."""

ASKABLE = ("name", "number", "retentionYears")
LONGEST_YEARS = 3


def routes(house: House) -> list[Route]:
    async def told(request: Request) -> Response:
        try:
            actor = await whoever(request, house)
            house.allowance.requests.take(actor.person_id, 1, actor.now)
            is_coming = request.method == "POST"
            house.allowance.rows[actor.role].take(actor.person_id, IN if is_coming else OUT, actor.now)
            return await (_add if is_coming else _fetch)(actor, request)
        except Refused as refused:
            return refusal(refused)
        except ClientDisconnect:
            return answer(400, "INVALID", "ファイルが最後まで届きませんでした。送り直してください。")
        except Exception as bug:
            return failed(bug)

    return [
        Route("/appointments/{id}/documents", told, methods=["POST"]),
        Route("/documents/{id}", told, methods=["GET"]),
    ]


async def _add(actor: Actor, request: Request) -> Response:
    if actor.role not in allowed(documents.add):  # before anything of the file is read
        raise NotAllowed("資料を登録できるのは、連携担当の職員だけです。")
    asked = _asked(request.query_params)
    document = await documents.add(
        actor,
        _key(request, "Appointment", "appointment_id"),
        name=asked.get("name", ""),
        content=await _content(request),
        number=asked.get("number", ""),
        retention_years=_years(asked.get("retentionYears", "")),
    )
    id = encode("Document", document.id)
    told = {"id": id, "name": document.name, "size": document.size, "sha256": document.sha256}
    body = orjson.dumps({"document": {**told, "status": document.status, "version": document.version}})
    return Response(body, 201, {"Location": f"/documents/{id}"}, "application/json")


async def _fetch(actor: Actor, request: Request) -> Response:
    async with walls.alone_behind(walls.for_reading(actor)):
        return await handed_out(actor, _key(request, "Document", "id"), Door.EXPORT, "document")


async def handed_out(actor: Actor, id: UUID, door: Door, operation: str) -> Response:
    """A paper that the actor sees as a file, with a line of the look at it. Raises NotFound."""
    document, content = await documents.find_content(actor, id)
    await looks.note_file(door, actor, operation, f"{Document.__name__}:{document.id}")
    return _as_file(document, content)


def _as_file(document: Document, content: bytes) -> Response:
    """A file to be kept, never shown (RFC 6266 §4.2), under the name that it has, in both its spellings (§4.3)."""
    headers = {"Content-Disposition": content_disposition(document.name), "Content-Security-Policy": POLICY}
    response = Response(content, headers=headers)
    response.headers["Content-Type"] = MEDIA_TYPES[document.kind]
    return response


def _key(request: Request, kind: str, field: str) -> UUID:
    key = key_of(request.path_params["id"], kind)
    if key is None:
        raise NotFound(MISSING, field=field)
    return key


def _asked(given: Mapping[str, str]) -> dict[str, str]:
    for name in given:
        if name not in ASKABLE:
            raise Invalid(
                f"「{shown(name)}」は指定できません。使えるのは {'・'.join(ASKABLE)} です。", field=shown(name)
            )
    return {name: storable(text, field=name) for name, text in given.items()}


def _years(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_YEARS):
        raise Invalid("保存期間は年数（数字）で指定してください。", field="retentionYears")
    return int(text)


async def _content(request: Request) -> bytes:
    """The body. Raises TooLarge as soon as there is more of it than is taken, Invalid where it does not come."""
    content = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                content += part
                if len(content) > MOST_BYTES:
                    raise too_large()
    except TimeoutError:
        message = f"ファイルが{SECONDS:g}秒以内に届きませんでした。送り直してください。"
        raise Invalid(message, field="file") from None
    return bytes(content)
