"""Fetch what has arrived in the mailbox of the invitations, and take it in, each mail by itself."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from datetime import datetime

from domain import incoming
from domain.errors import trace
from domain.incoming import IncomingStatus, Told
from jobs import answers
from jobs.mailbox import MailboxClosed
from jobs.post_letters import Desk

log = logging.getLogger(__name__)


def _read(raw: bytes, now: datetime, desk: Desk) -> Told:
    """What a mail says. What comes from the house's own address is proven for nobody who is invited at another, whose
    ever it is entered as (`answering`): the house's mail is everybody's."""
    told = answers.read(raw, now, desk.proves)
    sender, own = told.sender.casefold(), desk.mail_from.casefold()
    return replace(told, is_proven=False) if sender == own != told.attendee.casefold() else told


async def take_in_mail(now: datetime, desk: Desk) -> Counter[IncomingStatus]:
    """How many were taken in, by what became of them; a mail over which the program stumbles stays in the mailbox, and
    keeps no other waiting."""
    became: Counter[IncomingStatus] = Counter()

    async def take(raw: bytes) -> bool:
        try:
            kept = await incoming.take_in(now, _read(raw, now, desk))
        except Exception as bug:
            log.error("mailbox: a mail was not taken in: %s", trace(bug))
            return False
        if kept:
            became[kept.status] += 1
        return True

    if desk.mailbox is None:
        return became
    try:
        await desk.mailbox.empty(now, take)
    except MailboxClosed as closed:
        log.warning("mailbox: %s", closed.message)
    if became:
        log.info("mail: %s", ", ".join(f"{count} {what.lower()}" for what, count in sorted(became.items())))
    return became
