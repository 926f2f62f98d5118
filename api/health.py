"""`/healthz`: the process answers. `/readyz`: the database answers too, and has every table this program needs."""

from __future__ import annotations

import asyncio
import logging

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain import database

PATIENCE = 3  # seconds
log = logging.getLogger(__name__)


def routes() -> list[Route]:
    return [Route("/healthz", alive, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]


async def alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def ready(_: Request) -> Response:
    missing = await _missing()
    return PlainTextResponse(f"{missing or 'ok'}\n", 503 if missing else 200)


async def _missing() -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            return "" if await database.is_up_to_date() else "the database is not migrated"
    except Exception as error:  # whatever keeps the database from answering, the balancer must hear of it
        log.warning("the database does not answer: %r", error)
        return "the database does not answer"
