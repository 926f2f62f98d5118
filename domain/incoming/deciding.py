"""What an officer decides of a mail that waits: one click each, and the answer in it is taken or not."""

from __future__ import annotations

from uuid import UUID

from domain import records, replies
from domain.actor import LIAISONS, Actor
from domain.errors import WrongState
from domain.incoming.mail import LABELS, MOVES, IncomingKind, IncomingMail, IncomingStatus, visible_to
from domain.states import must_move
from domain.verbs import verb


@verb(*LIAISONS)
async def accept(actor: Actor, incoming_mail_id: UUID, *, version: int | None = None) -> IncomingMail:
    """Take the answer in it as that of the person who was invited, to the date as it stands now.

    Raises WrongState where it holds no answer of somebody who is invited, or none is taken any more.
    """
    mail = await records.find(visible_to(actor), incoming_mail_id, version)
    must_move(MOVES, LABELS, mail.status, IncomingStatus.ACCEPTED)
    if mail.kind is not IncomingKind.ANSWER or mail.attendee_id is None or mail.partstat is None:
        raise WrongState(
            "このメールには、招待した人の（だれのものか決まる）出欠の返事がありません。"
            "必要な操作をしたうえで「反映しない」にしてください。"
        )
    await replies.answer_by_mail(actor, mail.attendee_id, partstat=mail.partstat, remark=mail.remark)
    return await records.change(actor, mail, "mail-accepted", status=IncomingStatus.ACCEPTED)


@verb(*LIAISONS)
async def dismiss(actor: Actor, incoming_mail_id: UUID, *, version: int | None = None) -> IncomingMail:
    """Put it aside without taking anything from it: it has been dealt with, or is of no use."""
    mail = await records.find(visible_to(actor), incoming_mail_id, version)
    must_move(MOVES, LABELS, mail.status, IncomingStatus.DISMISSED)
    return await records.change(actor, mail, "mail-dismissed", status=IncomingStatus.DISMISSED)
