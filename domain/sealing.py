"""The seal on the journal: a chain of hashes, so that no entry can be changed, removed or put elsewhere unseen.

Sealing is the clock's work, one batch after another: whoever writes an entry waits for nobody. Entries are numbered in
the order in which they were sealed. An entry's seal follows from the seal before it, its number, what it says, and the
digest of its values, so the values can be erased when the law wants it, and the chain still holds.

Who owns the database could make the whole chain anew: a chain proves something only against a head that has left the
machine. Once a day the newest one is written to each prefecture (`tell_head`), and `verify` takes those that were kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise import fields
from uuid_utils.compat import uuid7

from domain import database, letters
from domain.actor import TOKYO, Bearer
from domain.journal import Entry
from domain.table import Table
from domain.units import Unit, UnitKind
from domain.values import dataclass
from domain.verbs import routine

BATCH = 1_000
START = "0" * 64
SEALER = 0x7365616C  # "seal": the advisory lock of whoever seals
LATEST = timedelta(hours=1)
"""After this long an entry without a seal is a fault: the jobs do not run, or somebody keeps them from it."""


@dataclass(frozen=True, order=True)
class Head:
    """Where the chain stood: `seal` covers all entries up to `number`."""

    number: int
    seal: str


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was sealed. `number` is the first place where it shows."""

    number: int
    what: str


class KeptHead(Table):
    """The head at the end of one round of the clock, as it was told to the prefectures."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    number = fields.BigIntField()
    seal = fields.CharField(max_length=64)
    told_at = fields.DatetimeField()

    class Meta:
        table = "journal_head"


ALONE = "SELECT pg_try_advisory_xact_lock($1) AS it"
LAST = "SELECT number, seal FROM journal WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1"
WAITING = "SELECT * FROM journal WHERE number IS NULL ORDER BY id LIMIT $1 FOR UPDATE"
SEALED = """
    UPDATE journal SET number = sealed.number, digest = sealed.digest, seal = sealed.seal
    FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[]) AS sealed (id, number, digest, seal)
    WHERE journal.id = sealed.id"""


TOLD = "emptied_so_far"
TELLING = "SELECT max((after->>$1)::bigint) AS told FROM journal WHERE after ? $1"


@routine
async def seal(now: datetime, most: int = BATCH) -> int:
    """Seal the oldest entries that have no seal yet; how many. Where another process is at it, nothing is done."""
    (alone,) = await database.rows(ALONE, SEALER)
    if not alone["it"]:
        return 0
    head = await newest()
    marks = []
    entries = await Entry.filter(number=None).order_by("id").limit(most)
    for entry in entries:
        digest = digest_of(entry)
        head = Head(head.number + 1, seal_of(head, entry, digest))
        marks.append((entry.id, head.number, digest, head.seal))
    if marks:
        await database.execute(SEALED, *map(list, zip(*marks, strict=True)))
    return len(marks)


async def newest() -> Head:
    """Where the chain stands."""
    for row in await database.rows(LAST):
        return Head(row["number"], row["seal"])
    return Head(0, START)


def digest_of(entry: Entry) -> str:
    """Of the values before and after, with the entry's salt."""
    return _hash([entry.salt, entry.before, entry.after])


def seal_of(before: Head, entry: Entry, digest: str) -> str:
    """Of the seal before, and of everything that the entry says; the values stand in their digest."""
    said: Mapping[str, Any] = {
        "id": str(entry.id),
        "at": entry.at.astimezone(TOKYO).isoformat(),
        "person": str(entry.person_id),
        "role": str(entry.role),
        "unit": str(entry.unit_id),
        "prefecture": str(entry.prefecture_id),
        "fact": entry.fact,
        "kind": entry.kind,
        "row": str(entry.row_id),
        "request": entry.request_id,
    }
    return _hash([before.seal, before.number + 1, said, digest])


def _hash(said: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


async def verify(now: datetime, heads: Sequence[Head] = ()) -> list[Fault]:
    """Walk the chain from its start; every fault with its place, none where all is as it was sealed.

    `heads` are such as were kept outside: an end that was cut off, or a chain that was made anew, shows only in them.
    """
    faults: list[Fault] = []
    wanted = {head.number: head.seal for head in heads}
    before = Head(0, START)
    async for entry in _chain():
        here = _faults_at(before, entry, wanted)
        faults += here
        before = Head(entry.number or 0, entry.seal or "")
        wanted.pop(before.number, None)
    missing = [Fault(number, "控えにある記録がありません（末尾が削られています）。") for number in sorted(wanted)]
    return [*faults, *missing, *await _erased_silently(), *await _left_open(now)]


def _faults_at(before: Head, entry: Entry, wanted: Mapping[int, str]) -> list[Fault]:
    number = entry.number or 0
    what = []
    if number != before.number + 1:
        what.append(f"{before.number + 1}番から{number - 1}番の記録がありません。")
    if entry.digest != digest_of(entry) and not is_erased(entry):
        what.append("変更前後の値が、封をした後で書き換えられています。")
    if entry.seal != seal_of(before, entry, entry.digest or ""):
        what.append("封が合いません（この記録かその前が、書き換え・入れ替え・削除されています）。")
    if wanted.get(number, entry.seal) != entry.seal:
        what.append("控えの封と違います（鎖が作り直されています）。")
    return [Fault(number, said) for said in what]


def is_erased(entry: Entry) -> bool:
    """Whether the values were erased as the law wants it: their salt goes with them, nothing is put in their place."""
    return entry.salt == "" and entry.before == {} and entry.after == {}


async def count_erased() -> int:
    """How many entries have been emptied so far. Whoever erases writes it down, under `TOLD`."""
    (found,) = await database.rows("SELECT count(*) AS count FROM journal WHERE salt = ''")
    return int(found["count"])


async def _erased_silently() -> list[Fault]:
    """Values that are gone without an erasure that tells of them: emptied by a hand of its own."""
    (last,) = await database.rows(TELLING, TOLD)
    gone = await count_erased() - (last["told"] or 0)
    said = f"消去の手続きによらずに、{gone}件の値が空にされています。"
    return [Fault((await newest()).number, said)] if gone > 0 else []


async def _chain() -> AsyncIterator[Entry]:
    """All sealed entries in the order of their numbers."""
    reached = 0
    while entries := await Entry.filter(number__gt=reached).order_by("number").limit(BATCH):
        for entry in entries:
            yield entry
        reached = entries[-1].number or 0


async def _left_open(now: datetime) -> list[Fault]:
    late = await Entry.filter(number=None, at__lt=now - LATEST).count()
    number = (await newest()).number + 1
    return (
        [Fault(number, f"1時間以上前の{late}件に、まだ封がありません。jobs が動いているか確かめてください。")]
        if late
        else []
    )


@routine
async def tell_head(now: datetime) -> int:
    """Keep the newest head and write it to every prefecture; how many letters. None where nothing was sealed since."""
    head = await newest()
    if head.number == 0 or await KeptHead.exists(number=head.number):
        return 0
    await KeptHead.create(number=head.number, seal=head.seal, told_at=now)
    prefectures = await Unit.filter(kind=UnitKind.PREFECTURE, retired_on=None)
    for unit in prefectures:
        facts = {"number": f"{head.number:,}", "head": f"{head.number}:{head.seal}"}
        await letters.write(Bearer(now), None, unit.id, "journal-head", f"{unit.id}:{head.number}", facts)
    return len(prefectures)
