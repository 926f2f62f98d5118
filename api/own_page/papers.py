"""The papers on somebody's own page, and the files behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from starlette.responses import Response

from api import pages
from api.document_files import handed_out
from api.own_page.view import View
from domain import documents, walls
from domain.calendar import Appointment
from domain.documents import Document
from domain.errors import NotFound
from domain.looks import Door
from domain.records import MISSING

Papers = Mapping[UUID, str]
"""HTML with a link to each paper of a date, by that date."""


async def released(view: View, dates: Collection[Appointment]) -> Papers:
    """The papers of these dates that are theirs to see."""
    titles = {date.id: date.title for date in dates}
    found: dict[UUID, Document] = {}
    for reader in view.readers:
        async with walls.behind(walls.for_reading(reader)):
            found |= {one.id: one for one in await documents.find_released(reader, titles)}
    links: dict[UUID, str] = {}
    for one in found.values():
        links[one.appointment_id] = links.get(one.appointment_id, "") + _link(view, one, titles[one.appointment_id])
    return {id: pages.filled("own_papers.html", lines_html=lines) for id, lines in links.items()}


def _link(view: View, document: Document, title: str) -> str:
    return pages.filled(
        "own_paper.html",
        path=f"{view.path}/documents/{document.id}",
        file=document.name,
        kind=document.kind,
        size=_said(document.size),
        title=title,
    )


def _said(size: int) -> str:
    """A number of bytes as people say it: 12KB, 1.4MB."""
    return f"{size / 1024 / 1024:.1f}MB" if size >= 1024 * 1024 else f"{-(-size // 1024):,}KB"


async def file(view: View, id: str) -> Response:
    """One paper as a file. Raises NotFound where it is not theirs to see."""
    key = _key(id)
    for reader in view.readers:
        async with walls.alone_behind(walls.for_reading(reader)):
            if await documents.visible_to(reader).filter(id=key).exists():
                return await handed_out(reader, key, Door.PAGE, "ownPageByLink" if view.is_linked else "ownPage")
    raise NotFound(MISSING)


def _key(id: str) -> UUID:
    try:
        return UUID(id)
    except ValueError:
        raise NotFound(MISSING) from None
