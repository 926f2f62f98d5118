"""What is written down of the running program: one line of JSON for each request and each event, and counters.

A line holds the route as it is declared, never the address that was asked (it may be a secret), no body, no name and no
text of an exception (it may quote a row): kinds and places of the code only. Every line of a request carries its number
(`domain.running`), which the client gets as `X-Request-Id` and in the answer to a bug.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Mapping, Sequence
from time import monotonic

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import pages
from api.guard import answer
from api.logs import note, tell
from api.outages import outage, write_down
from domain import running
from domain.quiet import QuietHours

BUG = "システムの不具合で処理できませんでした。管理者に番号を伝えてください。"
UNKNOWN = "unknown"
SECONDS = 30.0
log = logging.getLogger("renkei.request")


class Observed:
    """Pure ASGI around everything: gives each request its id, its time, and the hours and the address of the house, and
    writes down how it ended. What is read or changed for an answer is given up after `seconds`.

    A bug that nobody has caught ends here: the client gets its id, if nothing was answered yet.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: Sequence[Route],
        counted: Counter[tuple[str, str, int]],
        hours: QuietHours | None = None,
        sender: str | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.app = app
        self.seconds, self.hours, self.address = seconds, hours, sender or ""
        self.paths: Mapping[object, str] = {route.endpoint: route.path for route in routes}
        self.counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status = monotonic(), 0

        def noted(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", number.encode()))
            return send(message)

        with running.begun(until=begun + self.seconds, hours=self.hours, address=self.address) as number:
            try:
                await self.app(scope, receive, noted)
            except ClientDisconnect:
                pass  # whoever hangs up half-way is neither answered nor a bug
            except Exception as bug:
                if status:
                    note(bug)
                else:
                    await failed(bug, is_page=_is_for_people(scope))(scope, receive, noted)
            self._written_down(scope, status, monotonic() - begun)

    def _written_down(self, scope: Scope, status: int, seconds: float) -> None:
        route = self.paths.get(scope.get("endpoint"), UNKNOWN)
        self.counted[scope["method"], route, status] += 1
        fields = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        tell(log, "answered", fields)


def failed(bug: Exception, *, is_page: bool = False) -> Response:
    """The answer where something was raised that is no refusal: the database's trouble as such, all else as a bug."""
    trouble = outage(bug)
    if trouble is None:
        return answer(500, "INTERNAL", BUG, requestId=note(bug))
    write_down(trouble)
    later = {"Retry-After": str(trouble.retry_after)}
    if is_page:
        return pages.page("連携", pages.paragraph(trouble.message, "refused"), 503, **later)
    return answer(503, trouble.code, trouble.message, later)


def _is_for_people(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "")
