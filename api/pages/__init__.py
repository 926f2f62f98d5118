"""The pages that people open from a letter: plain HTML that works without scripts, on a phone, in a text browser.

All of them are read when the program starts, so that files which are replaced under it (an upgrade) are never half of
one release and half of another: the new ones count from the next start.
"""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

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

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


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


async def style(_: Request) -> Response:
    """The one style sheet."""
    return Response(STYLE, headers={"Cache-Control": "public, max-age=3600"}, media_type="text/css")


ROUTES = [Route("/pages/page.css", style)]
