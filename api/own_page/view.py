"""Who is shown their page, and how; and what all of its parts are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from api import pages
from api.house import House
from domain.actor import Actor
from domain.values import dataclass


@dataclass(frozen=True)
class View:
    """Who is shown their page, as each body's of which they are a contact: after a login, or (`is_linked`) by a
    letter's link."""

    house: House
    sides: Sequence[Actor]
    path: str
    is_linked: bool

    @property
    def actor(self) -> Actor:
        return self.sides[0]

    @property
    def readers(self) -> Sequence[Actor]:
        """As whom they are shown papers: letters are passed on, so a link opens those of its owner's own dates only."""
        return [replace(self.actor, organization_id=None)] if self.is_linked else self.sides


def section(id: str, title: str, content: str) -> str:
    """A headed part of the page, where it says anything."""
    return pages.filled("own_section.html", id=id, title=title, content_html=content) if content else ""


def line(name: str, text: str) -> str:
    """One more term of a list, where there is anything to say."""
    return pages.filled("own_line.html", label=name, text=text) if text else ""
