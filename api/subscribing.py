"""`/cal/{token}`: how a calendar program is given the address: buttons, a picture to scan, steps for each program.

A page of plain HTML behind the address itself, for whoever has it from a letter; also shown to whoever has just made
one.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import caldav, dead_ends, guesses, pages
from api import feeds as doors
from api.entrance.doors import instant
from api.house import House
from domain import feeds
from domain.actor import Actor
from domain.errors import RateLimited
from domain.feeds import Subscription

TITLE = "予定表の購読"
MISSING = "この購読アドレスは見つかりません。"
ENDED = "この購読アドレスは使えなくなりました。新しいアドレスに替わったか、購読が終わっています。"
AGAIN = "新しい購読アドレスは、予定のメールにある「これからのご予定」のページかアカウントのページで受け取れます。"
TAKE_OUT = "カレンダーに登録した前のアドレスは、購読の一覧から外してください。新しい予定はもう届きません。"
GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.office.com/calendar/0/addfromweb"
OUTLOOK_AT_HOME = "https://outlook.live.com/calendar/0/addfromweb"


def routes(house: House) -> list[Route]:
    async def show(request: Request) -> Response:
        token = request.path_params["token"]
        now = house.clock()
        feed = await doors.behind(house, token, now)
        try:
            if feed is None:
                guesses.count(house, request)
                return await dead_ends.page(house, TITLE, MISSING, dead_ends.WHOLE, AGAIN)
            doors.take(house, feed, now)
        except RateLimited as refused:
            return pages.later("しばらくお待ちください", refused)
        if not feed.is_open(now):
            return await dead_ends.page(house, TITLE, ENDED, AGAIN, TAKE_OUT, status=410)
        return pages.page(TITLE, ways_in(f"{house.base_url}/cal/{token}"))

    return [Route("/cal/{token}", show, methods=["GET"])]


async def made(actor: Actor) -> str:
    """HTML with the actor's own feeds, and the way to make another."""

    def line(one: Subscription) -> str:
        label, fetched = one.label or "呼び名なし", instant(one.last_fetched_at)
        return pages.filled("feed_line.html", label=label, fetched=fetched, id=str(one.id))

    lines = [line(one) for one in await feeds.own(actor).order_by("created_at", "id")]
    listed = pages.filled("feed_list.html", feeds_html="".join(lines)) if lines else ""
    return pages.filled("feed.html", feeds_html=listed)


async def page_of(house: House, feed: Subscription) -> str:
    """Where that page of a feed is, to be told its owner; like the feed's own address, a secret, which opens from now
    on. Raises WrongState for one that was replaced or has ended."""
    secret = await feeds.hand_out(house.clock(), house.secret, feed.id, feed.generation)
    return f"{house.base_url}/cal/{secret}"


def ways_in(page: str) -> str:
    """HTML with every way from this page's address into a calendar program."""
    import segno  # by few, and seldom: not at every start

    address, secret = f"{page}/calendar.ics", page.rpartition("/")[2]
    webcal = urlsplit(address)._replace(scheme="webcal").geturl()
    named = {"url": address, "name": "連携"}
    return pages.filled(
        "subscribe.html",
        address=address,
        webcal=webcal,
        google=f"{GOOGLE}?{urlencode({'cid': webcal}, quote_via=quote)}",
        outlook=f"{OUTLOOK}?{urlencode(named, quote_via=quote)}",
        outlook_at_home=f"{OUTLOOK_AT_HOME}?{urlencode(named, quote_via=quote)}",
        dav=f"{page.removesuffix(f'/cal/{secret}')}{caldav.ROOT}",
        secret=secret,
        picture_html=segno.make(page, error="m").svg_inline(scale=4, title="このページをスマートフォンで開くための図"),
    )
