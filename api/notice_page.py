"""`/notices/{token}`: whoever holds the letter's link reads the notice, and says for the body that it is known.

GET shows, and writes down only that the page was fetched; mail scanners follow links, so that proves nothing. POST says
「確認しました」. The page names the body to which it was written and no other.
"""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import dead_ends, guesses, pages, rsvp
from api.house import House
from api.pages import forms
from domain import database, notices, tokens, walls
from domain.encounters import THEME_LABELS
from domain.errors import RateLimited, Refused
from domain.japanese import Honorific, addressed, clock, day_with_weekday
from domain.notices import HANDLING_LABELS, SEVERITY_LABELS, Notice, NoticeRecipient
from domain.organizations import Contact, Organization
from domain.units import Unit

TITLE = "警察からのお知らせ"
UNKNOWN = "このページは見つかりません。リンクが途中で切れているか、このお知らせがもうありません。"
LEFT = "いまはご担当から外れているため、このページはご覧いただけません。"
OVER = "このお知らせは、有効期限が過ぎました。"
ENDED = "このお知らせは取り下げられたか、新しいお知らせに差し替えられました。お持ちの控えは使わないでください。"
THANKS = "確認をいただき、ありがとうございました。"


def routes(house: House) -> list[Route]:
    async def notice(request: Request) -> Response:
        recipient = await _recipient(house, request.path_params["token"])
        try:
            if recipient is None:
                guesses.count(house, request)
                return await dead_ends.page(house, TITLE, UNKNOWN, dead_ends.WHOLE, dead_ends.NEWEST)
            house.allowance.pages.take(recipient.id, 1, house.clock())
        except RateLimited as refused:
            return pages.later(TITLE, refused)
        return await (_acknowledge if request.method == "POST" else _look)(house.clock(), request, recipient)

    return [Route("/notices/{token}", notice, methods=["GET", "POST"])]


async def _recipient(house: House, token: str) -> NoticeRecipient | None:
    id = tokens.id_in(token)
    if id is None or not tokens.is_genuine(token, house.keys, notices.PURPOSE, id):
        return None
    return await NoticeRecipient.get_or_none(id=id)


async def _look(now: datetime, request: Request, recipient: NoticeRecipient) -> Response:
    if request.method == "GET":
        with database.if_it_takes_changes():
            await notices.note_opened(now, recipient.id)
    return await _show(now, recipient)


async def _acknowledge(now: datetime, request: Request, recipient: NoticeRecipient) -> Response:
    try:
        await forms.read(request)
        known = await notices.acknowledge_by_link(now, recipient.id)
    except Refused as refused:
        return await _show(now, recipient, pages.paragraph(refused.message, "refused"), 409)
    return await _show(now, known, pages.paragraph(THANKS, "done"))


async def _show(now: datetime, recipient: NoticeRecipient, said: str = "", status: int = 200) -> Response:
    reader = await notices.find_reader(recipient, now)
    whose = (recipient.prefecture_id, reader.person_id if reader else recipient.id, recipient.organization_id)
    async with walls.alone_behind(walls.for_link(*whose)):
        return pages.page(TITLE, said + await _shown(now, recipient, reader), status)


async def _shown(now: datetime, recipient: NoticeRecipient, reader: Contact | None) -> str:
    notice = await Notice.get(id=recipient.notice_id)
    asking = rsvp.asking(await Unit.get(id=notice.unit_id), "お問い合わせは")
    if reader is None:
        return pages.paragraph(LEFT, "refused") + asking
    if not notice.holds(notices.day_of(now)):
        over = OVER if notice.ended_at is None else ENDED
        return pages.paragraph(f"「{notice.title}」") + pages.paragraph(over, "refused") + asking
    body = await Organization.get(id=recipient.organization_id)
    guest = pages.paragraph(addressed(body.name, Honorific.ONCHU))
    form = button(recipient, "") if recipient.acknowledged_at is None else ""
    return guest + content(notice, recipient) + form + asking


def content(notice: Notice, recipient: NoticeRecipient) -> str:
    """HTML with the envelope of a notice, its words, and whether the body has said that it knows."""
    last, known = notice.acknowledge_by, recipient.acknowledged_at
    more = pages.filled("own_line.html", label="文書番号", text=notice.number) if notice.number else ""
    due = pages.filled("own_line.html", label="ご確認の期限", text=_said(last)) if last else ""
    return pages.filled(
        "notice.html",
        subject=notice.title,
        severity=SEVERITY_LABELS[notice.severity],
        theme=THEME_LABELS[notice.theme],
        handling=f"{HANDLING_LABELS[notice.handling]}（{notice.tlp.label}）",
        valid=day_with_weekday(notice.valid_until),
        more_html=more + due,
        known=f"{_said(known)}にご確認済み" if known else "まだいただいていません",
        text_html="".join(pages.paragraph(line) for line in notice.text.splitlines() if line.strip()),
    )


def button(recipient: NoticeRecipient, path: str) -> str:
    """HTML of the one thing to say; `path` is where the form goes, empty for the page itself."""
    return pages.filled("notice_button.html", path=path, id=str(recipient.id))


def _said(instant: datetime) -> str:
    return f"{day_with_weekday(notices.day_of(instant))}{clock(instant, wide=True)}"
