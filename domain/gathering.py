"""まとめ: of what one reader is told of one date within a few minutes, one letter leaves; of what was taken back, none.

Letters are owed in the transaction of each change, one by one. Here, before any of them leaves, those that wait are
compared with what their reader was told last (`changes`). A guardian's copy goes the way of its letter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from domain import changes, outbox
from domain.changes import Leaving, Told
from domain.database import rows
from domain.outbox import Letter, Method
from domain.verbs import routine
from domain.volunteers import Volunteer

LOCK = 4_905_318_206
"""One worker at a time compares; whoever comes meanwhile finds it done, or the next time."""


@dataclass(frozen=True)
class Gathering:
    """How long changes of a date wait for the next one, and whether a change of what it is called is told alone."""

    hold: timedelta = timedelta(0)
    tells_texts: bool = True


AT_ONCE = Gathering()
Mailbox: TypeAlias = tuple[UUID, str]
"""In which calendars find what they are told of one date: an appointment, and an address."""

Reader: TypeAlias = tuple[UUID, str, str | None]
"""Whoever is told of one date: besides, the row by which they were asked, for two people may have one mailbox."""


@routine
async def settle(now: datetime, how: Gathering = AT_ONCE, quiet_until: datetime | None = None) -> int:
    """Decide which of the letters that gather may leave now, and as what; answers how many are done with.

    A change waits `how.hold` from the first that was not told yet. A cancellation waits for nothing, nor does what it
    takes back. What must not leave before `quiet_until` is decided on in the morning (`outbox.claim`).
    """
    (lock,) = await rows("SELECT pg_try_advisory_xact_lock($1) AS held", LOCK)
    if not lock["held"]:
        return 0
    waiting = await _gathering()
    asleep = await _held(waiting, quiet_until)
    awake = [letter for letter in waiting if letter.id not in asleep]
    ripe = [bunch for bunch in _bunches(awake, how.hold) if _is_ripe(bunch, now, how.hold)]
    if not ripe:
        return 0
    told, copies = await _told(bunch[0].appointment_id for bunch in ripe), await _copies(ripe)
    for bunch in ripe:
        owed = [_waiting(letter) for letter in bunch]
        left = changes.leaving(told.of(bunch[-1]), owed, tells_texts=how.tells_texts)
        await _carry_out(now, bunch, left)
        await _carry_out(now, [copies[letter.key] for letter in bunch if letter.key in copies], left)
        if left is not None:
            told.note_leaving(bunch[-1], left)
    return sum(len(bunch) for bunch in ripe)


async def _gathering() -> list[Letter]:
    return await Letter.filter(gathers=True, method__isnull=False, **outbox.WAITING).order_by("id").select_for_update()


async def _held(letters: Sequence[Letter], quiet_until: datetime | None) -> set[UUID]:
    """Of these the letters that have to wait for the morning; none where the newest to the same reader must not."""
    if quiet_until is None:
        return set()
    begins = {_reader(one): datetime.fromisoformat(one.facts["starts_at"]) for one in letters}
    late = [one for one in letters if begins[_reader(one)] > quiet_until + outbox.TOO_SOON]
    readers = Volunteer.filter(person_id__in=[one.person_id for one in late])
    asleep = set(await readers.values_list("person_id", flat=True))
    return {one.id for one in late if one.person_id in asleep}


def _reader(letter: Letter) -> Reader:
    assert letter.appointment_id is not None
    return letter.appointment_id, letter.to_address, letter.facts.get("attendee_id")


def _bunches(letters: Iterable[Letter], hold: timedelta) -> list[list[Letter]]:
    """The letters of each reader in the order in which they were owed; a cancellation ends a bunch."""
    bunches: dict[Reader, list[list[Letter]]] = defaultdict(list)
    for letter in letters:
        theirs = bunches[_reader(letter)]
        if theirs and hold and theirs[-1][-1].method is Method.REQUEST:
            theirs[-1].append(letter)
        else:
            theirs.append([letter])
    return [bunch for theirs in bunches.values() for bunch in theirs]


def _is_ripe(bunch: Sequence[Letter], now: datetime, hold: timedelta) -> bool:
    return bunch[-1].method is Method.CANCEL or bunch[0].owed_at + hold <= now


def _waiting(letter: Letter) -> changes.Waiting:
    assert letter.method is not None
    return changes.Waiting(letter.kind, letter.method, letter.facts)


async def _carry_out(now: datetime, bunch: Sequence[Letter], left: Leaving | None) -> None:
    """One letter of the bunch leaves for all of them, or none. A copy has no calendar part, and its own greeting."""
    for letter in bunch:
        letter.gathers, letter.spared_at = False, now
    if left is not None and bunch:
        one = bunch[-1]
        told = left.facts if one.method else {name: value for other in bunch for name, value in other.facts.items()}
        method = left.method if one.method else None
        one.update_from_dict({"spared_at": None, "kind": left.kind, "facts": told, "method": method})
    for letter in bunch:
        await letter.save(update_fields=["gathers", "spared_at", "kind", "facts", "method"])


async def _copies(bunches: Iterable[Sequence[Letter]]) -> dict[str, Letter]:
    """The guardians' copies that wait with these letters, by the key of the letter."""
    of = {outbox.copy_key(letter.key): letter.key for bunch in bunches for letter in bunch}
    found = await Letter.filter(key__in=list(of), gathers=True).select_for_update()
    return {of[copy.key]: copy for copy in found}


