"""What holds for every answer, whichever door gives it: the time it may take, and what a browser may do with it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import limits

SECONDS = 30.0
UNUSED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
    *("encrypted-media", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer"),
    *("microphone", "midi", "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
"""What a browser can do and no page of ours asks for."""
STRICTEST = {
    b"cache-control": b"no-store",
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


class Strict:
    """Pure ASGI around all doors. What is read or changed for an answer is given up after `seconds`."""

    def __init__(self, app: ASGIApp, seconds: float = SECONDS, is_tls: bool = False) -> None:
        self.app = app
        self.seconds = seconds
        self.said = STRICTEST | BY_TLS_ONLY if is_tls else STRICTEST

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = list(message.get("headers", ()))
                names = {name.lower() for name, _ in said}
                message = {**message, "headers": said + [one for one in self.said.items() if one[0] not in names]}
            await send(message)

        with limits.within(self.seconds):
            await self.app(scope, receive, strictly)
