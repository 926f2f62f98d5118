"""まとめ: of what one reader is told of one date within a few minutes, one letter leaves; of what was taken back, none.

Letters are owed in the transaction of each change, one by one. Here, before any of them leaves, those that wait are
compared with what their reader was told last (`changes`). A guardian's copy goes the way of its letter.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from domain import changes, outbox
from domain.changes import Leaving, Told
from domain.database import rows
from domain.outbox import Letter, Method
from domain.quiet import QuietHours, held_at, hours_of
from domain.values import dataclass
from domain.verbs import routine

LOCK = 4_905_318_206
"""One worker at a time compares; whoever comes meanwhile finds it done, or the next time."""


@dataclass(frozen=True)
class Gathering:
    """How long changes of a date wait for the next one, and whether a change of what it is called is told alone."""

    hold: timedelta = timedelta(0)
    tells_texts: bool = True


AT_ONCE = Gathering()
Reader: TypeAlias = tuple[UUID, str]
"""Whoever is told of one date: an appointment, and the row by which they were asked, for two people may have one
mailbox, and one person another address since yesterday."""


@routine
async def settle(now: datetime, how: Gathering = AT_ONCE, house: QuietHours | None = None) -> int:
    """Decide which of the letters that gather may leave now, and as what; answers how many are done with.

    A change waits `how.hold` from the first that was not told yet. A cancellation waits for nothing, nor does what it
    takes back. What must not leave in its reader's quiet hours is decided on at their end (`outbox.claim`). What cannot
    be made sense of is set aside, and keeps nothing else in the house: an older letter for which it would have spoken
    waits again, where its date still holds.
    """
    (lock,) = await rows("SELECT pg_try_advisory_xact_lock($1) AS held", LOCK)
    if not lock["held"]:
        return 0
    awake = await _awake(now, house)
    ripe = [bunch for bunch in _bunches(awake, how.hold) if _is_ripe(bunch, now, how.hold)]
    unheard = _unheard(await _overtaken(now, ripe))
    if not ripe:
        return 0
    told, copies = await _told(bunch[0].appointment_id for bunch in ripe), await _copies(ripe)
    for bunch in ripe:
        theirs = [copies[letter.key] for letter in bunch if letter.key in copies]
        late = unheard.pop(_reader(bunch[0]), [])
        try:
            owed = [_waiting(letter) for letter in [*late, *bunch]]
            left = changes.leaving(told.of(bunch[-1]), owed, tells_texts=how.tells_texts)
        except Exception as bug:
            await outbox.set_aside(now, [*await _outdated(late, bunch), *bunch, *theirs], bug)
            continue
        await _carry_out(now, bunch, left)
        await _carry_out(now, theirs, left)
        if left is not None:
            told.note_leaving(bunch[-1], left)
    return sum(len(bunch) for bunch in ripe)


async def _gathering() -> list[Letter]:
    return await Letter.filter(gathers=True, method__isnull=False, **outbox.WAITING).order_by("id").select_for_update()


HELD = f"""
    SELECT one.id FROM letter one
    WHERE one.gathers AND one.sent_at IS NULL AND one.given_up_at IS NULL AND one.spared_at IS NULL
      AND {held_at("$1", "$2", "$3")}"""  # noqa: S608 - our own words


async def _awake(now: datetime, house: QuietHours | None) -> list[Letter]:
    """What gathers and need not wait for a morning, as it was owed."""
    asleep = {UUID(str(line["id"])) for line in await rows(HELD, now, *hours_of(house))}
    return [letter for letter in await _gathering() if letter.id not in asleep]


def _reader(letter: Letter) -> Reader:
    assert letter.appointment_id is not None
    return letter.appointment_id, str(letter.facts.get("attendee_id") or letter.to_address)


def _bunches(letters: Iterable[Letter], hold: timedelta) -> list[list[Letter]]:
    """The letters of each reader in the order in which they were owed; a cancellation ends a bunch. What was meant for
    an address that is theirs no more leaves with the next in any case."""
    bunches: dict[Reader, list[list[Letter]]] = defaultdict(list)
    for letter in letters:
        theirs = bunches[_reader(letter)]
        last = theirs[-1][-1] if theirs else None
        if last and last.method is Method.REQUEST and (hold or last.to_address != letter.to_address):
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
        told |= {"changed": left.changed}
        method = left.method if one.method else None
        one.update_from_dict({"spared_at": None, "kind": left.kind, "facts": told, "method": method})
    for letter in bunch:
        await letter.save(update_fields=["gathers", "spared_at", "kind", "facts", "method"])


async def _copies(bunches: Iterable[Sequence[Letter]]) -> dict[str, Letter]:
    """The guardians' copies that wait with these letters, by the key of the letter."""
    of = {outbox.copy_key(letter.key): letter.key for bunch in bunches for letter in bunch}
    found = await Letter.filter(key__in=list(of), gathers=True).select_for_update()
    return {of[copy.key]: copy for copy in found}


