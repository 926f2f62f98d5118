"""氏名のある記載: in which texts of other rows somebody who is to be erased is named, for an officer to correct.

No machine can tell a person from a namesake, nor what a sentence means without the name: nothing is changed here. Names
are compared as searches compare them (width, variants, blanks), in kanji and in kana, full names only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from domain import database
from domain.criteria import any_of
from domain.japanese import search_key
from domain.people import Person
from domain.register import HOLDINGS, heading_of, of_persons
from domain.table import models

BATCH = 5_000
Text = tuple[str, UUID, str, str]
"""Table, row, column and what stands there."""


async def named_in(prefecture_id: UUID, person_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """For each person the places that name them, as `Model:id` and what the column is called; not in their own rows,
    which are emptied with them."""
    keys = {person.id: full_names(person) for person in await Person.filter(any_of(Person, "id", person_ids))}
    wanted = sorted({key for of_one in keys.values() for key in of_one})
    if not wanted:
        return {}
    anybody, found = re.compile("|".join(map(re.escape, wanted))), defaultdict(list)
    own = {table: await _own_rows(table, person_ids) for table, holding in HOLDINGS.items() if holding.texts}
    async for table, row, column, text in _texts(prefecture_id):
        folded = search_key(text)
        if anybody.search(folded):
            for person in _meant(keys, folded, own[table].get(row)):
                found[person].append(f"{_kind(table)}:{row} {heading_of(table, column)}")
    return {person: sorted(places) for person, places in found.items()}


def full_names(person: Person) -> set[str]:
    """The whole name as searches know it, in kanji and in kana; a family name alone is too many people's."""
    both = ((person.family_name, person.given_name), (person.family_name_kana, person.given_name_kana))
    return {search_key(family + given) for family, given in both if family and given}


def _meant(keys: Mapping[UUID, set[str]], folded: str, owner: UUID | None) -> Iterable[UUID]:
    return (person for person, names in keys.items() if person != owner and any(name in folded for name in names))


async def _own_rows(table: str, person_ids: Collection[UUID]) -> dict[UUID, UUID]:
    holding = HOLDINGS[table]
    if not holding.person:
        return {}
    asked = f"SELECT id, {holding.person} AS person FROM {table} WHERE {of_persons(table)}"  # noqa: S608 our own names
    return {row["id"]: row["person"] for row in await database.rows(asked, list(person_ids))}


async def _texts(prefecture_id: UUID) -> AsyncIterator[Text]:
    """Everything of the prefecture that somebody has written freely."""
    for table, holding in HOLDINGS.items():
        columns = holding.texts.split()
        async for row in _rows(table, columns, prefecture_id):
            for column in columns:
                if row[column]:
                    yield table, row["id"], column, row[column]


async def _rows(table: str, columns: list[str], prefecture_id: UUID) -> AsyncIterator[dict[str, Any]]:
    if not columns:
        return
    cells = ", ".join(f"{column}::text AS {column}" for column in columns)
    asked = f"SELECT id, {cells} FROM {table} WHERE prefecture_id = $1 AND id > $2 ORDER BY id LIMIT {BATCH}"  # noqa: S608 our own names
    reached = UUID(int=0)
    while rows := await database.rows(asked, prefecture_id, reached):
        for row in rows:
            yield row
        reached = rows[-1]["id"]


def _kind(table: str) -> str:
    return next(name for name, model in models().items() if model._meta.db_table == table)
