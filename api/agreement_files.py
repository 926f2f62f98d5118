"""Signed documents: `POST /agreements/{id}/files` keeps one as a PDF, `GET /agreement-files/{id}` hands it out.

As with `document_files`: the bytes are the whole body, and `name`, `party` (the id of the party for whom alone the copy
is) and `remarks` stand in the address.
"""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import referring
from api.document_files import IN, OUT, as_file, asked_of, door, key_in, received
from api.house import House
from api.reading.ids import encode
from domain import agreements, looks, walls
from domain.actor import Actor
from domain.agreements import AgreementFile
from domain.documents import MEDIA_TYPES, DocumentKind
from domain.errors import NotAllowed
from domain.looks import Door
from domain.verbs import allowed

ASKABLE = ("name", "party", "remarks")


def routes(house: House) -> list[Route]:
    return [
        Route("/agreements/{id}/files", door(house, _keep, IN), methods=["POST"]),
        Route("/agreement-files/{id}", door(house, _fetch, OUT), methods=["GET"]),
    ]


async def _keep(actor: Actor, request: Request) -> Response:
    if actor.role not in allowed(agreements.keep_file):  # before anything of the file is read
        raise NotAllowed("協定書を登録できるのは、連携担当の職員だけです。")
    asked = asked_of(request, ASKABLE)
    party = asked.get("party", "")
    file = await agreements.keep_file(
        actor,
        key_in(request, "Agreement", "agreement_id"),
        name=asked.get("name", ""),
        content=await received(request),
        party_id=referring.key("party_id", party) if party else None,
        remarks=asked.get("remarks", ""),
    )
    id = encode("AgreementFile", file.id)
    told = {"id": id, "edition": file.edition, "name": file.name, "size": file.size, "sha256": file.sha256}
    body = orjson.dumps({"agreementFile": told})
    return Response(body, 201, {"Location": f"/agreement-files/{id}"}, "application/json")


async def _fetch(actor: Actor, request: Request) -> Response:
    async with walls.alone_behind(walls.for_reading(actor)):
        file, content = await agreements.find_file(actor, key_in(request, "AgreementFile", "id"))
        await looks.note_file(Door.EXPORT, actor, "agreement-file", f"{AgreementFile.__name__}:{file.id}")
        return as_file(file.name, MEDIA_TYPES[DocumentKind.PDF], content)