# What still waits for an address at which its reader has been told something newer, or is about to be (the letters of
# $2), elsewhere: it must not come after that, nor hold it up for as long as the old mailbox is full.
OVERTAKEN = """
    UPDATE letter SET spared_at = $1
    FROM letter newer
    WHERE letter.sent_at IS NULL AND letter.given_up_at IS NULL AND letter.spared_at IS NULL AND NOT letter.gathers
      AND letter.method IN ('REQUEST', 'CANCEL') AND (letter.leased_until IS NULL OR letter.leased_until <= $1)
      AND newer.appointment_id = letter.appointment_id AND newer.person_id = letter.person_id AND newer.id > letter.id
      AND newer.to_address <> letter.to_address AND newer.method IN ('REQUEST', 'CANCEL')
      AND newer.spared_at IS NULL AND (NOT newer.gathers OR newer.id = ANY($2::uuid[]))
    RETURNING letter.id"""


async def _overtaken(now: datetime, ripe: Iterable[Sequence[Letter]]) -> list[Letter]:
    """Let go of what an address that was put right has overtaken; answers what that was, in order."""
    found = await rows(OVERTAKEN, now, [bunch[-1].id for bunch in ripe])
    return await Letter.filter(id__in=[one["id"] for one in found]).order_by("id")


def _unheard(overtaken: Iterable[Letter]) -> dict[Reader, list[Letter]]:
    """Of what was overtaken the requests that nothing has taken back: they may have reached nobody, and are said with
    what is newer."""
    unheard: dict[Reader, list[Letter]] = defaultdict(list)
    for letter in overtaken:
        if letter.method is Method.CANCEL:
            unheard[_reader(letter)].clear()
        else:
            unheard[_reader(letter)].append(letter)
    return unheard


# Those of the letters $1 that tell when a date is as it stands.
TRUE_AS_EVER = """
    SELECT letter.id FROM letter JOIN appointment ON appointment.id = letter.appointment_id
    WHERE letter.id = ANY($1::uuid[]) AND appointment.status <> 'CANCELLED'
      AND appointment.starts_at = (letter.facts->>'starts_at')::timestamptz
      AND appointment.ends_at = (letter.facts->>'ends_at')::timestamptz"""


async def _outdated(late: Sequence[Letter], bunch: Sequence[Letter]) -> list[Letter]:
    """What was overtaken by a bunch that makes no sense waits again, and speaks for itself; answers what of it may not,
    because it tells of a date that holds no more."""
    ids = [letter.id for letter in late]
    await Letter.filter(id__in=ids).update(spared_at=None)
    is_off = bunch[-1].method is Method.CANCEL
    true = set() if is_off else {UUID(str(one["id"])) for one in await rows(TRUE_AS_EVER, ids)}
    return [letter for letter in late if letter.id not in true]


