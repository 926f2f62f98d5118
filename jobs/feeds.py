"""Entries of calendar feeds, written ahead: whoever fetches a feed finds few that are missing."""

from __future__ import annotations

from datetime import datetime

from domain import feeds
from exports.feeds import WRITER
from jobs.post_letters import Desk

PARTS = 5
"""The most that are written in one turn, each in a transaction of its own: then others of the clock's work are due."""


async def keep_entries(now: datetime, _: Desk) -> None:
    """What a turn has no time for is left to the next one, five seconds later."""
    for _part in range(PARTS):
        if not await feeds.keep_entries(now, WRITER):
            return


async def let_entries_go(now: datetime, _: Desk) -> None:
    await feeds.let_entries_go(now, WRITER)
