"""A whole subscribed calendar out of its entries, and who writes these: one writer for the doors and for the clock."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import icalendar

from domain import feeds
from domain.feeds import Contents, Writer
from exports import ical, text


def rendered(contents: Contents) -> bytes:
    """The whole calendar, from its contents alone."""
    return ical.feed(contents.name, [one.entry for one in contents.dates])


def _sources() -> Iterator[bytes]:
    """Whatever decides how the same dates are written."""
    yield icalendar.__version__.encode()
    yield Path(__file__).read_bytes()
    for one in (ical, text, feeds.contents, feeds.called, feeds.KeptEntry):
        yield Path(inspect.getfile(one)).read_bytes()


RENDERER = hashlib.blake2b(b"".join(_sources()), digest_size=16).hexdigest()
"""Another one writes every feed anew; only what comes out differently is fetched anew."""

WRITER = Writer(RENDERER, ical.vevent)