# Who is asked to dates that stand, and in which mailbox they read that.
ASKED = """
    SELECT attendee.appointment_id, lower(person.mail_address) AS mailbox, attendee.id::text AS attendee_id
    FROM attendee JOIN person ON person.id = attendee.person_id
    JOIN appointment ON appointment.id = attendee.appointment_id
    WHERE attendee.appointment_id = any($1) AND attendee.removed_at IS NULL AND appointment.status <> 'CANCELLED'"""

# What was told of these dates, and might have arrived: in the end, or before another address overtook it. What a mail
# server refused for good, or sent back, told nobody anything.
# Whoever has answered knows of the date, though a letter of ours came back: their mailbox was full for a day.
TOLD = """
    SELECT appointment_id, person_id, method, lower(to_address) AS mailbox, facts->>'attendee_id' AS attendee_id,
        (facts->>'sequence')::int AS sequence, coalesce(facts->>'online_url', '') AS online_url,
        (SELECT jsonb_object_agg(name, facts->name) FROM unnest($2::text[]) name WHERE facts ? name) AS said
    FROM letter
    WHERE appointment_id = any($1) AND NOT gathers AND given_up_at IS NULL
      AND (spared_at IS NULL OR (stamped_at IS NOT NULL AND method IS NOT NULL))
      AND NOT facts ? 'copied_for' AND (returned_at IS NULL OR EXISTS (
        SELECT FROM attendee WHERE id::text = facts->>'attendee_id' AND answered_at IS NOT NULL))
    ORDER BY id"""


@dataclass
class _Memory:
    """What the readers of some dates have been told, each by the row by which they were asked, or as a person; and what
    each mailbox was, with who is still asked there: its calendar has one entry for all of them."""

    told: dict[tuple[Any, Any], Told]
    knowing: set[tuple[Any, Any]]
    asked: dict[tuple[Any, str], set[str]]

    def of(self, letter: Letter) -> Told:
        about, asked = letter.appointment_id, letter.facts.get("attendee_id")
        knows = not self.knowing.isdisjoint({(about, asked), (about, str(letter.person_id))})
        told = replace(self.told.get((about, asked), Told()), knows=knows)
        if letter.method is not Method.CANCEL:
            return told
        mailbox = (about, letter.to_address.lower())
        if self.asked.get(mailbox, set()) - {str(asked)}:
            return replace(told, method=None)
        in_it = self.told.get(mailbox, told)
        return replace(in_it, knows=True) if in_it.method is Method.REQUEST else told

    def note(self, line: Mapping[str, Any]) -> None:
        about, asked = line["appointment_id"], line["attendee_id"]
        self.knowing |= {(about, one) for one in (asked, line["person_id"] and str(line["person_id"])) if one}
        if line["method"] in (Method.REQUEST, Method.CANCEL) and line["sequence"] is not None:  # else it was erased
            told = Told(Method(line["method"]), line["sequence"], line["online_url"], said=line["said"])
            self.told |= {(about, asked): told, (about, line["mailbox"]): told}

    def note_leaving(self, letter: Letter, left: Leaving) -> None:
        about: dict[str, Any] = {"appointment_id": letter.appointment_id, "person_id": letter.person_id}
        said = {name: left.facts.get(name) for name in ("attendee_id", "sequence")}
        url, mailbox = left.facts.get("online_url", ""), letter.to_address.lower()
        self.note(about | said | {"mailbox": mailbox, "method": left.method, "online_url": url, "said": left.facts})


async def _told(appointment_ids: Iterable[UUID | None]) -> _Memory:
    dates, asked = list(set(appointment_ids)), defaultdict(set)
    for line in await rows(ASKED, dates):
        asked[line["appointment_id"], line["mailbox"]].add(line["attendee_id"])
    memory = _Memory({}, set(), asked)
    for line in await rows(TOLD, dates, list(changes.SAID)):
        memory.note(line | {"said": json.loads(line["said"] or "{}")})
    return memory
