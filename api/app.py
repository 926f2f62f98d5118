"""The program as a web server sees it: every door, and the database behind them open while it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from api import (
    agreement_files,
    caldav,
    confirm,
    document_files,
    downloads,
    entrance,
    feeds,
    genuine,
    health,
    metrics,
    notice_page,
    nowhere,
    own_page,
    pages,
    rights,
    rsvp,
    subscribing,
)
from api.callers import Known, remembered, whoever
from api.context import Context
from api.graphql_door import GraphQLDoor
from api.guard import Asked, Guard
from api.house import House
from api.observing import Observed
from api.schema import schema
from api.straight import Straight
from api.strictness import Strict
from domain import database, looks

if TYPE_CHECKING:
    from api.ide import Ide

CONNECTIONS = 10


class Program(Starlette):
    """Without the framework's outermost wall: whatever is raised ends at `Observed`, which stands right within it."""

    def build_middleware_stack(self) -> ASGIApp:
        outermost = super().build_middleware_stack()
        return outermost.app if isinstance(outermost, ServerErrorMiddleware) else outermost


def make_app(house: House, database_url: str, ide: Ide | None = None) -> Starlette:
    """All doors of one process. The lifespan opens the database, so only a server that runs it can answer."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        copy = house.replica.url if house.replica else None
        async with database.opened(database_url, connections=CONNECTIONS, replica=copy):
            yield

    desk = ide.routes if ide else []
    mail = [*feeds.routes(house), *caldav.routes(house), *subscribing.routes(house), *rsvp.routes(house)]
    mail += [*entrance.routes(house), *own_page.routes(house), *notice_page.routes(house), *genuine.routes(house)]
    mail += [*confirm.routes(house), *pages.routes(house.fonts)]
    files = [*downloads.routes(house), *document_files.routes(house), *agreement_files.routes(house)]
    routes = [*nowhere.routes(house), graphql(house, ide), *desk, *mail, *files, *health.routes()]
    requests: metrics.Requests = Counter()
    routes += metrics.routes(house, requests)
    rights.must_be_stated([route.path for route in routes])
    observed = Middleware(Observed, routes=routes, counted=requests, hours=house.quiet, sender=house.marks.sender)
    around = [Middleware(Strict, is_tls=house.is_tls), observed, Middleware(Straight, routes=routes)]
    app = Program(routes=routes, lifespan=lifespan, exception_handlers=dict(nowhere.HANDLERS), middleware=around)
    app.router.redirect_slashes = False  # it would repeat a secret address to whatever Host the request has named
    return app


def graphql(house: House, ide: Ide | None) -> Route:
    async def context_of(request: Request, known: Known | None) -> Context:
        actor = known.acting.actor.at(house.clock()) if known else await whoever(request, house)
        house.allowance.requests.take(actor.person_id, 1, actor.now)
        await house.allowance.shown.must_leave_some(actor)
        said: Asked = request.scope["state"]["graphql"]
        purpose = said.purpose and looks.purpose(said.purpose)
        context = Context(actor, house.allowance, is_open=house.is_demo, purpose=purpose, replica=house.replica)
        if known:
            context.proof, context.scopes = known.acting.proof, known.scopes
        return context

    door = GraphQLDoor(schema, context_of, lambda request: remembered(request, house))
    return Route("/graphql", Guard(door, origins=house.origins, page=ide.page if ide else None))
