"""お知らせの一覧: what of a notice leaves as a list, and what stands on a partner's own page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import organizations, units
from domain.actor import LIAISONS, Actor
from domain.criteria import any_of
from domain.notices.notice import STANDING, Notice, NoticeRecipient, recipients_visible_to, visible_to
from domain.notices.sending import key_of
from domain.outbox import Letter
from domain.values import dataclass
from domain.verbs import verb

MOST_SHOWN = 50


@dataclass(frozen=True)
class ListedRecipient:
    """One body to which a notice went, with the names of the body and of the unit that sent it; those of a body that
    the actor sees no more are empty. `left_at` is when the letter left, `lost_at` when it came back or was given up."""

    notice: Notice
    recipient: NoticeRecipient
    unit: str
    body: str
    corporate_number: str
    phone: str
    left_at: datetime | None
    lost_at: datetime | None


@verb(*LIAISONS, only_reads=True)
async def listed(actor: Actor, first: datetime, before: datetime) -> list[ListedRecipient]:
    """To whom the notices went that were sent from one instant until before another, in that order, and within one in
    the order in which they were addressed."""
    sent = await visible_to(actor).filter(sent_at__gte=first, sent_at__lt=before).order_by("sent_at", "id")
    told = recipients_visible_to(actor).filter(any_of(NoticeRecipient, "notice_id", [one.id for one in sent]))
    of_each: dict[UUID, list[NoticeRecipient]] = {}
    for one in await told.order_by("id"):
        of_each.setdefault(one.notice_id, []).append(one)
    return await _lines(actor, [(notice, one) for notice in sent for one in of_each.get(notice.id, ())])


async def _lines(actor: Actor, told: Sequence[tuple[Notice, NoticeRecipient]]) -> list[ListedRecipient]:
    if not told:
        return []
    bodies = {body.id: body for body in await organizations.visible_to(actor)}
    names = {unit.id: unit.name for unit in await units.visible_to(actor)}
    keys = [key_of(one.id) for _, one in told]
    post = {letter.key: letter for letter in await Letter.filter(key__in=keys)}

    def line(notice: Notice, one: NoticeRecipient) -> ListedRecipient:
        body, letter = bodies.get(one.organization_id), post.get(key_of(one.id))
        known = (body.name, body.corporate_number or "", body.phone) if body else ("", "", "")
        left = (letter.sent_at, letter.returned_at or letter.given_up_at) if letter else (None, None)
        return ListedRecipient(notice, one, names[notice.unit_id], *known, *left)

    return [line(notice, one) for notice, one in told]


async def find_valid(actor: Actor) -> list[tuple[Notice, NoticeRecipient]]:
    """What the actor's body was told and holds today, the newest first."""
    if actor.organization_id is None:
        return []
    own = {one.notice_id: one for one in await NoticeRecipient.filter(organization_id=actor.organization_id)}
    told = Notice.filter(any_of(Notice, "id", own), status__in=STANDING, valid_until__gte=actor.today)
    return [(one, own[one.id]) for one in await told.order_by("-sent_at", "-id").limit(MOST_SHOWN)]
