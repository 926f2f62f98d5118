"""Letters that are owed: written in the transaction of the fact they tell, posted later by a job of its own.

A letter's `key` is unique: the same fact told twice is one letter, whatever retries. Delivery is at least once;
a fixed Message-ID, and for invitations the same UID and SEQUENCE, make a repeat harmless. Letters to one address
about one appointment leave in the order in which they were owed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F, Q
from tortoise.indexes import Index
from tortoise.models import Model
from uuid_utils.compat import uuid7

from domain.verbs import routine

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 12
LONGEST_PAUSE = timedelta(hours=6)


class Method(StrEnum):
    """What the calendar part of a letter asks (RFC 5546 §1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Letter(Model):
    """One mail owed to one address.

    `facts` are frozen as they were when the letter was owed. `due_at` is the earliest instant of the next
    attempt. A letter ends `sent_at` or `given_up_at`; between, `leased_until` marks who is posting it.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    key = fields.CharField(max_length=200, unique=True)
    kind = fields.CharField(max_length=40)
    unit_id = fields.UUIDField()
    person_id = fields.UUIDField(null=True)
    appointment_id = fields.UUIDField(null=True)
    to_name = fields.CharField(max_length=200)
    to_address = fields.CharField(max_length=254)
    method = fields.CharEnumField(Method, max_length=10, null=True)
    facts: dict[str, Any] = fields.JSONField()
    owed_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
    last_error = fields.CharField(max_length=300, null=True)
    sent_at = fields.DatetimeField(null=True)
    given_up_at = fields.DatetimeField(null=True)

    class Meta:
        table = "letter"
        indexes = [Index(fields=("appointment_id", "to_address"), name="letter_appointment")]


async def owe(
    key: str,
    kind: str,
    *,
    unit_id: UUID,
    to: tuple[str, str],
    facts: Mapping[str, Any],
    owed_at: datetime,
    due_at: datetime | None = None,
    person_id: UUID | None = None,
    appointment_id: UUID | None = None,
    method: Method | None = None,
) -> None:
    """Owe one letter to `to` (name, address); the same key again owes nothing more."""
    await Letter.bulk_create(
        [
            Letter(
                key=key,
                kind=kind,
                unit_id=unit_id,
                person_id=person_id,
                appointment_id=appointment_id,
                to_name=to[0],
                to_address=to[1],
                method=method,
                facts=dict(facts),
                owed_at=owed_at,
                due_at=due_at or owed_at,
            )
        ],
        ignore_conflicts=True,
    )


async def forget(appointment_id: UUID, kind: str) -> None:
    """Take back letters of one kind that have not left: a reminder of a date that has moved."""
    await Letter.filter(appointment_id=appointment_id, kind=kind, **WAITING).delete()


WAITING: dict[str, Any] = {"sent_at": None, "given_up_at": None}


@routine
async def claim(now: datetime, most: int = 20) -> list[Letter]:
    """Lease the letters that are due, oldest first; two workers never hold the same one.

    A letter waits while an older one about the same appointment to the same address has not ended.
    """
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = Letter.filter(free, due_at__lte=now, **WAITING).order_by("owed_at", "id").limit(most)
    letters = [letter for letter in await due.select_for_update(skip_locked=True) if not await _must_wait(letter)]
    await Letter.filter(id__in=[letter.id for letter in letters]).update(leased_until=now + LEASE)
    return letters


async def _must_wait(letter: Letter) -> bool:
    if letter.appointment_id is None:
        return False
    older = Q(owed_at__lt=letter.owed_at) | Q(owed_at=letter.owed_at, id__lt=letter.id)
    before = Letter.filter(older, appointment_id=letter.appointment_id, to_address=letter.to_address, **WAITING)
    return await before.exists()


@routine
async def mark_sent(now: datetime, letter_id: UUID) -> None:
    """The post has taken this letter."""
    await Letter.filter(id=letter_id).update(sent_at=now, leased_until=None, attempts=F("attempts") + 1)


@routine
async def mark_failed(now: datetime, letter_id: UUID, reason: str, *, for_good: bool) -> None:
    """The post did not take it: try again later, each pause twice the last, or give up for good."""
    letter = await Letter.get(id=letter_id)
    ends = for_good or letter.attempts + 1 >= MOST_ATTEMPTS
    await Letter.filter(id=letter_id).update(
        attempts=letter.attempts + 1,
        last_error=reason[:300],
        leased_until=None,
        due_at=now + min(timedelta(minutes=1) * 2**letter.attempts, LONGEST_PAUSE),
        given_up_at=now if ends else None,
    )
