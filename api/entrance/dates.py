"""The dates to which whoever has entered is asked, with the way to answer: what a letter and the feed tell them."""

from __future__ import annotations

from api import pages
from api.house import House
from api.rsvp import WORDS
from domain import calendar, replies, tokens, walls
from domain.actor import Actor
from domain.calendar import Appointment, Attendee
from domain.japanese import from_to


async def ahead(house: House, actor: Actor) -> str:
    """HTML with the next dates of the actor; nothing for whom nothing is ever asked."""
    async with walls.alone_behind(walls.for_reading(actor)):
        lines = [await _line(house, actor, *one) for one in await calendar.ahead_of(actor.person_id, actor.now)]
    return pages.filled("dates.html", dates_html="".join(lines) or pages.filled("no_date.html"))


async def _line(house: House, actor: Actor, date: Appointment, attendee: Attendee) -> str:
    may_answer = not await replies.why_closed(actor.now, date, attendee)
    path = f"/rsvp/{tokens.derive(house.secret, replies.PURPOSE, attendee.id)}"
    return pages.filled(
        "date.html",
        when=from_to(date.starts_at, date.ends_at),
        title=date.title,
        place=date.place or date.online_url or "追ってお知らせします",
        answer=WORDS[attendee.partstat],
        way_html=pages.filled("way.html", path=path) if may_answer else "",
    )
