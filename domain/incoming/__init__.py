"""届いたメール: answers that come back by mail, and whatever else arrives in the mailbox of the invitations."""

from domain.incoming.deciding import accept, dismiss
from domain.incoming.mail import (
    MOVES,
    IncomingDoubt,
    IncomingKind,
    IncomingMail,
    IncomingStatus,
    visible_to,
)
from domain.incoming.others import accept_delegation, refuse_uninvited
from domain.incoming.proposing import accept_counter, decline_counter
from domain.incoming.sorting import Told, take_in

__all__ = [
    "MOVES",
    "IncomingDoubt",
    "IncomingKind",
    "IncomingMail",
    "IncomingStatus",
    "Told",
    "accept",
    "accept_counter",
    "accept_delegation",
    "refuse_uninvited",
    "decline_counter",
    "dismiss",
    "take_in",
    "visible_to",
]
