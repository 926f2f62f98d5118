"""The pages that people open from a letter: plain HTML that works without scripts, on a phone, in a text browser.

All of them are read when the program starts, so that files which are replaced under it (an upgrade) are never half of
one release and half of another: the new ones count from the next start.
"""

from __future__ import annotations

import gzip
import tomllib
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.conditions import has_tag, wants_gzip
from api.fonts import NONE, Fonts
from domain.errors import RateLimited

HERE = Path(__file__).parent
TOKENS: dict[str, dict[str, str]] = tomllib.loads((HERE / "tokens.toml").read_text(encoding="utf-8"))
"""Colours, spaces and type by group and name: data, not code, so that an office can put its own in their place."""

PROPERTIES = {f"--{group}-{name}": value for group, named in TOKENS.items() for name, value in named.items()}
STYLE = "\n".join(
    (
        f":root {{ color-scheme: light; {' '.join(f'{name}: {value};' for name, value in PROPERTIES.items())} }}",
        (HERE / "page.css").read_text(encoding="utf-8"),
    )
)
TEMPLATES = {file.name: Template(file.read_text(encoding="utf-8")) for file in HERE.glob("*.html")}

POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FOR_EVER = "public, max-age=31536000, immutable"
"""A year (RFC 8246): a file that is named by the digest of its bytes has no others."""


def page(title: str, body: str, status: int = 200, **headers: str) -> HTMLResponse:
    """A whole page; `body` is HTML that `filled` or `paragraph` has made."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    html = TEMPLATES["frame.html"].substitute(title=escape(title), body=body)
    return HTMLResponse(html, status, {"Content-Security-Policy": POLICY} | named)


def filled(name: str, **texts: str) -> str:
    """A template with these texts in it, escaped; one that ends in `_html` is HTML already."""
    ready = {key.removesuffix("_html"): text if key.endswith("_html") else escape(text) for key, text in texts.items()}
    return TEMPLATES[name].substitute(ready)


def paragraph(text: str, kind: str = "") -> str:
    """One paragraph of text."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def later(title: str, refused: RateLimited, **headers: str) -> HTMLResponse:
    """Whoever came too often is told when to come again."""
    return page(title, paragraph(refused.message, "refused"), 429, Retry_After=str(refused.retry_after), **headers)


def routes(fonts: Fonts = NONE) -> list[Route]:
    """The one style sheet, which tells where the slices of the font are, and those."""
    sheet = f"{fonts.style}\n{STYLE}".lstrip().encode()
    packed, digest = gzip.compress(sheet, mtime=0), sha256(sheet).hexdigest()[:16]
    said = {"Cache-Control": "public, max-age=3600", "ETag": f'W/"{digest}"', "Vary": "Accept-Encoding"}
    files = fonts.files

    async def style(request: Request) -> Response:
        if has_tag(request.headers.raw, digest):
            return Response(status_code=304, headers=said)
        if wants_gzip(request.headers):
            return Response(packed, 200, said | {"Content-Encoding": "gzip"}, "text/css")
        return Response(sheet, 200, said, "text/css")

    async def font(request: Request) -> Response:
        if request.path_params["file"] not in files:
            raise HTTPException(404)
        return Response(files[request.path_params["file"]], 200, {"Cache-Control": FOR_EVER}, "font/woff2")

    return [Route("/pages/page.css", style), Route("/pages/fonts/{file}", font)]
