"""The GraphQL desk of the demonstration: GraphiQL in the browser, with the network cable out.

GraphiQL 2.4.7 and React 17.0.2 (both MIT) come as plain files of an installed package (BSD) and are served
from here, with a page, a script and a style of our own; nothing is fetched from anywhere else, and the page's
policy lets nothing be. Visitors choose a persona instead of pasting a token: the tokens are part of what the
desk serves, so it may only stand where all data is invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

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

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


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


@dataclass(frozen=True)
class Ide:
    """`page` answers GET /graphql (as the guard's `page`); `routes` are what the page loads."""

    page: ASGIApp
    routes: list[Route]


def make_ide(personas: Sequence[Persona], operations: Sequence[Operation]) -> Ide:
    """The desk for these personas and operations; the first of each is chosen when the page opens."""
    page = Response((OURS / "page.html").read_bytes(), 200, page_headers(), "text/html; charset=utf-8")
    desk = Response(desk_json(personas, operations), 200, {**HEADERS, "Cache-Control": "no-store"}, "application/json")
    assets = {name: asset(name) for name in SERVED}

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in assets:
            raise HTTPException(404)
        return assets[name]

    async def choices(request: Request) -> Response:
        return desk

    return Ide(page, [Route(f"{ASSETS}/desk.json", choices), Route(f"{ASSETS}/{{name}}", serve)])


def page_headers() -> dict[str, str]:
    return {**HEADERS, "Content-Security-Policy": POLICY, "Cache-Control": "no-store"}


def desk_json(personas: Sequence[Persona], operations: Sequence[Operation]) -> bytes:
    saved = [{"title": o.title, "query": o.query, "variables": dict(o.variables)} for o in operations]
    return orjson.dumps({"personas": [asdict(persona) for persona in personas], "operations": saved})


def asset(name: str) -> Response:
    place, kind = SERVED[name]
    return Response((place / name).read_bytes(), 200, {**HEADERS, "Cache-Control": "max-age=600"}, kind)
