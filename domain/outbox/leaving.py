"""Letters leave: due ones are leased, in their order, and say what they tell as it stands then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import F

from domain.database import rows
from domain.outbox.losing import set_aside, tried
from domain.outbox.mail import WAITING, Letter
from domain.outbox.queueing import LEASING
from domain.quiet import QuietHours, hours_of
from domain.verbs import routine

LEASE = timedelta(minutes=5)

Renewal = Callable[[datetime, Sequence[Letter]], Awaitable[None]]
RENEWALS: list[Renewal] = []


def when_leaving(renewal: Renewal) -> Renewal:
    """Register what of their facts letters tell as it stands when they leave, not as it was when they were owed."""
    RENEWALS.append(renewal)
    return renewal


@routine
async def claim(now: datetime, most: int = 20, house: QuietHours | None = None) -> list[Letter]:
    """Lease the letters that are due, oldest first; two workers never hold the same one.

    A letter waits while an older one about the same appointment to the same address has not ended, nor one to the same
    person's calendar elsewhere, and while it may still be gathered with others (`gathering.settle`). What is told of a
    date waits for the end of its reader's quiet hours (`quiet`), of which volunteers have those of the `house`. In a
    pause it is tried as soon as anything is due that waits for it: that has been tried with it then (`mark_failed`).
    """
    leased = await rows(LEASING, now, now + LEASE, most, *hours_of(house))
    letters = await Letter.filter(id__in=[one["id"] for one in leased]).order_by("due_at", "id")
    return await _renewed(now, letters) if letters else []


async def _renewed(now: datetime, letters: Sequence[Letter]) -> list[Letter]:
    """Those that can say what they have to say as it stands now, each by itself where one of them cannot: that is set
    aside, and keeps no other in the house."""
    bug = await tried(_renew(now, letters))
    if bug is None:
        return list(letters)
    if len(letters) > 1:
        as_kept = [await Letter.get(id=letter.id) for letter in letters]
        return [one for letter in as_kept for one in await _renewed(now, [letter])]
    await set_aside(now, letters, bug)
    return []


async def _renew(now: datetime, letters: Sequence[Letter]) -> None:
    """What a letter tells otherwise than at its last attempt is no copy of that, and dated anew."""
    before = {letter.id: dict(letter.facts) for letter in letters}
    for renewal in RENEWALS:
        await renewal(now, letters)
    for letter in letters:
        if letter.facts != before[letter.id]:
            assert letter.stamped_at is not None
            letter.stamped_at = max(now.replace(microsecond=0), letter.stamped_at)
            await letter.save(update_fields=["facts", "stamped_at"])


async def is_held(letter: Letter) -> bool:
    """Whether it is still for whoever claimed it to post. It is locked for an instant, as if it were changed: where the
    database takes no changes now, or is away, this raises."""
    held = Letter.filter(id=letter.id, leased_until=letter.leased_until, **WAITING).select_for_update()
    return await held.only("id").first() is not None


@routine
async def mark_sent(now: datetime, letter_id: UUID) -> None:
    """The post has taken this letter, though somebody else may have given it up meanwhile; said again, that changes
    nothing."""
    left: dict[str, Any] = {"sent_at": now, "given_up_at": None, "leased_until": None}
    await Letter.filter(id=letter_id, sent_at=None).update(**left, attempts=F("attempts") + 1)


async def mark_returned(letter: Letter, now: datetime, code: str) -> bool:
    """A mail server has said for good that it could not be delivered; whether that is news."""
    known = Letter.filter(id=letter.id, returned_at=None)
    return bool(await known.update(returned_at=now, returned_code=code))


@routine
async def settle_before(now: datetime, instant: datetime) -> int:
    """Count the letters that were due before an instant as having left then, without posting them: for what is
    told of the past, or was carried by hand. Answers how many; no attempt is counted."""
    return await Letter.filter(due_at__lt=min(instant, now), **WAITING).update(sent_at=F("due_at"), gathers=False)
