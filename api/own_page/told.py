"""お知らせ on somebody's own page: what their bodies were told that holds today, with the way to say that they know.

Letters are passed on: whoever comes by a link is shown only what may be passed on; the rest after a login, or by the
link of its own letter.
"""

from __future__ import annotations

from uuid import UUID

from api import notice_page, pages
from api.own_page.view import View
from domain import notices, walls
from domain.errors import Invalid
from domain.notices import Notice, NoticeRecipient

TITLE = "警察からのお知らせ"
NOT_HERE = "内容は、お送りしたメールのリンクか、ログインしてご覧ください。"


async def valid(view: View) -> str:
    """HTML with a card for each."""
    cards = []
    for side in view.sides:
        async with walls.behind(walls.for_reading(side)):
            cards += [_card(view, *one) for one in await notices.find_valid(side)]
    return "".join(cards)


def _card(view: View, notice: Notice, recipient: NoticeRecipient) -> str:
    if view.is_linked and not notice.tlp.may_travel:
        inner = pages.paragraph(f"{notice.tlp.label}のお知らせがあります。{NOT_HERE}")
    else:
        form = notice_page.button(recipient, view.path) if recipient.acknowledged_at is None else ""
        inner = notice_page.content(notice, recipient) + form
    return pages.filled("card.html", inner_html=inner)


async def acknowledge(view: View, form: dict[str, str]) -> None:
    """Raises Invalid for what no button of ours sends, NotFound for another body's."""
    try:
        recipient_id = UUID(form.get("notice", ""))
    except ValueError:
        raise Invalid("ページのボタンで送ってください。", field="notice") from None
    await notices.acknowledge_on_own_page(view.actor.now, view.actor.person_id, recipient_id)
