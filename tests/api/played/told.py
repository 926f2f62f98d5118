"""What is played with notices, each for the mutations that lead on from there."""

from domain import notices
from domain.actor import Role
from domain.notices import Notice, NoticeRecipient
from domain.organizations import Contact
from tests import make
from tests.api.played.ground import Ground, Ready, hq
from tests.domain.notices.telling import drafted, partner, sent


async def _draft(on: Ground) -> Notice:
    return await drafted(on.town.officer, await partner(on.town.officer, "例示化学株式会社"))


async def notice_drafted(on: Ground) -> Ready:
    return hq(on, Notice=(await _draft(on)).id)


async def notice_in_review(on: Ground) -> Ready:
    notice = await _draft(on)
    await notices.submit(on.town.officer, notice.id)
    return hq(on, Notice=notice.id)


async def told(on: Ground) -> Ready:
    """The partner to whom the notice went."""
    return Ready(make.outsider(on.hq, Role.PARTNER, await _contact(on)), on.ids)


async def _contact(on: Ground) -> Contact:
    recipient = await NoticeRecipient.get(id=on.ids["NoticeRecipient"])
    return await Contact.get(id=recipient.contact_id)


async def notice_withdrawn(on: Ground) -> Ready:
    notice = await sent(on.town.officer, await _contact(on))
    await notices.withdraw(on.town.officer, notice.id, reason="誤り")
    return hq(on, Notice=notice.id, NoticeRecipient=(await NoticeRecipient.get(notice_id=notice.id)).id)
