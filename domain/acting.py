"""Who acts by a secret: found out in one statement, and proved once more inside the next ones.

What a key opens may end at any time, so it is looked at in each request. Whoever remembers what was found the last time
need not ask beforehand: the statement that reads carries the same look-up, and reads only where it finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain import database
from domain.actor import OUTSIDERS, Actor, Role
from domain.values import dataclass

FOUND = "SELECT *, {units} AS units FROM ({key}) bearer"
# Outsiders cover no unit, a station itself and what is below it, everybody else the whole prefecture.
NONE = "ARRAY[]::uuid[]"
STATION = """ARRAY(
    WITH RECURSIVE covered AS (
        SELECT unit.id, unit.prefecture_id FROM unit WHERE unit.id = bearer.unit_id
        UNION
        SELECT unit.id, unit.prefecture_id
        FROM covered JOIN unit ON unit.parent_id = covered.id AND unit.prefecture_id = covered.prefecture_id)
    SELECT id FROM covered ORDER BY id)"""
PREFECTURE = "ARRAY(SELECT id FROM unit WHERE unit.prefecture_id = bearer.prefecture_id ORDER BY id)"
COVERED = dict.fromkeys(OUTSIDERS, NONE) | {Role.STATION_LIAISON: STATION}
_cases = [f"WHEN '{role}' THEN {units}" for role, units in COVERED.items()]
WHOEVER = " ".join(["CASE role", *_cases, "ELSE", PREFECTURE, "END"])
WHOLE = "ROW(role, person_id, unit_id, prefecture_id, organization_id, key_id, is_read_only, units)::text"
"""Everything that was found, as one text."""
VALUES = 3
"""How many a proof has."""


@dataclass(frozen=True)
class Proof:
    """What was found by a key: `found` is PostgreSQL's own text of it, `key` the look-up by `{sha256}` at `{now}` of
    whoever has the role that was found, which costs a third of one for whatever role; `found` names the role, too."""

    key: str
    sha256: str
    found: str

    def values(self, now: datetime) -> Sequence[object]:
        """Those of `where_found`."""
        return self.sha256, now, self.found

    async def holds(self, now: datetime) -> bool:
        [[holds]] = await database.records(where_found(self.key, "true", 1), *self.values(now))
        return bool(holds)


def where_found(key: str, sql: str, first: int) -> str:
    """The question for one text, asked only where the key still finds what it did; the values of the proof come from
    this number on."""
    still = key.format(sha256=f"${first}", now=f"${first + 1}::timestamptz")
    return f"SELECT CASE WHEN (SELECT {WHOLE} FROM ({still}) acting) = ${first + 2} THEN ({sql}) END"  # noqa: S608 - our own words


@dataclass(frozen=True)
class Acting:
    """Who was found, the proof of it, and when the key had been used last."""

    actor: Actor
    proof: Proof
    used_at: datetime | None


async def find(key: str, sha256: str, now: datetime) -> Acting | None:
    """Who acts by this key; nothing where it opens nothing."""
    found = FOUND.format(key=key.format(sha256="$1", now="$2::timestamptz"), units=WHOEVER)
    rows = await database.rows(f"SELECT *, {WHOLE} AS proof FROM ({found}) acting", sha256, now)  # noqa: S608 - our own words
    if not rows:
        return None
    (row,) = rows
    used_at, role = row.pop("used_at"), Role(row["role"])
    proof = Proof(FOUND.format(key=key, units=COVERED.get(role, PREFECTURE)), sha256, row.pop("proof"))
    actor = Actor(**row | {"role": role, "units": tuple(row["units"]), "now": now})
    return Acting(actor, proof, used_at)
