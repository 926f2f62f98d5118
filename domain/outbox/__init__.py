"""Letters that are owed: written in the transaction of the fact they tell, posted later by a job of its own.

A letter's `key` is unique: the same fact told twice is one letter, whatever retries. Delivery is at least once;
a fixed Message-ID, and for invitations the same UID and SEQUENCE, make a repeat harmless. Letters to one address
about one appointment, and what one person's calendars are told of it at whichever address, leave in the order in which
they were owed, which is the order of their ids: these are made while the appointment is locked, the instants before it.
"""

from domain.outbox.leaving import LEASE, claim, is_held, mark_returned, mark_sent, settle_before, when_leaving
from domain.outbox.losing import lose, see_to_each, set_aside, when_lost
from domain.outbox.mail import AT_REST, WAITING, Letter, LetterStatus, Method, visible_to
from domain.outbox.owing import copy_key, last_cancelled, letter, owe, owe_all, when_owed
from domain.outbox.trying import HOLD_ALL, LONGEST_PAUSE, mark_failed, resend

__all__ = [
    "AT_REST",
    "HOLD_ALL",
    "LEASE",
    "LONGEST_PAUSE",
    "WAITING",
    "Letter",
    "LetterStatus",
    "Method",
    "claim",
    "copy_key",
    "is_held",
    "last_cancelled",
    "letter",
    "lose",
    "mark_failed",
    "mark_returned",
    "mark_sent",
    "owe",
    "owe_all",
    "resend",
    "see_to_each",
    "set_aside",
    "settle_before",
    "visible_to",
    "when_leaving",
    "when_lost",
    "when_owed",
]
