"""Letters that the post did not take are tried again, ever more patiently, or given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q

from domain.database import rows
from domain.errors import NotFound, WrongState
from domain.outbox.losing import mourn
from domain.outbox.mail import WAITING, Letter
from domain.outbox.queueing import BEHIND
from domain.verbs import routine

SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
PARTS = 1000
PERSISTENCE = timedelta(days=14)
MOST_ATTEMPTS = 10 + PERSISTENCE // LONGEST_PAUSE
"""Of a letter without a date: nine pauses grow to the longest, which is then kept for at least as long as PERSISTENCE
says. The attempts are counted, not the days, for a clock that stands still tries nothing. A letter about a date is
tried until that is over."""


@routine
async def mark_failed(
    now: datetime, letter_id: UUID, reason: str, *, for_good: bool = False, is_unwritten: bool = False
) -> None:
    """The post did not take it: try again later, after a growing pause (`_pause`), or give it up. Where trying again
    can help, no letter about a date is given up before that is over; and what waits for it has a pause as well, each
    its own, so that a new word is as impatient as if nothing were in front of it.

    One that `is_unwritten`, for its template or the program is wrong, the desk hears of at once. It is tried again,
    for that can be mended; but it keeps no newer word from leaving, and is given up where one waits for it.
    """
    letter = await Letter.filter(id=letter_id, **WAITING).select_for_update().first()
    if letter is None:  # whoever held the lease after us has ended it
        return
    behind, is_first = await _behind(letter, now), not letter.attempts
    is_worn_out = letter.ends_at is None and letter.attempts + 1 >= MOST_ATTEMPTS
    ends = for_good or is_worn_out or (is_unwritten and bool(behind))
    letter.update_from_dict({"leased_until": None, "given_up_at": now if ends else None, "last_error": reason[:300]})
    for one in [letter, *([] if ends else behind)]:
        if one.due_at <= now:  # else it was tried for what waits for it, which costs it no patience
            since, pause = one.failing_since or now, _pause(one, now)
            one.update_from_dict({"attempts": one.attempts + 1, "failing_since": since, "due_at": now + pause})
            one.last_error = reason[:300]
        await one.save()
    if (for_good or (is_unwritten and (ends or is_first))) and not letter.is_over(now):
        await mourn(now, letter, reason if is_unwritten else f"送信時にメールサーバーに拒まれました（{reason}）")


async def _behind(letter: Letter, now: datetime) -> list[Letter]:
    """What is due and waits for this letter, but for what is just being gathered."""
    found = await rows(BEHIND, letter.id, now)
    return await Letter.filter(id__in=[one["id"] for one in found])


def _pause(letter: Letter, now: datetime) -> timedelta:
    """Twice the last, but no more than a quarter of what is left until its date begins; and up to a quarter more, each
    letter its own part: what failed together does not come back together. The part is of the letter's id, so that a
    letter is as patient on every machine."""
    pause: timedelta = min(SHORTEST_PAUSE * 2 ** min(letter.attempts, 9), LONGEST_PAUSE)
    if letter.starts_at is not None and letter.starts_at > now:
        pause = min(pause, max(SHORTEST_PAUSE, (letter.starts_at - now) / 4))
    return pause + pause / 4 * (letter.id.int % PARTS / PARTS)


@routine
async def resend(now: datetime, letter_id: UUID | None = None) -> int:
    """Try at once, and as patiently as a new one, what the post did not take: one letter, or all that still make sense;
    answers how many. It is the same letter, with the same Message-ID; since when one fails that was not given up
    stays known, for its reader has not been told since.

    Raises NotFound, or WrongState for one letter that has left, or of which something newer has been told.
    """
    if letter_id is not None:
        letter = await Letter.filter(id=letter_id).select_for_update().first()
        if letter is None:
            raise NotFound("この番号の手紙はありません。renkei letters で確かめてください。")
        if obstacle := await _obstacle(letter, now):
            raise WrongState(obstacle)
        return await _try_again(now, [letter])
    tried = Letter.filter(Q(attempts__gt=0) | Q(given_up_at__isnull=False), sent_at=None)
    stuck = tried.filter(spared_at=None).order_by("id")
    return await _try_again(
        now, [letter for letter in await stuck.select_for_update() if not await _obstacle(letter, now)]
    )


async def _obstacle(letter: Letter, now: datetime) -> str:
    """Why a letter must not leave again, if so."""
    if letter.sent_at is not None:
        return "この手紙はすでに発送されています。"
    if letter.spared_at is not None:
        return "この手紙の内容は、同じ予定の別の手紙にまとめたか、知らせる必要がなくなったため、送りません。"
    if letter.is_over(now) or not letter.to_address:
        return (
            "この手紙は、予定が終わったか、宛先がない（消去された、または保護者への写しの宛先がない）ため、送れません。"
        )
    if await _has_newer(letter):
        return "この手紙より新しい手紙が同じ宛先に出ているため、もう送れません。"
    return ""


async def _has_newer(letter: Letter) -> bool:
    """Whether it would come after what has been told since of the same date, or bring a link that has been replaced."""
    since, theirs = Letter.filter(id__gt=letter.id), Q(to_address=letter.to_address)
    if letter.appointment_id is not None:
        if letter.method and letter.person_id:
            theirs |= Q(person_id=letter.person_id, method__isnull=False)
        return await since.filter(theirs, appointment_id=letter.appointment_id, sent_at__isnull=False).exists()
    opened = {name: letter.facts[name] for name in OPENED if name in letter.facts}
    alike = since.filter(theirs, kind=letter.kind, facts__contains=opened, given_up_at=None, spared_at=None)
    return bool(opened) and await alike.exists()


OPENED = ("subscription_id", "account_id")
"""The fact that names what a link opens; each link takes the place of those before it to the same."""


async def _try_again(now: datetime, letters: Sequence[Letter]) -> int:
    waiting = Letter.filter(id__in=[letter.id for letter in letters])
    await waiting.filter(given_up_at__isnull=False).update(failing_since=None)
    return await waiting.update(due_at=now, attempts=0, given_up_at=None, last_error=None)


HOLD_ALL = """
    UPDATE letter SET given_up_at = {now}, leased_until = NULL,
        last_error = 'バックアップから戻したため、発送を止めました。必要なら renkei letters --resend で送れます。'
    WHERE sent_at IS NULL AND given_up_at IS NULL AND spared_at IS NULL"""
"""What was still to leave when a backup was written may have left since: nothing does until somebody says so
(`resend`). Said in the transaction that puts the backup back, hence with a place for the instant."""
