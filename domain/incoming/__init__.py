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
from domain.incoming.sorting import Told, take_in

__all__ = [
    "MOVES",
    "IncomingDoubt",
    "IncomingKind",
    "IncomingMail",
    "IncomingStatus",
    "Told",
    "accept",
    "dismiss",
    "take_in",
    "visible_to",
]
