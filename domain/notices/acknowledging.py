"""確認と督促: who has said that they know, by their page or on the telephone, and whom the desk is to call (X11).

That a page was fetched proves nothing, for mail scanners follow links: `opened_at` never counts as acknowledged. Who
has not said so in time, or could not be written to, stands on the list of those to call until they are reached.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from domain import records, walls
from domain.actor import LIAISONS, Actor, Author, Bearer, Role
from domain.criteria import any_of
from domain.database import rows
from domain.errors import NotFound, WrongState
from domain.notices.notice import (
    AcknowledgementWay,
    CallResult,
    Notice,
    NoticeRecipient,
    day_of,
    recipients_visible_to,
    visible_to,
)
from domain.notices.sending import mark_sent
from domain.organizations import Contact
from domain.records import MISSING
from domain.verbs import routine, verb
from domain.walls import DESK, Wall

OVER = "このお知らせは、有効期限が過ぎたか、取り下げられました。ご確認いただく必要はありません。"
KNOWN = "この団体は、すでに確認済みです。"
GONE = "いまはご担当から外れているため、このページからは確認いただけません。ご用件は担当者にお電話ください。"

TO_CALL = "{t}.escalated_at is not null and {t}.acknowledged_at is null and {above}.status in ('SENDING', 'SENT')"
"""`is_to_call` for the database, of the recipient `{t}` of the notice `{above}`."""


def is_to_call(recipient: Any, notice: Any) -> bool:
    """Whether the desk is to call: nobody there has said that they know, and the time for it is over."""
    is_waited_for = recipient.escalated_at is not None and recipient.acknowledged_at is None
    return is_waited_for and notice.status in ("SENDING", "SENT")


@verb(Role.PARTNER, Role.SCHOOL)
async def acknowledge(actor: Actor, notice_id: UUID) -> NoticeRecipient:
    """確認しました: the body knows; said twice, the first time counts. Raises WrongState for what holds no more."""
    notice = await records.see(visible_to(actor), notice_id)
    own = await recipients_visible_to(actor).filter(notice_id=notice.id).first()
    if own is None:
        raise NotFound(MISSING)
    recipient = await records.find(recipients_visible_to(actor), own.id)
    return await _acknowledged(actor, notice, recipient, AcknowledgementWay.OWN)


@routine
async def acknowledge_by_link(now: datetime, recipient_id: UUID) -> NoticeRecipient:
    """Whoever holds the link of the letter says that they know. Raises WrongState for what holds no more, or for a
    contact who is none any more."""
    known = await records.see(NoticeRecipient.all(), recipient_id)
    async with walls.behind(Wall(DESK, known.prefecture_id)):
        recipient = await records.find(NoticeRecipient.all(), recipient_id)
        contact = await find_reader(recipient, now)
        if contact is None:
            raise WrongState(GONE)
        author = Bearer(now, contact.person_id, contact.unit_id)
        notice = await Notice.get(id=recipient.notice_id)
        return await _acknowledged(author, notice, recipient, AcknowledgementWay.LINK)


@routine
async def acknowledge_on_own_page(now: datetime, person_id: UUID, recipient_id: UUID) -> NoticeRecipient:
    """A contact of the body says so on their own page. Raises NotFound for a body of which they are none."""
    known = await records.see(NoticeRecipient.all(), recipient_id)
    async with walls.behind(Wall(DESK, known.prefecture_id)):
        recipient = await records.find(NoticeRecipient.all(), recipient_id)
        posts = _present(now).filter(person_id=person_id, organization_id=recipient.organization_id)
        contact = await posts.first()
        if contact is None:
            raise NotFound(MISSING)
        notice = await Notice.get(id=recipient.notice_id)
        author = Bearer(now, person_id, contact.unit_id)
        return await _acknowledged(author, notice, recipient, AcknowledgementWay.OWN)


def _present(now: datetime) -> Any:
    today = day_of(now)
    return Contact.filter(Q(until=None) | Q(until__gt=today), since__lte=today)


async def find_reader(recipient: NoticeRecipient, now: datetime) -> Contact | None:
    """The contact to whom the letter went, as long as they are one of the body."""
    own: Contact | None = await _present(now).get_or_none(
        id=recipient.contact_id, organization_id=recipient.organization_id
    )
    return own


async def _acknowledged(
    author: Author, notice: Notice, recipient: NoticeRecipient, how: AcknowledgementWay
) -> NoticeRecipient:
    if recipient.acknowledged_at is not None:
        return recipient
    if not notice.holds(day_of(author.now)):
        raise WrongState(OVER)
    values = {"acknowledged_at": author.now, "acknowledged_how": how, "acknowledged_by_id": author.person_id}
    return await records.change(author, recipient, "notice-acknowledged", **values)


@routine
async def note_opened(now: datetime, recipient_id: UUID) -> None:
    """The page behind the letter's link was fetched for the first time, by whomever or whatever."""
    known = await NoticeRecipient.get_or_none(id=recipient_id)
    if known is None or known.opened_at is not None:
        return
    async with walls.behind(Wall(DESK, known.prefecture_id)):
        recipient = await records.find(NoticeRecipient.all(), recipient_id)
        if recipient.opened_at is None:
            await records.change(Bearer(now), recipient, "notice-opened", opened_at=now)


