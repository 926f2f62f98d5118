"""Whose a row is, by the register: how the rows of given persons are found in every table that holds any."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from domain import database
from domain.register.holdings import HOLDINGS


def of_persons(table: str) -> str:
    """The condition on the rows of a table that belong to the persons `$1`."""
    holding = HOLDINGS[table]
    if not holding.through:
        return f"{holding.person} = ANY($1::uuid[])"
    above = HOLDINGS[holding.through].person
    return f"{holding.person} IN (SELECT id FROM {holding.through} WHERE {above} = ANY($1::uuid[]))"  # noqa: S608 our own names


async def rows_of(persons: Collection[UUID]) -> dict[str, list[UUID]]:
    """The ids of every row of these persons, by table."""
    found = {}
    for table, holding in HOLDINGS.items():
        if holding.person:
            asked = f"SELECT id FROM {table} WHERE {of_persons(table)} ORDER BY id"  # noqa: S608 our own names
            found[table] = [row["id"] for row in await database.rows(asked, list(persons))]
    return found
