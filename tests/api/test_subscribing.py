"""The page behind a feed's address: from it, every calendar program is reached."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from html import unescape
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from api import caldav, pages, subscribing
from api.allowance import Budget, Budgets
from api.house import House
from api.strictness import Strict
from domain import feeds
from domain.feeds import Subscription
from tests import make
from tests.api.test_feeds import SECRET, path
from tests.clock import NOW
from tests.make import Town

BASE = "https://renkei.example"


def page(feed: Subscription, generation: int = 1) -> str:
    return path(feed, generation).removesuffix("/calendar.ics")


@asynccontextmanager
async def at_the_page(now: datetime = NOW, **budgets: Budget) -> AsyncIterator[httpx.AsyncClient]:
    house = House(SECRET, BASE, lambda: now, budgets=Budgets(**budgets))
    app = Strict(Starlette(routes=[*subscribing.routes(house), *caldav.routes(house), *pages.routes()]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        yield client


def hrefs(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]+)"', html)]


def test_every_way_in_leads_to_the_address_of_the_feed(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        async with at_the_page() as client:
            answer = await client.get(page(feed))
        assert answer.status_code == 200
        _, webcal, google, outlook, at_home = hrefs(answer.text)
        address = f"{BASE}{path(feed)}"
        assert webcal == address.replace("https://", "webcal://")
        assert (urlsplit(google).hostname, parse_qs(urlsplit(google).query)) == (
            "calendar.google.com",
            {"cid": [webcal]},
        )
        for link, host in ((outlook, "outlook.office.com"), (at_home, "outlook.live.com")):
            assert (urlsplit(link).hostname, parse_qs(urlsplit(link).query)["url"]) == (host, [address])
        assert f">{address}<" in answer.text
        assert answer.text.count("<svg") == 1
        assert answer.text.count("<details>") == 10

    play(story)


def test_what_the_page_says_of_caldav_opens_the_calendar_there(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        async with at_the_page() as client:
            html = (await client.get(page(feed))).text
            told = dict(re.findall(r"<dt>(.+?)</dt><dd class=\"secret\">(.+?)</dd>", html))
            assert list(told) == ["サーバー", "ユーザー名", "パスワード"]
            login = (told["ユーザー名"], told["パスワード"])
            answers = [
                await client.request("PROPFIND", told["サーバー"], auth=auth) for auth in (login, (login[0], "x"))
            ]
        assert [answer.status_code for answer in answers] == [207, 401]
        for program in ("iPhone", "Mac", "Thunderbird", "DAVx⁵"):
            assert re.search(rf"<summary>[^<]*{program}[^<]*（CalDAV）</summary>", html), program

    play(story)


def test_pages_stay_as_they_were_when_the_program_started_though_its_files_are_replaced(tmp_path: Path) -> None:
    shutil.copytree(pages.HERE, tmp_path / "running")
    spec = spec_from_file_location("running", tmp_path / "running" / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    running = module_from_spec(spec)
    spec.loader.exec_module(running)
    for file in (tmp_path / "running").iterdir():
        if file.is_file():
            file.write_text("$of_another_release", encoding="utf-8")
    shown = running.page("題", running.filled("code.html", hint="3") + running.paragraph("文"))
    assert shown.body == pages.page("題", pages.filled("code.html", hint="3") + pages.paragraph("文")).body
    assert running.STYLE == pages.STYLE != "$of_another_release"


def test_the_page_needs_no_script_and_nothing_from_elsewhere(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        async with at_the_page() as client:
            answer = await client.get(page(feed))
        assert answer.headers["content-security-policy"] == pages.POLICY
        assert (answer.headers["referrer-policy"], answer.headers["cache-control"]) == ("no-referrer", "no-store")
        for word in ("<script", "<img", "style=", "onclick", "src="):
            assert word not in answer.text

    play(story)


def test_the_page_is_there_as_long_as_the_feed_is(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        await make.told(await feeds.rotate(town.officer, feed.id))
        async with at_the_page() as client:
            known = [(await client.get(page(feed, generation))).status_code for generation in (1, 2, 3)]
            await feeds.revoke(town.officer, feed.id)
            after = await client.get(page(feed, 2))
        assert (known, after.status_code) == ([410, 200, 404], 410)
        assert "calendar.ics" not in after.text
        assert "新しい購読アドレスは" in after.text
        assert "購読の一覧から外してください" in after.text

    play(story)


@pytest.mark.parametrize("genuine", [True, False])
def test_who_opens_it_too_often_is_told_when_to_come_again(play: Any, genuine: bool) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        once = Budget(per_second=0.1, most=1)
        async with at_the_page(feed=once, guesses=once) as client:
            answers = [await client.get(page(feed) if genuine else "/cal/nothing") for _ in range(2)]
        assert [one.status_code for one in answers] == [200 if genuine else 404, 429]
        assert answers[1].headers["retry-after"] == "10"

    play(story)


def test_the_picture_holds_the_address_of_the_page() -> None:
    import segno

    html = subscribing.ways_in(f"{BASE}/cal/abc")
    drawn = segno.make(f"{BASE}/cal/abc", error="m")
    assert drawn.svg_inline(scale=4, title="このページをスマートフォンで開くための図") in html


def test_whoever_reads_pages_without_pictures_or_styles_still_finds_the_address(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        feed = await make.told(await feeds.subscribe(town.officer, person_id=contact.person_id, label="電話"))
        async with at_the_page() as client:
            text = re.sub(r"<[^>]+>", "", (await client.get(page(feed))).text)
        assert f"{BASE}{path(feed)}" in text
        assert "試﨑" not in text

    play(story)