@verb(*LIAISONS)
async def note_call(
    actor: Actor, recipient_id: UUID, *, result: CallResult, remark: str = "", version: int | None = None
) -> NoticeRecipient:
    """Write down that the body was called: whoever was reached knows; who was not stays on the list.

    Raises WrongState for who has said so already, or for what holds no more.
    """
    recipient = await records.find(recipients_visible_to(actor), recipient_id, version)
    notice = await Notice.get(id=recipient.notice_id)
    if recipient.acknowledged_at is not None:
        raise WrongState(KNOWN)
    if not notice.holds(actor.today):
        raise WrongState("このお知らせは、有効期限が過ぎたか、取り下げられました。電話の必要はありません。")
    values: dict[str, Any] = {"calls": recipient.calls + 1, "phoned_at": actor.now, "phoned_by_id": actor.person_id}
    values |= {"call_result": result, "remark": remark}
    if result is CallResult.REACHED:
        values |= {"acknowledged_at": actor.now, "acknowledged_how": AcknowledgementWay.CALL}
    return await records.change(actor, recipient, "notice-phoned", **values)


# In time is until `acknowledge_by`; a letter that came back, or was given up, is known to have told nobody.
OVERDUE = """
    SELECT own.id FROM notice JOIN notice_recipient own ON own.notice_id = notice.id
    LEFT JOIN letter ON letter.key = 'notice:' || own.id
    WHERE notice.status IN ('SENDING', 'SENT') AND notice.valid_until >= $2
      AND own.escalated_at IS NULL AND own.acknowledged_at IS NULL
      AND (notice.acknowledge_by <= $1 OR ((notice.acknowledge_by IS NOT NULL OR notice.is_withdrawal)
          AND (letter.returned_at IS NOT NULL OR letter.given_up_at IS NOT NULL)))
    ORDER BY own.id"""


@routine
async def follow_up(now: datetime) -> int:
    """Say of notices whose letters have all left that they are sent, and put on the list of those to call whoever has
    not said in time that they know; how many these are."""
    await mark_sent(now)
    ids = [one["id"] for one in await rows(OVERDUE, now, day_of(now))]
    unheard = NoticeRecipient.filter(any_of(NoticeRecipient, "id", ids), acknowledged_at=None, escalated_at=None)
    overdue = await unheard.order_by("id").select_for_update() if ids else []
    told = {"escalated_at": now}
    await records.change_many(Bearer(now), "notice-escalated", [(one, told) for one in overdue])
    return len(overdue)
