"""The program as a web server sees it: every door, and the database behind them open while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from api import feeds, health, rsvp
from api.context import Context
from api.graphql_door import GraphQLDoor
from api.guard import Guard
from api.house import House
from api.ide import Ide
from api.schema import schema
from domain import database, tokens
from domain.errors import Unauthenticated

CONNECTIONS = 10
NO_TOKEN = "アクセストークンがありません。Authorization: Bearer … の形で送ってください。"


def make_app(house: House, database_url: str, ide: Ide | None = None) -> Starlette:
    """All doors of one process. The lifespan opens the database, so only a server that runs it can answer."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with database.opened(database_url, connections=CONNECTIONS):
            yield

    desk = ide.routes if ide else []
    routes = [graphql(house, ide), *desk, *feeds.routes(house), *rsvp.routes(house), *health.routes()]
    return Starlette(routes=routes, lifespan=lifespan)


def graphql(house: House, ide: Ide | None) -> Route:
    async def context_of(request: Request) -> Context:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(NO_TOKEN)
        return Context(await tokens.actor_of(token.strip(), house.clock()))

    door = GraphQLDoor(schema, context_of)
    return Route("/graphql", Guard(door, origins={house.base_url}, page=ide.page if ide else None))
