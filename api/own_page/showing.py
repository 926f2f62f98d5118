"""`/own` after login and `/own/{token}` from a letter: one's own dates, one's body's drills, and what is known of one.

GET shows and changes nothing; POST says that one's contact data is right, or what has changed, or how one wants to be
reminded. Letters are passed on: whoever comes by a link is shown of an address or a number only as much as its owner
needs to know it again. They are not shown a feed either, whose address would be good for as long as the owner is here,
where the link is not: it is sent to the owner's mail box. And they cannot silence the owner's reminders unnoticed: what
was chosen by a link is told there too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import dead_ends, guesses, pages, rsvp, subscribing, visits
from api.entrance import doors
from api.entrance.own import ASKED
from api.house import House
from api.own_page import dates, told
from api.own_page.known import contact_data, masked_address, notices
from api.own_page.papers import file, released
from api.own_page.view import View, section
from api.pages import forms
from domain import accounts, calendar, looks, own, people, walls
from domain.accounts import Visit
from domain.errors import Invalid, NotAllowed, NotFound, RateLimited, Refused
from domain.japanese import Honorific, addressed, storable, wareki
from domain.looks import Door
from domain.own import Known

TITLE = "ご予定と連絡先"
LONGEST_NUMBER = 3
UNKNOWN = "このページは見つかりません。メールのリンクは、約3か月で使えなくなります。"
NOTHING_AHEAD = "ご案内している予定はありません。"
SAID = {
    "chosen": "お知らせの設定を保存しました。",
    "told": "お知らせの設定を保存し、その内容を登録されているメールアドレスにお送りしました。",
    "confirmed": "連絡先をご確認いただき、ありがとうございました。",
    "sent": "購読アドレスと登録のしかたを、登録されているメールアドレスにお送りしました。数分お待ちください。",
    "known": "お知らせの確認をいただき、ありがとうございました。",
    "reported": "変わったところを担当者にお知らせしました。担当者が確かめて、登録を直します。",
}
"""What the page has to say, by a word in the address: nobody can make it say anything else."""

Handler = Callable[[View, Request], Awaitable[Response]]


def routes(house: House) -> list[Route]:
    async def by_link(view: View, request: Request) -> Response:
        return await (_said if request.method == "POST" else _show)(view, request)

    async def fetching(house: House, request: Request, _: Visit) -> Response:
        return await _file(await _entered(house, request), request)

    async def looking(house: House, request: Request, _: Visit) -> Response:
        return await _show(await _entered(house, request), request)

    async def saying(house: House, request: Request, _: Visit) -> Response:
        return await _said(await _entered(house, request), request)

    return [
        doors.get("/own", house, doors.inside(looking)),
        doors.post("/own", house, doors.inside(saying)),
        doors.get("/own/documents/{id}", house, doors.inside(fetching)),
        Route("/own/{token}", _linked(house, by_link), methods=["GET", "POST"]),
        Route("/own/{token}/documents/{id}", _linked(house, _file), methods=["GET"]),
    ]


def _linked(house: House, handle: Handler) -> Callable[[Request], Awaitable[Response]]:
    """For whoever holds the link of a letter; whoever holds none of ours finds nothing there."""

    async def handled(request: Request) -> Response:
        try:
            view = await _bearer(house, request, request.path_params["token"])
            return await handle(view, request) if view else await _nothing(house, UNKNOWN)
        except RateLimited as refused:
            return pages.later(TITLE, refused)
        except NotFound as refused:
            return await _nothing(house, refused.message)

    return handled


async def _nothing(house: House, why: str) -> Response:
    return await dead_ends.page(house, TITLE, why, dead_ends.NEWEST, dead_ends.BY_PHONE)


async def _file(view: View, request: Request) -> Response:
    return await file(view, request.path_params["id"])


async def _bearer(house: House, request: Request, token: str) -> View | None:
    """Whoever the letter was written to. Raises RateLimited where one looks, or somebody guesses, too often."""
    now = house.clock()
    person_id = own.whose(token, house.keys, now)
    if person_id is None:
        guesses.count(house, request)
        return None
    house.allowance.pages.take(person_id, 1, now)
    actor = await own.bearer_of(now, person_id)
    if actor is None and (begins := await own.begins_on(now, person_id)):
        raise NotFound(f"このページは{wareki(begins)}から開きます。それまでのご用件は、担当者にお電話ください。")
    return View(house, await own.find_sides(actor), f"/own/{token}", is_linked=True) if actor else None


async def _entered(house: House, request: Request) -> View:
    actor = await accounts.actor_of(visits.secret_in(request, house) or "", house.clock())
    if actor.role not in ASKED:
        raise NotAllowed("このページは、予定の案内を受ける方のためのものです。")
    return View(house, await own.find_sides(actor), "/own", is_linked=False)


async def _said(view: View, request: Request) -> Response:
    form: dict[str, str] = {}
    try:
        form = await forms.read(request)
        word = await _done(view, form)
    except Refused as refused:
        return await _show(view, request, doors.refusal(refused), doors.status(refused), form.get("what", ""))
    return doors.onward(f"{view.path}?said={word}")


async def _done(view: View, form: dict[str, str]) -> str:
    who = (view.actor.now, view.actor.person_id)
    match form.get("act"):
        case "confirm":
            await own.confirm(*who)
            return "confirmed"
        case "report":
            await own.report(*who, storable(form.get("what", "").replace("\r\n", "\n"), field="what", multiline=True))
            return "reported"
        case "acknowledge":
            await told.acknowledge(view, form)
            return "known"
        case "feed":
            await own.send_feed(*who)
            return "sent"
        case "notices":
            if view.is_linked:
                return "told" if await own.choose_notices(*who, **_chosen(form)) else "chosen"
            await people.choose_notices(view.actor, **_chosen(form), **_digest(view, form))
            return "chosen"
        case _:
            raise Invalid("ページのボタンで送ってください。")


def _chosen(form: dict[str, str]) -> dict[str, Any]:
    """What the form for reminders says, as the verbs take it."""
    days = _number(form, "remind_days")
    if days is None:
        raise Invalid("何日前にお知らせするかを選んでください。", field="remind_days")
    begins, ends = _number(form, "quiet_from"), _number(form, "quiet_to")
    hours = {"quiet_from": begins, "quiet_to": ends}
    if "quiet_from" in form and begins is None and ends is None:
        hours = dict.fromkeys(hours, 0)  # the same hour twice: none of one's own
    return {"remind_days": days, **hours}


def _digest(view: View, form: dict[str, str]) -> dict[str, Any]:
    return {"wants_digest": "wants_digest" in form} if view.actor.is_liaison else {}


def _number(form: dict[str, str], name: str) -> int | None:
    """What was chosen from a list of numbers, or nothing. Raises Invalid for what no list of ours offers."""
    text = form.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise Invalid("一覧から選んでください。", field=name)
    return int(text) if text else None


async def _show(view: View, request: Request, said: str = "", status: int = 200, typed: str = "") -> Response:
    word = SAID.get(request.query_params.get("said", ""), "")
    said = said or (pages.paragraph(word, "done") if word and request.method == "GET" else "")
    async with walls.alone_behind(walls.for_reading(view.actor)):
        body = said + await _sections(view, typed)
    return doors.shown(TITLE, body, status)


async def _sections(view: View, typed: str) -> str:
    who = (view.actor.person_id, view.actor.now)
    ahead, behind = await calendar.ahead_of(*who), await calendar.behind_of(*who)
    known, bodies = await own.find_known(view.sides), await dates.of_bodies(view.sides)
    coming = {} if view.is_linked else own.coming(bodies.drills)
    shown = [*own.personal(known), *own.named([*bodies.lectures, *bodies.lectures_over]), *coming]
    operation, listed = "ownPageByLink" if view.is_linked else "ownPage", {row: of for (_, row), of in coming.items()}
    await looks.note(Door.PAGE, view.actor, operation, shown, listed)
    days = await rsvp.last_days([attendee for _, attendee in ahead])
    stands = [date for date, _ in (*ahead, *behind)]
    papers = await released(view, [*stands, *bodies.dates])
    others = bodies.without({date.id for date in stands})
    return pages.filled(
        "own.html",
        guest=addressed(known.person.name, Honorific.SAMA),
        ahead_html=dates.ahead(view, ahead, days, bodies, papers)
        or pages.paragraph("ご案内している予定はありません。"),
        told_html=section("told", told.TITLE, await told.valid(view)),
        lectures_html=section("lectures", "講師派遣のご依頼", dates.lectures_of(others.lectures, papers)),
        drills_html=section("drills", "所属団体の訓練", dates.drills_of(view, others.drills, papers)),
        behind_html=section("behind", "これまでの予定", dates.behind(behind, others, papers)),
        known_html=section("known", "登録している連絡先", contact_data(view, known, typed)),
        notices_html=section("notices", "お知らせの設定", notices(view, known)),
        feed_html=await _feeds(view, known),
        asking_html=rsvp.asking(known.unit, "ご不明のときは"),
    )


async def _feeds(view: View, known: Known) -> str:
    if view.is_linked:
        address = masked_address(known.person.mail_address) or "登録されていません"
        return pages.filled("own_feed.html", path=view.path, address=address)
    return await subscribing.made(view.actor) + pages.filled("to_account.html")
