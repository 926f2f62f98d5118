"""Letters that are owed: written in the transaction of the fact they tell, posted later by a job of its own.

A letter's `key` is unique: the same fact told twice is one letter, whatever retries. Delivery is at least once;
a fixed Message-ID, and for invitations the same UID and SEQUENCE, make a repeat harmless. Letters to one address
about one appointment, and what one person's calendars are told of it at whichever address, leave in the order in which
they were owed, which is the order of their ids: these are made while the appointment is locked, the instants before it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F, Q
from tortoise.indexes import Index
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction
from uuid_utils.compat import uuid7

from domain import origins
from domain.actor import LIAISONS, Actor
from domain.database import execute, rows
from domain.errors import NotFound, WrongState, trace
from domain.journal import written
from domain.queueing import BEHIND, LEASING
from domain.quiet import QuietHours, hours_of
from domain.records import any_of
from domain.table import Table, made
from domain.verbs import is_passing, routine

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
PARTS = 1000
PERSISTENCE = timedelta(days=14)
MOST_ATTEMPTS = 10 + PERSISTENCE // LONGEST_PAUSE
"""Of a letter without a date: nine pauses grow to the longest, which is then kept for at least as long as PERSISTENCE
says. The attempts are counted, not the days, for a clock that stands still tries nothing. A letter about a date is
tried until that is over."""


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
    (`returned_at`), with the code of why (RFC 3463). While it `gathers` it has not been compared with what else its
    reader is told (`gathering`).
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
    request_id = fields.CharField(max_length=origins.LONGEST, default=origins.current)
    owed_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    stamped_at = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
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


Companion = Callable[[Sequence["Letter"]], Awaitable[Sequence["Letter"]]]
COMPANIONS: list[Companion] = []


def when_owed(companion: Companion) -> Companion:
    """Register what goes along with letters to persons. It may also keep one of them from leaving."""
    COMPANIONS.append(companion)
    return companion


Renewal = Callable[[datetime, Sequence["Letter"]], Awaitable[None]]
RENEWALS: list[Renewal] = []


def when_leaving(renewal: Renewal) -> Renewal:
    """Register what of their facts letters tell as it stands when they leave, not as it was when they were owed."""
    RENEWALS.append(renewal)
    return renewal


Mourner = Callable[[datetime, "Letter", str], Awaitable[None]]
MOURNERS: list[Mourner] = []


def when_lost(mourner: Mourner) -> Mourner:
    """Register who hears of a letter that reaches nobody though it is needed, and why, in words for the desk."""
    MOURNERS.append(mourner)
    return mourner


async def owe(key: str, kind: str, **told: Any) -> None:
    """Owe one `letter` by itself; the same key again owes nothing more."""
    await owe_all([letter(key, kind, **told)])


def letter(
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
    gathers: bool = True,
) -> Letter:
    """A letter to `to` (name, address), which is not owed yet.

    What a calendar is told of a date gathers with what else its reader is told of it, unless it is said not to.
    """
    return made(
        Letter,
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
        gathers=gathers and method in (Method.REQUEST, Method.CANCEL),
    )


async def owe_all(letters: Sequence[Letter]) -> None:
    """Owe these, and what goes along with them, in one statement; a key that is there already owes nothing more."""
    to_people = [one for one in letters if one.person_id]
    along = [other for companion in COMPANIONS if to_people for other in await companion(to_people)]
    columns = Letter._meta.fields_db_projection
    owed = [{name: getattr(one, name) for name in columns} for one in (*letters, *along)]
    if owed:
        await execute(OWE, written(owed))


OWE = "INSERT INTO letter SELECT * FROM jsonb_populate_recordset(null::letter, $1::jsonb) ON CONFLICT DO NOTHING"

CANCELLED = """
    SELECT asked.address, max((facts->>'sequence')::int) AS sequence
    FROM unnest($2::text[]) AS asked (address) JOIN letter ON lower(to_address) = lower(asked.address)
    WHERE appointment_id = $1 AND to_address <> '' AND method = 'CANCEL' AND spared_at IS NULL
    GROUP BY asked.address"""


async def last_cancelled(appointment_id: UUID, addresses: Collection[str]) -> dict[str, int]:
    """SEQUENCE of the newest CANCEL of a date that each of these mailboxes has been told, or will be; -1 where there is
    none."""
    found = await rows(CANCELLED, appointment_id, list(addresses)) if addresses else []
    return dict.fromkeys(addresses, -1) | {one["address"]: one["sequence"] for one in found}


def copy_key(key: str) -> str:
    """The key of the copy that goes along with the letter of this key."""
    return f"{key}:guardian"


WAITING: dict[str, Any] = {"sent_at": None, "given_up_at": None, "spared_at": None}


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
    bug = await _tried(_renew(now, letters))
    if bug is None:
        return list(letters)
    if len(letters) > 1:
        as_kept = [await Letter.get(id=letter.id) for letter in letters]
        return [one for letter in as_kept for one in await _renewed(now, [letter])]
    await set_aside(now, letters, bug)
    return []


async def _tried(work: Awaitable[None]) -> Exception | None:
    """Do this wholly or not at all; answers what made no sense of it. Raises what says nothing of the letters: that two
    have met in the database, or that it does not work now (`is_passing`)."""
    try:
        async with in_transaction("default"):
            await work
    except Exception as bug:
        if is_passing(bug):
            raise
        return bug
    return None


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
            one.update_from_dict(
                {"attempts": one.attempts + 1, "last_error": reason[:300], "due_at": now + _pause(one, now)}
            )
        await one.save()
    if (for_good or (is_unwritten and (ends or is_first))) and not letter.is_over(now):
        await _mourn(now, letter, reason if is_unwritten else f"送信時にメールサーバーに拒まれました（{reason}）")


async def set_aside(now: datetime, letters: Sequence[Letter], bug: Exception) -> None:
    """Give up what the program cannot make sense of; whoever can tell its reader otherwise hears of it. Once the
    program is mended it can leave (`resend`)."""
    log.error("letter %s (%s) was set aside: %s", letters[0].id, letters[0].kind, trace(bug))
    reason = f"プログラムの誤りで送れませんでした（{type(bug).__name__}）。"
    ended = {"given_up_at": now, "leased_until": None, "last_error": reason}
    await Letter.filter(id__in=[letter.id for letter in letters]).update(**ended)
    for letter in letters:
        await _mourn(now, letter, reason)


# Ends a condition on letters: waits, and nobody is posting it at the instant $1. What somebody is posting may still go;
# where it does not, it is found the next time.
AT_REST = """letter.sent_at IS NULL AND letter.given_up_at IS NULL AND letter.spared_at IS NULL
      AND (letter.leased_until IS NULL OR letter.leased_until <= $1)"""


async def see_to_each(
    now: datetime, found: Sequence[Mapping[str, Any]], see_to: Callable[[datetime, Letter], Awaitable[None]]
) -> int:
    """See to the letters of these rows in the order in which they were owed, each by itself: one that makes no sense is
    set aside, and keeps no other from it. Answers how many they were."""
    for letter in await Letter.filter(id__in=[one["id"] for one in found]).order_by("id"):
        if bug := await _tried(see_to(now, letter)):
            await set_aside(now, [letter], bug)
    return len(found)


async def lose(now: datetime, letter: Letter, reason: str) -> None:
    """Give up what can reach its reader nowhere any more; while its date is not over somebody hears why."""
    letter.update_from_dict({"given_up_at": now, "leased_until": None, "last_error": reason})
    await letter.save(update_fields=["given_up_at", "leased_until", "last_error"])
    if not letter.is_over(now):
        await _mourn(now, letter, reason)


async def _mourn(now: datetime, letter: Letter, reason: str) -> None:
    """Where that fails the letter ends nevertheless, and keeps no other in the house: the log says it instead."""
    for mourner in MOURNERS:
        if bug := await _tried(mourner(now, letter, reason)):
            log.error("nobody could be told that letter %s (%s) is lost: %s", letter.id, letter.kind, trace(bug))


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
    answers how many. It is the same letter, with the same Message-ID.

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
    alike = since.filter(theirs, kind=letter.kind, person_id=letter.person_id, unit_id=letter.unit_id)
    return "generation" in letter.facts and await alike.exists()


async def _try_again(now: datetime, letters: Sequence[Letter]) -> int:
    waiting = Letter.filter(id__in=[letter.id for letter in letters])
    return await waiting.update(due_at=now, attempts=0, given_up_at=None, last_error=None)


HOLD_ALL = """
    UPDATE letter SET given_up_at = {now}, leased_until = NULL,
        last_error = 'バックアップから戻したため、発送を止めました。必要なら renkei letters --resend で送れます。'
    WHERE sent_at IS NULL AND given_up_at IS NULL AND spared_at IS NULL"""
"""What was still to leave when a backup was written may have left since: nothing does until somebody says so
(`resend`). Said in the transaction that puts the backup back, hence with a place for the instant."""


@routine
async def settle_before(now: datetime, instant: datetime) -> int:
    """Count the letters that were due before an instant as having left then, without posting them: for what is
    told of the past, or was carried by hand. Answers how many; no attempt is counted."""
    return await Letter.filter(due_at__lt=min(instant, now), **WAITING).update(sent_at=F("due_at"), gathers=False)
