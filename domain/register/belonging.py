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


async def persons_behind(table: str, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose each of these rows is, as far as they are somebody's."""
    holding = HOLDINGS[table]
    if not holding.person:
        return {}
    joined, whose = table, f"{table}.{holding.person}"
    if above := holding.through:
        joined, whose = f"{table} JOIN {above} ON {above}.id = {whose}", f"{above}.{HOLDINGS[above].person}"
    asked = f"SELECT {table}.id, {whose} AS person FROM {joined} WHERE {table}.id = ANY($1::uuid[])"  # noqa: S608 our own names
    return {row["id"]: row["person"] for row in await database.rows(asked, list(ids)) if row["person"]}


async def rows_of(persons: Collection[UUID]) -> dict[str, list[UUID]]:
    """The ids of every row of these persons, by table."""
    found = {}
    for table, holding in HOLDINGS.items():
        if holding.person:
            asked = f"SELECT id FROM {table} WHERE {of_persons(table)} ORDER BY id"  # noqa: S608 our own names
            found[table] = [row["id"] for row in await database.rows(asked, list(persons))]
    return found
