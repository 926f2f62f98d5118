"""What an officer decides of a mail that waits: one click each, and the answer in it is taken or not."""

from __future__ import annotations

from uuid import UUID

from domain import records, replies
from domain.actor import LIAISONS, Actor
from domain.errors import WrongState
from domain.incoming.mail import LABELS, MOVES, IncomingKind, IncomingMail, IncomingStatus, visible_to
from domain.incoming.speaking import said_by, speaker
from domain.states import must_move
from domain.verbs import verb


@verb(*LIAISONS)
async def accept(
    actor: Actor, incoming_mail_id: UUID, *, attendee_id: UUID | None = None, version: int | None = None
) -> IncomingMail:
    """Take the answer in it as that of the person who was invited, to the date as it stands now; `attendee_id` says
    whose it is where several were invited at its address.

    Raises Incomplete where that is not said, WrongState where it holds no answer of somebody who is invited, or none is
    taken any more.
    """
    mail = await records.find(visible_to(actor), incoming_mail_id, version)
    must_move(MOVES, LABELS, mail.status, IncomingStatus.ACCEPTED)
    attendee = await speaker(mail, attendee_id) if mail.kind is IncomingKind.ANSWER else None
    if attendee is None or mail.partstat is None:
        raise WrongState(
            "このメールには、招待した人の（だれのものか決まる）出欠の返事がありません。"
            "必要な操作をしたうえで「反映しない」にしてください。"
        )
    await replies.answer_by_mail(actor, attendee.id, partstat=mail.partstat, remark=mail.remark)
    return await records.change(actor, mail, "mail-accepted", status=IncomingStatus.ACCEPTED, **said_by(attendee))


@verb(*LIAISONS)
async def dismiss(actor: Actor, incoming_mail_id: UUID, *, version: int | None = None) -> IncomingMail:
    """Put it aside without taking anything from it: it has been dealt with, or is of no use."""
    mail = await records.find(visible_to(actor), incoming_mail_id, version)
    must_move(MOVES, LABELS, mail.status, IncomingStatus.DISMISSED)
    return await records.change(actor, mail, "mail-dismissed", status=IncomingStatus.DISMISSED)
