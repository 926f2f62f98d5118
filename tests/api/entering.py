"""A browser without scripts: follows forms, keeps cookies as one does, and shows what the pages say."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.types import ASGIApp

from api import caldav, confirm, document_files, downloads, entrance, genuine, own_page, pages, rsvp, subscribing
from api.app import graphql
from api.house import House
from api.strictness import Strict
from tests.clock import NOW
from tests.domain.accounts.keys import GATE, HERE, PASSWORD

BASE = "https://renkei.example"
OURS = {"sec-fetch-site": "same-origin"}


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def app_of(house: House) -> ASGIApp:
    routes = [
        *entrance.routes(house),
        *rsvp.routes(house),
        *confirm.routes(house),
        *own_page.routes(house),
        *subscribing.routes(house),
        *genuine.routes(house),
        *pages.routes(house.fonts),
        *caldav.routes(house),
        *downloads.routes(house),
        *document_files.routes(house),
        graphql(house, None),
    ]
    return Strict(Starlette(routes=routes))


@asynccontextmanager
async def browser(clock: Clock | None = None, address: str = HERE.address, **over: Any) -> AsyncIterator[Browser]:
    house = House(GATE.secret, over.pop("base_url", BASE), clock or Clock(), **over)
    transport = httpx.ASGITransport(app_of(house), client=(address, 5000))
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    async with httpx.AsyncClient(transport=transport, base_url=house.base_url, headers=agent) as client:
        yield Browser(client)


@dataclass
class Browser:
    client: httpx.AsyncClient

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=_names(headers))

    async def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> httpx.Response:
        return await self.client.post(path, data=form, headers=OURS if headers is None else headers)

    async def enter(self, login: str, password: str = PASSWORD, **form: str) -> httpx.Response:
        return await self.post("/login", login=login, password=password, **form)

    @property
    def session(self) -> str | None:
        return self.client.cookies.get("__Host-renkei") or self.client.cookies.get("renkei")


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def text_of(answer: httpx.Response) -> str:
    """What somebody reads on the page."""
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))


def hidden(answer: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found is not None, answer.text
    return unescape(found[1])


def secrets_in(answer: httpx.Response) -> list[str]:
    """What the page shows to be written down."""
    return [unescape(one) for one in re.findall(r'class="secret">([^<]*)<', answer.text)]
