"""The GraphQL desk of the demonstration: GraphiQL in the browser, with the network cable out.

GraphiQL 2.4.7 and React 17.0.2 (both MIT) come as plain files of an installed package (BSD) and are served
from here, with a page, a script and a style of our own; nothing is fetched from anywhere else, and the page's
policy lets nothing be. Visitors choose a persona instead of pasting a token: the tokens are part of what the
desk serves, so it may only stand where all data is invented.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, field
from importlib.resources import files
from importlib.resources.abc import Traversable

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from domain.values import dataclass

ASSETS = "/graphql/assets"

OURS = files(__name__)
THEIRS = files("graphene_django_graphiql_static") / "static" / "graphene_django_graphiql_static"

SERVED: dict[str, tuple[Traversable, str]] = {
    "desk.js": (OURS, "text/javascript; charset=utf-8"),
    "desk.css": (OURS, "text/css; charset=utf-8"),
    "react.production.min.js": (THEIRS, "text/javascript; charset=utf-8"),
    "react-dom.production.min.js": (THEIRS, "text/javascript; charset=utf-8"),
    "graphiql.min.js": (THEIRS, "text/javascript; charset=utf-8"),
    "graphiql.min.css": (THEIRS, "text/css; charset=utf-8"),
}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


@dataclass(frozen=True)
class Persona:
    """Somebody of the demonstration whom a visitor can be: `name` for programs, `label` for people."""

    name: str
    label: str
    token: str


@dataclass(frozen=True)
class Operation:
    """A saved operation: a Japanese title, the document, and variables that run as they stand."""

    title: str
    query: str
    variables: Mapping[str, object] = field(default_factory=dict)


Saved = Callable[[str], Awaitable[Sequence[Operation]]]
"""The operations for the persona of this name, found anew each time: what was done can be done no more."""


@dataclass(frozen=True)
class Ide:
    """`page` answers GET /graphql (as the guard's `page`); `routes` are what the page loads."""

    page: ASGIApp
    routes: list[Route]


def make_ide(personas: Sequence[Persona], saved: Saved) -> Ide:
    """The desk for these personas and their operations; the first of each is chosen when the page first opens."""
    page = Response(
        (OURS / "page.html").read_bytes(), 200, {"Content-Security-Policy": POLICY}, "text/html; charset=utf-8"
    )
    names = {persona.name for persona in personas}
    assets = {name: asset(name) for name in SERVED}

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in assets:
            raise HTTPException(404)
        return assets[name]

    async def choices(_: Request) -> Response:
        return _json([asdict(persona) for persona in personas])

    async def operations(request: Request) -> Response:
        name = request.path_params["persona"]
        if name not in names:
            raise HTTPException(404)
        return _json([{**asdict(one), "variables": dict(one.variables)} for one in await saved(name)])

    found = [Route(f"{ASSETS}/personas.json", choices), Route(f"{ASSETS}/{{persona}}/operations.json", operations)]
    return Ide(page, [*found, Route(f"{ASSETS}/{{name}}", serve)])


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


def asset(name: str) -> Response:
    place, kind = SERVED[name]
    return Response((place / name).read_bytes(), 200, {"Cache-Control": "max-age=600"}, kind)