# What was told of these dates, and might have arrived. What a mail server refused for good, or sent back, told nobody
# anything.
# Whoever has answered knows of the date, though a letter of ours came back: their mailbox was full for a day.
TOLD = """
    SELECT appointment_id, person_id, to_address, method, facts->>'attendee_id' AS attendee_id,
        facts->>'stamp' AS stamp, (facts->>'sequence')::int AS sequence,
        coalesce(facts->>'online_url', '') AS online_url
    FROM letter
    WHERE appointment_id = any($1) AND NOT gathers AND given_up_at IS NULL AND spared_at IS NULL
      AND NOT facts ? 'copied_for' AND (returned_at IS NULL OR EXISTS (
        SELECT FROM attendee WHERE id::text = facts->>'attendee_id' AND answered_at IS NOT NULL))
    ORDER BY id"""


@dataclass
class _Memory:
    """What the readers of some dates have been told, each by the row by which they were asked, or as a person; and
    DTSTAMP by address, for two people may have one mailbox."""

    told: dict[tuple[Any, Any], Told]
    knowing: set[tuple[Any, Any]]
    stamps: dict[Mailbox, datetime]

    def of(self, letter: Letter) -> Told:
        about, asked = letter.appointment_id, letter.facts.get("attendee_id")
        knows = not self.knowing.isdisjoint({(about, asked), (about, str(letter.person_id))})
        told = self.told.get((about, asked), Told())
        assert about is not None
        return replace(told, knows=knows, stamp=self.stamps.get((about, letter.to_address)))

    def note(self, line: Mapping[str, Any]) -> None:
        about, asked = line["appointment_id"], line["attendee_id"]
        self.knowing |= {(about, one) for one in (asked, line["person_id"] and str(line["person_id"])) if one}
        if line["method"] is None or line["stamp"] is None:  # a mail; or what it said has been erased
            return
        if line["method"] != Method.DECLINECOUNTER:  # which tells nothing of the date itself
            self.told[about, asked] = Told(Method(line["method"]), line["sequence"] or 0, line["online_url"])
        self.stamps[about, line["to_address"]] = datetime.fromisoformat(line["stamp"])

    def note_leaving(self, letter: Letter, left: Leaving) -> None:
        where = {"appointment_id": letter.appointment_id, "person_id": letter.person_id}
        said = {name: left.facts.get(name) for name in ("attendee_id", "sequence", "stamp")}
        to = {"to_address": letter.to_address, "method": left.method, "online_url": left.facts.get("online_url", "")}
        self.note({**where, **said, **to})


async def _told(appointment_ids: Iterable[UUID | None]) -> _Memory:
    memory = _Memory({}, set(), {})
    for line in await rows(TOLD, list(set(appointment_ids))):
        memory.note(line)
    return memory
