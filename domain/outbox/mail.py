"""One mail owed to one address: what it is, how it ends, and who sees it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from domain import running
from domain.actor import LIAISONS, Actor
from domain.criteria import any_of
from domain.table import Table


class Method(StrEnum):
    """What the calendar part of a letter asks (RFC 5546 §1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    DECLINECOUNTER = "DECLINECOUNTER"


class LetterStatus(StrEnum):
    """DUE 未発送, SENT 発送済, RETURNED 不達, GIVEN_UP 発送断念, SPARED 発送不要(ほかの手紙にまとめた、または知らせる
    必要がない)."""

    DUE = "DUE"
    SENT = "SENT"
    RETURNED = "RETURNED"
    GIVEN_UP = "GIVEN_UP"
    SPARED = "SPARED"


class Letter(Table):
    """One mail owed to one address.

    `facts` are frozen as they were when the letter was owed, but for what is renewed when it leaves (`when_leaving`).
    `due_at` is the earliest instant of the next attempt. A letter ends `sent_at`, `given_up_at` or, where another says
    it all, `spared_at`; until `leased_until` somebody is posting it. `stamped_at` is the Date of the mail and the
    DTSTAMP of its calendar part: when it left first, on the day in Japan of its newest attempt. It may come back later
    (`returned_at`), with the code of why (RFC 3463). `failing_since` is the first of its `attempts` that were in vain,
    as long as it waits. While it `gathers` it has not been compared with what else its reader is told (`gathering`).
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    key = fields.CharField(max_length=200, unique=True)
    kind = fields.CharField(max_length=40)
    unit_id = fields.UUIDField()
    person_id = fields.UUIDField(null=True)
    appointment_id = fields.UUIDField(null=True)
    to_name = fields.CharField(max_length=200)
    to_address = fields.CharField(max_length=254)
    method = fields.CharEnumField(Method, max_length=14, null=True)
    facts: dict[str, Any] = fields.JSONField()
    request_id = fields.CharField(max_length=running.LONGEST, default=running.number)
    owed_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    stamped_at = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
    failing_since = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=300, null=True)
    sent_at = fields.DatetimeField(null=True)
    returned_at = fields.DatetimeField(null=True)
    returned_code = fields.CharField(max_length=11, default="")
    given_up_at = fields.DatetimeField(null=True)
    spared_at = fields.DatetimeField(null=True)
    gathers = fields.BooleanField(default=False)

    class Meta:
        table = "letter"
        indexes = [
            Index(fields=("appointment_id", "to_address"), name="letter_appointment"),
            Index(fields=("appointment_id", "person_id"), name="letter_reader"),
            Index(fields=("unit_id",), name="letter_unit"),
        ]

    @property
    def starts_at(self) -> datetime | None:
        """When the date begins of which it tells, if it tells of one."""
        return self._instant("starts_at")

    @property
    def ends_at(self) -> datetime | None:
        """When that is over."""
        return self._instant("ends_at")

    def _instant(self, fact: str) -> datetime | None:
        told = self.facts.get(fact)
        return datetime.fromisoformat(told) if told else None

    def is_over(self, now: datetime) -> bool:
        """Whether nobody needs it any more, because its date is over."""
        return self.ends_at is not None and self.ends_at <= now


def visible_to(actor: Actor) -> QuerySet[Letter]:
    """Liaison officers see what their units have written, and whether it arrived; nobody else sees the post."""
    if actor.role in LIAISONS:
        return Letter.filter(any_of(Letter, "unit_id", actor.units))
    return Letter.filter(id__in=())


WAITING: dict[str, Any] = {"sent_at": None, "given_up_at": None, "spared_at": None}


# Ends a condition on letters: waits, and nobody is posting it at the instant $1. What somebody is posting may still go;
# where it does not, it is found the next time.
AT_REST = """letter.sent_at IS NULL AND letter.given_up_at IS NULL AND letter.spared_at IS NULL
      AND (letter.leased_until IS NULL OR letter.leased_until <= $1)"""
