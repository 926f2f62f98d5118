"""The shortest way from a request to a door that needs no framework.

A route whose endpoint is an ASGI application, for any method, answers all that comes: it refuses by itself, and what
stands in its path is handed to it as text. It gets the request here; all others, and what belongs to nobody, go on to
Starlette, which asks each route in turn and turns what is raised into an answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from itertools import groupby
from re import Pattern

from starlette.convertors import StringConvertor
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """Pure ASGI around the router: finds the routes by the first part of the path, which none of them leaves open."""

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        self.app = app
        by_part = sorted(routes, key=_part_of)  # among those with the same part, the order stays
        self.doors: Mapping[str, list[tuple[Pattern[str], Route | None]]] = {
            part: [(route.path_regex, route if _is_straight(route) else None) for route in some]
            for part, some in groupby(by_part, _part_of)
        }

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            path = scope["path"]
            for address, route in self.doors.get(_first(path), ()):
                if (told := address.match(path)) is None:
                    continue
                if route is None:
                    break
                scope["endpoint"], scope["path_params"] = route.endpoint, told.groupdict()
                return route.app(scope, receive, send)
        return self.app(scope, receive, send)


def _first(path: str) -> str:
    return path.split("/", 2)[1] if path.startswith("/") else path


def _part_of(route: Route) -> str:
    return _first(route.path)


def _is_straight(route: Route) -> bool:
    is_told_texts = all(isinstance(one, StringConvertor) for one in route.param_convertors.values())
    return is_told_texts and route.methods is None and route.app is route.endpoint
