"""The page behind a letter's link, as those who answer there meet it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
from starlette.applications import Starlette

from api import pages, rsvp
from api.house import House
from api.strictness import Strict
from domain import drills, tokens
from domain.calendar import Attendee, PartStat
from tests.clock import NOW

SECRET = "k" * 43


def path(attendee: Attendee, purpose: str = "rsvp") -> str:
    return f"/rsvp/{tokens.derive(SECRET, purpose, attendee.id)}"


@asynccontextmanager
async def at_the_door(now: datetime = NOW) -> AsyncIterator[httpx.AsyncClient]:
    house = House(SECRET, "https://renkei.example", lambda: now)
    app = Strict(Starlette(routes=[*rsvp.routes(house), *pages.routes()]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://renkei.example") as client:
        yield client


async def answer(one: Attendee, now: datetime = NOW, **form: str) -> httpx.Response:
    """What the page says to a form; who comes is said with the form as it stands before whoever answers."""
    part = await drills.part_of(one) if {"count", "names"} & form.keys() else None
    form = ({"seen": drills.standing(part).seen or ""} if part else {}) | form
    async with at_the_door(now) as client:
        return await client.post(path(one), data=form)


async def known(one: Attendee) -> PartStat:
    return (await Attendee.get(id=one.id)).partstat
