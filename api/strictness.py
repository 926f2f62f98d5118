"""What a browser may do with an answer, whichever door gives it."""

from __future__ import annotations

from collections.abc import Awaitable, Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]
UNUSED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
    *("encrypted-media", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer"),
    *("microphone", "midi", "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
"""What a browser can do and no page of ours asks for."""
UNKEPT = b"cache-control"
STRICTEST = {
    UNKEPT: b"no-store",
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": ", ".join(f"{feature}=()" for feature in UNUSED).encode(),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-robots-tag": b"noindex",
}
"""A door that needs more says so itself, with a header of its own."""

BY_TLS_ONLY = {b"strict-transport-security": b"max-age=31536000"}
"""A year (RFC 6797). Said only where people come by https; other hosts of the same domain are not ours to speak for."""

NOT_MODIFIED = 304
"""Says of what the asker has that it still holds, with all that was said of it (RFC 9111 §3.2), and shall be short
(RFC 9110 §15.4.5): it needs no more than not to be kept itself."""


class Strict:
    """Pure ASGI around all doors; a coroutine function, for by that a server that finds it outermost knows ASGI 3."""

    def __init__(self, app: ASGIApp, is_tls: bool = False) -> None:
        self.app = app
        of_the_host = BY_TLS_ONLY if is_tls else {}
        self.said = tuple((STRICTEST | of_the_host).items())
        self.said_again = tuple(({UNKEPT: STRICTEST[UNKEPT]} | of_the_host).items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        def strictly(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = self._with_more(message["status"], message.get("headers", ()))
            return send(message)

        await self.app(scope, receive, strictly)

    def _with_more(self, status: int, said: Collection[Header]) -> list[Header]:
        """All that the door says itself, and what it does not say."""
        names = dict(said)  # which ASGI has in small letters
        more = self.said_again if status == NOT_MODIFIED else self.said
        return [*said, *[one for one in more if one[0] not in names]]
