"""開示: everything that is stored about one person, for that person; third persons are masked.

Source: 個人情報の保護に関する法律 76条・78条. What only the machine needs (hashes, secrets, search keys) stays
out. Free texts are masked where they hold another person's full name, address or number as it is
registered; what else must not be told (78条) is for the office to look for before it hands the file over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain import database, journal, looks
from domain.actor import TOKYO, Actor
from domain.answering import AnswerAddress, AnswerAddressKind
from domain.criteria import any_of
from domain.journal import Entry
from domain.looks import Door
from domain.people import Person
from domain.register import HOLDINGS, of_persons, rows_of
from domain.values import dataclass
from domain.verbs import routine

OPERATION = "disclose"
MASKED = "（第三者）"
THIRD = re.compile(r"\w+_by_id")
SECRETS = {"sha256", "password_hash", "factor", "factor_step", "link_generation", "key", "fingerprint"}
MACHINE = SECRETS | {"salt", "digest", "seal", "search", "kana_order"}
"""Columns that tell nobody anything but the machine."""
OF_OTHERS = frozenset(
    {
        ("guardian_consent", "guardian_name"),
        ("guardian_consent", "guardian_mail_address"),
        ("answer_address", "holder"),
        ("incoming_mail", "delegate"),
    }
)
"""Columns that hold the name or the address of somebody else."""
JSON = ("facts", "columns", "asked")

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Disclosure:
    """What is stored about somebody: rows by the name of their table, values as JSON can say them."""

    person_id: UUID
    tables: Mapping[str, Rows]


@routine
async def disclose(now: datetime, actor: Actor, person_id: UUID, purpose: str) -> Disclosure:
    """Bring together what is stored about somebody, and write down that it was looked at: who, why, what.

    Raises Incomplete where no purpose is said, such as the number of the request (開示請求の受付番号).
    """
    why = looks.must_say_why(looks.purpose(purpose), "開示")
    person, theirs = await Person.get(id=person_id), await rows_of([person_id])
    ids = [id for found in theirs.values() for id in found]
    tables = {table: await _rows(table, person_id) for table in theirs}
    tables |= {"journal": await _changes(ids, person_id), "look": await _views(ids, person_id)}
    tables = {table: rows for table, rows in tables.items() if rows}
    columns = [f"{table}.{column}" for table in tables for column in HOLDINGS[table].of_persons]
    line = looks.line(actor, Door.CONSOLE, OPERATION, columns, [f"{Person.__name__}:{person_id}"], purpose=why)
    await database.execute(looks.ADD, *line)
    return Disclosure(person_id, await _without_others(person, tables))


async def _rows(table: str, person_id: UUID) -> Rows:
    asked = f"SELECT * FROM {table} WHERE {of_persons(table)} ORDER BY id"  # noqa: S608 our own names
    listed = [name for name, _ in HOLDINGS[table].listed if name not in MACHINE]
    return [
        {name: _value(table, name, row[name]) for name in ("id", "created_at", *listed) if name in row}
        for row in await database.rows(asked, [person_id])
    ]


def _value(table: str, name: str, value: Any) -> Any:
    if value and (THIRD.fullmatch(name) or (table, name) in OF_OTHERS):
        return MASKED
    if name in JSON and isinstance(value, str):
        return json.loads(value)
    return _instant(value) if isinstance(value, datetime) else journal.plain(value)


async def _changes(ids: Sequence[UUID], person_id: UUID) -> Rows:
    """What was done to the person's rows; and when they did something themselves, but not to whom."""
    entries = await Entry.filter(any_of(Entry, "row_id", ids)).order_by("at", "id")
    own = await Entry.filter(person_id=person_id).order_by("at", "id")
    done = [_change(entry, {}, {}) for entry in own if entry.row_id not in set(ids)]
    return [*[_change(entry, entry.before, entry.after) for entry in entries], *done]


def _change(entry: Entry, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    what = {"at": _instant(entry.at), "fact": entry.fact, "kind": entry.kind}
    return {**what, "before": _values(before), "after": _values(after)}


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    hidden = {name for _, name in OF_OTHERS}
    return {
        name: MASKED if THIRD.fullmatch(name) or name in hidden else value
        for name, value in values.items()
        if name not in MACHINE
    }


LOOKED = """
    SELECT at, role, door, columns FROM look
    WHERE person_id = $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(rows) AS said WHERE split_part(said, ':', 2) = ANY($1::uuid[]::text[]))
    ORDER BY at, id"""


async def _views(ids: Sequence[UUID], person_id: UUID) -> Rows:
    """When the person's data was looked at: the day, the role, where and which fields; never by whom."""
    found = await database.rows(LOOKED, list(ids), person_id)
    return [
        {name: _value("look", name, value) for name, value in row.items()} | {"at": _instant(row["at"])[:10]}
        for row in found
    ]


def _instant(at: datetime) -> str:
    return at.astimezone(TOKYO).isoformat(timespec="seconds")


async def _without_others(person: Person, tables: Mapping[str, Rows]) -> dict[str, Rows]:
    """The same without full names (with and without a blank), addresses and numbers of anybody else."""
    told = json.dumps(tables, ensure_ascii=False).casefold()
    own = " ".join([*_words(person), *await _aliases(person)]).casefold()
    found = {word for word in await _words_of_others(person) if word.casefold() in told and word.casefold() not in own}
    if not found:
        return dict(tables)
    longest_first = sorted(found, key=lambda word: (-len(word), word))
    pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    return {table: [_covered(row, pattern) for row in rows] for table, rows in tables.items()}


async def _aliases(person: Person) -> list[str]:
    theirs = AnswerAddress.filter(person_id=person.id, kind=AnswerAddressKind.ALIAS)
    return [one.mail_address for one in await theirs]


async def _words_of_others(person: Person) -> set[str]:
    """Of everybody else in the prefecture, and of whoever answers for them or for this person."""
    others = Person.filter(prefecture_id=person.prefecture_id).exclude(id=person.id)
    words = {word async for other in others for word in _words(other)}
    return words | {one.mail_address async for one in AnswerAddress.filter(prefecture_id=person.prefecture_id)}


def _covered(value: Any, words: re.Pattern[str]) -> Any:
    match value:
        case str():
            return words.sub(MASKED, value)
        case list():
            return [_covered(item, words) for item in value]
        case dict():
            return {name: _covered(item, words) for name, item in value.items()}
    return value


def _words(person: Person) -> list[str]:
    names = [f"{person.family_name}{blank}{person.given_name}" for blank in ("", " ", "　") if person.given_name]
    return [word for word in (*names, person.mail_address, person.phone) if word]
